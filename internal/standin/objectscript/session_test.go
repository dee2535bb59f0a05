package objectscript

import (
	"fmt"
	"strings"
	"testing"
)

// machine is an instance with a class that says how it was called, and one whose
// objects have a property.
type machine struct{ calls []string }

type object struct{ properties map[string]string }

func (o *object) Get(property string) (Value, error) {
	if v, ok := o.properties[property]; ok {
		return v, nil
	}
	return nil, Error("<PROPERTY DOES NOT EXIST> *" + property)
}

func (o *object) Set(property, value string) error {
	o.properties[property] = value
	return nil
}

func (o *object) Call(method string, args []Argument) (Value, error) {
	if method != "%Save" {
		return nil, Error(NoMethod + method)
	}
	return "1", nil
}

func (m *machine) Call(namespace, class, method string, args []Argument) (Value, error) {
	var list []string
	for _, a := range args {
		switch {
		case a.Array != nil:
			list = append(list, fmt.Sprint("&", a.Array))
			a.Array["Changed"] = "yes"
		case a.Given:
			list = append(list, fmt.Sprintf("%q", a.Value))
		default:
			list = append(list, "-")
		}
	}
	m.calls = append(m.calls, fmt.Sprintf("%s %s.%s(%s)", namespace, class, method, strings.Join(list, " ")))
	switch class + "." + method {
	case "Test.Object.%OpenId":
		return &object{map[string]string{"Name": "x"}}, nil
	case "Test.List.Get":
		return List{"one", "two"}, nil
	case "Test.Class.Echo", "%SYSTEM.Mirror.IsMember":
		if len(args) > 0 {
			return args[0].Value, nil
		}
		return "1", nil
	}
	return nil, Error(NoClass + class)
}

func (m *machine) Variable(name string) (string, bool) {
	if name == "$username" {
		return "irisowner", true
	}
	return "", false
}

// What a line writes, as a terminal would show it.
func TestRun(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`write "a""b"`, `a"b`},
		{`w 1+2*3`, "9"}, // from left to right
		{`write "1"_2,!,"x"`, "12\nx"},
		{`write +"12abc",-"3",'0,'5`, "12-310"},
		{`write ("a"="a"),("a"="b"),(2<10),(2>10),("abc"["b"),(1&0)`, "101010"},
		{`set a(1)="x",a("k")=2 write a(1),a("k")`, "x2"},
		{`set x=5 kill x write x`, "\nset x=5 kill x write x\n                      ^\n<UNDEFINED> *x\n"},
		{`write ##class(Test.Class).Echo("hi")`, "hi"},
		{`write $system.Mirror.IsMember()`, "1"},
		{`write $username`, "irisowner"},
		{`set o=##class(Test.Object).%OpenId("d") set o.Name="y" write o.Name,o.%Save()`, "y1"},
		{`set l=##class(Test.List).Get() write $list(l,2),$listlength(l),$length("abc"),$piece("a^b^c","^",2)`,
			"two23b"},
		{`set a("k")="x",y=7 write $get(a("k")),$get(a("l"))_"-"_$g(z)_"-"_$get(y)`, "x--7"},
		{`write $get(1`, "\nwrite $get(1\n            ^\n<SYNTAX>\n"},
		{`set u(2)="b",u(1)="a""" zwrite u,none`, "u(1)=\"a\"\"\"\nu(2)=\"b\"\n"},
		{`set u="A1" zw u`, "u=\"A1\"\n"},
		{`if 1 write "yes"`, "yes"},
		{`if 0 write "no"`, ""},
		{`; a comment`, ""},
		{`set sc=1 write !,"LAB-"_"STATUS "_(+sc),!`, "\nLAB-STATUS 1\n"},
		// What is refused is shown with its line, a mark below and the error's name.
		{`write ##class(No.Class).Get()`, "\nwrite ##class(No.Class).Get()\n                             ^\n<CLASS " +
			"DOES NOT EXIST> *No.Class\n"},
		{`for i=1:1:3 write i`, "\nfor i=1:1:3 write i\n    ^\n<SYNTAX>\n"},
		{`write "open`, "\nwrite \"open\n           ^\n<SYNTAX>\n"},
		{`set x=1, write`, "\nset x=1, write\n        ^\n<SYNTAX>\n"},
		{`write o.Name`, "\nwrite o.Name\n       ^\n<UNDEFINED> *o\n"},
		{`write:0 "x"`, "\nwrite:0 \"x\"\n        ^\n<SYNTAX>\n"},
	} {
		var out strings.Builder
		New(&machine{}, "user", &out).Run(c.line)
		if out.String() != c.want {
			t.Errorf("%s\n got %q\nwant %q", c.line, out.String(), c.want)
		}
	}
}

// Arguments: left out, by value and by reference, where the method's changes are seen.
func TestArguments(t *testing.T) {
	m := &machine{}
	var out strings.Builder
	s := New(m, "%sys", &out)
	s.Run(`set info("A")="1" do ##class(Test.Class).Echo("x",,.info,5) write info("Changed")`)
	if out.String() != "yes" {
		t.Errorf("%s", out.String())
	}
	want := `%SYS Test.Class.Echo("x" - &map[A:1] "5")`
	if len(m.calls) != 1 || m.calls[0] != want {
		t.Errorf("%q, want %q", m.calls, want)
	}
}

func TestEnd(t *testing.T) {
	for line, exit := range map[string]int{"halt": 0, "h": 0, `do $system.Process.Terminate(,3)`: 3,
		`do ##class(%SYSTEM.Process).Terminate($job,7)`: 0} {
		s := New(&machine{}, "USER", &strings.Builder{})
		s.Run(line)
		if over := !strings.Contains(line, "$job"); s.Over() != over || s.Exit != exit {
			t.Errorf("%s: over %v, exit %d", line, s.Over(), s.Exit)
		}
	}
	if got := New(nil, "user", nil).Prompt(); got != "USER>" {
		t.Error(got)
	}
}

// FuzzRun: no line makes the interpreter panic or hang, whatever it says.
func FuzzRun(f *testing.F) {
	for _, line := range []string{
		`set sc=##class(SYS.Mirror).JoinMirrorAsFailoverMember("A","B","IRIS","h",2188,.info) ` +
			`write !,"LAB-"_"STATUS "_(+sc)_" "_$system.Status.GetErrorText(sc),!`,
		`set db=##class(SYS.Database).%OpenId("/x/"),db.ResourceName="%DB_X"`, `w $l("a",`, `((((`, `do .`, `s x(.y)=1`,
		`w $list()`, `w $get(a(1)`, `zwrite a,`,
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		New(&machine{}, "USER", &strings.Builder{}).Run(line)
	})
}
