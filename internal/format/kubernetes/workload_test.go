package kubernetes_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mirrorgen/internal/format/compose"
	"mirrorgen/internal/format/kubernetes"
	"mirrorgen/internal/toolstest"
)

// Keys that Kubernetes takes are nobody's business, and what it refuses is named at its path.
func TestCheckWorkload(t *testing.T) {
	for _, c := range []struct {
		kind, keys string
		said       []string // path and the beginning of the text
	}{
		{"StatefulSet", `{}`, nil},
		{"StatefulSet", `{"metadata": {"labels": {"a.b/c": "x_y", "d": ""}, "annotations": {"n": "any text"}},
			"spec": {"volumeClaimTemplates": [{"spec": {"resources": {"requests": {"storage": "1e9"}}}}],
			"template": {"spec": {"terminationGracePeriodSeconds": 400, "nodeSelector": {"kubernetes.io/os": "linux"},
			"tolerations": [{"operator": "Exists"}], "containers": [{"name": "iris", "resources": {"limits":
			{"memory": "8Gi", "cpu": 2.5, "hugepages-2Mi": ".5Gi"}}, "readinessProbe": {"httpGet": {"port": "http"}},
			"ports": [{"containerPort": 80, "protocol": "TCP"}]}]}}}}`, nil},
		{"Deployment", `{"spec": {"strategy": {"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 1}}}}`, nil},
		{"Deployment", `{"spec": {"templte": {}}}`,
			[]string{`spec.templte: Kubernetes knows no key "templte" in spec. Did you mean "template"?`}},
		{"Deployment", `{"spec": {"volumeClaimTemplates": []}}`, []string{
			`spec.volumeClaimTemplates: Kubernetes knows no key "volumeClaimTemplates" in spec. It takes "minReady`}},
		{"Deployment", `{"spec": {"template": {"spec": {"zzzzzzzz": 1}}}}`, []string{
			`spec.template.spec.zzzzzzzz: Kubernetes knows no key "zzzzzzzz" in spec.template.spec. What is newer`}},
		{"Deployment", `{"sepc": {}}`, []string{
			`sepc: Kubernetes knows no key "sepc" in a workload. It takes "apiVersion", "kind"`}},
		{"Deployment", `{"status": {}}`, []string{`status: Kubernetes knows no key "status" in a workload.`}},
		{"StatefulSet", `{"spec": {"template": {"spec": {"terminationGracePeriodSeconds": "30s"}}}}`, []string{
			"spec.template.spec.terminationGracePeriodSeconds: spec.template.spec.terminationGracePeriodSeconds is a " +
				"string. Kubernetes takes a whole number."}},
		{"StatefulSet", `{"spec": {"replicas": 1.5, "template": []}}`, []string{
			"spec.replicas: spec.replicas is a number. Kubernetes takes a whole number.",
			"spec.template: spec.template is a list. Kubernetes takes an object."}},
		{"StatefulSet", `{"spec": {"template": {"spec": {"containers": [{"name": "iris"}, {"resources":
			{"limits": {"memory": "8 GB"}}}]}}}}`, []string{
			"spec.template.spec.containers.1.resources.limits.memory: " +
				`spec.template.spec.containers[1].resources.limits.memory is "8 GB". Kubernetes takes a number with`}},
		{"StatefulSet", `{"spec": {"template": {"spec": {"tolerations": [{"operator": "Exist"}]}}}}`, []string{
			"spec.template.spec.tolerations.0.operator: " +
				`spec.template.spec.tolerations[0].operator is "Exist". Kubernetes takes "Exists", "Equal"`}},
		{"StatefulSet", `{"metadata": {"labels": {"a b": "x", "c": "-y"}, "annotations": {"n": 5}}}`, []string{
			"metadata.annotations.n: metadata.annotations.n is a whole number. Kubernetes takes a string.",
			`metadata.labels.a b: metadata.labels has the key "a b". The key of a label or an annotation is`,
			`metadata.labels.c: metadata.labels.c is "-y". The value of a label is`}},
	} {
		decoder := json.NewDecoder(strings.NewReader(c.keys))
		decoder.UseNumber()
		var keys map[string]any
		if err := decoder.Decode(&keys); err != nil {
			t.Fatal(err)
		}
		var said []string
		for i, p := range kubernetes.CheckWorkload(c.kind, keys) {
			said = append(said, sentences(p))
			if i < len(c.said) && strings.HasPrefix(said[i], c.said[i]) {
				said[i] = c.said[i]
			}
		}
		if diff := cmp.Diff(c.said, said); diff != "" {
			t.Errorf("%s %s\n%s", c.kind, c.keys, diff)
		}
	}
}

func sentences(p compose.Problem) string {
	return strings.Join(p.Path, ".") + ": " + p.Text + " " + p.Remedy
}

// The schema is what the command makes of the release of Kubernetes that .ci/kubernetes runs, whose
// module is had where it is missing.
func TestSchema(t *testing.T) {
	toolstest.Thorough(t)
	download := exec.Command("go", "mod", "download", "-json", "k8s.io/kubernetes")
	download.Dir = "../../../.ci/kubernetes.d/cluster"
	out, err := download.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		t.Fatal(err)
	}
	document := filepath.Join(module.Dir, "api", "openapi-spec", "v3", "apis__apps__v1_openapi.json")
	made, err := exec.Command("go", "run", "../../../.ci/kubernetes.d/workloads", document).Output()
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("workloads.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, made) {
		t.Error("workloads.json is not what .ci/kubernetes.d/workloads makes of " + document)
	}
}

func TestQuantity(t *testing.T) {
	for text, want := range map[string]float64{"8Gi": 8 << 30, "500m": 0.5, "1e3": 1000, "1E3": 1000, "5E": 5e18,
		".5k": 500, "2.": 2, "+1": 1, "-1M": -1e6, "0": 0} {
		if n, good := kubernetes.Quantity(text); !good || n != want {
			t.Errorf("%s is %v, %v", text, n, good)
		}
	}
	for _, text := range []string{"", "8 GB", "8GB", "8gi", "Gi", "1e", "1e3Gi", "1ee3", "0x1", "inf", "1_0", "--1",
		"1-"} {
		if n, good := kubernetes.Quantity(text); good {
			t.Errorf("%s is %v", text, n)
		}
	}
}
