package templates_test

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"gopkg.in/ini.v1"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/toolstest"
	"mirrorgen/internal/verify"
	"mirrorgen/schema"
	"mirrorgen/templates"
)

// hostile are values that break a file whose writer forgets about quoting.
var hostile = []string{
	`"`, `'`, "`id`", `$(id)`, `${HOME}`, `$HOME`, `$$`, `a#b`, `a #b`, `a;b`, `a ; b`, `{{.Name}}`, `{{`, `}}`,
	`%{if}`, `\`, `a\nb`, `a\`,
	"a\nb", "\n", "a\r\nb", "a\tb", "a\x00b", "\x7f", "a\u2028b", " a", "a ", "", "true", "no", "null", "~", "1",
	"0x1F", "1e3", "a: b", "- a", "[a]", "{a: b}",
	"*a", "&a", "!a", "|", ">", "@a", "a,b", "a=b", "a|b", "<b>", "../../etc/passwd", "/etc/passwd", "日本語", "]",
	"a]b", "%s%n", "]]]U1lT", "EOF", "-rf", "--", "!", "a'b\"c$d#e;f",
}

// place is one string argument of the language: a topology with %s for its
// value, and where the value must arrive.
type place struct {
	name     string
	topology string
	// arrived returns the value as its target reads it, for a rendered lab. It is
	// nil where the language's rule leaves no character that needs quoting.
	arrived func(t *testing.T, artifacts map[string]string) string
}

const members = `
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
`

// frame is a lab in which one block is replaced.
func frame(replaced ...string) string {
	blocks := map[string]string{
		"lab": `lab "x" {}`, "arbiter": `arbiter "arbiter" {}`, "mirror": members,
		"web_gateway": `web_gateway "webgw" {}`,
		"nginx":       `nginx "web" {}`, "haproxy": `haproxy "sql" {}`,
	}
	text := strings.Join(replaced, "\n")
	for _, kind := range []string{"lab", "arbiter", "mirror", "web_gateway", "nginx", "haproxy"} {
		if !strings.HasPrefix(text, kind+" ") && !strings.Contains(text, "\n"+kind+" ") {
			text += "\n" + blocks[kind]
		}
	}
	return text + "\n"
}

func member(argument string) string {
	return frame("mirror \"demo\" {\n  member \"demo-a\" {\n    role = \"primary\"\n    " + argument + "\n  }\n}")
}

// service decodes one service of the compose file, with "$$" read as Compose
// reads it.
func service(t *testing.T, artifacts map[string]string, name string) map[string]any {
	t.Helper()
	var file struct {
		Services map[string]map[string]any `yaml:"services"`
	}
	if err := yaml.Unmarshal([]byte(artifacts["docker-compose.yaml"]), &file); err != nil {
		t.Fatal(err)
	}
	return file.Services[name]
}

func unescape(v any) string { return strings.ReplaceAll(fmt.Sprint(v), "$$", "$") }

func gatewayINI(t *testing.T, artifacts map[string]string) *ini.File {
	t.Helper()
	file, err := ini.LoadSources(ini.LoadOptions{
		KeyValueDelimiters: "=", IgnoreInlineComment: true, PreserveSurroundedQuote: true, IgnoreContinuation: true,
		SkipUnrecognizableLines: false,
	}, []byte(artifacts["webgateway/CSP.ini"]))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

var places = []place{
	{"lab host", frame("lab \"x\" {\n  host = %s\n}"), nil},
	{"lab publish_address", frame("lab \"x\" {\n  publish_address = %s\n}"), nil},
	{"lab timezone", frame("lab \"x\" {\n  timezone = %s\n}"), func(t *testing.T, a map[string]string) string {
		return unescape(service(t, a, "webgw")["environment"].(map[string]any)["TZ"])
	}},
	{"lab license_key", frame("lab \"x\" {\n  license_key = %s\n}"), func(t *testing.T, a map[string]string) string {
		volumes := service(t, a, "demo-a")["volumes"].([]any)
		return strings.TrimPrefix(unescape(volumes[0].(map[string]any)["source"]), "./")
	}},
	{"lab name", frame("lab %s {}"), nil},
	{"images registry", frame("images {\n  registry = %s\n  iris_version = \"2025.1\"\n}"), nil},
	{"images tag", frame("images {\n  tag = %s\n  iris_version = \"2025.1\"\n}"), nil},
	{"images nginx", frame("images {\n  nginx = %s\n}"), func(t *testing.T, a map[string]string) string {
		return unescape(service(t, a, "web")["image"])
	}},
	{"network subnet", frame("network \"n\" {\n  subnet = %s\n}"), nil},
	{"network name", frame("network %s {}"), nil},
	{"service name", frame("web_gateway %s {}"), nil},
	{"member environment", member("environment = { VALUE = %s }"), func(t *testing.T, a map[string]string) string {
		return unescape(service(t, a, "demo-a")["environment"].(map[string]any)["VALUE"])
	}},
	{"member environment name", member("environment = { %s = \"x\" }"), nil},
	{
		"gateway environment",
		frame("web_gateway \"webgw\" {\n  environment = { VALUE = %s }\n}"),
		func(t *testing.T, a map[string]string) string {
			return unescape(service(t, a, "webgw")["environment"].(map[string]any)["VALUE"])
		},
	},
	{"member compose", member("compose = { labels = { value = %s } }"), func(t *testing.T, a map[string]string) string {
		return unescape(service(t, a, "demo-a")["labels"].(map[string]any)["value"])
	}},
	{"member compose key", member("compose = { labels = { %s = \"x\" } }"), nil},
	{"member system_name", member("system_name = %s"), nil},
	{"member role", frame("mirror \"demo\" {\n  member \"demo-a\" {\n    role = %s\n  }\n}"), nil},
	{"member merge", member("merge = %s"), nil},
	{
		"mirror set_name",
		frame("mirror \"demo\" {\n  set_name = %s\n  member \"demo-a\" { role = \"primary\" }\n}"),
		nil,
	},
	{"mirror name", frame("mirror %s {\n  set_name = \"S\"\n  member \"demo-a\" { role = \"primary\" }\n}"), nil},
	{"database name", frame("mirror \"demo\" {\n  database %s {}\n  member \"demo-a\" { role = \"primary\" }\n}"), nil},
	{
		"database namespace",
		frame("mirror \"demo\" {\n  database \"DB\" { namespace = %s }\n  member \"demo-a\" { role = \"primary\" }\n}"),
		nil,
	},
	{"iris password_hash", frame("iris {\n  password_hash = %s\n}"), nil},
	{"iris stop_grace_period", frame("iris {\n  stop_grace_period = %s\n}"), nil},
	{
		"gateway username",
		frame("web_gateway \"webgw\" {\n  username = %s\n}"),
		func(t *testing.T, a map[string]string) string {
			return gatewayINI(t, a).Section("demo").Key("Username").Value()
		},
	},
	{
		"gateway password",
		frame("web_gateway \"webgw\" {\n  password = %s\n}"),
		func(t *testing.T, a map[string]string) string {
			return decodePassword(t, gatewayINI(t, a).Section("demo").Key("Password").Value())
		},
	},
	{
		"gateway ini",
		frame("web_gateway \"webgw\" {\n  ini = { \"SYSTEM\" = { \"Custom\" = %s } }\n}"),
		func(t *testing.T, a map[string]string) string {
			return gatewayINI(t, a).Section("SYSTEM").Key("Custom").Value()
		},
	},
	{"gateway ini key", frame("web_gateway \"webgw\" {\n  ini = { \"SYSTEM\" = { %s = \"x\" } }\n}"), nil},
	{"gateway ini section", frame("web_gateway \"webgw\" {\n  ini = { %s = { \"a\" = \"x\" } }\n}"), nil},
	{"gateway system_manager", frame("web_gateway \"webgw\" {\n  system_manager = [%s]\n}"), nil},
	{"gateway default_server", frame("web_gateway \"webgw\" {\n  default_server = %s\n}"), nil},
	{"nginx fail_timeout", frame("nginx \"web\" {\n  fail_timeout = %s\n}"), nil},
	{"nginx config", frame("nginx \"web\" {\n  config = %s\n}"), nil},
	{"haproxy idle_timeout", frame("haproxy \"sql\" {\n  idle_timeout = %s\n}"), nil},
	{"haproxy config", frame("haproxy \"sql\" {\n  config = %s\n}"), nil},
	{"profile name", frame("profile %s { services = [\"webgw\"] }"), nil},
	{"profile description", frame("profile \"p\" {\n  services = [\"webgw\"]\n  description = %s\n}"), nil},
}

// hclString spells s as an HCL string.
func hclString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case r < 0x20 || r >= 0x7f && r < 0xa0:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(b.String())
}

// build renders a topology, or returns its errors.
func build(topology string) (map[string]string, error) {
	lab, diags := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: []byte(topology)}})
	if diags.HasErrors() {
		return nil, diags
	}
	p, diags := plan.Make(lab, nil)
	if diags.HasErrors() {
		return nil, diags
	}
	artifacts := templates.Render(p)
	if diags := verify.Check(artifacts); diags.HasErrors() {
		return nil, diags
	}
	contents := map[string]string{}
	for _, a := range artifacts {
		contents[a.Path] = string(a.Content)
	}
	return contents, nil
}

// Whatever a topology says, it is refused, or it arrives unchanged where it
// belongs and changes nothing else. Where no character is left to arrive, what is
// tried is that nothing ends in a panic.
func TestHostileValues(t *testing.T) {
	for _, p := range places {
		t.Run(p.name, func(t *testing.T) {
			if p.arrived == nil {
				toolstest.Thorough(t)
			}
			t.Parallel()
			harmless := 0
			for _, value := range hostile {
				artifacts, err := build(strings.Replace(p.topology, "%s", hclString(value), 1))
				if err != nil {
					continue
				}
				harmless++
				if p.arrived == nil {
					continue
				}
				if got := p.arrived(t, artifacts); got != value {
					t.Errorf("%q arrives as %q", value, got)
				}
			}
			t.Logf("%d of %d values accepted", harmless, len(hostile))
		})
	}
}

// Values that nothing has to refuse must be let through.
func TestHostileValuesAccepted(t *testing.T) {
	for _, name := range []string{"member environment", "gateway environment", "member compose",
		"profile description", "gateway password"} {
		for _, p := range places {
			if p.name != name {
				continue
			}
			for _, value := range []string{`"`, `'`, `$(id)`, `${HOME}`, `a #b`, `a;b`, `{{.Name}}`, `日本語`,
				`a'b"c$d#e;f`, `\`} {
				if _, err := build(strings.Replace(p.topology, "%s", hclString(value), 1)); err != nil {
					t.Errorf("%s: %q is refused: %v", name, value, err)
				}
			}
		}
	}
}

// A description is read back from the help of start.sh by bash itself in the
// tests that have bash; here the word that it is written as must be one word.
func TestShellWord(t *testing.T) {
	for _, value := range hostile {
		if strings.ContainsAny(value, "\x00\n\r") {
			continue
		}
		artifacts, err := build(
			frame("profile \"p\" {\n  services = [\"webgw\"]\n  description = " + hclString(value) + "\n}"),
		)
		if err != nil {
			continue
		}
		if !strings.Contains(artifacts["start.sh"], "p "+text.ShellWord(value)) {
			t.Errorf("start.sh does not hold the description %s", strconv.Quote(value))
		}
	}
}

func decodePassword(t *testing.T, stored string) string {
	t.Helper()
	encoded, ok := strings.CutPrefix(stored, "]]]")
	password, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil {
		t.Fatalf("password %q: %v", stored, err)
	}
	return string(password)
}
