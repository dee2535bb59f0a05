package editor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"mirrorgen/internal/explain"
	"mirrorgen/schema"
)

// A Kind says what a completion or symbol is.
type Kind int

// The kinds of completions and symbols.
const (
	KindBlock Kind = iota
	KindArgument
	KindName
	KindValue
	KindVariable
	KindFunction
	KindService
)

// A Completion is something that can stand at a place.
type Completion struct {
	Label  string
	Kind   Kind
	Detail string // one line
	Doc    string
	// Text takes the place of Range. In a snippet, $1 and ${1:text} are places to fill in.
	Text    string
	Snippet bool
	Range   hcl.Range // bytes alone
}

// Complete lists what can stand at an offset of a file, in the order of the language's
// reference, names in the order of the topology.
func (a *Analysis) Complete(file string, offset int) []Completion {
	s := a.source(file)
	if s == nil || offset < 0 || offset > len(s.Content) || schema.CheckLimits(file, s.Content).HasErrors() {
		return nil
	}
	c := &completer{Analysis: a, cursor: cursorAt(s.Content, offset), content: s.Content}
	begin := offset - len(c.prefix)
	_, end := wordAround(s.Content, offset)
	c.at = hcl.Range{Filename: file, Start: hcl.Pos{Byte: begin}, End: hcl.Pos{Byte: max(end, offset)}}
	switch {
	case c.comment:
	case c.inLabel && len(c.item) > 0:
		c.labels()
	case c.attribute != "":
		c.values()
	case len(c.item) == 0:
		c.items()
	}
	return c.list
}

type completer struct {
	*Analysis
	*cursor
	content []byte
	at      hcl.Range
	list    []Completion
}

func (c *completer) add(entry Completion) {
	entry.Range = c.at
	c.list = append(c.list, entry)
}

// labels completes the label of a dynamic block, the type of what it makes.
func (c *completer) labels() {
	if c.item[0] != "dynamic" {
		return
	}
	for _, kind := range c.blocksIn(c.kind()) {
		if block := blockReference(kind); block != nil && block.Label != "" {
			c.add(Completion{Label: kind, Kind: KindBlock, Doc: block.Doc, Text: kind})
		}
	}
}

// blocksIn are the types of the blocks that a block of a type may hold.
func (c *completer) blocksIn(kind string) []string {
	if kind == "" {
		return schema.Root().Blocks
	}
	if block := blockReference(kind); block != nil {
		return block.Blocks
	}
	return nil
}

func blockReference(kind string) *schema.BlockReference {
	for _, b := range schema.Reference() {
		if b.Kind == kind {
			return &b
		}
	}
	return nil
}

// definitions are the arguments of the blocks that are not in the language's tables.
var definitions = map[string][]schema.ArgumentReference{
	"variable": {
		{Name: "type", Type: "type",
			Doc: "string, number, bool, any, or list(...), set(...), map(...), object({...}) of them"},
		{Name: "default", Type: "any", Doc: "value where none is given"},
		{Name: "description", Type: "string", Doc: "one line for mirrorgen variables"},
		{Name: "sensitive", Type: "bool", Default: "false", Doc: "the value is never printed"},
	},
	"validation": {
		{Name: "condition", Type: "bool", Required: true, Doc: "what must be true of the value"},
		{Name: "error_message", Type: "string", Required: true, Doc: "the sentence that a refused value gets"},
	},
	"function": {
		{Name: "params", Type: "list", Doc: "names of the parameters"},
		{Name: "variadic_param", Type: "name", Doc: "name of a parameter that takes all further arguments"},
		{Name: "result", Type: "any", Required: true, Doc: "the expression that the function returns"},
	},
	"dynamic": {
		{Name: "for_each", Type: "any", Required: true, Doc: "a list or map, of which each element makes a block"},
		{Name: "labels", Type: "list(string)", Doc: "labels of each block"},
		{Name: "iterator", Type: "name", Doc: "name of the element inside, by default the block's type"},
	},
}

// argumentsOf are the arguments of a block type, those outside the tables included.
func argumentsOf(kind string) []schema.ArgumentReference {
	if block := blockReference(kind); block != nil {
		return block.Arguments
	}
	return definitions[kind]
}

