package templates_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"mirrorgen/internal/plan"
	"mirrorgen/internal/toolstest"
	"mirrorgen/schema"
	"mirrorgen/templates"
)

// What a hostile template may take at most: time of the processors, and memory of
// the whole process at its peak.
const (
	mostTime   = 2 * time.Second
	mostMemory = 512 << 20
)

// worstTemplates are the hostile templates that take most time and memory until they
// are stopped.
var worstTemplates = []string{
	"passes of passes", "a million passes", "recursion in a range", "many calls in a pass", "much in a pass",
	"much text in a pass", "appended", "prepended", "dictionaries", "split into a dictionary", "doubled by yaml",
	"doubled by js", "doubled by concat", "doubled by print", "doubled by a pattern", "patterns in a loop",
}

type hostileTemplate struct{ name, text, said string }

// hostileTemplates are templates that would not end, would take all memory, would
// print a pointer or would end in a panic, with a part of what is said of them.
// "" stands for one that may print.
var hostileTemplates = []hostileTemplate{
	{"recursion", `{{define "x"}}{{template "x" .}}{{end}}{{template "x" .}}`, "does not end"},
	{
		"recursion of two",
		`{{define "x"}}a{{template "y" .}}{{end}}{{define "y"}}{{template "x" .}}{{end}}{{template "x" .}}`,
		"does not end",
	},
	{
		"recursion in a range",
		`{{define "x"}}{{range until 10}}{{template "x" .}}{{end}}{{end}}{{template "x" .}}`,
		"does not end",
	},
	{"a million passes", `{{range 1000001}}{{end}}`, "a million passes"},
	{"passes of passes", `{{range until 1001}}{{range until 1001}}{{end}}{{end}}`, "a million passes"},
	{
		"many calls in a pass",
		`{{range 1000000}}` + strings.Repeat(`{{$x := add 1 2}}`, 500) + `{{end}}`,
		"more than the file of any lab",
	},
	{
		"much in a pass",
		`{{range 1000000}}` + strings.Repeat(`{{if eq 1 2}}{{end}}`, 5000) + `{{end}}`,
		"more than the file of any lab",
	},
	{"much text in a pass", `{{range 1000000}}` + strings.Repeat("x", 1000) + `{{end}}`, "32 MB"},
	{
		"built-in in a loop",
		`{{range 900000}}{{template "docs/rows/balancer" (dict "Rows" $.Plan.Services)}}{{end}}`,
		"docs/rows/balancer",
	},
	{"built-in over a number", `{{template "docs/probes" 1000000000000}}`, "32 MB"},
	{"until", `{{range until 200000000}}{{end}}`, "32 MB"},
	{"until again and again", `{{range until 100000}}{{$x := until 100000}}{{end}}`, "32 MB"},
	{"untilStep endless", `{{untilStep 0 9223372036854775807 4611686018427387904}}`, "too large"},
	{"untilStep without a step", `{{len (untilStep 0 10 0)}}`, ""},
	{"untilStep backwards", `{{untilStep 0 -1000000000 -1}}`, "32 MB"},
	{"seq", `{{seq 1000000000}}`, "32 MB"},
	{"seq of many", `{{seq 1 2 3 4}}`, "takes 3 at most"},
	{"seq endless", `{{seq 0 0 10}}`, ""},
	{"repeat", `{{repeat 1000000000 "x"}}`, "32 MB"},
	{"repeat of much", `{{repeat 9223372036854775807 "xxxxxxxx"}}`, "32 MB"},
	{"repeat negative", `{{repeat -1 "x"}}`, "-1 is negative"},
	{"indent", `{{indent 1000000000 "x"}}`, "32 MB"},
	{"indent negative", `{{indent -1 "x"}}`, "-1 is negative"},
	{"nindent", `{{nindent 10000000 (repeat 100000 "\n")}}`, "32 MB"},
	{"indentLines", `{{indentLines 10000000 (repeat 100000 "a\n")}}`, "32 MB"},
	{"doubled by print", `{{$x := "0123456789abcdef"}}{{range 60}}{{$x = print $x $x}}{{end}}`, "more than the file"},
	{
		"doubled by cat", `{{$x := "0123456789abcdef"}}{{range 60}}{{$x = cat $x $x}}{{end}}`,
		"more than the file of any lab",
	},
	{"doubled by replace", `{{$x := "aa"}}{{range 60}}{{$x = replace "a" "aa" $x}}{{end}}`, "32 MB"},
	{"doubled by join", `{{$x := "aa"}}{{range 60}}{{$x = join $x (list $x $x)}}{{end}}`, "more than the file"},
	{"doubled by quote", `{{$x := "\"\""}}{{range 60}}{{$x = quote $x}}{{end}}`, "32 MB"},
	{
		"doubled by a pattern",
		`{{$x := "aa"}}{{range 60}}{{$x = regexReplaceAll ".*" $x "$0$0"}}{{end}}`,
		"more than the file",
	},
	{"doubled by yaml", `{{$x := "$$"}}{{range 60}}{{$x = yaml $x}}{{end}}`, "32 MB"},
	{"doubled by js", `{{$x := "<<"}}{{range 60}}{{$x = js $x}}{{end}}`, "32 MB"},
	{"doubled by concat", `{{$x := list 1 2}}{{range 60}}{{$x = concat $x $x}}{{end}}`, "32 MB"},
	{
		"doubled by JSON",
		`{{$x := list 1 2}}{{range 60}}{{$x = list $x $x}}{{end}}{{mustToJson $x}}`,
		"more than 50 deep",
	},
	{
		"doubled and compared",
		`{{$x := list 1 2}}{{range 40}}{{$x = list $x $x}}{{end}}{{has $x (list $x)}}`,
		"more than the file",
	},
	{
		"doubled and printed",
		`{{$x := list 1 2}}{{range 40}}{{$x = list $x $x}}{{end}}{{mustToPrettyJson $x}}`,
		"more than the file",
	},
	{"appended", `{{$x := list}}{{range 1000000}}{{$x = append $x .}}{{end}}`, "more than the file"},
	{"prepended", `{{$x := list}}{{range 1000000}}{{$x = prepend $x .}}{{end}}`, "more than the file"},
	{"dictionary", `{{$x := dict}}{{range $i := 10000000}}{{$x = set $x (print $i) $i}}{{end}}`, "more than the file"},
	{
		"dictionaries",
		`{{$x := dict}}{{range $i := 900000}}{{$y := set $x (print $i) (dict "a" (dict "b" $i))}}{{end}}`,
		"more than the file",
	},
	{"format", `{{printf "%1000000000d" 1}}`, "32 MB"},
	{
		"format of many",
		`{{printf "` + strings.Repeat("%900000d", 100) + `"` + strings.Repeat(" 1", 100) + `}}`,
		"32 MB",
	},
	{"format of one", `{{$x := repeat 1000000 "a"}}{{printf "` + strings.Repeat("%[1]s", 1000) + `" $x}}`, "32 MB"},
	{"format with a star", `{{printf "%*d" 999999999 1}}`, "32 MB"},
	{"format that does not fit", `{{printf "%d" "a"}}`, "does not fit the values"},
	{"wrap", `{{wrapWith 1 (repeat 100000 "x") (repeat 100000 "y")}}`, "32 MB"},
	{"wrap at nothing", `{{wrap 0 "abc"}}`, ""},
	{"split", `{{$x := repeat 10000000 "a"}}{{splitList "" $x}}`, "32 MB"},
	{"split into a dictionary", `{{$x := repeat 1000000 "a,"}}{{range split "," $x}}{{end}}`, "more than the file"},
	{"pattern that is none", `{{regexReplaceAll "(" "a" "b"}}`, "the pattern cannot be read: missing closing"},
	{"pattern that matches nothing", `{{regexMatch "[" "a"}}`, "the pattern cannot be read"},
	{"pattern that is long", `{{regexMatch (repeat 5000 "a") "a"}}`, "more than 4096 bytes"},
	{
		"pattern that is slow",
		`{{$x := repeat 1000000 "x"}}{{regexMatch "(x+x+)+y(a{900}){1}" $x}}`,
		"more than the file",
	},
	{
		"patterns in a loop",
		`{{range $i := until 900000}}{{$y := regexMatch (print "a{900}" $i) "a"}}{{end}}`,
		"more than the file",
	},
	{"replacement", `{{$x := repeat 100000 "x"}}{{regexReplaceAll ".*" $x (repeat 100000 "$0")}}`, "32 MB"},
	{"division", `{{div 1 0}}`, "division by zero"},
	{"remainder", `{{mod 1 0}}`, "division by zero"},
	{"decimal division", `{{divf 1 0}}`, "division by zero"},
	{"product", `{{mul 9223372036854775807 2}}`, "larger than a whole number"},
	{"sum", `{{add 9223372036854775807 1}}`, "larger than a whole number"},
	{"number that is none", `{{add "x" 1}}`, "must be a number"},
	{"number without end", `{{float64 "1e999"}}`, "must be a number"},
	{"round", `{{round 1.5 1000000}}`, "no number"},
	{"chunk", `{{chunk 0 (list 1)}}`, "less than one element"},
	{"chunk that is large", `{{len (chunk 1000000000000 (list 1))}}`, ""},
	{"slice", `{{slice (list 1 2) 3 5}}`, "none from 3 to 5"},
	{"substr", `{{substr 5 2 "abcdef"}}`, "none from 5 to 2"},
	{"half a letter", `{{trunc 1 "é"}}`, "half a letter"},
	{"base64 that is none", `{{b64dec "???"}}`, "not base64"},
	{"JSON that is none", `{{mustFromJson "{"}}`, "not JSON"},
	{"JSON that is deep", `{{mustFromJson (repeat 9000 "[")}}`, "not JSON"},
	{"JSON that is deep and whole", `{{mustFromJson (print (repeat 900 "[") (repeat 900 "]"))}}`, "more than 50 deep"},
	{"first of nothing", `{{first nil}}`, "must be a list"},
	{"last of text", `{{last "abc"}}`, "must be a list"},
	{"get of nothing", `{{get nil "a"}}`, "must be a dictionary"},
	{"dig through text", `{{dig "a" "b" 0 (dict "a" "x")}}`, "must be a dictionary"},
	{"version", `{{semver "x"}}`, "semver"},
	{"URL", `{{urlParse "http://[::"}}`, "is no URL"},
	{"pointer by toString", `{{toString (index .Plan.Services 0)}}`, "a whole *plan.Service"},
	{"pointer by default", `{{default 1 (index .Plan.Services 0)}}`, "a whole *plan.Service"},
	{"pointer by ternary", `{{ternary .Plan 1 true}}`, "a whole *plan.Plan"},
	{"pointer in a list", `{{join "," .Plan.Services}}`, "a whole *plan.Service"},
	{"pointer in a dictionary", `{{dict "a" .Plan | toString}}`, "a dictionary"},
	{"pointer as a key", `{{dict .Plan 1 | keys | join ","}}`, "a whole *plan.Plan"},
	{"pointer by JSON", `{{mustToJson .Plan}}`, "a whole *plan.Plan"},
	{"pointer copied", `{{$x := deepCopy .Plan}}`, "a whole *plan.Plan"},
	{
		"pointer merged",
		`{{$x := merge (dict "a" (index .Plan.Services 0)) (dict "a" (index .Plan.Services 1))}}`,
		"a whole *plan.Service",
	},
	{"pointer in a range", `{{range (index .Plan.Services 0)}}{{end}}`, "this is no list"},
	{"pointer sorted", `{{sortAlpha .Plan.Services}}`, "a whole *plan.Service"},
	{"pointer by squote", `{{squote .Plan}}`, "a whole *plan.Plan"},
	{"pointer by html", `{{html .Plan}}`, "a whole *plan.Plan"},
	{"pointer in a message", `{{fail .Plan}}`, "a whole *plan.Plan"},
	{"dictionary that holds itself", `{{$x := dict}}{{$y := set $x "x" $x}}{{mustToJson $x}}`, "holds itself"},
	{"and is copied", `{{$x := dict}}{{$y := set $x "x" $x}}{{$z := deepCopy $x}}`, "holds itself"},
	{"and is merged", `{{$x := dict}}{{$y := set $x "x" $x}}{{$z := merge (dict) $x}}`, "holds itself"},
	{"and is compared", `{{$x := dict}}{{$y := set $x "x" $x}}{{has $x (list $x)}}`, "holds itself"},
	{"and is printed", `{{$x := dict}}{{$y := set $x "x" $x}}{{$x}}`, "a dictionary"},
	{"and is joined", `{{$x := dict}}{{$y := set $x "x" (list $x)}}{{join "," (list $x)}}`, "holds itself"},
	{"redefinition", `{{define "scripts/begin"}}x{{end}}`, "scripts/common.tmpl defines too"},
	{"redefinition of the own name", `{{define "hostile.txt.tmpl"}}x{{end}}y`, "multiple definition"},
	{"redefinition twice", `{{define "x"}}x{{end}}{{define "x"}}y{{end}}`, "multiple definition"},
	{"syntax", `{{if .Plan}}`, "unexpected EOF"},
	{"syntax of a number", `{{add 99999999999999999999 1}}`, "overflow"},
	{"field", `{{.Plan.Nmae}}`, "Did you mean Name?"},
	{"guard", `{{_step 1 1}}`, "There is no function _step"},
	{"guard again", `{{_leave}}`, "There is no function _leave"},
	{"arguments", `{{upper}}`, "Call it as \"upper TEXT\""},
	{"panic of the plan", `{{.Plan.EndpointsOf "nothing"}}`, "EndpointsOf"},
}

