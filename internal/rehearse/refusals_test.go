package rehearse_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mirrorgen/internal/artifact"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/plan/plantest"
	"mirrorgen/templates"
)

// refusedMirror is a lab for a cluster: what its instances have, and its kubernetes block.
// Its name, and so its namespace, is NAME.
func refusedMirror(instances, block string) string {
	return `lab "NAME" {}
arbiter "arbiter" {}
iris {
  ` + instances + `
}
mirror "ap1" {
  member "ap1a" { role = "primary" }
  member "ap1b" { role = "backup" }
}
kubernetes {
  ` + block + `
}
`
}

// clusterRefusals are labs that the test cluster cannot run, or may not, and what start.sh
// says of them.
var clusterRefusals = []struct {
	name, lab string
	before    string   // shell, in the lab's directory
	environ   []string // of start.sh; $WORK is a directory
	want      []string
	absent    bool // the namespace is not there afterwards
	after     string
}{
	{name: "no cluster", lab: refusedMirror("", ""), environ: []string{"KUBECONFIG=$WORK/none"}, absent: true,
		want: []string{"kubectl is set to no cluster: name a kubeconfig in KUBECONFIG"}},
	{name: "no answer", lab: refusedMirror("", ""), absent: true,
		before: "kubectl config view --raw --minify --flatten >$WORK/gone && " +
			"kubectl --kubeconfig $WORK/gone config set-cluster \"$(kubectl config view --minify --output " +
			"'jsonpath={.clusters[0].name}')\" --server https://127.0.0.1:9 >/dev/null",
		environ: []string{"KUBECONFIG=$WORK/gone"},
		want:    []string{"the cluster does not answer", "127.0.0.1:9"}},
	{name: "no rights", lab: refusedMirror("", ""), absent: true,
		before: "kubectl create namespace guests && kubectl --namespace guests create serviceaccount guest && " +
			"kubectl config view --raw --minify --flatten >$WORK/guest && " +
			"kubectl --kubeconfig $WORK/guest config set-credentials guest --token " +
			"\"$(kubectl --namespace guests create token guest)\" && " +
			"kubectl --kubeconfig $WORK/guest config set-context --current --user guest",
		environ: []string{"KUBECONFIG=$WORK/guest"},
		want: []string{"this user may not create or change configmaps secrets services statefulsets.apps " +
			"deployments.apps networkpolicies.networking.k8s.io poddisruptionbudgets.policy pods/exec",
			"ask the cluster's administrator for the role admin there"},
		after: "kubectl delete namespace guests"},
	{name: "namespace of another", lab: refusedMirror("", `namespace = "taken"`),
		before: "kubectl create namespace taken && kubectl --namespace taken create service clusterip theirs --tcp 80",
		want: []string{"the namespace taken is taken, it has service/theirs: give this lab another with namespace of " +
			"the kubernetes block"},
		after: "kubectl delete namespace taken"},
	// Whom the cluster's administrator has given a namespace of their own gets as far as the images.
	{name: "admin alone", lab: refusedMirror("", ""),
		before: "kubectl create namespace admin-alone && kubectl label namespace admin-alone " +
			"app.kubernetes.io/managed-by=mirrorgen app.kubernetes.io/part-of=admin-alone && " +
			"kubectl --namespace admin-alone create serviceaccount guest && kubectl --namespace admin-alone create " +
			"rolebinding guest --clusterrole admin --serviceaccount admin-alone:guest && " +
			"kubectl config view --raw --minify --flatten >$WORK/guest && " +
			"kubectl --kubeconfig $WORK/guest config set-credentials guest --token " +
			"\"$(kubectl --namespace admin-alone create token guest)\" && " +
			"kubectl --kubeconfig $WORK/guest config set-context --current --user guest",
		environ: []string{"KUBECONFIG=$WORK/guest"},
		want:    []string{"Its image cannot be fetched: is its name right"}},
	{name: "no storage class of the name", lab: refusedMirror("", `storage_class = "fast"`), absent: true,
		want: []string{"the cluster has no storage class fast (kubectl get storageclasses)", "it has: "}},
	{name: "no pull secret", lab: refusedMirror("", `pull_secret = "vendor"`), absent: true,
		want: []string{"the image pull secret vendor is missing in the namespace no-pull-secret:",
			"kubectl create secret docker-registry vendor --namespace no-pull-secret"}},
	{name: "no licence key", lab: refusedMirror("", ""), before: "rm iris.key", absent: true,
		want: []string{"the licence key iris.key is missing"}},
	// The nodes are this machine, twice.
	{name: "no memory", lab: refusedMirror("globals = 4000000", `storage_size = "1Gi"`),
		want: []string{"ap1a: Pending: 0/2 nodes are available: ", "No node has the memory that it asks for: lower " +
			"globals and gmheap, or use more or larger nodes.", "Mend the cause, then: ./start.sh"}},
	{name: "no image", lab: refusedMirror("", ""),
		want: []string{"Its image cannot be fetched: is its name right, and may the cluster read the registry"}},
}

