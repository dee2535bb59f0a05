package iris

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"mirrorgen/internal/standin/loopbacktest"
	"mirrorgen/internal/standin/wire"
)

// A record is what an instance prints, which a test may read meanwhile.
type record struct {
	mu   sync.Mutex
	text strings.Builder
}

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(b)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// newInstance is a container of a member, at 127.103.1.N and 127.104.1.N.
func newInstance(t *testing.T, s *loopbacktest.Switch, name, n string) *Instance {
	t.Helper()
	return newSlowInstance(t, s, name, n, 0.02)
}

// newSlowInstance is newInstance with a time scale of its own, for handshakes, which take
// time themselves.
func newSlowInstance(t *testing.T, s *loopbacktest.Switch, name, n string, scale float64) *Instance {
	t.Helper()
	data := t.TempDir()
	i := &Instance{
		Network: s.Host("127.103.1."+n, "127.104.1."+n), Times: wire.Times{Scale: scale}, Host: name, Version: "2025.1",
		Install: data, Data: data, Out: &record{},
	}
	if err := i.Open(); err != nil {
		t.Fatal(err)
	}
	if err := i.StartAgent(2188); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { i.Stop(false); i.agent.Close() })
	return i
}

// session runs lines in %SYS and returns what the terminal showed.
func session(i *Instance, lines ...string) string {
	var out bytes.Buffer
	i.session([]string{"IRIS", "-U", "%SYS"}, bufio.NewReader(strings.NewReader(strings.Join(lines, "\n")+"\nhalt\n")),
		&out)
	return out.String()
}

const enable = `set service("Enabled")=1 set sc=##class(Security.Services).Modify("%Service_Mirror",.service) write +sc`

// Two instances join by SYS.Mirror, as after-start.sh sends it, and a stop hands over.
func TestSessionMirror(t *testing.T) {
	s := loopbacktest.New()
	a, b := newInstance(t, s, "ap1a", "2"), newInstance(t, s, "ap1b", "3")
	for _, i := range []*Instance{a, b} {
		if err := i.Start(nil); err != nil {
			t.Fatal(err)
		}
	}
	addresses := func(n string) string {
		return `set info("MirrorAddress")="127.103.1.` + n + `",info("ECPAddress")="127.104.1.` + n +
			`",info("AgentAddress")="127.103.1.` + n + `"`
	}
	directory := t.TempDir() + "/"
	for _, step := range []struct {
		on   *Instance
		line []string
		want string
	}{
		{a, []string{`write $system.Mirror.IsMember()`}, "%SYS>0"},
		{a, []string{addresses("2"), `write ##class(SYS.Mirror).CreateNewMirrorSet("AP1","AP1A",.info)`},
			"%Service_Mirror is not enabled"},
		{a, []string{enable, addresses("2"),
			`set sc=##class(SYS.Mirror).CreateNewMirrorSet("AP1","AP1A",.info) write !,"LAB-"_"STATUS "_(+sc)`},
			"LAB-STATUS 1"},
		{b, []string{enable, addresses("3"), `set info("MirorAddress")="x"`,
			`write ##class(SYS.Mirror).JoinMirrorAsFailoverMember("AP1","AP1B","IRIS","127.103.1.2",2188,.info)`},
			`unknown key "MirorAddress"`},
		{b, []string{addresses("3"),
			`write ##class(SYS.Mirror).JoinMirrorAsFailoverMember("AP1","AP1B","IRIS","127.103.1.2",2188,.info)`},
			"%SYS>1"},
		{a, []string{
			`write ##class(SYS.Database).CreateDatabase("` + directory + `",,,,"%DB_MIRRORDB",,"MIRRORDB","AP1")`,
			`write ##class(SYS.Database).%OpenId("` + directory + `").Mirrored`,
			`write ##class(SYS.Database).%OpenId("` + directory + `").ResourceName`},
			"%SYS>1\n%SYS>1\n%SYS>%DB_MIRRORDB"},
		{a, []string{`set db=##class(SYS.Database).%OpenId("` + directory + `"),db.ResourceName="%DB_X"`},
			"<CANNOT SET THIS PROPERTY> *ResourceName"},
		{a, []string{`write $system.Mirror.GetStatus()`}, "PRIMARY"},
		{b, []string{`write $system.Mirror.GetMemberType()`}, "Failover"},
		{a, []string{`write ##class(SYS.Miror).Demote()`}, "<CLASS DOES NOT EXIST> *SYS.Miror"},
		{a, []string{`write ##class(SYS.Mirror).Demot()`}, "<METHOD DOES NOT EXIST> *Demot,SYS.Mirror"},
		{a, []string{`for i=1:1:3 write i`}, "<SYNTAX>"},
		{a, []string{`write missing`}, "<UNDEFINED> *missing"},
	} {
		if got := session(step.on, step.line...); !strings.Contains(got, step.want) {
			t.Errorf("%s: %q shows %q, want %q in it", step.on.Host, step.line, got, step.want)
		}
	}
	for _, line := range [][2]string{{"WHO", "ap1a Primary"}, {"WAS", "ap1a never"}, {"WRITE x", "OK ap1a 2"},
		{"READ", "ap1a 2 x"}, {"COUNT", "ap1a 1 0"}} {
		if got := a.client(line[0]); got != line[1] {
			t.Errorf("%s: %q, want %q", line[0], got, line[1])
		}
	}
	if got := b.client("WRITE x"); !strings.HasPrefix(got, "NO ap1b ") {
		t.Errorf("the backup answers %q to a write", got)
	}
	for i, want := range map[*Instance]int{a: 200, b: 503} {
		if got := i.Answer(Request{Method: "GET", Path: "/iris/csp/mirror_status.cxw"}); got.Status != want {
			t.Errorf("%s: mirror_status.cxw answers %d, want %d", i.Host, got.Status, want)
		}
	}
	a.Stop(true)
	if got := b.client("WHO"); got != "ap1b Primary" {
		t.Errorf("after a stop of the primary: %s", got)
	}
	var ago int
	if got := a.client("WAS"); !strings.HasPrefix(got, "ap1a ") {
		t.Errorf("WAS: %s", got)
	} else if _, err := fmt.Sscan(got[len("ap1a "):], &ago); err != nil || ago < 0 || ago > 10_000 {
		t.Errorf("the old primary says of its past: %s", got)
	}
	if got := strings.Split(a.qlist(), "^")[3]; !strings.HasPrefix(got, "down") {
		t.Errorf("qlist of a stopped instance: %s", got)
	}
	if cpf, err := os.ReadFile(a.cpfPath()); err != nil ||
		!strings.Contains(string(cpf), "\nAP1A=127.103.1.2,2188,,127.104.1.2,") {
		t.Errorf("iris.cpf: %v\n%s", err, cpf)
	}
}

// What IRIS does not know in a merge file, or in iris.cpf, keeps it from starting.
func TestUnknownParameter(t *testing.T) {
	i := newInstance(t, loopbacktest.New(), "x", "9")
	file := filepath.Join(t.TempDir(), "merge.cpf")
	if err := os.WriteFile(file, []byte("[config]\nglobalz=1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := i.Start([]string{file}); err == nil || !strings.Contains(err.Error(), "line 2: Unknown parameter") {
		t.Errorf("started with an unknown parameter: %v", err)
	}
	if err := os.WriteFile(i.cpfPath(), []byte("[Actions]\nDeleteOAuth2Server\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := i.Start(nil); err == nil || !strings.Contains(err.Error(), "[Actions] is for merge files only") {
		t.Errorf("started with actions in iris.cpf: %v", err)
	}
}
