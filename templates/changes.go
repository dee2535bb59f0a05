package templates

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"text/template/parse"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/plan"
)

// A change is one of what templates of an older version were written with.
type change struct {
	old  string // what such a template has
	now  string // what stands for it now
	note string // "" for none

	function string   // a function that is gone; "" where another kind of thing has changed
	parts    []string // definitions that are gone
	meaning  string   // a function that has another meaning now
}

// rows is how a page's table is printed now.
func rows(kind string) string {
	return `{{template "docs/rows/` + kind + `" (dict "Words" $words "Rows" LIST)}}`
}

// changes list what has changed since the templates had two engines, and then since
// endpoints had a row for each gateway.
var changes = []change{
	{old: ".Services and every other field of the plan, where the dot was the plan", now: ".Plan.Services"},
	{old: ".Part, in a compose file", now: ".One"},
	{old: "join LIST SEPARATOR", now: "join SEPARATOR LIST", meaning: "join"},
	{old: "indent NUMBER TEXT, which ended with a newline and left empty lines alone", now: "indentLines SPACES TEXT",
		note: "indent is sprig's", meaning: "indent"},
	{old: "duration LANGUAGE TEXT", now: `{{template "docs/duration" (dict "Words" $words "Of" TEXT)}}`,
		note: "duration is sprig's", meaning: "duration"},
	{old: "dutyRows LANGUAGE LIST", function: "dutyRows", now: rows("services")},
	{old: "mirrorRows LANGUAGE LIST", function: "mirrorRows", now: rows("mirrors")},
	{old: "addressRows NETWORKS SERVICES", function: "addressRows", now: `{{template "docs/rows/addresses" .Plan}}`},
	{old: "endpointRows LANGUAGE LIST", function: "endpointRows", now: rows("KIND")},
	{old: "listenerRows LANGUAGE HOST LIST", function: "listenerRows",
		now: `{{template "docs/rows/listeners" (dict "Words" $words "Host" HOST "Rows" LIST)}}`},
	{old: "statusRows LANGUAGE LIST", function: "statusRows", now: rows("status")},
	{old: "mermaid LANGUAGE DIAGRAM", function: "mermaid",
		now: `{{template "docs/diagram" (dict "Words" $words "Diagram" DIAGRAM)}}`},
	{old: "probes LIST", function: "probes", now: `{{template "docs/probes" LIST}}`},
	{old: `{{template "docs/rows/KIND" ...}}, of paths`,
		parts: []string{"docs/rows/portal", "docs/rows/rest", "docs/rows/health", "docs/rows/demo"},
		now: `{{with .Plan.Sample.Matrix "KIND"}}...{{template "docs/paths/KIND" ` +
			`(dict "Words" $words "Rows" .Paths)}}`,
		note: "below a heading with a column for each of .Doors, and the marker paths"},
	{old: ".member, .instance and .unhealthy of $words", now: "$words.duties, $words.aws and $words.health",
		note: "with a word for every role"},
	{old: "docs/README.en.md.tmpl, its endpoints and trials", now: "docs/ENDPOINTS.en.md.tmpl",
		note: "and docs/DRILLS.en.md.tmpl"},
}

// written is what stands for it now, with the note.
func (c change) written() string {
	if c.note == "" {
		return c.now
	}
	return c.now + " (" + c.note + ")"
}

// checkDot refuses a template that takes a field of the plan from the dot, as
// templates of an older version did.
func (s *Set) checkDot(source Source, tree *parse.Tree) hcl.Diagnostics {
	known := reflect.TypeFor[dot]()
	thePlan := reflect.TypeFor[*plan.Plan]()
	var found []string
	var first *hcl.Range
	fields(tree.Root, true, func(name string, pos parse.Pos) {
		now := ""
		switch {
		case hasMember(known, name):
			return
		case name == "Part":
			now = ".One"
		case hasMember(thePlan, name):
			now = ".Plan." + name
		default:
			return
		}
		if first == nil {
			first = lineOf(source, 1+strings.Count(string(source.Content[:min(int(pos), len(source.Content))]), "\n"))
		}
		if text := fmt.Sprintf(".%s is %s", name, now); !slices.Contains(found, text) {
			found = append(found, text)
		}
	})
	if first == nil {
		return nil
	}
	return hcl.Diagnostics{failure(first, "Template of an older version",
		"The dot of every template has .Plan, .One and .Digest, where it once was the plan itself: "+listed(found)+" "+
			"now.",
		"Write these names; docs/templates.md lists what else has changed.")}
}

// listed joins texts, at most eight of them.
func listed(list []string) string {
	const most = 8
	if len(list) > most {
		return strings.Join(list[:most], ", ") + fmt.Sprintf(", and %d more like these,", len(list)-most)
	}
	return strings.Join(list, ", ")
}

func hasMember(t reflect.Type, name string) bool {
	if _, ok := t.MethodByName(name); ok {
		return true
	}
	f, ok := indirect(t).FieldByName(name)
	return ok && f.IsExported()
}

// fields visits the fields that statements take from what a template is executed
// with: from the dot, where root says that it is that, and from $.
func fields(list *parse.ListNode, root bool, visit func(name string, pos parse.Pos)) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			pipeFields(n.Pipe, root, visit)
		case *parse.TemplateNode:
			pipeFields(n.Pipe, root, visit)
		case *parse.IfNode:
			pipeFields(n.Pipe, root, visit)
			fields(n.List, root, visit)
			fields(n.ElseList, root, visit)
		default:
			if branch := branchOf(n); branch != nil {
				pipeFields(branch.Pipe, root, visit)
				fields(branch.List, false, visit)
				fields(branch.ElseList, root, visit)
			}
		}
	}
}

func pipeFields(pipe *parse.PipeNode, root bool, visit func(name string, pos parse.Pos)) {
	if pipe == nil {
		return
	}
	for _, c := range pipe.Cmds {
		for _, arg := range c.Args {
			switch arg := arg.(type) {
			case *parse.FieldNode:
				if root {
					visit(arg.Ident[0], arg.Pos)
				}
			case *parse.VariableNode:
				if arg.Ident[0] == "$" && len(arg.Ident) > 1 {
					visit(arg.Ident[1], arg.Pos)
				}
			case *parse.PipeNode:
				pipeFields(arg, root, visit)
			case *parse.ChainNode:
				if inner, ok := arg.Node.(*parse.PipeNode); ok {
					pipeFields(inner, root, visit)
				}
			}
		}
	}
}

// changedCalls says which functions with another meaning now a template calls, as
// the end of a sentence before; "" for none.
func changedCalls(source Source) string {
	parsed, err := parseTemplate(source.Name, string(source.Content))
	if err != nil {
		return ""
	}
	called := map[string]bool{}
	for _, t := range parsed {
		calls(t.Root, called)
	}
	var now []string
	for _, c := range changes {
		if called[c.meaning] {
			now = append(now, c.old+" is "+c.written())
		}
	}
	if len(now) == 0 {
		return ""
	}
	return " It calls functions that may have had another meaning then: " + strings.Join(now, "; ") + "."
}

// calls collects the names of the functions that statements call.
func calls(list *parse.ListNode, called map[string]bool) {
	var pipeline func(pipe *parse.PipeNode)
	pipeline = func(pipe *parse.PipeNode) {
		if pipe == nil {
			return
		}
		for _, c := range pipe.Cmds {
			for _, arg := range c.Args {
				switch arg := arg.(type) {
				case *parse.IdentifierNode:
					called[arg.Ident] = true
				case *parse.PipeNode:
					pipeline(arg)
				}
			}
		}
	}
	walkPipelines(list, pipeline)
}