// A cluster that cannot run a lab, or may not, is named with the remedy, within the time that
// a user waits for it, and nothing is left where nothing was begun. Most of that time is
// waiting, so that all are tried at once.
func testClusterRefusals(t *testing.T) {
	for _, c := range clusterRefusals {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			name := strings.ReplaceAll(c.name, " ", "-")
			directory, work := clusterLab(t, name, c.lab), t.TempDir()
			shell := func(script string) {
				t.Helper()
				command := exec.Command("bash", "-ec", script)
				command.Dir, command.Env = directory, append(os.Environ(), "WORK="+work)
				if out, err := command.CombinedOutput(); err != nil {
					t.Fatalf("%s: %v\n%s", script, err, out)
				}
			}
			shell(c.before)
			if c.after != "" {
				defer shell(c.after)
			}
			if !c.absent {
				defer shell("./stop.sh --purge --yes || true")
			}
			environment := append(os.Environ(), "LAB_TIME_SCALE=1")
			for _, e := range c.environ {
				environment = append(environment, strings.ReplaceAll(e, "$WORK", work))
			}
			out := mustRefuse(t, directory, environment)
			mustContain(t, out, c.want...)
			if left := kubectl(t, "get", "namespace", name, "--ignore-not-found", "--output=name"); c.absent &&
				left != "" {
				t.Errorf("%s is left", left)
			}
		})
	}
	t.Run("mended", func(t *testing.T) {
		t.Parallel()
		testMended(t, "mended")
	})
	t.Run("other volumes", func(t *testing.T) {
		t.Parallel()
		testVolumesStay(t, "other-volumes")
	})
}

// testMended holds that pods which could not start, and which Kubernetes leaves alone, are those
// of the mended topology after another start.sh.
func testMended(t *testing.T, name string) {
	environment := append(os.Environ(), "LAB_TIME_SCALE=1")
	large := clusterLab(t, name, refusedMirror("globals = 4000000", `storage_size = "1Gi"`))
	defer purge(t, large)
	mustRefuse(t, large, environment)
	small := clusterLab(t, name, refusedMirror("globals = 16", `storage_size = "1024Mi"`))
	out := mustRefuse(t, small, environment) // there are no images
	mustContain(t, out, "Making anew, since not ready and changed: ap1a ap1b", "Its image cannot be fetched")
	if strings.Contains(out, "No node has the memory") {
		t.Errorf("a pod is that of before:\n%s", out)
	}
}

// testVolumesStay holds that a volume that is there keeps its size: start.sh refuses another
// one before it changes anything.
func testVolumesStay(t *testing.T, name string) {
	environment := append(os.Environ(), "LAB_TIME_SCALE=1")
	small := clusterLab(t, name, refusedMirror("", `storage_size = "1Gi"`))
	defer purge(t, small)
	mustRefuse(t, small, environment) // there are no images: it is applied, and not ready
	generations := []string{"--namespace=" + name, "get", "statefulsets",
		"--output=jsonpath={.items[*].metadata.generation}"}
	before := kubectl(t, generations...)
	large := clusterLab(t, name, refusedMirror("", `storage_size = "2Gi"`))
	out := mustRefuse(t, large, environment)
	mustContain(t, out, "The lab was not started", "the volume of ap1a has 1Gi", "./stop.sh --purge")
	if after := kubectl(t, generations...); after != before {
		t.Errorf("generations %s, were %s", after, before)
	}
}

// purge deletes a lab from the cluster.
func purge(t *testing.T, directory string) {
	t.Helper()
	command := exec.Command("./stop.sh", "--purge", "--yes")
	command.Dir = directory
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// mustContain holds that start.sh has printed texts.
func mustContain(t *testing.T, out string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(out, text) {
			t.Errorf("start.sh does not say %q:\n%s", text, out)
		}
	}
}

// clusterLab writes a lab for Kubernetes into a directory of its own, with a licence key.
func clusterLab(t *testing.T, name, source string) string {
	t.Helper()
	directory := filepath.Join(t.TempDir(), name)
	p := plantest.MakeFor(t, plan.Kubernetes, name+".hcl", strings.ReplaceAll(source, "NAME", name))
	if _, err := artifact.Write(directory, templates.Render(p), artifact.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(directory, "iris.key"), []byte("[ConfigFile]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return directory
}

// mustRefuse runs start.sh, which must not start the lab, and returns what it printed.
func mustRefuse(t *testing.T, directory string, environment []string) string {
	t.Helper()
	ctx, end := context.WithTimeout(t.Context(), 2*time.Minute)
	defer end()
	command := exec.CommandContext(ctx, "./start.sh")
	command.Dir, command.Env = directory, slices.Clone(environment)
	out, err := command.CombinedOutput()
	if err == nil || command.ProcessState.ExitCode() != 1 {
		t.Fatalf("start.sh: %v\n%s", err, out)
	}
	return string(out)
}
