package templates

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"text/template"
)

const pointers = "it would print a pointer, whose value differs from run to run"

// printFunctions are those of text/template that print any value.
func printFunctions() []function {
	printing := func(call, gives string, text func(values []any) string) function {
		return newFunction("text/template", Wrapped, call, gives).because(pointers).
			checked(costPrint).
			by(func(_ *budget, args []any) (any, error) { return text(args), nil })
	}
	// The language's own, which need no care: listed here, and bound by text/template.
	language := func(call, gives string) function { return newFunction("text/template", Allowed, call, gives) }
	return []function{
		language("and VALUE...", "the first value that is false or empty, otherwise the last"),
		language("or VALUE...", "the first value that is true or not empty, otherwise the last"),
		language("not VALUE", "whether the value is false or empty"),
		language("eq VALUE VALUE...", "whether the first value equals one of the others"),
		language("ne VALUE VALUE", "whether the values differ"),
		language("lt VALUE VALUE", "whether the first value is less than the second"),
		language("le VALUE VALUE", "whether it is less or equal"),
		language("gt VALUE VALUE", "whether it is greater"),
		language("ge VALUE VALUE", "whether it is greater or equal"),
		language("len VALUE", "the length of a text, in bytes, or of a list or dictionary"),
		language("index VALUE VALUE...", "an element of a list or dictionary"),
		language("call VALUE VALUE...", "what a value that is a function returns; no value of a plan is one"),
		printing("print SCALAR...", "the values in one text, with a space between two that are no text",
			func(values []any) string { return fmt.Sprint(values...) }),
		printing("println SCALAR...", "the values with spaces between them, and a newline",
			func(values []any) string { return fmt.Sprintln(values...) }),
		printing("html SCALAR...", "the values as text of an HTML page",
			func(values []any) string { return template.HTMLEscaper(values...) }),
		printing("js SCALAR...", "the values as text of a JavaScript string",
			func(values []any) string { return template.JSEscaper(values...) }),
		printing("urlquery SCALAR...", "the values as part of a URL's query",
			func(values []any) string { return template.URLQueryEscaper(values...) }),
		newFunction("text/template", Wrapped, "printf FORMAT SCALAR...", "the values in a format of Go's fmt package").
			because(pointers).checked(costFormat).by(format),
	}
}

// costPrint refuses to print what is too long already.
func costPrint(b *budget, args []any) error {
	total := 0
	for _, arg := range args {
		total += length(arg)
	}
	return b.room(total)
}

// costFormat refuses a format whose widths or values are too long.
func costFormat(b *budget, args []any) error {
	format := args[0].(string)
	longest, widest := 0, 0
	for _, arg := range args[1:] {
		longest = max(longest, length(arg))
		if n, ok := arg.(int); ok { // a width, where the format has a star
			widest = max(widest, n, -n)
		}
	}
	total, digits := len(format), 0
	for i := range len(format) {
		switch c := format[i]; {
		case c >= '0' && c <= '9':
			digits = min(10*digits+int(c-'0'), maxText+1)
			continue
		case c == '%':
			total = sum(total, longest)
		case c == 'q' || c == 'x' || c == 'X' || c == 'U':
			total = sum(total, 4*longest)
		case c == '*':
			total = sum(total, widest)
		}
		total = sum(total, digits)
		digits = 0
	}
	return b.room(total)
}

// costRows refuses a format that is too long for so many rows.
func costRows(b *budget, args []any) error {
	rows, _ := args[1].([][]any)
	longest := 0
	for _, row := range rows {
		total := 0
		for _, cell := range row {
			total += length(cell)
		}
		longest = max(longest, total)
	}
	if err := costFormat(b, []any{args[0], strings.Repeat(" ", longest)}); err != nil {
		return err
	}
	return b.room(sum(len(args[0].(string)), longest) * len(rows))
}

// formatRows is printf for each row of a table of the plan. A format names its cells by
// their numbers, "%[2]s", and may leave some out.
func formatRows(format string, of any) (string, error) {
	rows, ok := of.([][]any)
	if !ok {
		return "", errors.New("it takes one of the plan's tables, such as .Plan.MemberRows")
	}
	var out []byte
	for _, row := range rows {
		out = fmt.Appendf(out, format, row...)
	}
	if bytes.Contains(out, []byte("%!")) {
		return "", errors.New("the format does not fit the rows")
	}
	return string(out), nil
}

// format is printf, with an error where fmt would print one.
func format(_ *budget, args []any) (any, error) {
	text := fmt.Sprintf(args[0].(string), args[1:]...)
	if i := strings.Index(text, "%!"); i >= 0 {
		for _, arg := range args {
			if s, ok := arg.(string); ok && strings.Contains(s, "%!") {
				return text, nil
			}
		}
		return nil, errors.New("the format does not fit the values")
	}
	return text, nil
}
