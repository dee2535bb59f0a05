package editor_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/editor"
	"mirrorgen/schema"
)

// place is a topology whose text has a | where the cursor is, and that offset.
func place(t testing.TB, text string) (*editor.Analysis, int) {
	t.Helper()
	offset := strings.IndexByte(text, '|')
	if offset < 0 {
		t.Fatalf("no cursor in %s", text)
	}
	return analyze(strings.Replace(text, "|", "", 1)), offset
}

func analyze(text string) *editor.Analysis {
	return editor.Analyze(editor.Topology{Base: "lab.hcl", Sources: []schema.Source{{Name: "lab.hcl",
		Content: []byte(text)}}})
}

const lab = `variable "tier" {
  type        = string
  default     = "back"
  description = "the mirrors' network"
}

locals {
  limit = 30
}

lab "l" {
  mirror_network = var.tier
}

network "back" {}
network "front" {}

arbiter "arb" {}

mirror "ap1" {
  member "ap1a" { role = "primary" }
  member "ap1b" { role = "backup" }
}

application_server "app" {
  mirror = "ap1"
}

dynamic "web_gateway" {
  for_each = ["g1", "g2"]
  labels   = [web_gateway.value]

  content {
    server_response_timeout = local.limit
    networks                = ["front"]
  }
}

nginx "web" {
  gateways = ["g1", "g2"]
}

haproxy "sql" {
  mirrors = ["ap1"]
}

profile "small" {
  services = ["arb", "ap1a"]
}
`

// with is the lab with a line in place of another.
func with(t *testing.T, old, line string) string {
	t.Helper()
	if strings.Count(lab, old) != 1 {
		t.Fatalf("%q is not once in the lab", old)
	}
	return strings.Replace(lab, old, line, 1)
}

func labels(a *editor.Analysis, offset int) []string {
	var list []string
	for _, c := range a.Complete("lab.hcl", offset) {
		list = append(list, c.Label)
	}
	return list
}

func TestComplete(t *testing.T) {
	last := analyze(lab)
	for name, test := range map[string]struct {
		text string
		has  []string
		not  []string
	}{
		"block": {lab + "|",
			[]string{"mirror", "web_gateway", "variable", "dynamic"}, []string{"member", "role"}},
		"block begun": {lab + "mir|", []string{"mirror"}, []string{"ap1"}},
		"in mirror": {with(t, `member "ap1b" { role = "backup" }`, "|"),
			[]string{"set_name", "member", "database"}, []string{"nginx"}},
		"in member": {with(t, `{ role = "backup" }`, "{ | }"),
			[]string{"role", "networks", "globals"}, []string{"set_name"}},
		"given": {with(t, `gateways = ["g1", "g2"]`, "gateways = [\"g1\"]\n  |"),
			[]string{"read_timeout"}, []string{"gateways"}},
		"role": {with(t, `role = "backup"`, `role = "|"`),
			[]string{"backup", "drasync"}, []string{"ap1a", "var"}},
		"role, no quotes": {with(t, `role = "backup"`, `role = |`), []string{"backup", "var"}, nil},
		"mirror":          {with(t, `mirror = "ap1"`, `mirror = "|"`), []string{"ap1"}, []string{"ap1a", "front"}},
		"made by dynamic": {with(t, `["g1", "g2"]
}`, "[\"g1\", \"|\n}"), []string{"g1", "g2"}, []string{"ap1"}},
		"services":         {with(t, `"ap1a"]`, `"|"]`), []string{"ap1a", "web", "g1", "arb"}, []string{"ap1"}},
		"network":          {with(t, `["front"]`, `["fr|"]`), []string{"front", "back"}, []string{"g1"}},
		"variable":         {with(t, "= var.tier", "= var.|"), []string{"tier"}, []string{"limit"}},
		"local":            {with(t, "= local.limit", "= local.li|"), []string{"limit"}, []string{"tier"}},
		"function":         {with(t, "= local.limit", "= m|"), []string{"max", "min"}, nil},
		"in interpolation": {with(t, "= var.tier", `= "${var.|}"`), []string{"tier"}, nil},
		"in variable block": {with(t, "  type        = string\n", "  |\n"),
			[]string{"type", "validation"}, []string{"default"}},
		"in dynamic": {with(t, "  labels   = [web_gateway.value]\n", "  |\n"),
			[]string{"labels", "iterator", "content"}, []string{"http_port"}},
		"in content": {with(t, "    networks                = [\"front\"]", "    |"),
			[]string{"http_port", "networks"}, []string{"for_each"}},
		"dynamic's label": {lab + `dynamic "|`, []string{"mirror", "nginx"}, []string{"lab.hcl"}},
		"bool":            {with(t, `gateways = ["g1", "g2"]`, "sticky = |"), []string{"true", "false"}, nil},
		"unfinished":      {lab + "nginx \"x\" {\n  ga|", []string{"gateways"}, []string{"mirror"}},
		"in a comment":    {lab + "# a|", nil, []string{"arbiter"}},
	} {
		// Names that the topology computes are known from before the line was begun.
		a, offset := place(t, test.text)
		a.Last = last
		have := labels(a, offset)
		for _, want := range test.has {
			if !slices.Contains(have, want) {
				t.Errorf("%s: %q is not in %v", name, want, have)
			}
		}
		for _, not := range test.not {
			if slices.Contains(have, not) {
				t.Errorf("%s: %q is in %v", name, not, have)
			}
		}
	}
}