func TestHostileTemplates(t *testing.T) {
	if len(hostileTemplates) < 60 {
		t.Errorf("only %d templates", len(hostileTemplates))
	}
	p := planOf(t, customLab)
	want := templates.Render(p)
	for _, h := range hostileTemplates {
		if slices.Contains(worstTemplates, h.name) {
			continue
		}
		t.Run(h.name, func(t *testing.T) {
			start := used()
			said, printed := built(p, hostileName, h.text)
			h.check(t, costs{said, printed, used() - start, 0})
		})
	}
	for i, a := range templates.Render(p) {
		if string(a.Content) != string(want[i].Content) {
			t.Errorf("%s is not what it was before", a.Path)
		}
	}
}

// The worst of them take no more than that in a process of their own, from its start
// to its end.
func TestWorstTemplates(t *testing.T) {
	toolstest.Thorough(t)
	for _, name := range worstTemplates {
		t.Run(name, func(t *testing.T) {
			named := func(h hostileTemplate) bool { return h.name == name }
			h := hostileTemplates[slices.IndexFunc(hostileTemplates, named)]
			best := alone(t, name)
			for range 2 { // on a busy machine the same takes twice as long
				if best.Time > mostTime*slower {
					best = alone(t, name)
				}
			}
			t.Logf("%v, %d MB", best.Time, best.Memory>>20)
			h.check(t, best)
			if best.Memory == 0 || best.Memory > mostMemory*slower {
				t.Errorf("it took %d MB", best.Memory>>20)
			}
		})
	}
}