// items completes the beginning of a block or an argument.
func (c *completer) items() {
	kind := c.kind()
	given := c.given()
	for _, a := range argumentsOf(kind) {
		if given[a.Name] {
			continue
		}
		text := a.Name + " = " + placeholder(a)
		c.add(Completion{Label: a.Name, Kind: KindArgument, Detail: detail(a), Doc: a.Doc, Text: text, Snippet: true})
	}
	indent := indentation(c.content, c.at.Start.Byte)
	for _, inner := range c.blocksIn(kind) {
		c.add(Completion{Label: inner, Kind: KindBlock, Detail: "block", Doc: blockDoc(inner),
			Text: blockSnippet(inner, indent), Snippet: true})
	}
	switch {
	case kind == "dynamic":
		c.add(Completion{Label: "content", Kind: KindBlock, Detail: "block", Doc: "what each block holds",
			Text: fmt.Sprintf("content {\n%[1]s  $0\n%[1]s}", indent), Snippet: true})
	case kind == "variable":
		c.add(Completion{Label: "validation", Kind: KindBlock, Detail: "block", Doc: "what must be true of the value",
			Text: fmt.Sprintf("validation {\n%[1]s  condition     = $1\n"+
				"%[1]s  error_message = \"$2\"\n%[1]s}", indent),
			Snippet: true})
	case kind != "" && len(c.blocksIn(kind)) > 0:
		c.add(Completion{Label: "dynamic", Kind: KindBlock, Detail: "block", Doc: blockDoc("dynamic"),
			Text: blockSnippet("dynamic", indent), Snippet: true})
	}
}

// given are the arguments that the block around the cursor has already.
func (c *completer) given() map[string]bool {
	given := map[string]bool{}
	path := blocksAt(c.files[c.at.Filename], c.at.Start.Byte)
	if len(path) == 0 {
		return given
	}
	for name, attribute := range path[len(path)-1].Body.Attributes {
		if attribute.NameRange.End.Byte != c.at.End.Byte {
			given[name] = true
		}
	}
	return given
}

func detail(a schema.ArgumentReference) string {
	switch {
	case a.Required:
		return a.Type + ", required"
	case a.Default == "":
		return a.Type
	}
	return a.Type + ", default " + a.Default
}

