package nginx_test

import (
	"strings"
	"testing"

	"mirrorgen/internal/format/nginx"
)

// printed is a configuration on one line.
func printed(directives []*nginx.Directive) string {
	var words []string
	for _, d := range directives {
		word := d.Name
		for _, a := range d.Args {
			word += " " + a.Text
		}
		if d.HasBlock {
			words = append(words, word+" { "+printed(d.Block)+" }")
			continue
		}
		words = append(words, word+";")
	}
	return strings.Join(words, " ")
}

// Files that are included stand in the place of the include, in their order, those that they include
// too; what is not to be had stays, and files that include themselves come to an end.
func TestWhole(t *testing.T) {
	files := map[string][]string{
		"/etc/nginx/conf.d/*.conf": {"server { include snippets/a; }", "upstream u { }"},
		"/etc/nginx/snippets/a":    {"listen 80; include /opt/b;"},
		"/opt/b":                   {"x 1;"},
		"/none/*.conf":             {},
		"/self":                    {"y; include /self;"},
	}
	find := func(pattern string) ([][]*nginx.Directive, bool) {
		texts, ok := files[pattern]
		return parsed(texts...), ok
	}
	for text, want := range map[string]string{
		"http { include conf.d/*.conf; z; }": "http { server { listen 80; x 1; } upstream u {  } z; }",
		"include /none/*.conf; a;":           "a;",
		"include mime.types; b;":             "include mime.types; b;",
		"include /self;":                     strings.Repeat("y; ", 10) + "include /self;",
	} {
		directives, _ := nginx.Parse(text)
		if got := printed(nginx.Whole(directives, "/etc/nginx", find)); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// Files that include themselves several times come to an end too.
func TestWholeEnds(t *testing.T) {
	directives, _ := nginx.Parse("include /self;")
	asked := 0
	nginx.Whole(directives, "/", func(string) ([][]*nginx.Directive, bool) {
		asked++
		return parsed("include /self; include /self; include /self;"), true
	})
	if asked > 10_000 {
		t.Errorf("%d files are asked for", asked)
	}
}

// parsed are the directives of texts.
func parsed(texts ...string) [][]*nginx.Directive {
	var files [][]*nginx.Directive
	for _, text := range texts {
		directives, _ := nginx.Parse(text)
		files = append(files, directives)
	}
	return files
}