// costs are what a hostile template says and prints, and what it takes.
type costs struct {
	Said, Printed string
	Time          time.Duration
	Memory        int64 // bytes; 0 where it was not measured
}

// check looks at what became of a hostile template.
func (h hostileTemplate) check(t *testing.T, c costs) {
	t.Helper()
	if c.Time > mostTime*slower {
		t.Errorf("it took %v", c.Time)
	}
	if strings.Contains(c.Said, "0xc") || strings.Contains(c.Printed, "0xc") {
		t.Errorf("an address: %s%s", c.Said, c.Printed)
	}
	for _, words := range []string{"runtime error", "reflect", "goroutine"} {
		if strings.Contains(c.Said, words) {
			t.Errorf("Go's own words: %s", c.Said)
		}
	}
	if h.said == "" && c.Said != "" || !strings.Contains(c.Said, h.said) {
		t.Errorf("%q does not say %q", c.Said, h.said)
	}
	if c.Said != "" && !strings.HasPrefix(c.Said, "templates/"+hostileName+":1,") &&
		!strings.HasPrefix(c.Said, "docs/tables.tmpl (built-in):") {
		t.Errorf("no line of the template: %s", c.Said)
	}
}

// alone renders a hostile template in a process of its own.
func alone(t *testing.T, name string) costs {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(self)
	command.Env = append(os.Environ(), hostileAlone+"="+name)
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	var took costs
	if err := json.Unmarshal(output, &took); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return took
}