// What a completion writes is valid where it is written: every block, with its labels and
// what it requires, can be inserted into an empty place.
func TestSnippetsAreSyntax(t *testing.T) {
	a, offset := place(t, lab+"|")
	for _, c := range a.Complete("lab.hcl", offset) {
		text := strings.NewReplacer("${1:name}", "n", "${1:mirror}", "mirror", "${2:[]}", "[]", "$0", "", "$1", "1",
			"$2", "2").Replace(c.Text)
		if strings.Contains(text, "$") {
			t.Errorf("%s: %s", c.Label, text)
		}
		for _, d := range analyze(text).Diagnostics {
			if strings.Contains(d.Summary, "Invalid") || strings.Contains(d.Detail, "one line") {
				t.Errorf("%s: %v\n%s", c.Label, d, text)
			}
		}
	}
}

func TestHover(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"service":     {with(t, `"arb", `, `"a|rb", `), "**arb**: service, arbiter"},
		"address":     {with(t, `member "ap1b"`, `member "ap1|b"`), "address 10."},
		"port":        {with(t, `haproxy "sql"`, `haproxy "sq|l"`), "host port 1972"},
		"mirror":      {with(t, `mirrors = ["ap1"]`, `mirrors = ["|ap1"]`), "mirror set AP1"},
		"argument":    {with(t, "mirrors = ", "mir|rors = "), "mirrors that it serves"},
		"role":        {with(t, `ap1b" { role`, `ap1b" { ro|le`), "One of `primary`, `backup`"},
		"block":       {with(t, `nginx "web"`, `ng|inx "web"`), "an HTTP load balancer"},
		"variable":    {with(t, "var.tier", "var.ti|er"), `variable, string, default "back"`},
		"local":       {with(t, "local.limit", "local.lim|it"), "30"},
		"not given":   {with(t, `gateways = ["g1"`, `ga|teways = ["g1"`), "default every web gateway"},
		"function":    {with(t, "= local.limit", "= ma|x(local.limit, 9)"), "a function of the language"},
		"white space": {with(t, "network \"back\" {}\n", "network \"back\" {}\n|\n"), ""},
		"mistake elsewhere": {
			strings.Replace(with(t, `member "ap1b"`, `member "ap1|b"`), `role = "primary"`, `role = "first"`, 1),
			"**ap1b**: member, lab.hcl line ",
		},
		"made by dynamic": {with(t, `["g1", "g2"]
}`, "[\"g|1\", \"g2\"]\n}"), "made by the dynamic block"},
	} {
		a, offset := place(t, test.text)
		if have, _ := a.Hover("lab.hcl", offset); !strings.Contains(have, test.want) || test.want == "" && have != "" {
			t.Errorf("%s: have %q, want %q", name, have, test.want)
		}
	}
}

// lines are the lines and texts of ranges.
func lines(text string, ranges []hcl.Range) []string {
	list := []string{}
	for _, r := range ranges {
		list = append(list, fmt.Sprintf("%d %s", r.Start.Line, text[r.Start.Byte:r.End.Byte]))
	}
	return list
}

