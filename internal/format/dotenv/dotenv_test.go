package dotenv_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	compose "github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/google/go-cmp/cmp"
	"github.com/sirupsen/logrus"

	"mirrorgen/internal/format/dotenv"
)

var values = map[string]string{"A": "1", "B": "x y", "EMPTY": "", "_u9": "under"}

func lookup(name string) (string, bool) {
	value, ok := values[name]
	return value, ok
}

// What Compose puts in the place of a variable, by its own library and by ours.
func TestExpand(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "plain": "plain", "$A": "1", "${A}": "1", "$A$B": "1x y", "x${B}y": "xx yy", "$$A": "$A", "$": "$",
		"a$ b":    "a$ b",
		"${N:-d}": "d", "${N-d}": "d", "${EMPTY:-d}": "d", "${EMPTY-d}": "", "${A:-d}": "1", "${N:-${A}}": "1",
		"${N:-${M:-x}}y": "xy", "${A:+o}": "o", "${N:+o}": "", "${EMPTY+o}": "o", "${EMPTY:+o}": "", "${A:?why}": "1",
		"${A?why}": "1", "${N}!": "!", "$_u9.": "under.", "$(date)": "$(date)", "$1": "$1", "${N:-a:b-c}": "a:b-c",
		"${N:-${A}}${A:-z}": "11", "$N": "", "${N:-}": "", "{$A}": "{1}", "${A}}": "1}", "${N-$A}": "1",
	} {
		have, err := dotenv.New(lookup).Expand(text)
		if have != want || err != nil {
			t.Errorf("%q: %q %v, want %q", text, have, err, want)
		}
		if theirs, err := template.Substitute(text, lookup); theirs != want || err != nil {
			t.Errorf("%q: Compose makes it %q %v, want %q", text, theirs, err, want)
		}
	}
}

func TestExpandErrors(t *testing.T) {
	for _, text := range []string{"${A", "${}", "${9}", "${A.B}", "${A:}", "${A:=x}", "x ${N:-${", "${N:-${}}"} {
		have, err := dotenv.New(lookup).Expand(text)
		if have != text || !errors.Is(err, dotenv.ErrReference) {
			t.Errorf("%q: %q %v", text, have, err)
		}
		if theirs, err := template.Substitute(text, lookup); err == nil {
			t.Errorf("%q: Compose makes it %q", text, theirs)
		}
	}
	nested := strings.Repeat("${N:-", 100) + strings.Repeat("}", 100)
	if _, err := dotenv.New(lookup).Expand(nested); !errors.Is(err, dotenv.ErrTooLarge) {
		t.Errorf("nested: %v", err)
	}
	large := dotenv.New(func(string) (string, bool) { return strings.Repeat("x", 1<<20), true })
	if _, err := large.Expand(strings.Repeat("$A", 100)); !errors.Is(err, dotenv.ErrTooLarge) {
		t.Errorf("large: %v", err)
	}
}

func TestMissing(t *testing.T) {
	i := dotenv.New(lookup)
	for _, text := range []string{"$A", "$Z", "${N:-x}", "${N:+x}", "${Y}", "${R:?say it}", "${EMPTY:?}",
		"${N:-$INNER}"} {
		if _, err := i.Expand(text); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff([]string{"EMPTY", "INNER", "R", "Y", "Z"}, i.Missing()); diff != "" {
		t.Error(diff)
	}
}

// Files that both libraries read alike.
var files = []string{
	"", "# comment\n", "A1=1\n", "export A1=1", "A1 = 1 \n", "A1=\nB1=2", "Q='$A'  \n", "D=\"x $A\"\n",
	"C=v # tail\n", "H=a#b\n",
	"X=1\nY=${X}2\n", "X=a\nX=b\n", "M=\"two\nlines\"\nN2=3\n", `E="a\tb\"c\$A"` + "\n", "S='it\\'s'\n", "K: v\n",
	"A\n", "NOBODY\n",
	"\ufeffX=1\n", "  INDENT=1\n", "URL=http://x:1/?a=b\n", "L=(hostname -I | awk '{print $1}')\n",
	"export P=$(basename \"$PWD\" | tr a b)\nV=\"${P}_\"\n", "X=1\r\nY=2\r\n", "DOT.TED-NAME[0]=1\n",
}

func TestParse(t *testing.T) {
	for _, content := range files {
		list, err := dotenv.New(lookup).Parse(content)
		if err != nil {
			t.Errorf("%q: %v", content, err)
		}
		theirs, err := compose.ParseWithLookup(strings.NewReader(content), lookup)
		if err != nil {
			t.Errorf("%q: %v", content, err)
		}
		have := map[string]string{}
		for _, v := range list {
			have[v.Name] = v.Value
		}
		if diff := cmp.Diff(theirs, have); diff != "" {
			t.Errorf("%q: %s", content, diff)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for content, want := range map[string]string{
		"A1=1\n\nB C=2\n":  `line 3: "B C" is no name of a variable`,
		"A1=1\n=2\n":       `line 2: "" is no name of a variable`,
		"A1=1\nQ=\"open\n": `line 2: the quote of "open is not closed`,
		"A1=1\nR=${broken\n": `line 2: "${" begins no reference such as ${NAME} or ${NAME:-default}; ` +
			`a dollar sign is written $$`,
	} {
		list, err := dotenv.New(lookup).Parse(content)
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", content, err, want)
		}
		if diff := cmp.Diff([]dotenv.Variable{{Name: "A1", Value: "1"}}, list); diff != "" {
			t.Errorf("%q: %s", content, diff)
		}
	}
}

// The order of a file is kept.
func TestParseOrder(t *testing.T) {
	list, err := dotenv.New(nil).Parse("Z=1\nA=2\nZ=3\n")
	if diff := cmp.Diff([]dotenv.Variable{{Name: "Z", Value: "3"}, {Name: "A", Value: "2"}}, list); diff != "" ||
		err != nil {
		t.Error(diff, err)
	}
}

// Text without special references becomes the same in both libraries.
func FuzzExpand(f *testing.F) {
	logrus.SetLevel(logrus.PanicLevel) // it warns of every variable without a value
	for _, seed := range []string{"$A ${N:-x} $$ ${A+${B}}", "${N:-${M-y}}", "$(x) $1", "${A"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		have, err := dotenv.New(lookup).Expand(text)
		switch theirs, theirErr := template.Substitute(text, lookup); {
		case len(text) > 200 || strings.ContainsAny(text, "?\n{}+-") && strings.Count(text, "{") > 1:
			// Where braces stand in defaults, the library pairs them by its regular expression.
		case errors.As(theirErr, new(*template.MissingRequiredError)):
		case (err == nil) != (theirErr == nil) || err == nil && have != theirs:
			t.Errorf("%q: %q %v, Compose %q %v", text, have, err, theirs, theirErr)
		}
	})
}

// No file makes it fail otherwise than with an error, and what it reads is one entry a name.
func FuzzParse(f *testing.F) {
	for _, seed := range files {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		list, _ := dotenv.New(lookup).Parse(content)
		names := map[string]bool{}
		for _, v := range list {
			names[v.Name] = true
		}
		if len(names) != len(list) {
			t.Errorf("%q: %v of %v", content, slices.Sorted(maps.Keys(names)), list)
		}
	})
}
