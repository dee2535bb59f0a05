package impact

import (
	"maps"
	"strings"
	"testing"

	"mirrorgen/internal/format/kubernetes"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/plan/plantest"
	"mirrorgen/templates"
)

// labelled are a lab's pods by their labels, and its policies: each a selector, and the
// selectors of whom it lets in.
type labelled struct {
	pods     map[string]map[string]string
	policies [][]map[string]string
}

// readLabels reads a lab for Kubernetes.
func readLabels(t *testing.T, topology string) labelled {
	t.Helper()
	l, r := labelled{pods: map[string]map[string]string{}}, kubernetes.NewReader()
	for _, a := range templates.Render(plantest.MakeFor(t, plan.Kubernetes, "lab.hcl", topology)) {
		if !strings.HasSuffix(a.Path, ".yaml") || a.Path == "kustomization.yaml" {
			continue
		}
		objects, err := kubernetes.ParseObjects(string(a.Content))
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range objects {
			switch o.Kind.Text {
			case "StatefulSet", "Deployment":
				l.pods[o.Name.Text] = r.Labels(r.Under(o.Root, "spec", "template", "metadata", "labels"))
			case "NetworkPolicy":
				policy := []map[string]string{r.Labels(r.Under(o.Root, "spec", "podSelector", "matchLabels"))}
				for _, rule := range r.Items(r.Under(o.Root, "spec", "ingress")) {
					for _, from := range r.Items(r.Get(rule, "from")) {
						policy = append(policy, r.Labels(r.Under(from, "podSelector", "matchLabels")))
					}
				}
				l.policies = append(l.policies, policy)
			}
		}
	}
	return l
}

// While a mirror gets another name, its pods are made anew one after the other, and policies of
// both builds are there: members, their application server and the arbiter go on meeting.
func TestRenamedMirrorMeets(t *testing.T) {
	const topology = `lab "demo" {}
arbiter "arb" {}
mirror "m" {
  set_name = "M"
  member "ma" { role = "primary" }
  member "mb" { role = "backup" }
}
application_server "app" {
  mirror = "m"
}
`
	old := readLabels(t, topology)
	now := readLabels(t, strings.NewReplacer(`mirror "m"`, `mirror "n"`, `mirror = "m"`, `mirror = "n"`).
		Replace(topology))
	if maps.Equal(old.pods["ma"], now.pods["ma"]) {
		t.Fatal("the name of the mirror is in no label, so that this test is about nothing")
	}
	has := func(labels, selector map[string]string) bool {
		for name, value := range selector {
			if labels[name] != value {
				return false
			}
		}
		return true
	}
	admits := func(policies [][]map[string]string, from, to map[string]string) bool {
		for _, policy := range policies {
			if !has(to, policy[0]) {
				continue
			}
			for _, selector := range policy[1:] {
				if has(from, selector) {
					return true
				}
			}
		}
		return false
	}
	both := append(old.policies, now.policies...)
	for _, pair := range [][2]string{{"ma", "mb"}, {"mb", "ma"}, {"app", "ma"}, {"app", "mb"}, {"ma", "arb"}} {
		from, to := pair[0], pair[1]
		if !admits(both, old.pods[from], now.pods[to]) {
			t.Errorf("%s of before does not reach %s of after", from, to)
		}
		if !admits(both, now.pods[from], old.pods[to]) {
			t.Errorf("%s of after does not reach %s of before", from, to)
		}
	}
	if admits(both, now.pods["arb"], now.pods["ma"]) {
		t.Error("the arbiter reaches a member, so that policies are not read")
	}
}
