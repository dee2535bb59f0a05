// Package facts reads the files of a lab, each with a reader of its own format, into one
// collection of facts, and reports what the readers cannot take.
package facts

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/format/cpf"
	"mirrorgen/internal/format/haproxy"
	"mirrorgen/internal/format/nginx"
	"mirrorgen/internal/lab"
)

// ComposePath is the artifact that all others are related to.
const ComposePath = "docker-compose.yaml"

// KustomizationPath is the artifact that all others are related to on Kubernetes.
const KustomizationPath = "kustomization.yaml"

// Facts is all that was read from the artifacts.
type Facts struct {
	// generated is set for what mirrorgen writes, which keeps to its conventions
	// too; a lab that was written by hand only has to work.
	Generated bool
	// composeName is the path of the compose file.
	ComposeName string
	Files       map[string]*File
	Compose     *composeFacts // nil where it is missing or unreadable
	Cluster     *Cluster      // nil for a lab of Docker Compose
	Gateways    []GatewayFile
	NGINX       []*NGINXFile
	HAProxy     []HAProxyFile
	Merges      []MergeFile
	Scrapes     []*Scrape   // targets of Prometheus
	RuleFiles   []*RuleFile // that it reads
	// PasswordFiles are those with which it logs in.
	PasswordFiles []*PasswordFile
	Ignored       *File // .gitignore
	Scripts       []*Script
	Tables        []Table // of the scripts
	Roster        *Roster // nil where there is none
	Pages         []*Page
	Picture       *Picture // nil where there is none
	// Roles are what the services do, and instances those that are an IRIS.
	Roles     map[*Service]Role
	Instances []*Service
	listens   map[*Service][]int // see Listens
	// namespaces are those of merge files, by their paths; see NamespacesOf.
	namespaces map[string]map[string][2]string
	// Of a lab that was written by hand: what each service has of the files that were read,
	// those files, the services of files that others extend, and all paths, sorted, made when
	// first needed.
	found    map[*Service][]*File
	merged   map[*Service][]*File // that ISC_CPF_MERGE_FILE names
	done     map[*File]bool
	extended map[scoped]*yaml.Node
	// unexpanded are scalars with a variable that has no value.
	unexpanded map[*yaml.Node]bool
	paths      []string
	variables  *variables
	unread     map[string]string // why files are not among Files
	nginx      nginxFiles
	// mirrors are the names of the mirrors, which the table of instances holds.
	Mirrors map[string]bool

	// Rule is the name of the rule or of the format that findings are about from now on.
	Rule        string
	Diagnostics hcl.Diagnostics
}

// File is one artifact.
type File struct {
	Path  string
	mode  fs.FileMode
	Text  string
	lines []int // offsets of the lines' first characters, made when first needed
	// sources are further files that positions of this one may lie in: see markSource.
	sources []*File
	inline  *inlineText // nil for a file that lies on disk
}

// GatewayFile is the CSP.ini of a web gateway.
type GatewayFile struct {
	*File
	INI *INI
}

// HAProxyFile is a configuration of HAProxy.
type HAProxyFile struct {
	*File
	Sections []*haproxy.Section
	Proxies  []Proxy
	Binds    map[int][]haproxy.Bind // of all proxies, by port
}

// Proxy is a section with its binds and servers.
type Proxy struct {
	*haproxy.Section
	Binds   []haproxy.Bind
	Servers []haproxy.Server
	// ServerDefaults are the default-server lines, those of its defaults section first.
	ServerDefaults []haproxy.Line
}

// MergeFile is a configuration merge file of an instance.
type MergeFile struct {
	*File
	Service *Service // whose it is: the one that mounts it; nil for none
	Merge   *cpf.File
	shared  bool // by several instances
	// membership is made when first asked for.
	membership *Membership
	asked      bool
}

// NamespacesOf returns the databases, those of data and code in upper case, of each namespace that a
// merge file makes, by its name in upper case. The code lies with the data where it names none.
func (l *Facts) NamespacesOf(merge *MergeFile) map[string][2]string {
	made, known := l.namespaces[merge.Path]
	if known {
		return made
	}
	made = map[string][2]string{}
	for action := range merge.Merge.Actions {
		name := strings.ToUpper(action.Value("Name"))
		if _, twice := made[name]; action.Name == "CreateNamespace" && !twice {
			made[name] = [2]string{strings.ToUpper(action.Value("Globals")), strings.ToUpper(action.Value("Routines"))}
		}
	}
	if l.namespaces == nil {
		l.namespaces = map[string]map[string][2]string{}
	}
	l.namespaces[merge.Path] = made
	return made
}

