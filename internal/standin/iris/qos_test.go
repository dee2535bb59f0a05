package iris

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mirrorgen/internal/standin/loopbacktest"
)

// A mirror's quality of service time-out comes out of the merge file, or of what a hook passes to
// SYS.Mirror, and what is no number of milliseconds is refused.
func TestQualityOfService(t *testing.T) {
	s := loopbacktest.New()
	merged := newInstance(t, s, "ap1a", "41")
	file := filepath.Join(t.TempDir(), "merge.cpf")
	content := "[Actions]\nModifyService:Name=%Service_Mirror,Enabled=1\n" +
		"ConfigMirror:Name=AP1,Member=primary,Primary=localhost,SystemName=AP1A,MirrorAddress=127.103.1.41," +
		"AgentAddress=127.103.1.41,ECPAddress=127.104.1.41,QOSTimeout=20000\n"
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := merged.Start([]string{file}); err != nil {
		t.Fatal(err)
	}
	called := newInstance(t, s, "ap2a", "42")
	if err := called.Start(nil); err != nil {
		t.Fatal(err)
	}
	refused := session(called, enable, `set info("QOSTimeout")="20 s"`,
		`write ##class(SYS.Mirror).CreateNewMirrorSet("AP2","AP2A",.info)`)
	if want := `QOSTimeout "20 s" is no number of milliseconds`; !strings.Contains(refused, want) {
		t.Errorf("%s, not %s", refused, want)
	}
	got := session(called, `set info("QOSTimeout")=20000`,
		`write "created "_##class(SYS.Mirror).CreateNewMirrorSet("AP2","AP2A",.info)`)
	if !strings.Contains(got, "created 1") {
		t.Fatal(got)
	}
	for _, i := range []*Instance{merged, called} {
		if qos, want := i.Member().Times().QoS(), i.Times.QoS()*20/8; qos != want {
			t.Errorf("%s waits for %v, not for %v", i.Host, qos, want)
		}
	}
}
