package templates_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mirrorgen/internal/plan"
	"mirrorgen/internal/plan/plantest"
	"mirrorgen/internal/toolstest"
	"mirrorgen/templates"
)

// clusterKubectl is kubectl for a cluster that knows what the files beside it say: the labels of the
// namespace in "namespace", what this user may not do in "forbidden", line by line, and of each
// Service its type, address and node port in "services". It notes what is applied and deleted.
const clusterKubectl = `#!/usr/bin/env bash
cd ROOT
all=$*
case $all in
*'version --output yaml') printf 'clientVersion:\n  gitVersion: v1.34.0\nserverVersion:\n  gitVersion: v1.34.0\n' ;;
*'get namespace '*)
  if grep -q -x 'get namespaces' forbidden; then echo 'Error from server (Forbidden)' >&2; exit 1; fi
  cat namespace ;;
*'auth can-i '*)
  if grep -q -x -F -e "${all#*auth can-i }" forbidden; then echo no; exit 1; fi
  echo yes ;;
*'get storageclasses'*) echo 'standard true' ;;
*'get service '*) read -r _ _ _ _ service _ <<<"$all"; grep "^$service|" services | cut -d'|' -f2- ;;
*'get pods --selector'*) cat pods ;;
*'get statefulset '*generation*) echo '1|1' ;;
*'get statefulset '* | *'get pod '*) echo made ;;
*'apply '* | *'delete namespace'*) echo "$*" >>done; echo 'x serverside-applied' ;;
*'logs '*) echo 'LMF Info: Licensed for 4 cores' ;;
esac
`

const clusterTopology = `
lab "lab" {}
secrets {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
web_gateway "webgw" {}
nginx "web" {}
haproxy "sql" {}
profile "one" { services = ["demo-a"] }
`

// A clusterLab is a lab on Kubernetes beside its kubectl. status.sh says that all is well.
type clusterLab struct {
	*testing.T
	root string
}

