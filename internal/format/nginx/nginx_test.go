package nginx

import (
	"fmt"
	"strings"
	"testing"
)

// print writes a tree as nginx would read it back, on one line.
func print(directives []*Directive) string {
	var b strings.Builder
	for _, d := range directives {
		b.WriteString(d.Name)
		for _, a := range d.Args {
			fmt.Fprintf(&b, " <%s>", a.Text)
		}
		if d.HasBlock {
			fmt.Fprintf(&b, "{%s}", print(d.Block))
		}
		b.WriteString(";")
	}
	return b.String()
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ content, want string }{
		{"listen 80 default_server; # c;", "listen <80> <default_server>;"},
		{"location ~ \\.(a|b)$ { return 200 \"x;}\\n\"; }", `location <~> <\.(a|b)$>{return <200> <x;}\n>;};`},
		{"map $a $b { default ''; '' x; }", "map <$a> <$b>{default <>; <x>;};"},
		{"set $x ${y}z;", "set <$x> <${y}z>;"},
		{"log_format l 'a \\'b\\' '\n  \"c\";", "log_format <l> <a 'b' > <c>;"},
		{"if ($a = \"b\") { }", "if <($a> <=> <b> <)>{};"}, // a parenthesis ends a quoted word
		{"", ""},
		{"# only", ""},
	} {
		tree, problems := Parse(c.content)
		if got := print(tree); got != c.want || len(problems) > 0 {
			t.Errorf("Parse(%q) = %s, want %s; problems %v", c.content, got, c.want, problems)
		}
	}
}

func TestPlaces(t *testing.T) {
	tree, _ := Parse("a;\n  server {\n\tlisten  80;\n}\n")
	listen := tree[1].Block[0]
	if listen.Line != 3 || listen.Column != 2 || listen.Args[0].Column != 10 || tree[1].Column != 3 {
		t.Errorf("listen at %d:%d, its argument in column %d, server in column %d", listen.Line, listen.Column,
			listen.Args[0].Column, tree[1].Column)
	}
}

// What raw text of a server block may not do.
func TestProblems(t *testing.T) {
	for _, c := range []struct{ content, want string }{
		{"gzip on", "1:1 Missing semicolon"},
		{"gzip on;\n}", "2:1 Unbalanced brace"},
		{"} location / {", "1:1 Unbalanced brace; 1:3 Unclosed block"},
		{"location / { gzip on; ", "1:1 Unclosed block"},
		{"location / { gzip on }", "1:14 Missing semicolon"},
		{"gzip on\ngzip_types x;", "1:1 Missing semicolon"},
		{"add_header A \"b", "1:1 Missing semicolon; 1:14 Unclosed quote"},
		{"add_header A \"b\"c;", "1:17 Unexpected character after a quote"},
		{";", "1:1 Stray semicolon"},
		{"{}", "1:1 Block without a name"},
		{"gzip on; # }", ""},
		{"add_header A '}';", ""},
	} {
		_, problems := Parse(c.content)
		var got []string
		for _, p := range problems {
			got = append(got, fmt.Sprintf("%d:%d %s", p.Line, p.Column, p.Summary))
		}
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("Parse(%q) = %q, want %q", c.content, s, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("server { listen 80; location ~ a{2} { return 200 \"x\\n\"; } }")
	f.Add("a 'b\\'c' ${d} }{;#")
	f.Fuzz(func(t *testing.T, content string) {
		tree, problems := Parse(content)
		lines := strings.Split(content, "\n")
		inside := func(line, column int) {
			if line < 1 || line > len(lines) || column < 0 || column > len(lines[line-1])+1 {
				t.Errorf("place %d:%d of %q", line, column, content)
			}
		}
		for _, p := range problems {
			inside(p.Line, p.Column)
		}
		var visit func([]*Directive)
		visit = func(block []*Directive) {
			for _, d := range block {
				inside(d.Line, d.Column)
				for _, a := range d.Args {
					inside(a.Line, a.Column)
				}
				visit(d.Block)
			}
		}
		visit(tree)
	})
}
