package templates_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/rogpeppe/go-internal/txtar"

	"mirrorgen/internal/plan"
	"mirrorgen/internal/plan/plantest"
	"mirrorgen/schema"
	"mirrorgen/templates"
)

var update = flag.Bool("update", false, "rewrite the expected diagnostics in testdata")

// customLab is the lab that the templates of these tests print.
const customLab = `
lab "custom" { license_key = "keys/mine.key" }
mirror "m" {
  member "a" { role = "primary" }
  member "b" { role = "drasync" }
}
web_gateway "webgw" { compose = { labels = { own = "x" } } }
nginx "web" {}
`

func planOf(t *testing.T, topology string) *plan.Plan {
	t.Helper()
	return plantest.Make(t, "lab.hcl", topology)
}

// Each archive of testdata/wrong holds templates, and what is said of them.
func TestWrongTemplates(t *testing.T) {
	names, err := filepath.Glob("testdata/wrong/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d archives, %v", len(names), err)
	}
	p := planOf(t, customLab)
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var sources []templates.Source
			want := ""
			for _, f := range archive.Files {
				if f.Name == "diagnostics" {
					want = string(f.Data)
					continue
				}
				sources = append(sources, templates.Source{Name: f.Name, File: "templates/" + f.Name, Content: f.Data})
			}
			set, diags := templates.Extend(sources)
			if set != nil {
				set.Limit(10_000, 4<<20)
				_, more := set.Render(p)
				diags = append(diags, more...)
			}
			have := listed(diags)
			if *update {
				if want == "" {
					archive.Files = append(archive.Files, txtar.File{Name: "diagnostics"})
				}
				archive.Files[len(archive.Files)-1].Data = []byte(have)
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, have); diff != "" || have == "" {
				t.Errorf("diagnostics %s\n%s", have, diff)
			}
		})
	}
}

// listed prints each diagnostic with its severity and place.
func listed(diags hcl.Diagnostics) string {
	schema.Sort(diags)
	var b strings.Builder
	for _, d := range diags {
		severity := "Error"
		if d.Severity == hcl.DiagWarning {
			severity = "Warning"
		}
		fmt.Fprintf(&b, "%s: %s\n%s\n%s\n", d.Subject, severity+": "+d.Summary, d.Detail, "")
	}
	return b.String()
}

// A template that was ejected and not changed prints what the built-in prints,
// on every lab.
func TestEject(t *testing.T) {
	var sources []templates.Source
	for _, b := range templates.Builtins() {
		text, ok := templates.Eject(b.Name)
		if !ok || !strings.Contains(text, b.Name) {
			t.Fatalf("%s: %v %q", b.Name, ok, text)
		}
		sources = append(sources, templates.Source{Name: b.Name, File: b.Name, Content: []byte(text)})
	}
	set, diags := templates.Extend(sources)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	for name, topology := range readmeLabs {
		p := planOf(t, "lab \"x\" { languages = [\"en\", \"ja\"] }\n"+topology)
		have, diags := set.Render(p)
		if len(diags) > 0 {
			t.Fatalf("%s: %v", name, diags)
		}
		want := templates.Render(p)
		if len(have) != len(want) {
			t.Fatalf("%s: %d artifacts, not %d", name, len(have), len(want))
		}
		for i, a := range want {
			if have[i].Path != a.Path || have[i].Mode != a.Mode || !bytes.Equal(have[i].Content, a.Content) {
				t.Errorf("%s: %s", name, cmp.Diff(a, have[i]))
			}
		}
	}
}

// Additional templates get the plan, and what they print can be run if it says
// so.
func TestAddedTemplates(t *testing.T) {
	set, diags := templates.Extend([]templates.Source{
		{
			Name: "monitoring/hosts.json.tmpl",
			Content: []byte("{ {{range $i, $s := .Plan.Services}}{{if $i}}, {{end}}" +
				"{{json .Name}}: {{json (index .Addresses 0).IP}}{{end}} }\n"),
		},
		{
			Name:    "tools/ping.sh.tmpl",
			Content: []byte("#!/usr/bin/env bash\n# {{header .Plan.Source}}\n{{template \"scripts/begin\"}}\n"),
		},
	})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	artifacts, diags := set.Render(planOf(t, customLab))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	found := 0
	for _, a := range artifacts {
		switch a.Path {
		case "monitoring/hosts.json":
			found++
			if !strings.HasPrefix(string(a.Content), `{ "a": "10.`) || a.Mode != 0o644 {
				t.Errorf("%v %s", a.Mode, a.Content)
			}
		case "tools/ping.sh":
			found++
			if !strings.Contains(string(a.Content), "BASH_VERSINFO") || a.Mode != 0o755 {
				t.Errorf("%v %s", a.Mode, a.Content)
			}
		}
	}
	if found != 2 {
		t.Errorf("%d found", found)
	}
}

// A template that calls itself meets the limit of text/template first.
func TestRecursionEnds(t *testing.T) {
	set, diags := templates.Extend(
		[]templates.Source{
			{
				Name:    "x.tmpl",
				File:    "x.tmpl",
				Content: []byte(`{{define "x"}}{{template "x" .}}{{end}}{{template "x" .}}`),
			},
		},
	)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if _, diags = set.Render(planOf(t, customLab)); len(diags) != 1 ||
		!strings.Contains(diags[0].Detail, "calls itself") {
		t.Error(diags)
	}
}
