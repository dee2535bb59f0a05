package plan

import (
	"fmt"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"mirrorgen/schema"
)

// A LockedInput is the value that a variable had in a build.
type LockedInput struct {
	Name  string
	Value cty.Value // wholly known; lists, sets and maps come back as tuples and objects
}

// Bounds on the values that a lock notes: others are left out.
const (
	maxInput      = 10_000  // bytes of one value as JSON
	maxInputs     = 250_000 // bytes of all
	maxInputDepth = 20      // of lists and objects within one another
)

// lockInputs are the values that the lock notes.
func lockInputs(inputs []schema.Input) []LockedInput {
	var list []LockedInput
	total := 0
	for _, input := range inputs {
		text := inputText(input.Value)
		if text == "" || len(text) > maxInput || depth(input.Value) > maxInputDepth {
			continue
		}
		if total += len(text); total > maxInputs {
			break
		}
		list = append(list, LockedInput{input.Name, input.Value})
	}
	return list
}

// inputText is a value as JSON, "" where it has none.
func inputText(v cty.Value) string {
	text, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		return ""
	}
	return string(text)
}

// depth is how deep lists and objects are nested in a value.
func depth(v cty.Value) int {
	if v.IsNull() || !v.CanIterateElements() {
		return 0
	}
	deepest := 0
	for it := v.ElementIterator(); it.Next(); {
		_, element := it.Element()
		deepest = max(deepest, depth(element))
	}
	return 1 + deepest
}

// Changes lists the variables that have other values in the later of two locks, as
// "mirrors is 3 and was 2"; one that either does not note is left out.
func (l *Lock) Changes(later *Lock) []string {
	if l == nil {
		return nil
	}
	before := map[string]string{}
	for _, input := range l.Inputs {
		before[input.Name] = inputText(input.Value)
	}
	var changes []string
	for _, input := range later.Inputs {
		now := inputText(input.Value)
		if was, noted := before[input.Name]; noted && was != now {
			changes = append(changes, fmt.Sprintf("%s is %s and was %s", input.Name, shortened(now), shortened(was)))
		}
	}
	return changes
}

// shortened is a text of which the end is left out where it is long.
func shortened(text string) string {
	const most = 60
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "..."
	}
	return text
}

// inputBlock writes the variables block of a lock file.
func inputBlock(inputs []LockedInput) *hclwrite.Block {
	block := hclwrite.NewBlock("variables", nil)
	for _, input := range inputs {
		block.Body().SetAttributeRaw(input.Name, literalTokens(input.Value))
	}
	return block
}

// literalTokens writes a value so that it is read as one literal: keys of objects are all in
// quotes, because not every name is a word.
func literalTokens(v cty.Value) hclwrite.Tokens {
	if v.IsNull() || !v.CanIterateElements() {
		return hclwrite.TokensForValue(v)
	}
	if t := v.Type(); t.IsMapType() || t.IsObjectType() {
		var fields []hclwrite.ObjectAttrTokens
		for it := v.ElementIterator(); it.Next(); {
			key, element := it.Element()
			fields = append(fields, hclwrite.ObjectAttrTokens{
				Name: hclwrite.TokensForValue(key), Value: literalTokens(element),
			})
		}
		return hclwrite.TokensForObject(fields)
	}
	var elements []hclwrite.Tokens
	for it := v.ElementIterator(); it.Next(); {
		_, element := it.Element()
		elements = append(elements, literalTokens(element))
	}
	return hclwrite.TokensForTuple(elements)
}

// inputs reads the variables block.
func (r *lockReader) inputs(b *hclsyntax.Block) {
	if len(r.lock.Inputs) > 0 || len(b.Labels) > 0 || len(b.Body.Blocks) > 0 {
		r.errorf(b.DefRange(), "A lock file holds one variables block, of arguments alone.")
		return
	}
	for _, a := range sortedAttributes(b.Body) {
		v, at, ok := literals{content: r.content, lists: true}.value(a.Expr)
		if !ok {
			r.errorf(at, "The value of a variable is written out here, and nothing is left to compute.")
			continue
		}
		r.lock.Inputs = append(r.lock.Inputs, LockedInput{a.Name, v})
	}
}