func newClusterLab(t *testing.T, topology string, files map[string]string) clusterLab {
	t.Helper()
	toolstest.Need(t, "bash")
	l := clusterLab{t, t.TempDir()}
	p := plantest.MakeFor(t, plan.Kubernetes, "lab.hcl", topology)
	var pods strings.Builder
	for _, s := range p.Services {
		pods.WriteString(s.Name + "|" + s.Name + "-0|10.0.0.1|Running|True|true||||node1\n")
	}
	all := map[string]string{"kubectl": strings.ReplaceAll(clusterKubectl, "ROOT", l.root), "pods": pods.String(),
		"namespace": "found mirrorgen/lab Active", "forbidden": "", "services": "", "done": "", "iris.key": "key",
		"status.sh": "#!/bin/sh\necho all well\n"}
	for _, a := range templates.Render(p) {
		if a.Path == "start.sh" || a.Path == "stop.sh" {
			all[a.Path] = string(a.Content)
		}
	}
	for path, content := range files {
		all[path] = content
	}
	for path, content := range all {
		if err := os.WriteFile(filepath.Join(l.root, path), []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// run runs a script and returns what it printed, its exit code, and what was applied or deleted.
func (l clusterLab) run(script string) (said string, code int, done string) {
	l.Helper()
	cmd := exec.Command("bash", "-c", script)
	cmd.Dir = l.root
	cmd.Env = []string{"PATH=" + l.root + ":" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	if _, ended := err.(*exec.ExitError); err != nil && !ended {
		l.Fatal(err)
	}
	list, err := os.ReadFile(filepath.Join(l.root, "done"))
	if err != nil {
		l.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode(), string(list)
}

// Who may change what is in the namespace, and not the namespace, starts the lab where the
// namespace has its labels, and is told what is missing where it has not.
func TestStartInNamespaceOfAnother(t *testing.T) {
	const patch, leaves = "patch namespaces/lab", "app.kubernetes.io/component notin (namespace)"
	for _, c := range []struct {
		name, namespace, forbidden, script string
		said, done                         string // done "" where nothing is to be applied
	}{
		{"everything is allowed", "found mirrorgen/lab Active", "", "./start.sh", "Endpoints", "--kustomize .\n"},
		{"with the labels", "found mirrorgen/lab Active", patch, "./start.sh", "Endpoints",
			"--kustomize . --selector " + leaves + "\n"},
		{"a part, with the labels", "found mirrorgen/lab Active", patch, "./start.sh one", "all well",
			"--selector app.kubernetes.io/instance notin (arbiter,demo-b,webgw,web,sql)," + leaves + "\n"},
		{"without the labels", "found / Active", patch, "./start.sh",
			"nothing says that the namespace lab is this lab's, and this user may not label it: ask the " +
				"cluster's administrator for the labels\n    kubectl label namespace lab " +
				"app.kubernetes.io/managed-by=mirrorgen app.kubernetes.io/part-of=lab\n", ""},
		{"without a namespace", "", "create namespaces", "./start.sh",
			"there is no namespace lab, and this user may not make it", ""},
		{"without the right to look", "", patch + "\nget namespaces", "./start.sh",
			"may not create or change namespaces/lab in", ""},
		{"without a right in it", "found mirrorgen/lab Active", patch + "\npatch secrets", "./start.sh",
			"this user may not create or change secrets in the namespace lab: ask the cluster's administrator " +
				"for the role admin there", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newClusterLab(t, clusterTopology,
				map[string]string{"namespace": c.namespace, "forbidden": c.forbidden + "\n"})
			said, code, done := l.run(c.script)
			if !strings.Contains(said, c.said) || (code == 0) != (c.done != "") || !strings.HasSuffix(done, c.done) ||
				c.done == "" && done != "" {
				t.Errorf("exit code %d, done %q:\n%s", code, done, said)
			}
		})
	}
}

// Who may not delete the namespace is told so before anything is asked or deleted.
func TestPurgeInNamespaceOfAnother(t *testing.T) {
	l := newClusterLab(t, clusterTopology, map[string]string{"forbidden": "delete namespaces/lab\n"})
	said, code, done := l.run("./stop.sh --purge --yes")
	if code != 1 || done != "" || !strings.Contains(said, "kubectl delete namespace lab") {
		t.Errorf("exit code %d, done %q:\n%s", code, done, said)
	}
	l = newClusterLab(t, clusterTopology, nil)
	said, code, done = l.run("./stop.sh --purge --yes")
	if code != 0 || !strings.Contains(done, "delete namespace lab") {
		t.Errorf("exit code %d, done %q:\n%s", code, done, said)
	}
}

// What pages say of ports of this machine is what start.sh prints commands for, whatever the type
// of a Service is; where the cluster has an address of its own for it, that is printed too.
func TestEndpointsOfCluster(t *testing.T) {
	topology := strings.NewReplacer(`web_gateway "webgw" {}`, `web_gateway "webgw" { http_port = 10080 }
web_gateway "own" {
  servers   = ["demo"]
  http_port = 0
}
service "app" {
  image = "app:1"
  ports = ["8081:80"]
}`, `haproxy "sql" {}`, `haproxy "sql" { stats_port = 8404 }
kubernetes { service_type = "NodePort" }`).Replace(clusterTopology)
	l := newClusterLab(t, topology, map[string]string{
		"services": "web|NodePort||30080\nsql|LoadBalancer|192.0.2.1|30972\nwebgw|ClusterIP||\nown|ClusterIP||\n" +
			"app|NodePort||30081\n"})
	said, code, _ := l.run("./start.sh")
	_, said, _ = strings.Cut(said, "Endpoints (")
	const want = `ENDPOINTS.md has them all):
  web: http://NODE:30080
  webgw: http://localhost:10080/csp/bin/Systems/Module.cxw
    portal of a member: http://localhost:10080/MEMBER/csp/sys/%25CSP.Portal.Home.zen
  own: http://localhost:10082/csp/bin/Systems/Module.cxw
    portal of a member: http://localhost:10082/MEMBER/csp/sys/%25CSP.Portal.Home.zen
  sql: jdbc:IRIS://192.0.2.1:1972/MIRRORNS
  app: NODE:30081
Ports of localhost, here and in the pages, are there while this runs:
  kubectl port-forward --namespace lab service/web 10081:80
  kubectl port-forward --namespace lab service/webgw 10080:10080
  kubectl port-forward --namespace lab service/own 10082:80
  kubectl port-forward --namespace lab service/sql 1972:1972 8404:8404
  kubectl port-forward --namespace lab service/app 8081:8081
`
	if code != 0 || said != want {
		t.Errorf("exit code %d:\n%s", code, said)
	}
}
