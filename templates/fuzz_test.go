package templates_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/zclconf/go-cty/cty"

	"mirrorgen/internal/format/cpf"
	"mirrorgen/internal/format/haproxy"
	"mirrorgen/internal/format/nginx"
	"mirrorgen/internal/toolstest"
)

// Each target below feeds one value through the string arguments of the language
// that reach one format. The topology is refused, or the format's own parser reads
// the value back unchanged, and nothing else of the file has changed.

// addHostile begins with a few hostile values; TestHostileValues takes all of them.
func addHostile(f *testing.F) {
	for i := 0; i < len(hostile); i += 5 {
		f.Add(hostile[i])
	}
}

// through renders the topology of a place with a value; ok is false where it is
// refused, or where HCL cannot spell the value.
func through(t *testing.T, name, value string) (artifacts map[string]string, ok bool) {
	t.Helper()
	if !utf8.ValidString(value) {
		t.Skip("HCL is UTF-8")
	}
	for _, p := range places {
		if p.name == name {
			artifacts, err := build(strings.Replace(p.topology, "%s", hclString(value), 1))
			return artifacts, err == nil
		}
	}
	t.Fatalf("there is no place %q", name)
	return nil, false
}

// normal is a value as HCL hands it on: in NFC.
func normal(value string) string { return cty.StringVal(value).AsString() }

// arrives fails where a value reaches its target changed. HCL normalizes strings
func arrives(t *testing.T, name, value string) {
	t.Helper()
	artifacts, ok := through(t, name, value)
	if !ok {
		return
	}
	for _, p := range places {
		if p.name == name && p.arrived != nil {
			if got := p.arrived(t, artifacts); got != normal(value) {
				t.Errorf("%s: %q arrives as %q", name, value, got)
			}
		}
	}
}

func FuzzCompose(f *testing.F) {
	addHostile(f)
	f.Fuzz(func(t *testing.T, value string) {
		for _, name := range []string{"lab timezone", "images nginx", "lab license_key", "member compose",
			"gateway environment"} {
			arrives(t, name, value)
		}
		artifacts, ok := through(t, "member environment", value)
		if !ok {
			return
		}
		project, err := loader.LoadWithContext(context.Background(), types.ConfigDetails{
			WorkingDir: t.TempDir(),
			ConfigFiles: []types.ConfigFile{
				{Filename: "docker-compose.yaml", Content: []byte(artifacts["docker-compose.yaml"])},
			},
			Environment: types.Mapping{},
		})
		if err != nil {
			t.Fatalf("%q: Compose refuses the file: %v", value, err)
		}
		if got := project.Services["demo-a"].Environment["VALUE"]; got == nil || *got != normal(value) {
			t.Errorf("%q arrives as %v", value, got)
		}
	})
}

func FuzzINI(f *testing.F) {
	addHostile(f)
	f.Fuzz(func(t *testing.T, value string) {
		for _, name := range []string{"gateway username", "gateway password", "gateway ini"} {
			arrives(t, name, value)
		}
	})
}

// The shell's words, and the ObjectScript literals that the hooks make of them.
func FuzzShell(f *testing.F) {
	bash := toolstest.Need(f, "bash")
	addHostile(f)
	f.Fuzz(func(t *testing.T, value string) {
		artifacts, ok := through(t, "gateway password", value)
		if !ok || value == "SYS" {
			return
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "instances.sh"), []byte(artifacts["iris/instances.sh"]),
			0o644); err != nil {
			t.Fatal(err)
		}
		hook := artifacts["iris/after-start.sh"]
		quote, _, _ := strings.Cut(hook[strings.Index(hook, "quote() {"):], "\n")
		command := exec.Command(
			bash,
			"-c",
			"HOSTNAME=demo-a; . ./instances.sh; "+quote+`; printf '%s|%s' "${accounts[1]}" "$(quote "${accounts[1]}")"`,
		)
		command.Dir = dir
		out, err := command.CombinedOutput()
		if want := normal(value) + `|"` + strings.ReplaceAll(normal(value), `"`, `""`) + `"`; err != nil ||
			string(out) != want {
			t.Errorf("%q arrives as %q, want %q (%v)", value, out, want, err)
		}
	})
}