// placeholder is the value of an argument in a snippet.
func placeholder(a schema.ArgumentReference) string {
	switch {
	case strings.HasPrefix(a.Type, "list"):
		return `["$1"]`
	case a.Type == "bool" && a.Default == "true":
		return "${1:false}"
	case a.Type == "bool":
		return "${1:true}"
	case a.Type == "string" && len(a.Values) == 0 && len(a.Names) == 0 && strings.HasPrefix(a.Default, `"`):
		literal := strings.NewReplacer("$", `\$`, "}", `\}`, `\`, `\\`).Replace(strings.Trim(a.Default, `"`))
		return `"${1:` + literal + `}"`
	case a.Type == "string":
		return `"$1"`
	case strings.HasPrefix(a.Type, "map"), a.Type == "any" && a.Default == "none":
		return "{ $1 }"
	}
	return "$1"
}

// blockDoc says what a block type is for.
func blockDoc(kind string) string {
	if block := blockReference(kind); block != nil {
		return block.Doc
	}
	return map[string]string{
		"variable": "a value that is given from outside: --var, --var-file, MIRRORGEN_VAR_NAME",
		"locals":   "values with a name, for expressions: local.NAME",
		"function": "a function of the topology's own",
		"dynamic":  "makes a block of each element of for_each",
	}[kind]
}

// blockSnippet is a block with what it cannot do without.
func blockSnippet(kind, indent string) string {
	body := "$0"
	switch kind {
	case "dynamic":
		return fmt.Sprintf("dynamic \"${1:mirror}\" {\n%[1]s  for_each = ${2:[]}\n"+
			"%[1]s  labels   = [${1:mirror}.value]\n\n%[1]s  content {\n%[1]s    $0\n%[1]s  }\n%[1]s}", indent)
	case "locals":
		return fmt.Sprintf("locals {\n%[1]s  $0\n%[1]s}", indent)
	case "variable", "function":
		return fmt.Sprintf("%[2]s \"${1:name}\" {\n%[1]s  $0\n%[1]s}", indent, kind)
	}
	block := blockReference(kind)
	if block == nil {
		return kind + " {\n" + indent + "  $0\n" + indent + "}"
	}
	label, next := "", 1
	if block.Label != "" {
		label, next = ` "${1:name}"`, 2
	}
	for _, a := range block.Arguments {
		if a.Required {
			value := strings.Replace(placeholder(a), "$1", fmt.Sprintf("$%d", next), 1)
			body = a.Name + " = " + value + "\n" + indent + "  $0"
			next++
		}
	}
	return fmt.Sprintf("%s%s {\n%s  %s\n%s}", kind, label, indent, body, indent)
}

// values completes the value of an argument.
func (c *completer) values() {
	if len(c.path) > 0 {
		c.members()
		return
	}
	quote := func(s string) string {
		if c.quoted {
			return s
		}
		return `"` + s + `"`
	}
	for _, a := range argumentsOf(c.kind()) {
		if a.Name != c.attribute {
			continue
		}
		for _, v := range a.Values {
			c.add(Completion{Label: v, Kind: KindValue, Detail: a.Name, Doc: a.Doc, Text: quote(v)})
		}
		for _, d := range c.named(a.Names) {
			c.add(Completion{Label: d.Name, Kind: KindName, Detail: d.Kind, Doc: c.summary(d.Name),
				Text: quote(d.Name)})
		}
		if a.Type == "bool" && !c.quoted {
			for _, v := range []string{"true", "false"} {
				c.add(Completion{Label: v, Kind: KindValue, Detail: a.Name, Doc: a.Doc, Text: v})
			}
		}
		if a.Type == "type" {
			for _, v := range []string{"string", "number", "bool", "any", "list(string)", "map(string)"} {
				c.add(Completion{Label: v, Kind: KindValue, Detail: "type", Text: v})
			}
		}
	}
	if c.quoted {
		return
	}
	for _, name := range []string{"var", "local"} {
		if len(c.definitions(name)) > 0 {
			c.add(Completion{Label: name, Kind: KindVariable, Detail: "values with a name", Text: name + "."})
		}
	}
	if c.prefix == "" {
		return
	}
	for _, name := range schema.FunctionNames() {
		c.add(Completion{Label: name, Kind: KindFunction, Detail: "function", Text: name + "($1)", Snippet: true})
	}
}

// members completes what follows var. and local.
func (c *completer) members() {
	if len(c.path) != 1 {
		return
	}
	for _, d := range c.definitions(c.path[0]) {
		c.add(Completion{Label: d.name, Kind: KindVariable, Detail: d.detail, Doc: d.doc, Text: d.name})
	}
}

// named are the blocks of some types that have names, as they stand on the screen, and those
// that dynamic blocks make.
func (a *Analysis) named(kinds []string) []schema.Declaration {
	var list []schema.Declaration
	seen := map[string]bool{}
	add := func(d schema.Declaration) {
		if key := d.Kind + " " + d.Name; d.Name != "" && slices.Contains(kinds, d.Kind) && !seen[key] {
			seen[key] = true
			list = append(list, d)
		}
	}
	for _, s := range a.Sources {
		walk(a.files[s.Name], func(b *hclsyntax.Block, _ []*hclsyntax.Block) {
			if len(b.Labels) == 1 {
				add(schema.Declaration{Kind: b.Type, Decl: &schema.Decl{Name: b.Labels[0], Range: b.DefRange(),
					NameRange: b.LabelRanges[0]}})
			}
		})
	}
	known := a.Lab
	if l := a.Explained(); l != nil {
		known = l.Lab
	}
	for _, d := range known.Declarations() {
		add(d)
	}
	return list
}

// summary says in a line what a name is in the lab, "" where the lab has errors.
func (a *Analysis) summary(name string) string {
	l := a.Explained()
	if l == nil {
		return ""
	}
	return explain.Summary(l, name)
}
