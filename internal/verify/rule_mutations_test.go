package verify

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/lab"
	"mirrorgen/internal/verify/rules"
)

// Every rule has a mutation that it finds: one change of one fact of a good lab, found under the
// rule's own name. Of a rule for what mirrorgen writes it is one of those that mutationsOf makes of
// the labs in testdata, or one of ownMutations; of a rule for labs written by hand it is one of
// handMutations. TestDocument asks for a broken lab of each rule.
func TestEveryRuleHasAMutation(t *testing.T) {
	const stride = 101
	missing := map[string]bool{}
	for _, r := range rules.All() {
		missing[r.Name] = true
	}
	for _, m := range handMutations {
		found := rulesOf(CheckDirectory(Directory{Files: m.of(t, archiveOf(t, soundPath))}))
		if !slices.Contains(found, m.rule) {
			t.Errorf("%s does not find %q for %q in %s, but %v", m.rule, m.after, m.before, m.path, found)
		}
		delete(missing, m.rule)
	}
	for _, m := range ownMutations {
		found := rulesOf(Check(m.of(t, labIn(t, filepath.Join("testdata", m.lab)))))
		if !slices.Contains(found, m.rule) {
			t.Errorf("%s does not find %q for %q in %s, but %v", m.rule, m.after, m.before, m.path, found)
		}
		delete(missing, m.rule)
	}
	for _, name := range []string{"full", "lab", "old"} {
		artifacts := labIn(t, filepath.Join("testdata", name))
		mutations := mutationsOf(name, artifacts)
		for first := range stride { // those of one line follow each other, and one rule finds them
			for i := first; i < len(mutations) && len(missing) > 0; i += stride {
				for _, rule := range rulesOf(Check(mutations[i].apply(artifacts))) {
					delete(missing, rule)
				}
			}
		}
	}
	for rule := range missing {
		t.Errorf("no mutation is found by the rule %s", rule)
	}
}

// rulesOf are the rules that findings name, each once.
func rulesOf(diags hcl.Diagnostics) []string {
	var list []string
	for _, d := range diags {
		if rule := d.Extra.(Finding).Rule; !slices.Contains(list, rule) {
			list = append(list, rule)
		}
	}
	return list
}

// clusterMutations is the lab of manifests, as a ruleMutation names one.
const clusterMutations = "../../../examples/dr-reporting-kubernetes"

// securedMutations is one of them with TLS and secrets.
const securedMutations = "../../../examples/tls-kubernetes"

// operatedMutations is one of them with a mirror of InterSystems' operator.
const operatedMutations = "../../../examples/operator-kubernetes"

// A ruleMutation is a change of one fact that a rule finds.
type ruleMutation struct {
	rule, lab, path string
	before, after   string // of the one occurrence in the file
}

// of are the files of a lab with the mutation.
func (m ruleMutation) of(t *testing.T, files []lab.Artifact) []lab.Artifact {
	t.Helper()
	mutated := slices.Clone(files)
	for i, f := range mutated {
		if f.Path != m.path {
			continue
		}
		if n := strings.Count(string(f.Content), m.before); n != 1 {
			t.Fatalf("%s: %q occurs %d times in %s", m.rule, m.before, n, m.path)
		}
		mutated[i].Content = []byte(strings.Replace(string(f.Content), m.before, m.after, 1))
		return mutated
	}
	t.Fatalf("%s: there is no file %s", m.rule, m.path)
	return nil
}

// soundPath is the lab that handMutations change.
var soundPath = filepath.Join("testdata", "defects", "sound_whole.txtar")

// handMutations are those of rules for labs that were written by hand.
var handMutations = []ruleMutation{
	{"public-subnets", "", "compose.yml", "10.9.0.0/24", "11.9.0.0/24"},
	{"secrets", "", "tls/ca.pem", "BEGIN CERTIFICATE", "BEGIN PRIVATE KEY"},
	{"environment-file", "", ".env", "LAB_HOST=lab", "LAB_HOST=$(hostname)"},
	{"script-tests", "", "up.sh", `"$state" = up`, `"$state"=up`},
	{"script-lines", "", "up.sh", "#!/bin/bash\n", "#!/bin/bash\r\n"},
	{"script-targets", "", "up.sh", "exec -i one iris", "exec -i gw iris"},
	{"stop-scripts", "", "stop.sh", "one two three", "one two"},
	{"missing-web-server", "", "up.sh", "localhost:8080", "localhost:52773"},
	{"web-server-checks", "", "compose.yml", "51972:1972", "51972:52773"},
	{"mirror-without-table", "", "compose.yml", "one: { condition: service_healthy }",
		"one: { condition: service_started }"},
	{"mirror-configuration", "", "conf/one.cpf", "[Gateways]", "[Mirrors]"},
	{"community-members", "", "compose.yml", "irishealth:2025.1", "irishealth-community:2025.1"},
	{"external-checks", "", "sql.cfg", "    insecure-fork-wanted\n", ""},
	{"late-hosts", "", "compose.yml", "depends_on: [one, two, gw]", "depends_on: [one, gw]"},
	{"default-servers", "", "gw/CSP.ini", "Default_Server=SET\n[SYSTEM_INDEX]", "Default_Server=SETS\n[SYSTEM_INDEX]"},
	{"declared-mirrors", "", "conf/two.cpf", "ConfigMirror:", "CreateMirror:"},
	{"cookies", "", "sql.cfg", "mode http", "mode tcp"},
}

