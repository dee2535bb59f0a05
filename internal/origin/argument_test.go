package origin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/origin"
	"mirrorgen/internal/plan"
	"mirrorgen/schema"
	"mirrorgen/templates"
)

// wrong is what findWrong finds in files, as if it were a mistake there.
const wrong = "wrong-word"

// findWrong compiles a lab for a target, and reports each line that holds the word.
func findWrong(target plan.Target, topology *schema.Lab) origin.Check {
	return func() (hcl.Diagnostics, bool) {
		p, diags := plan.MakeFor(target, topology, nil)
		if diags.HasErrors() {
			return nil, false
		}
		var found hcl.Diagnostics
		for _, a := range templates.Render(p) {
			number := 0
			for line := range strings.Lines(string(a.Content)) {
				number++
				if strings.Contains(line, wrong) {
					found = append(found, &hcl.Diagnostic{
						Severity: hcl.DiagError, Summary: "Wrong word", Detail: strings.TrimSpace(line) + ".",
						Subject: &hcl.Range{Filename: a.Path, Start: hcl.Pos{Line: number}, End: hcl.Pos{Line: number}},
					})
				}
			}
		}
		return found, true
	}
}

// A mistake in the raw keys for Kubernetes, and in what a container of the user's own is given,
// is one error at its place.
func TestTraceOfArguments(t *testing.T) {
	for _, c := range []struct {
		name   string
		target plan.Target
		text   string // of the service
		want   []string
	}{
		{"key for Kubernetes", plan.Kubernetes, `nginx "web" {
  kubernetes = {
    metadata = { annotations = { team = "web" } }
    spec     = { template = { spec = { nodeSelector = { disk = "wrong-word" } } } }
  }
}`, []string{"10: Wrong word: kubernetes: spec.template.spec.nodeSelector.disk"}},
		{"item that is merged with that of its name", plan.Kubernetes, `nginx "web" {
  kubernetes = { spec = { template = { spec = {
    containers = [{ name = "nginx", image = "wrong-word" }]
  } } } }
}`, []string{"9: Wrong word: kubernetes: spec.template.spec.containers"}},
		{"elements of a list", plan.Kubernetes, `nginx "web" {
  kubernetes = { spec = { template = { spec = {
    tolerations = [
      { key = "wrong-word" },
      { key = "right" },
      { key = "also a wrong-word" },
    ]
  } } } }
}`, []string{
			"10: Wrong word: kubernetes: spec.template.spec.tolerations[0]",
			"12: Wrong word: kubernetes: spec.template.spec.tolerations[2]",
		}},
		{"command of words", plan.Compose, `service "app" {
  image   = "app:1"
  command = ["app", "wrong-word"]
}`, []string{"9: Wrong word: command"}},
		{"command line", plan.Compose, `service "app" {
  image   = "app:1"
  command = "app wrong-word"
}`, []string{"9: Wrong word: command"}},
		{"file", plan.Compose, `service "app" {
  image = "app:1"
  files = {
    "/etc/right" = "app/right"
    "/etc/wrong" = "app/wrong-word"
  }
}`, []string{"11: Wrong word: files: /etc/wrong"}},
		{"test of a health check", plan.Compose, `service "app" {
  image = "app:1"
  healthcheck = {
    interval       = "5s"
    timeout        = "2s"
    retries        = 3
    start_period   = "10s"
    start_interval = "1s"
    test           = ["CMD", "wrong-word"]
  }
}`, []string{"15: Wrong word: healthcheck: test"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := "lab \"l\" {}\nmirror \"m\" {\n  member \"a\" { role = \"primary\" }\n}\n" +
				"web_gateway \"g\" {}\n\n" + c.text + "\n"
			topology, _ := load(t, "lab.hcl", []byte(text))
			check := findWrong(c.target, topology)
			found, ok := check()
			if !ok || len(found) == 0 {
				t.Fatalf("the lab has no findings: %v", found)
			}
			diags := origin.Trace(topology, found, check)
			schema.Sort(diags)
			var got []string
			for _, d := range diags {
				subject, _, _ := strings.Cut(d.Detail, ": "+firstDetail(found, d))
				got = append(got, fmt.Sprintf("%d: %s: %s", d.Subject.Start.Line, d.Summary, subject))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got\n%s\n%v", diff, diags)
			}
			if again, _ := check(); len(again) != len(found) {
				t.Errorf("the lab is not as it was: %d findings, and %d before", len(again), len(found))
			}
		})
	}
}

// firstDetail is the detail of the finding that an error quotes.
func firstDetail(found hcl.Diagnostics, d *hcl.Diagnostic) string {
	i := slices.IndexFunc(found, func(f *hcl.Diagnostic) bool { return strings.Contains(d.Detail, f.Detail) })
	if i < 0 {
		return "no finding"
	}
	return found[i].Detail
}

// Each argument of a health check can be left out by itself, and all of them together.
func TestTraceOfHealthChecks(t *testing.T) {
	for _, name := range []string{"interval", "timeout", "start_period", "start_interval", "retries", "disable"} {
		value := `"7m"`
		switch name {
		case "retries":
			value = "77"
		case "disable":
			value = "true"
		}
		text := "lab \"l\" {}\nmirror \"m\" {\n  member \"a\" { role = \"primary\" }\n}\n" +
			"service \"app\" {\n  image = \"app:1\"\n  healthcheck = {\n    " + name + " = " + value + "\n  }\n}\n"
		topology, _ := load(t, "lab.hcl", []byte(text))
		lines := func() (hcl.Diagnostics, bool) {
			var found hcl.Diagnostics
			p, _ := plan.Make(topology, nil)
			for _, a := range templates.Render(p) {
				written := name + ": " + strings.Trim(value, `"`)
				_, service, _ := strings.Cut(string(a.Content), "image: app:1")
				if a.Path == "docker-compose.yaml" && strings.Contains(service, written) {
					found = append(found, &hcl.Diagnostic{
						Severity: hcl.DiagError, Summary: "Wrong", Detail: written + ".",
						Subject: &hcl.Range{Filename: a.Path},
					})
				}
			}
			return found, true
		}
		found, _ := lines()
		if len(found) != 1 {
			t.Fatalf("%s: %d findings", name, len(found))
		}
		diags := origin.Trace(topology, found, lines)
		if len(diags) != 1 || diags[0].Subject.Start.Line != 8 ||
			!strings.HasPrefix(diags[0].Detail, "healthcheck: "+name+": ") {
			t.Errorf("%s: %v", name, diags)
		}
	}
}
