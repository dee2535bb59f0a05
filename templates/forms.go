package templates

import (
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

func checkBase64(_ *budget, args []any) error {
	if _, err := base64.StdEncoding.DecodeString(args[0].(string)); err != nil {
		return errors.New("the text is not base64")
	}
	return nil
}

func checkBase32(_ *budget, args []any) error {
	if _, err := base32.StdEncoding.DecodeString(args[0].(string)); err != nil {
		return errors.New("the text is not base32")
	}
	return nil
}

func fromJSON(b *budget, args []any) (any, error) {
	if err := b.charge(product(len(args[0].(string)), entryText)); err != nil {
		return nil, err
	}
	value, err := invoke(sprigs()["mustFromJson"], args)
	if err != nil {
		return nil, fmt.Errorf("the text is not JSON: %w", err)
	}
	return value, b.own(value)
}

func checkJSON(b *budget, args []any) error {
	before := b.work
	if err := b.own(args[0]); err != nil {
		return err
	}
	return b.room(product(before-b.work, 2*maxNested/nodeWork+1)) // a value of its own line, and its indentation
}

// longestPattern is more than anybody reads.
const longestPattern = 4096

func costPattern(b *budget, args []any) error {
	pattern, text := args[0].(string), args[1].(string)
	if len(pattern) > longestPattern {
		return fmt.Errorf("the pattern has more than %d bytes", longestPattern)
	}
	if err := b.spend(product(len(pattern), patternWork)); err != nil {
		return err
	}
	expression, err := regexp.Compile(pattern)
	if err != nil {
		return fmt.Errorf("the pattern cannot be read: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	instructions, err := instructions(pattern)
	if err != nil {
		return err
	}
	if err := b.spend(product(instructions, patternWork)); err != nil {
		return err
	}
	if err := b.spend(product(len(text), 1+instructions/4)); err != nil {
		return err
	}
	switch third := args[2:]; {
	case len(third) == 0:
		return nil
	case reflect.TypeOf(third[0]).Kind() == reflect.Int:
		return b.room(product(len(text), entryText))
	default:
		return b.replacement(expression, text, third[0].(string))
	}
}

// instructions counts those of a compiled pattern, by which matching takes time.
func instructions(pattern string) (int, error) {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 0, err
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return 0, err
	}
	return len(program.Inst), nil
}

// replacement refuses a text that a replacement makes too long.
func (b *budget) replacement(expression *regexp.Regexp, text, new string) error {
	groups := strings.Count(new, "$")
	if b.room(sum(product(len(text)+1, len(new)), product(len(text), groups+1))) == nil {
		return nil
	}
	if err := b.room(product(len(text), entryText)); err != nil {
		return err
	}
	total := len(text)
	for _, match := range expression.FindAllStringIndex(text, -1) {
		total = sum(total, sum(len(new), product(groups, match[1]-match[0])))
	}
	return b.room(total)
}

func checkURL(_ *budget, args []any) error {
	if _, err := url.Parse(args[0].(string)); err != nil {
		return fmt.Errorf("%q is no URL", args[0])
	}
	return nil
}

func checkURLParts(_ *budget, args []any) error {
	parts := args[0].(map[string]any)
	for _, key := range []string{"scheme", "host", "path", "query", "opaque", "fragment", "userinfo"} {
		if part, ok := parts[key]; ok && reflect.ValueOf(part).Kind() != reflect.String {
			return fmt.Errorf("the part %s is %s, and must be text", key, describe(part))
		}
	}
	if user, ok := parts["userinfo"]; ok {
		if _, err := url.Parse("x://" + reflect.ValueOf(user).String() + "@host"); err != nil {
			return errors.New("the part userinfo is no user of a URL")
		}
	}
	return nil
}

func costVersion(_ *budget, args []any) error {
	const most = 256
	for _, arg := range args {
		if utf8.RuneCountInString(arg.(string)) > most {
			return fmt.Errorf("a version has at most %d letters", most)
		}
	}
	return nil
}