// ownMutations are those of rules that none of the changes that mutationsOf makes breaks alone.
var ownMutations = []ruleMutation{
	{"tls", "../../../examples/tls", "iris/merge/app1.cpf", ",1972,1,1", ",1972,1"},
	{"haproxy-clients", "../../../examples/tls", "haproxy/haproxy.cfg", "src 127.0.0.1", "src 127.0.0.2"},
	{"password-file", "../../../examples/tls", "iris/instances.sh", "accounts=()", "accounts=(CSPSystem secret)"},
	{"script-tables", "../../../examples/minimal", drillPath, "  demo 8000\n", "  demo 4000\n"},
	{"picture-and-lab", "../../../examples/tls", picturePath, "10.0.1.4 on iris-tier", "10.0.1.5 on iris-tier"},
	{"scrape-targets", "services", prometheusPath, "role: backup", "role: drasync"},
	{"manifest-files", clusterMutations, kustomizationFile, "  - nginx.yaml\n", ""},
	{"manifest-names", clusterMutations, "namespace.yaml", "kind: Namespace", "kind: Namespac"},
	{"manifest-names", clusterMutations, "haproxy.yaml", "kind: Service\nmetadata:\n  name: haproxy\n",
		"kind: Service\nmetadata:\n  name: haproxy-" + strings.Repeat("x", 56) + "\n"},
	{"manifest-selectors", clusterMutations, mirrorFile, `{ mirror: ap1, failover: "true" }`, "{ mirror: ap1 }"},
	{"manifest-ports", clusterMutations, "nginx.yaml", "containerPort: 80", "containerPort: 81"},
	{"manifest-admission", clusterMutations, mirrorFile, "[{ port: 1972 }, { port: 2188 }]", "[{ port: 1972 }]"},
	{"manifest-volumes", clusterMutations, mirrorFile, "configMap: { name: merge-ap1a }",
		"configMap: { name: merge-ap9 }"},
	{"manifest-volumes", securedMutations, mirrorFile, "name: tls-ap1b", "name: tls-ap1x"},
	{"manifest-operator", operatedMutations, clusterFile, "mirrored: true", "mirrored: false"},
	{"manifest-files", securedMutations, kustomizationFile, "  - { name: password, files:",
		"  - { name: password, literals: [a=b], files:"},
	{"tls", securedMutations, kustomizationFile, "certs/ap1b/CertificateFile.pem", "certs/ap1a/CertificateFile.pem"},
	{"password-file", securedMutations, "iris/instances/ap2.sh", "accounts=()", "accounts=(CSPSystem secret)"},
	{"manifest-probes", clusterMutations, "nginx.yaml", "readinessProbe:", "readyProbe:"},
	{"script-tables", "../../../examples/monitoring-kubernetes", "start.sh", "  web 10080 80\n", "  web 10081 80\n"},
	{"manifest-waits", "../../../examples/monitoring-kubernetes", "services.yaml", "- ap1a-ready.", "- ap1b-ready."},
	{"manifest-resources", clusterMutations, "nginx.yaml", "            requests: { memory: 64Mi }\n",
		"            requests: { memory: 64Mi }\n            limits: { memory: 63Mi }\n"},
	{"manifest-members", clusterMutations, mirrorFile, "maxUnavailable: 1", "maxUnavailable: 2"},
	{"subnets", "lab", composeFile, "10.0.1.0/24", "10.0.1.7/24"},
	{"compose-resources", "lab", composeFile, "    image: nginx:1.30\n", "    image: nginx:1.30\n    secrets: [pw]\n"},
	{"spellings", "full", haproxyPath,
		"bind *:11972\n    balance first\n    option httpchk\n    http-check send meth GET uri-lf " +
			"/%[srv_name]/csp/mirror_status.cxw",
		"bind *:11972\n    balance first\n    option httpchk\n    http-check send meth GET uri-lf " +
			"/%[srv_name]/csp/mirror_statu.cxw"},
	{"haproxy-failover", "full", haproxyPath, "    bind *:11972\n    balance first\n    option httpchk\n",
		"    bind *:11972\n    balance first\n"},
	{"license-key", "full", composeFile, "./nginx/web.conf, target: /etc/nginx/conf.d/default.conf",
		"./iris.key, target: /lab/iris.key"},
	{"web-applications", "lab", mergePath, "[Actions]\n",
		"[Actions]\nCreateApplication:Name=/csp/open,NameSpace=MIRRORNS\n"},
	{"created-once", "lab", mergePath, "[Actions]\n", "[Actions]\nCreateRole:Name=A\nCreateRole:Name=A\n"},
	{"nginx-single-directives", "lab", nginxPath, "    proxy_read_timeout 60s;\n",
		"    proxy_read_timeout 60s;\n    proxy_read_timeout 90s;\n"},
	{"nginx-locations", "lab", nginxPath, "location = /nginx-health {",
		"location / { return 404; }\n    location = /nginx-health {"},
	{"superserver-port", "old", "iris/merge/ap1a.cpf", "DefaultPort=1972", "DefaultPort=1973"},
	{"nginx-upstream-names", "lab", nginxPath, "proxy_pass http://webgateways;", "proxy_pass http://webgateway;"},
	{"haproxy-bounds", "lab", haproxyPath, "    maxconn 4058", "    maxconn 4051"},
	{"management-pages", "full", gatewayPath, "System_Manager=127.0.0.1,", "System_Manager=*.*.*.*,"},
	{"gateway-accounts", "full", rosterPath, "Gateway 'a password'", ""},
	{"start-arguments", "full", composeFile, "    - --after\n    - bash /lab/after-start.sh\n", ""},
}