const (
	hostileName  = "hostile.txt.tmpl"
	hostileAlone = "MIRRORGEN_HOSTILE_TEMPLATE" // set where the process is to render the one of this name alone
)

func TestMain(m *testing.M) {
	name := os.Getenv(hostileAlone)
	if name == "" {
		os.Exit(m.Run())
	}
	for _, h := range hostileTemplates {
		if h.name == name {
			lab, _ := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: []byte(customLab)}})
			p, _ := plan.Make(lab, nil)
			said, printed := built(p, hostileName, h.text)
			if err := json.NewEncoder(os.Stdout).Encode(costs{said, printed, used(), peak()}); err != nil {
				panic(err)
			}
			os.Exit(0)
		}
	}
	panic("no hostile template " + name)
}

// built renders a lab with an added template, and returns what is said of it and
// what it prints.
func built(p *plan.Plan, name, text string) (said, printed string) {
	set, diags := templates.Extend([]templates.Source{{Name: name, File: "templates/" + name, Content: []byte(text)}})
	if set == nil {
		return listed(diags), ""
	}
	artifacts, more := set.Render(p)
	for _, a := range artifacts {
		if a.Path+".tmpl" == name {
			printed = string(a.Content)
		}
	}
	return listed(append(diags, more...)), printed
}
