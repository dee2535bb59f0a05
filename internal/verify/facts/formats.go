package facts

// Format is what a reader of files reports by itself, before any rule looks at the facts.
type Format struct {
	Name string // as Finding has it
	Doc  string // what must be true of a file, in one or two sentences
}

// Formats lists them.
var Formats = []Format{
	{"files", "There is a compose file, and no two files have one path."},
	{"text", "A file is UTF-8 text without control characters that programs trip over, ends with a newline, " +
		"and begins with the header that names its topology; a script can be executed by bash."},
	{"compose", "The compose file and what it includes are YAML that Compose takes: no key twice, an image or a " +
		"build for every service, every variable with a value or a default, and a service wherever one is extended."},
	{"manifests",
		"On Kubernetes, the kustomization and the manifests that it names are YAML, and there is a workload."},
	{"merge-file", "A merge file has sections, parameters, actions and arguments that IRIS has, in its syntax."},
	{"nginx", "A configuration of nginx has nginx's syntax."},
	{"haproxy", "A configuration of HAProxy has HAProxy's syntax, and keywords where they may stand."},
	{"csp-ini", "A CSP.ini has sections and keys, each once, with values that every reader takes alike."},
	{"csp-conf", "A CSP.conf opens and closes its sections and quotes."},
	{"class", "An ObjectScript class has the name of its file, and balanced braces and quotes."},
	{"shell", "A script is bash."},
	{"prometheus", "The configuration of Prometheus is YAML."},
	{"picture", "The picture of a lab is XML."},
	{"markdown", "A page closes its code blocks, and the rows of its marked tables are alike."},
}
