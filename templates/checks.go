package templates

import (
	"errors"
	"fmt"
	"maps"
	"math/bits"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// The functions of this file and of numbers.go and forms.go stand before those of
// sprig, or in their place. A cost refuses, before it is made, what is larger than
// the budget has room for.

func costRepeat(b *budget, args []any) error {
	n, err := natural(args[0])
	if err != nil {
		return err
	}
	return b.room(product(n, len(args[1].(string))))
}

func costIndent(b *budget, args []any) error {
	n, err := natural(args[0])
	if err != nil {
		return err
	}
	text := args[1].(string)
	return b.room(sum(len(text), product(n, 1+strings.Count(text, "\n"))))
}

// natural is a whole number that is not negative.
func natural(arg any) (int, error) {
	if n := arg.(int); n >= 0 {
		return n, nil
	}
	return 0, fmt.Errorf("%d is negative", arg)
}

func costReplace(b *budget, args []any) error {
	old, new, text := args[0].(string), args[1].(string), args[2].(string)
	return b.room(sum(len(text), product(strings.Count(text, old), len(new))))
}

func costWrap(b *budget, args []any) error {
	text, separator := args[len(args)-1].(string), "\n"
	if len(args) == 3 {
		separator = args[1].(string)
	}
	lines := 1 + strings.Count(text, " ") + len(text)/max(1, args[0].(int))
	return b.room(sum(len(text), product(lines, len(separator))))
}

func costSplit(b *budget, args []any) error {
	separator, text := args[0].(string), args[len(args)-1].(string)
	return b.charge(product(1+strings.Count(text, separator), entryText))
}

func costJoin(b *budget, args []any) error {
	separator, list := args[0].(string), reflect.ValueOf(args[1])
	if err := checkScalars(b, args[1:]); err != nil {
		return err
	}
	total := product(list.Len(), len(separator))
	for i := range list.Len() {
		total = sum(total, length(list.Index(i).Interface()))
	}
	return b.room(total)
}

// checkScalars refuses a list with a list or dictionary in it.
func checkScalars(_ *budget, args []any) error {
	list := reflect.ValueOf(args[len(args)-1])
	for i := range list.Len() {
		element := list.Index(i).Interface()
		if element == nil {
			continue
		}
		if err := printable(element); err != nil {
			return fmt.Errorf("element %d is %w", i, err)
		}
	}
	return nil
}

func costCopy(b *budget, args []any) error {
	total := 0
	for _, arg := range args {
		total = sum(total, length(arg))
	}
	if err := b.room(product(total, entryText)); err != nil {
		return err
	}
	return b.spend(total / 2)
}

func costChunk(b *budget, args []any) error {
	if args[0].(int) < 1 {
		return errors.New("a list cannot be cut into lists of less than one element")
	}
	return b.charge(product(reflect.ValueOf(args[1]).Len(), 3*entryText))
}

// costCompare counts that every element is compared with every other.
func costCompare(b *budget, args []any) error {
	before := b.work
	elements := len(args)
	for _, arg := range args {
		if err := b.own(arg); err != nil {
			return err
		}
		if v := reflect.ValueOf(arg); len(args) == 1 && v.Kind() == reflect.Slice {
			elements = v.Len()
		}
	}
	return b.spend(product(before-b.work, elements))
}

// checkKeys refuses a key of a dictionary that is no text, number or truth value.
func checkKeys(_ *budget, args []any) error {
	for i := 0; i < len(args); i += 2 {
		if err := printable(args[i]); err != nil {
			return fmt.Errorf("the key %d is %w", i/2+1, err)
		}
	}
	return nil
}

func noSpace(_ *budget, args []any) (any, error) {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, args[0].(string)), nil
}

func checkSubstr(_ *budget, args []any) error {
	from, to, text := args[0].(int), args[1].(int), args[2].(string)
	if to < 0 && from >= 0 || to > len(text) && from >= 0 {
		to = len(text)
	}
	if max(from, 0) > to || to < 0 || to > len(text) {
		return fmt.Errorf("the text has %d bytes, and none from %d to %d", len(text), from, args[1])
	}
	return nil
}

// sliceOf is sprig's slice, and for text that of text/template.
func sliceOf(_ *budget, args []any) (any, error) {
	v := reflect.ValueOf(args[0])
	from, to := 0, v.Len()
	if len(args) > 1 {
		from = args[1].(int)
	}
	if len(args) > 2 {
		to = args[2].(int)
	}
	if from < 0 || from > to || to > v.Len() {
		return nil, fmt.Errorf("there are %d elements, and none from %d to %d", v.Len(), from, to)
	}
	return v.Slice(from, to).Interface(), nil
}

// valueOf is sprig's get for keys of the plan's own types too, such as a role.
func valueOf(dict map[string]any, key any) any {
	name, ok := key.(string)
	if !ok {
		name = reflect.ValueOf(key).String()
	}
	if value, ok := dict[name]; ok {
		return value
	}
	return ""
}

func digDown(_ *budget, args []any) (any, error) {
	keys, otherwise := args[:len(args)-2], args[len(args)-2]
	here := args[len(args)-1]
	for _, key := range keys {
		dict, ok := here.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("what stands above the key %s is %s, and must be a dictionary", key, describe(here))
		}
		if here, ok = dict[key.(string)]; !ok {
			return otherwise, nil
		}
	}
	return here, nil
}

func sortedKeys(b *budget, args []any) (any, error) {
	keys := []string{}
	for _, arg := range args {
		keys = slices.AppendSeq(keys, maps.Keys(arg.(map[string]any)))
	}
	slices.Sort(keys)
	return keys, b.spend(product(len(keys), bits.Len(uint(len(keys)))))
}

func sortedValues(b *budget, args []any) (any, error) {
	dict := args[0].(map[string]any)
	values := []any{}
	for _, key := range slices.Sorted(maps.Keys(dict)) {
		values = append(values, dict[key])
	}
	return values, b.spend(product(len(values), bits.Len(uint(len(values)))))
}