// Read reads every artifact with the reader of its format.
func Read(artifacts []lab.Artifact) *Facts {
	l := &Facts{
		Generated:   true,
		ComposeName: ComposePath,
		Files:       make(map[string]*File, len(artifacts)),
		Mirrors:     map[string]bool{},
	}
	files := make([]*File, 0, len(artifacts))
	for _, artifact := range artifacts {
		files = append(files, &File{Path: artifact.Path, mode: artifact.Mode, Text: string(artifact.Content)})
	}
	scripts := l.parseScripts(files)
	l.Rule = "files"
	for _, f := range files {
		if _, twice := l.Files[f.Path]; twice {
			l.Report(f, Position{}, "Duplicate artifact",
				"Two artifacts have the path "+f.Path+", and the second would overwrite the first.",
				"Rename one of the blocks that they are named after.")
		}
		l.Files[f.Path] = f
	}
	for _, f := range files {
		l.checkText(f)
		l.readFormat(f)
	}
	l.readScripts(scripts())
	if l.Files[ComposePath] == nil && l.Files[KustomizationPath] == nil {
		l.Rule = "files"
		l.Report(&File{Path: ComposePath}, Position{}, "Missing compose file", "The lab has no "+ComposePath+".",
			"Generate it with the other artifacts.")
	}
	if l.Compose != nil {
		l.link()
	}
	return l
}

// readFormat reads a file with the reader that its path calls for. Scripts are
// read beside it, by parseScripts.
func (l *Facts) readFormat(f *File) {
	directory, name := path.Split(f.Path)
	extension := path.Ext(name)
	switch {
	case f.Path == ComposePath:
		l.readCompose(f, nil)
	case f.Path == KustomizationPath && l.Generated:
		l.readCluster(f)
	case f.Path == PrometheusPath:
		l.readPrometheus(f)
	case f.Path == picturePath && l.Generated:
		l.readPicture(f)
	case f.Path == ".gitignore":
		l.Ignored = f
	case extension == ".md":
		l.readMarkdown(f)
	case extension == ".cls":
		l.readClass(f)
	case extension == ".cpf":
		l.readMerge(f)
	case directory == "nginx/" && extension == ".conf":
		l.readNGINX(f)
	case directory == "haproxy/" && extension == ".cfg":
		l.readHAProxy(f)
	case directory == "webgateway/" && extension == ".ini":
		l.readGateway(f)
	case directory == "webgateway/" && extension == ".conf":
		l.readApache(f)
	}
}

func (l *Facts) readMerge(f *File) {
	l.Rule = "merge-file"
	merge, problems := cpf.Parse(l.unmarked(f))
	l.reportAll(f, problems)
	l.Merges = append(l.Merges, MergeFile{File: f, Merge: merge})
}

func (l *Facts) readNGINX(f *File) {
	l.Rule = "nginx"
	directives, problems := nginx.Parse(l.unmarked(f))
	l.reportAll(f, problems)
	l.NGINX = append(l.NGINX, &NGINXFile{File: f, Directives: directives})
}

func (l *Facts) readHAProxy(f *File) {
	l.Rule = "haproxy"
	config, problems := haproxy.Parse(l.unmarked(f))
	l.reportAll(f, problems)
	h := HAProxyFile{File: f, Sections: config.Sections, Binds: map[int][]haproxy.Bind{}}
	for _, section := range config.Sections {
		if section.Proxy() {
			p := Proxy{section, section.Binds(), section.Servers(), slices.Collect(section.Find("default-server"))}
			h.Proxies = append(h.Proxies, p)
			for _, bind := range p.Binds {
				h.Binds[bind.Port] = append(h.Binds[bind.Port], bind)
			}
		}
	}
	l.HAProxy = append(l.HAProxy, h)
}

// unmarked is the text of a configuration without the byte order mark that editors of Windows write
// before it, and that the programs take for a part of the first word.
func (l *Facts) unmarked(f *File) string {
	const mark = "\ufeff"
	text, marked := strings.CutPrefix(f.Text, mark)
	if marked {
		l.Report(f, Position{}, "Byte order mark",
			"The file begins with a byte order mark, which its reader takes for a part of the first line.",
			"Save it as UTF-8 without one.")
	}
	return text
}