// Raw text of nginx stays inside its server block.
func FuzzNGINX(f *testing.F) {
	addHostile(f)
	f.Add("add_header X-Lab \"a b\" always;")
	f.Add("location /x { return 404; }")
	plain, _ := build(frame())
	want, _ := nginx.Parse(plain["nginx/web.conf"])
	f.Fuzz(func(t *testing.T, value string) {
		artifacts, ok := through(t, "nginx config", value)
		if !ok {
			return
		}
		got, problems := nginx.Parse(artifacts["nginx/web.conf"])
		if len(problems) > 0 || len(got) != len(want) {
			t.Fatalf("%q: %d blocks instead of %d, %v", value, len(got), len(want), problems)
		}
		for i := range want {
			if got[i].Name != want[i].Name {
				t.Errorf("%q: block %d is %s instead of %s", value, i, got[i].Name, want[i].Name)
			}
		}
	})
}

// Raw text of HAProxy stays inside its defaults section.
func FuzzHAProxy(f *testing.F) {
	addHostile(f)
	f.Add("    option tcp-smart-connect\n    log-format \"%ci %[srv_name]\"")
	plain, _ := build(frame())
	want, _ := haproxy.Parse(plain["haproxy/sql.cfg"])
	f.Fuzz(func(t *testing.T, value string) {
		artifacts, ok := through(t, "haproxy config", value)
		if !ok {
			return
		}
		got, _ := haproxy.Parse(artifacts["haproxy/sql.cfg"])
		if len(got.Sections) != len(want.Sections) {
			t.Fatalf("%q: %d sections instead of %d", value, len(got.Sections), len(want.Sections))
		}
		for i, section := range want.Sections {
			if got.Sections[i].Kind != section.Kind || got.Sections[i].Name != section.Name ||
				section.Proxy() && len(got.Sections[i].Lines) != len(section.Lines) {
				t.Errorf("%q changes the section %s %s", value, section.Kind, section.Name)
			}
		}
	})
}

// Raw text of a merge file declares no mirror.
func FuzzMerge(f *testing.F) {
	addHostile(f)
	f.Add("[Startup]\nEnsembleAutoStart=0")
	f.Add("[Actions]\nConfigMirror:Name=X,Member=primary,Primary=localhost")
	f.Fuzz(func(t *testing.T, value string) {
		artifacts, ok := through(t, "member merge", value)
		if !ok {
			return
		}
		file, problems := cpf.Parse(artifacts["iris/merge/demo-a.cpf"])
		mirrors := 0
		for action := range file.Actions {
			if action.Name == "ConfigMirror" {
				mirrors++
			}
		}
		if mirrors > 1 || len(problems) > 0 {
			t.Errorf("%q: %d mirrors, %v", value, mirrors, problems)
		}
	})
}

// A description is one cell of the README's table of profiles.
func FuzzMarkdown(f *testing.F) {
	addHostile(f)
	f.Fuzz(func(t *testing.T, value string) {
		artifacts, ok := through(t, "profile description", value)
		if !ok {
			return
		}
		rows := 0
		for line := range strings.Lines(artifacts["README.md"]) {
			if strings.HasPrefix(line, "| `p` | ") {
				rows++
				if cells := strings.Count(strings.ReplaceAll(strings.ReplaceAll(line, `\\`, ""), `\|`, ""),
					"|"); cells != 4 {
					t.Errorf("%q makes a row of %d bars: %s", value, cells, line)
				}
			}
		}
		if rows != 1 {
			t.Errorf("%q makes %d rows", value, rows)
		}
	})
}
