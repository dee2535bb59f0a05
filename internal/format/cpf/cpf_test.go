package cpf

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const member = `# comment
[Startup]
PasswordHash=ab,cd,10000,SHA512 ; four fields
/* several
lines */ [Config]
globals=0,0,128,0,0,0 // MB

[Actions]
ModifyService:Name=%Service_ECP,Enabled=1
CreateUser:Name=u,Roles="%SQL,%DB_USER",FullName="a ""b"" c;#//"
DeleteOAuth2Server
DeleteApplication:/csp/x
`

func TestParse(t *testing.T) {
	got, problems := Parse(member)
	if len(problems) > 0 {
		t.Fatalf("problems: %v", problems)
	}
	want := &File{Sections: []*Section{
		{
			Name: "Startup",
			Line: 2,
			Keys: []Key{{Name: "PasswordHash", Value: "ab,cd,10000,SHA512", Line: 3, Column: 1, ValueColumn: 14}},
		},
		{
			Name: "Config",
			Line: 5,
			Keys: []Key{{Name: "globals", Value: "0,0,128,0,0,0", Line: 6, Column: 1, ValueColumn: 9}},
		},
		{Name: "Actions", Line: 8, Actions: []Action{
			{Name: "ModifyService", Line: 9, Column: 1, Arguments: []Argument{
				{Name: "Name", Value: "%Service_ECP", Column: 15, ValueColumn: 20},
				{Name: "Enabled", Value: "1", Column: 33, ValueColumn: 41},
			}},
			{Name: "CreateUser", Line: 10, Column: 1, Arguments: []Argument{
				{Name: "Name", Value: "u", Column: 12, ValueColumn: 17},
				{Name: "Roles", Value: "%SQL,%DB_USER", Column: 19, ValueColumn: 26},
				{Name: "FullName", Value: `a "b" c;#//`, Column: 41, ValueColumn: 51},
			}},
			{Name: "DeleteOAuth2Server", Line: 11, Column: 1},
			{Name: "DeleteApplication", Line: 12, Column: 1},
		}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tree (-want +got):\n%s", diff)
	}
}

// Problems that no lab artifact provokes; the others are cases of the verify
// package.
func TestProblems(t *testing.T) {
	for _, c := range []struct{ content, want string }{
		{"[Mapp.USER]\n", `1:1 Unknown section`},
		{"[Map.USER]\nGlobal_X=USER\n", ""},
		{"[MapMirrors.AP1]\nA=b\n", ""},
		{"[Map]\n", "1:1 Unknown section"},
		{"[config]\nGMHEAP=1\n", "2:1 Unknown parameter"},
		{"[Actions]\nCreateApplication:Name=/x,DispatchClas=Y\n", "2:27 Unknown argument"},
		{"[Actions]\nCreateApplication:Name=/x,SomethingNewer=Y\n", ""},
		{"[Actions]\nCreateNamespace:Name=X,Globals=Y,SomethingNewer=Y\n", "2:34 Unknown argument"},
		{"[Actions]\nExecute:Namespace=\"%SYS\",RoutineName=\"$$Tag^RTN\"\n", ""},
		{"[Actions]\nModifyStartup:ShutdownTimeout=60\n", ""},
		{"[Journal]\nCurrentDirectory=x//y\n", "2:19 Comment inside a value"},
	} {
		_, problems := Parse(c.content)
		if got := summary(problems); got != c.want {
			t.Errorf("Parse(%q) = %q, want %q", c.content, got, c.want)
		}
	}
}

func TestForbidden(t *testing.T) {
	for _, c := range []struct{ content, want string }{
		{"[Actions]\nConfigMirror:Name=A,Member=primary,Primary=localhost\n", "2:1 Mirror setting in merge text"},
		{"[Actions]\nCreateMirror:Name=A,VirtualAddress=10.0.0.1\n", "2:21 Mirror setting in merge text"},
		{"[Startup]\nMirrorSetName=A\n", "2:1 Mirror setting in merge text"},
		{"[startup]\nArbiterURL=a:2188\n", "2:1 Mirror setting in merge text"},
		{"[Actions]\nModifyStartup:MirrorMember=backup\n", "2:15 Mirror setting in merge text"},
		{"[MirrorMember]\nVirtualAddressInterface=eth0\n", "2:1 Mirror setting in merge text"},
		{"[Startup]\nShutdownTimeout=60\n[Actions]\nModifyJournal:FreezeOnError=1\n", ""},
	} {
		file, problems := Parse(c.content)
		if len(problems) > 0 {
			t.Errorf("Parse(%q): %v", c.content, problems)
		}
		if got := summary(Forbidden(file)); got != c.want {
			t.Errorf("Forbidden(%q) = %q, want %q", c.content, got, c.want)
		}
	}
}

// The tables are sorted and complete enough to be asked.
func TestVocabulary(t *testing.T) {
	for i, a := range actions {
		if i > 0 && actions[i-1].name >= a.name {
			t.Errorf("action %s stands after %s", a.name, actions[i-1].name)
		}
		for name := range strings.FieldsSeq(a.required) {
			if strings.Contains(" "+a.optional+" ", " "+name+" ") {
				t.Errorf("argument %s of %s is both required and optional", name, a.name)
			}
		}
	}
	for i, s := range sections {
		if i > 0 && sections[i-1].name >= s.name {
			t.Errorf("section %s stands after %s", s.name, sections[i-1].name)
		}
	}
	for _, name := range []string{"actions", "CONFIG", "Map.%SYS", "SqlUserDatatypes"} {
		if find(name) == nil {
			t.Errorf("no section %s", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(member)
	f.Add("[a]\nb=\"c\n[Actions]\nX:Y=\"Z,W\",V\n/*")
	f.Fuzz(func(t *testing.T, content string) {
		file, problems := Parse(content)
		Forbidden(file)
		lines := strings.Split(content, "\n")
		inside := func(line, column int, what string) {
			if line < 1 || line > len(lines) || column < 0 || column > len(lines[line-1])+1 {
				t.Errorf("%s at %d:%d of %q", what, line, column, content)
			}
		}
		for _, p := range problems {
			inside(p.Line, p.Column, p.Summary)
		}
		for _, s := range file.Sections {
			for _, k := range s.Keys {
				inside(k.Line, k.ValueColumn, k.Name)
				// A comment within a name counts as blanks.
				if text := lines[k.Line-1][k.Column-1:]; !strings.HasPrefix(text, k.Name) && !strings.Contains(content,
					"/*") {
					t.Errorf("key %q is not at %d:%d of %q", k.Name, k.Line, k.Column, content)
				}
			}
			for _, a := range s.Actions {
				for _, argument := range a.Arguments {
					inside(a.Line, argument.Column, argument.Name)
					inside(a.Line, argument.ValueColumn, argument.Name)
				}
			}
		}
	})
}

func summary(problems []Problem) string {
	var lines []string
	for _, p := range problems {
		lines = append(lines, fmt.Sprintf("%d:%d %s", p.Line, p.Column, p.Summary))
	}
	return strings.Join(lines, "; ")
}

// A list without quotes goes on after its commas, whatever its length.
func TestListWithoutQuotes(t *testing.T) {
	const roles = 100_000
	list := strings.Repeat("%DB_X,", roles) + "%DB_Y"
	file, problems := Parse("[Actions]\nCreateRole:Name=A,Resources=" + list + ",Description=B\n")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for action := range file.Actions {
		if action.Value("Resources") != list || action.Value("Description") != "B" {
			t.Errorf("%d bytes of %d, and %q", len(action.Value("Resources")), len(list), action.Value("Description"))
		}
	}
}