func TestDefinitionAndReferences(t *testing.T) {
	for name, test := range map[string]struct {
		text                   string
		definition, references []string
	}{
		"mirror":   {with(t, `mirror = "ap1"`, `mirror = "ap|1"`), []string{"20 ap1"}, []string{"26 ap1", "44 ap1"}},
		"service":  {with(t, `arbiter "arb"`, `arbiter "|arb"`), []string{"18 arb"}, []string{"48 arb"}},
		"variable": {with(t, `variable "tier"`, `variable "ti|er"`), []string{"1 tier"}, []string{"12 tier"}},
		"local":    {with(t, "local.limit", "local.|limit"), []string{"8 limit"}, []string{"34 limit"}},
		"network":  {with(t, `["front"]`, `["fron|t"]`), []string{"16 front"}, []string{"35 front"}},
		"nothing":  {with(t, "limit = 30", "limit = 3|0"), []string{}, []string{}},
	} {
		a, offset := place(t, test.text)
		text := strings.Replace(test.text, "|", "", 1)
		if diff := cmp.Diff(test.definition, lines(text, a.Definition("lab.hcl", offset))); diff != "" {
			t.Errorf("definition of %s: %s", name, diff)
		}
		if diff := cmp.Diff(test.references, lines(text, a.References("lab.hcl", offset, false))); diff != "" {
			t.Errorf("references of %s: %s", name, diff)
		}
	}
	a, offset := place(t, strings.Replace(lab, `gateways = ["g1"`, `gateways = ["g|1"`, 1))
	if found := a.Definition("lab.hcl", offset); len(found) != 1 || found[0].Start.Line != 31 {
		t.Errorf("what a dynamic block makes is defined at %v", found)
	}
}

// renamed is a topology after a rename, "" and the error where there is none.
func renamed(t *testing.T, text, name string) (string, string) {
	t.Helper()
	a, offset := place(t, text)
	edits, err := a.Rename("lab.hcl", offset, name)
	if err != nil {
		return "", err.Error()
	}
	slices.SortFunc(edits, func(a, b editor.Edit) int { return b.Range.Start.Byte - a.Range.Start.Byte })
	text = strings.Replace(text, "|", "", 1)
	for _, e := range edits {
		text = text[:e.Range.Start.Byte] + e.Text + text[e.Range.End.Byte:]
	}
	return text, ""
}

func TestRename(t *testing.T) {
	for name, test := range map[string]struct{ text, to, old, refused string }{
		"mirror":         {with(t, `mirror "ap1"`, `mirror "ap|1"`), "data", `"ap1"`, ""},
		"service":        {with(t, `"ap1a"]`, `"ap|1a"]`), "first", `"ap1a"`, ""},
		"variable":       {with(t, "var.tier", "var.t|ier"), "net", "tier", ""},
		"local":          {with(t, "limit = 30", "lim|it = 30"), "most", "limit", ""},
		"network":        {with(t, `network "front"`, `network "f|ront"`), "outside", `"front"`, ""},
		"taken":          {with(t, `member "ap1b"`, `member "ap|1b"`), "ap1a", "", "not valid"},
		"no name":        {with(t, `member "ap1b"`, `member "ap|1b"`), "${x}", "", "is no name"},
		"unsuitable":     {with(t, `member "ap1b"`, `member "ap|1b"`), "AP_1", "", "not valid"},
		"by dynamic":     {strings.Replace(lab, `gateways = ["g1"`, `gateways = ["g|1"`, 1), "x", "", "dynamic block"},
		"not a variable": {with(t, "var.tier", "var.t|ier"), "a b", "", "is no name"},
		"nothing":        {with(t, "limit = 30", "limit = 3|0"), "x", "", "no name here"},
	} {
		have, err := renamed(t, test.text, test.to)
		if test.refused != "" {
			if !strings.Contains(err, test.refused) {
				t.Errorf("%s: %q", name, err)
			}
			continue
		}
		before, after, _ := strings.Cut(have, "\nmoved {")
		if err != "" || strings.Contains(before, test.old) || !strings.Contains(before, test.to) {
			t.Errorf("%s: %s\n%s", name, err, have)
		}
		if moves := name == "mirror" || name == "service"; (after != "") != moves {
			t.Errorf("%s: moved block: %q", name, after)
		}
		if d := analyze(have).Diagnostics; d.HasErrors() {
			t.Errorf("%s: %v", name, d)
		}
	}
}

