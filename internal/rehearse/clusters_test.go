package rehearse_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mirrorgen/internal/format/kubernetes"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/plan/plantest"
	"mirrorgen/internal/rehearse"
	"mirrorgen/templates"
)

// onCluster is the environment variable that .ci/kubernetes sets, to the directory of the
// cluster that it runs.
const onCluster = "MIRRORGEN_KUBERNETES"

// clusterTool is what gives images to the test cluster, and cuts nodes off.
const clusterTool = "../../.ci/kubernetes"

// clusterRehearsals are the examples that are rehearsed on the test cluster, and the trials;
// every trial where none is named.
var clusterRehearsals = []struct {
	example string
	only    []string
}{
	{"simplemirror", nil},
	{"dr-reporting", []string{"start", "promote"}},
	{"tls", []string{"start", "monitoring", "failover"}},
}

// TestClusters holds the manifests of every example against the API server of a real cluster,
// and puts examples through their trials there.
func TestClusters(t *testing.T) {
	if os.Getenv(onCluster) == "" {
		t.Skip("runs labs on Kubernetes for minutes: .ci/engine .ci/kubernetes run -- go test -timeout=30m -run " +
			"TestClusters ./internal/rehearse, which make test does")
	}
	t.Run("manifests", func(t *testing.T) {
		labs, err := filepath.Glob("../../examples/*-kubernetes")
		more, _ := filepath.Glob("../../examples/*/*-kubernetes")
		if labs = append(labs, more...); err != nil || len(labs) < 3 {
			t.Fatalf("%v, %v", labs, err)
		}
		kubectl(t, "apply", "--server-side", "--filename", irisClusters)
		kubectl(t, "wait", "--for=condition=Established", "--timeout=60s", "--filename", irisClusters)
		defer kubectl(t, "delete", "--filename", irisClusters)
		for _, lab := range labs {
			t.Run(filepath.Base(lab), func(t *testing.T) { checkManifests(t, lab) })
		}
	})
	t.Run("refusals", testClusterRefusals)
	executable := standIn(t)
	tool, err := filepath.Abs(clusterTool)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range clusterRehearsals {
		t.Run(r.example, func(t *testing.T) {
			file := r.example + ".hcl"
			source, err := os.ReadFile(filepath.Join("..", "..", "examples", file))
			if err != nil {
				t.Fatal(err)
			}
			namespace := rehearse.ClusterNamespace(r.example)
			o := options(t, executable, file, source, r.only...)
			o.Plan = plantest.MakeFor(t, plan.Kubernetes, file,
				string(source)+"\nkubernetes {\n  namespace = \""+namespace+"\"\n}\n")
			o.Artifacts = templates.Render(o.Plan)
			o.Cluster = rehearse.Cluster{Load: tool + " load", Nodes: tool + " node"}
			ctx, end := context.WithTimeout(t.Context(), 15*time.Minute)
			defer end()
			report, err := rehearse.Run(ctx, o)
			if err != nil {
				t.Fatal(err)
			}
			var table strings.Builder
			if err := report.Table(&table); err != nil {
				t.Fatal(err)
			}
			t.Log("\n" + table.String())
			if !report.Passed {
				t.Error("a trial failed")
			}
			checkLoads(t, report)
			for _, kind := range []string{"namespace/" + namespace, "persistentvolumes"} {
				if out := kubectl(t, "get", "--ignore-not-found", "--output=name", kind); out != "" {
					t.Errorf("%s is left after the rehearsal: %s", kind, out)
				}
			}
		})
	}
}

// irisClusters makes the API server know IrisCluster, which InterSystems' operator brings
// otherwise, with the fields that labs use.
const irisClusters = "testdata/iriscluster.yaml"

// checkManifests validates what kustomize makes of a lab, strictly, for the oldest and the
// newest release that a lab is made for, and asks the API server.
func checkManifests(t *testing.T, lab string) {
	directory := t.TempDir()
	if err := os.CopyFS(directory, os.DirFS(lab)); err != nil {
		t.Fatal(err)
	}
	writeIgnored(t, directory)
	var own []string
	for _, document := range strings.Split(kubectl(t, "kustomize", directory), "\n---\n") {
		// What it makes of files is of no template; the validator does not know how it breaks
		// lines, and no release of Kubernetes has an IrisCluster.
		if whole := "\n" + document; !strings.Contains(whole, "\nkind: Secret\n") &&
			!strings.Contains(whole, "\nkind: IrisCluster\n") {
			own = append(own, document)
		}
	}
	file := filepath.Join(t.TempDir(), "manifests.yaml")
	if err := os.WriteFile(file, []byte(strings.Join(own, "\n---\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	program, err := exec.LookPath("kubectl-validate")
	if err != nil {
		t.Fatal(err)
	}
	schemas := filepath.Join(filepath.Dir(program), "..", "schemas")
	for _, release := range [][]string{
		{"--version", "1.27"},
		{"--version", "1.30", "--local-schemas", filepath.Join(schemas, "1.37")},
	} {
		out, err := exec.Command(program, append(release, file)...).CombinedOutput()
		if err != nil {
			t.Errorf("kubectl-validate %s: %v\n%s", strings.Join(release, " "), err, out)
		}
	}
	checkDigested(t, directory)
	namespace := strings.TrimSuffix(filepath.Base(lab), "-kubernetes")
	kubectl(t, "create", "namespace", namespace)
	kubectl(t, "apply", "--server-side", "--dry-run=server", "--validate=strict", "--kustomize", directory)
	kubectl(t, "delete", "namespace", namespace, "--wait=false")
}

// checkDigested: where an IrisCluster names maps and secrets, kustomize has put the names that it
// gives them.
func checkDigested(t *testing.T, directory string) {
	t.Helper()
	objects, err := kubernetes.ParseObjects(kubectl(t, "kustomize", directory))
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]bool{}
	for _, o := range objects {
		made[o.Kind.Text+" "+o.Name.Text] = true
	}
	r := kubernetes.NewReader()
	for _, o := range objects {
		if o.Kind.Text != "IrisCluster" {
			continue
		}
		names := []string{"Secret " + r.WordAt(o.Root, "spec", "licenseKeySecret", "name").Text,
			"ConfigMap " + r.WordAt(o.Root, "spec", "configSource", "name").Text}
		for _, v := range r.Volumes(r.Get(o.Root, "spec")) {
			for _, m := range v.Maps {
				names = append(names, map[bool]string{true: "Secret ", false: "ConfigMap "}[m.Secret]+m.Text)
			}
		}
		for _, name := range names {
			if !made[name] {
				t.Errorf("the IrisCluster %s names %s, which kustomize does not make", o.Name.Text, name)
			}
		}
	}
}

// writeIgnored writes what the lab's user brings, and start.sh makes: the files that maps and
// secrets are made from and git ignores.
func writeIgnored(t *testing.T, directory string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(directory, plan.KustomizationPath))
	if err != nil {
		t.Fatal(err)
	}
	k, err := kubernetes.ParseKustomization(string(content))
	if err != nil {
		t.Fatal(err)
	}
	for _, generator := range append(k.Maps, k.Secrets...) {
		for _, file := range generator.Files {
			path := filepath.Join(directory, filepath.FromSlash(file.Source.Text))
			if _, err := os.Stat(path); err == nil {
				continue
			}
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte("not generated\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// kubectl runs it and returns what it printed.
func kubectl(t *testing.T, args ...string) string {
	t.Helper()
	command := exec.Command("kubectl", args...)
	var stderr strings.Builder
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}
