package explain

import (
	"fmt"
	"strings"

	"mirrorgen/schema"
)

// An Entry is the reference of one argument, or of a block type with its arguments.
type Entry struct {
	Block    string `json:"block"`    // block type
	Argument string `json:"argument"` // "" for the block itself
	Type     string `json:"type"`
	Default  string `json:"default"`
	Required bool   `json:"required"`
	Doc      string `json:"doc"`
	// Values are the only ones that the argument takes, empty where the list is not closed.
	Values []string `json:"values"`

	label     string
	arguments []schema.ArgumentReference
	blocks    []string
}

// Reference explains a word of the language: a block type, "block.argument", or an argument
// of whichever blocks have it. An error names what was probably meant.
func Reference(word string) ([]Entry, error) {
	var entries []Entry
	var names []string
	block, argument, dotted := strings.Cut(word, ".")
	for _, b := range schema.Reference() {
		names = append(names, b.Kind)
		if b.Kind == word {
			entries = append(entries, BlockEntry(b))
		}
		for _, a := range b.Arguments {
			names = append(names, a.Name)
			if dotted {
				names = append(names, b.Kind+"."+a.Name)
			}
			if a.Name == word || dotted && b.Kind == block && a.Name == argument {
				entries = append(entries, ArgumentEntry(b.Kind, a))
			}
		}
	}
	if len(entries) > 0 {
		return entries, nil
	}
	hint := ""
	if near := nearest(word, names); near != "" {
		hint = fmt.Sprintf("; did you mean %s?", near)
	}
	return nil, fmt.Errorf("the language has no block or argument %q%s", word, hint)
}

// BlockEntry is the entry of a block type.
func BlockEntry(b schema.BlockReference) Entry {
	return Entry{Block: b.Kind, Doc: b.Doc, Values: []string{}, label: b.Label, arguments: b.Arguments,
		blocks: b.Blocks}
}

// ArgumentEntry is the entry of an argument of a block type.
func ArgumentEntry(block string, a schema.ArgumentReference) Entry {
	return Entry{Block: block, Argument: a.Name, Type: a.Type, Default: a.Default, Required: a.Required, Doc: a.Doc,
		Values: append([]string{}, a.Values...)}
}

// Text is the entry for people, in lines.
func (e Entry) Text() string {
	var b strings.Builder
	if e.Argument != "" {
		fmt.Fprintf(&b, "%s.%s: %s\n\n  type     %s\n", e.Block, e.Argument, e.Doc, e.Type)
		if e.Required {
			b.WriteString("  required\n")
		} else {
			fmt.Fprintf(&b, "  default  %s\n", e.Default)
		}
		if len(e.Values) > 0 {
			fmt.Fprintf(&b, "  values   %s\n", strings.Join(e.Values, ", "))
		}
		return b.String()
	}
	fmt.Fprintf(&b, "%s", e.Block)
	if e.label != "" {
		fmt.Fprintf(&b, " %q", e.label)
	}
	fmt.Fprintf(&b, ": %s\n", e.Doc)
	if len(e.blocks) > 0 {
		fmt.Fprintf(&b, "\n  blocks inside: %s\n", strings.Join(e.blocks, ", "))
	}
	b.WriteByte('\n')
	for _, a := range e.arguments {
		ending := "default " + a.Default
		if a.Required {
			ending = "required"
		}
		fmt.Fprintf(&b, "  %s (%s, %s)\n      %s\n", a.Name, a.Type, ending, a.Doc)
	}
	return b.String()
}
