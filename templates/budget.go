package templates

import (
	"errors"
	"fmt"
	"math"
	"reflect"
)

// What one artifact may take to print where a template of the user's has a part
// in it. A template has no other limit: it may range over any number, call
// itself, and make a string of two as long.
const (
	maxPasses = 1_000_000 // passes of a range and calls of a template; the largest built-in takes 30 a service
	maxDepth  = 1000      // templates that call one another
	maxText   = 32 << 20  // bytes printed, and bytes of the texts and lists that functions return
	maxWork   = 16 << 20  // units of work, each of some 50 ns, and serviceWork for each service: see below
	maxNested = 50        // lists and dictionaries inside one another
)

// What the parts of a template cost in units of work.
const (
	serviceWork = 8000 // of the lab, for which every template of it may do something
	nodeWork    = 8    // an expression or a text
	callWork    = 20   // a call of a function, and one for each two bytes or element of its arguments
	keyWork     = 6    // a key that is compared with another, to sort a dictionary
	patternWork = 10   // an instruction of a compiled pattern
	entryText   = 16   // bytes that are charged for an element of a list or dictionary
	pieceText   = 8    // and for each piece that is printed: a template may print many that are empty
)

// A budget is what is left of these limits while an artifact is printed.
type budget struct{ passes, depth, text, work int }

// limited is the budget of an artifact in which a template of the user's has a
// part, unlimited that of any other.
var (
	limited   = budget{maxPasses, maxDepth, maxText, maxWork}
	unlimited = budget{math.MaxInt, math.MaxInt, math.MaxInt, math.MaxInt}
)

// How a template ends that does not end by itself.
var (
	errPasses = errors.New("the template takes more than a million passes of a range and calls of a template")
	errDepth  = errors.New("templates call one another more than 1,000 deep")
	errText   = errors.New("the template makes more than 32 MB of text and lists")
	errWork   = errors.New("the template does more than the file of any lab takes")
)

// step counts one pass or call, with the number of expressions and texts in it and
// the bytes of these texts.
func (b *budget) step(nodes, bytes int) (bool, error) {
	if b.passes--; b.passes < 0 {
		return false, errPasses
	}
	if err := b.spend(nodes * nodeWork); err != nil {
		return false, err
	}
	return false, b.room(bytes + nodes*pieceText)
}

// What counts returns false, because guard makes an {{if}} of it, which prints
// nothing.

// enter counts the call of a template, which leave ends.
func (b *budget) enter(nodes, bytes int) (bool, error) {
	if b.depth--; b.depth < 0 {
		return false, errDepth
	}
	return b.step(nodes, bytes)
}

func (b *budget) leave() bool {
	b.depth++
	return false
}

// spend counts work.
func (b *budget) spend(units int) error {
	if units > b.work || units < 0 {
		b.work = 0
		return errWork
	}
	b.work -= units
	return nil
}

// charge counts text.
func (b *budget) charge(bytes int) error {
	if err := b.room(bytes); err != nil {
		return err
	}
	b.text -= bytes
	return nil
}

// room reports whether so much text could be made.
func (b *budget) room(bytes int) error {
	if bytes > b.text || bytes < 0 {
		return errText
	}
	return nil
}

// product is x*y for numbers that are not negative, or the largest number.
func product(x, y int) int {
	if x > 0 && y > math.MaxInt/x {
		return math.MaxInt
	}
	return x * y
}

// sum is x+y for numbers that are not negative, or the largest number.
func sum(x, y int) int {
	if x > math.MaxInt-y {
		return math.MaxInt
	}
	return x + y
}

// own walks a value that a function goes through to its depth, and refuses what
// is not the template's own: only text, numbers and truth values, and lists and
// dictionaries of them.
func (b *budget) own(value any) error { return b.walk(reflect.ValueOf(value), 0) }

func (b *budget) walk(v reflect.Value, depth int) error {
	if depth > maxNested {
		return errors.New("lists and dictionaries more than 50 deep, or one that holds itself")
	}
	if err := b.spend(nodeWork); err != nil {
		return err
	}
	for v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if !v.IsValid() {
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		return b.spend(v.Len())
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if err := b.walk(v.Index(i), depth+1); err != nil {
				return err
			}
		}
		return nil
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			if err := b.walk(entries.Key(), depth+1); err != nil {
				return err
			}
			if err := b.walk(entries.Value(), depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	if !isScalar(v.Kind()) {
		return fmt.Errorf("a whole %s; take its fields", v.Type())
	}
	return nil
}

// isScalar reports whether values of a kind are text, numbers or truth values.
func isScalar(k reflect.Kind) bool {
	switch k {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		return true
	}
	return false
}

// printable refuses a value that has more than one way to be printed: all that is
// not text, a number or a truth value. A pointer would print as another number in
// every run.
func printable(value any) error {
	if value == nil {
		return errors.New("nothing: there is no such value in this lab; ask for it with {{if}} or {{with}} first")
	}
	v := reflect.ValueOf(value)
	if isScalar(v.Kind()) {
		return nil
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		return fmt.Errorf("a list (%s); print its elements with {{range}}, or strings with join", v.Type())
	case reflect.Map:
		return errors.New("a dictionary; print its values with get, or with {{range}}")
	case reflect.Pointer:
		if v.IsNil() {
			return printable(nil)
		}
	}
	if _, ok := value.(fmt.Stringer); ok && v.Kind() == reflect.Struct {
		return nil
	}
	return fmt.Errorf("a whole %s; print one of its fields", v.Type())
}