func TestSymbols(t *testing.T) {
	var have []string
	var list func(indent string, symbols []editor.Symbol)
	list = func(indent string, symbols []editor.Symbol) {
		for _, s := range symbols {
			have = append(have, strings.TrimRight(indent+s.Name+" "+s.Detail, " "))
			list(indent+"  ", s.Children)
		}
	}
	list("", analyze(lab).Symbols("lab.hcl"))
	text := strings.Join(have, "\n")
	for _, want := range []string{"mirror ap1\n  member ap1a primary\n    role \"primary\"\n", "dynamic web_gateway\n",
		"locals\n  limit 30\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

// Every "did you mean" that can be put right by a name is offered, and mends the mistake.
func TestActions(t *testing.T) {
	for name, test := range map[string]struct{ old, mistake, want string }{
		"role":     {`role = "backup"`, `role = "bakup"`, `"backup"`},
		"network":  {`["front"]`, `["frnt"]`, `"front"`},
		"mirror":   {`mirror = "ap1"`, `mirror = "ap11"`, `"ap1"`},
		"service":  {`"ap1a"]`, `"ap1aa"]`, `"ap1a"`},
		"argument": {`mirrors = ["ap1"]`, `mirors = ["ap1"]`, `mirrors`},
		"block":    {`haproxy "sql"`, `haprox "sql"`, `haproxy`},
		"variable": {"var.tier", "var.teir", "var.tier"},
		"local":    {"local.limit", "local.limt", "local.limit"},
		"function": {"= local.limit", "= mxa(local.limit, 1)", "max"},
	} {
		text := with(t, test.old, test.mistake)
		a := analyze(text)
		actions := a.Actions(hcl.Range{Filename: "lab.hcl", End: hcl.Pos{Byte: len(text)}})
		if len(actions) != 1 || len(actions[0].Edits) != 1 || actions[0].Edits[0].Text != test.want {
			t.Errorf("%s: %+v\n%v", name, actions, a.Diagnostics)
			continue
		}
		r := actions[0].Edits[0].Range
		mended := text[:r.Start.Byte] + test.want + text[r.End.Byte:]
		if d := analyze(mended).Diagnostics; d.HasErrors() {
			t.Errorf("%s: %v", name, d)
		}
		if far := a.Actions(hcl.Range{Filename: "lab.hcl"}); len(far) != 0 {
			t.Errorf("%s: offered elsewhere", name)
		}
	}
}

// A finding about a generated file stands at the raw text or the block that it comes from,
// and quotes no sensitive value.
func TestFindingsStandInTheTopology(t *testing.T) {
	for name, test := range map[string]struct{ old, line, at string }{
		"raw config": {`gateways = ["g1", "g2"]`, "gateways = [\"g1\"]\n  config = \"location / { }\"", "location"},
		"compose": {`mirrors = ["ap1"]`, "mirrors = [\"ap1\"]\n  compose = { depends_on = { nobody = " +
			"{ condition = \"service_started\" } } }", "nobody"},
	} {
		text := with(t, test.old, test.line)
		found := false
		for _, d := range analyze(text).Diagnostics {
			if d.Severity == hcl.DiagError {
				line := strings.Split(text, "\n")[d.Subject.Start.Line-1]
				found = found || strings.Contains(line, test.at) && strings.Contains(d.Detail, "generated from here")
			}
		}
		if !found {
			t.Errorf("%s: %v", name, analyze(text).Diagnostics)
		}
	}
}

// Wherever the text ends and wherever the cursor is, there is an answer.
func TestUnfinished(t *testing.T) {
	last := analyze(lab)
	for end := 0; end <= len(lab); end += 7 {
		a := analyze(lab[:end])
		a.Last = last
		for _, offset := range []int{0, end / 2, end} {
			a.Complete("lab.hcl", offset)
			a.Hover("lab.hcl", offset)
			a.Definition("lab.hcl", offset)
			a.References("lab.hcl", offset, true)
			a.Rename("lab.hcl", offset, "x")
		}
		a.Symbols("lab.hcl")
		a.Actions(hcl.Range{Filename: "lab.hcl", End: hcl.Pos{Byte: end}})
	}
}

func FuzzEditor(f *testing.F) {
	f.Add(lab, 100)
	f.Add("dynamic \"", 9)
	f.Add("a = \"${b.", 8)
	f.Add("x <<EOT\n", 3)
	f.Fuzz(func(t *testing.T, text string, offset int) {
		a := analyze(text)
		a.Complete("lab.hcl", offset)
		a.Hover("lab.hcl", offset)
		a.Rename("lab.hcl", offset, "x")
		a.Symbols("lab.hcl")
		a.Actions(hcl.Range{Filename: "lab.hcl", End: hcl.Pos{Byte: len(text)}})
		editor.Format(schema.Source{Name: "lab.hcl", Content: []byte(text)})
	})
}
