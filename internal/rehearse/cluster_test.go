package rehearse

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mirrorgen/internal/plan"
	"mirrorgen/internal/plan/plantest"
)

// clusterPlanOf compiles an example for Kubernetes.
func clusterPlanOf(t *testing.T, name string) *plan.Plan {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "examples", name+".hcl"))
	if err != nil {
		t.Fatal(err)
	}
	return plantest.MakeFor(t, plan.Kubernetes, name+".hcl", string(content))
}

func TestClusterNamespace(t *testing.T) {
	for _, c := range []struct{ namespace, want string }{
		{"demo", "demo-rehearsal"},
		{strings.Repeat("a", 63), strings.Repeat("a", 53) + "-rehearsal"},
		{strings.Repeat("a", 52) + "-bcdefghij", strings.Repeat("a", 52) + "-rehearsal"},
	} {
		if got := ClusterNamespace(c.namespace); got != c.want || len(got) > 63 {
			t.Errorf("ClusterNamespace(%q) is %q, want %q", c.namespace, got, c.want)
		}
	}
}

// Trials of Docker alone are not held on a cluster; those that break nodes are, where the
// user allows that.
func TestClusterTrials(t *testing.T) {
	p := clusterPlanOf(t, "simplemirror")
	const without = "start, alternation, requests, gateway-loss, idle, failover, failback, outage, crash, " +
		"reschedule, rollout, arbiter-loss, restart, purge"
	trials, err := choose(Options{Plan: p})
	if err != nil || names(trials) != without {
		t.Errorf("%v, %v", names(trials), err)
	}
	trials, err = choose(Options{Plan: p, Cluster: Cluster{Nodes: "true"}})
	if want := strings.Replace(without, "rollout,", "rollout, drain, node-loss,", 1); err != nil ||
		names(trials) != want {
		t.Errorf("%v, %v", names(trials), err)
	}
	_, err = choose(Options{Plan: p, Only: []string{"drain"}})
	if err == nil || !strings.Contains(err.Error(),
		"trial drain breaks a node of the cluster: allow that with --nodes") {
		t.Errorf("%v", err)
	}
}

func TestOverlay(t *testing.T) {
	p := clusterPlanOf(t, "minimal")
	got := string(overlay(p, "../minimal", map[plan.Kind]string{plan.KindMember: "stand-in/iris:1"},
		nil))
	const want = `# Written by mirrorgen rehearse: stand-ins in place of the vendor's images.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: ['../minimal']
labels:
  - { pairs: { mirrorgen/rehearsal: 'minimal' }, includeTemplates: true }
patches:
  - target: { kind: Deployment, name: 'arbiter' }
    patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: 'arbiter' }
      spec:
        template:
          spec:
            containers:
              - name: arbiter
                resources: { requests: { memory: 32Mi, cpu: 10m } }
  - target: { kind: StatefulSet, name: 'demo-a' }
    patch: |
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: { name: 'demo-a' }
      spec:
        template:
          spec:
            containers:
              - name: iris
                image: 'stand-in/iris:1'
                resources: { requests: { memory: 32Mi, cpu: 10m } }
  - target: { kind: StatefulSet, name: 'demo-b' }
`
	if !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if want := "- { name: wait-for-mirror, image: 'stand-in/iris:1' }"; strings.Count(got, want) != 1 {
		t.Errorf("the backup alone waits for its mirror:\n%s", got)
	}
}

func TestImageNames(t *testing.T) {
	if got := registryName("registry.example/lab/",
		"mirrorgen-stand-in/iris:0123"); got != "registry.example/lab/iris:0123" {
		t.Error(got)
	}
	if got := taggedName("nginx", "sha256:0123456789abcdef"); got != "mirrorgen-stand-in/nginx:0123456789ab" {
		t.Error(got)
	}
}
