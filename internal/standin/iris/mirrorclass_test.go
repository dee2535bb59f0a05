package iris

import (
	"strings"
	"testing"

	"mirrorgen/internal/standin/loopbacktest"
)

// Config.MapMirrors gives a member's addresses by name, and an agent address of a
// reporting member in none; PromoteWithNoPartner names the members that do not know of
// the promotion.
func TestMembersByName(t *testing.T) {
	s := loopbacktest.New()
	a, d, r := newInstance(t, s, "ap1a", "12"), newInstance(t, s, "ap1d", "13"), newInstance(t, s, "ap1r", "14")
	join := func(i *Instance, number, call string) {
		t.Helper()
		if err := i.Start(nil); err != nil {
			t.Fatal(err)
		}
		own := "127.103.1." + number
		got := session(i, enable, `set info("MirrorAddress")="`+own+`",info("ECPAddress")="127.104.1.`+number+
			`",info("AgentAddress")="`+own+`"`, `write "joined "_##class(SYS.Mirror).`+call)
		if !strings.Contains(got, "joined 1") {
			t.Fatalf("%s: %s", call, got)
		}
	}
	join(a, "12", `CreateNewMirrorSet("AP1","AP1A",.info)`)
	join(d, "13", `JoinMirrorAsAsyncMember("AP1","AP1D","IRIS","127.103.1.12",2188,0,.info)`)
	join(r, "14", `JoinMirrorAsAsyncMember("AP1","AP1R","IRIS","127.103.1.12",2188,1,.info)`)

	for _, m := range []struct {
		on           *Instance
		member, want string
	}{
		{a, "AP1A", "1,127.103.1.12,127.104.1.12,127.103.1.12"},
		{d, "AP1D", "1,127.103.1.13,127.104.1.13,127.103.1.13"},
		{r, "AP1R", "1,,127.104.1.14,127.103.1.14"},
		{a, "AP1X", "0,,,"},
	} {
		got := session(m.on, `set sc=##class(Config.MapMirrors).Get("AP1","`+m.member+`",.member)`,
			`write (+sc)_","_$get(member("AgentAddress"))_","_$get(member("ECPAddress"))_","`+
				`_$get(member("MirrorAddress"))`)
		if !strings.Contains(got, ">"+m.want+"\n") {
			t.Errorf("%s: %s, want %s", m.member, got, m.want)
		}
	}
	if text := r.store.cpfText("2025.1"); !strings.Contains(text, "\nAP1R=,2188,,127.104.1.14,") {
		t.Errorf("iris.cpf has an agent address of a reporting member:\n%s", text)
	}

	a.Stop(false)
	a.agent.Close()
	got := session(d, `set sc=##class(SYS.Mirror).PromoteWithNoPartner(.unavailable) write "status "_(+sc),! `+
		`zwrite unavailable`)
	if !strings.Contains(got, "status 1\nunavailable(1)=\"AP1A\"\n") {
		t.Errorf("the promotion shows %s", got)
	}
}
