package iris

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mirrorgen/internal/standin/loopbacktest"
	"mirrorgen/internal/standin/mirror"
)

// An application server connects by its merge file and writes through the primary,
// whichever member that is.
func TestApplicationServer(t *testing.T) {
	s := loopbacktest.New()
	merge := func(text string) []string {
		file := filepath.Join(t.TempDir(), "merge.cpf")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return []string{file}
	}
	start := func(i *Instance, text string) {
		if err := i.Start(merge(text)); err != nil {
			t.Fatal(err)
		}
	}
	const server = "[config]\nMaxServerConn=16\n[Actions]\nModifyService:Name=%Service_ECP,Enabled=1\n"
	a, b, app := newInstance(t, s, "a", "12"), newInstance(t, s, "b", "13"), newInstance(t, s, "app", "14")
	addresses := func(host string) string {
		return ",MirrorAddress=127.103.1." + host + ",AgentAddress=127.103.1." + host +
			",ECPAddress=127.104.1." + host + "\n"
	}
	start(a, server+"ConfigMirror:Name=X,Member=primary,Primary=localhost,SystemName=A"+addresses("12"))
	start(b, server+"ConfigMirror:Name=X,Member=backup,Primary=127.103.1.12,SystemName=B"+addresses("13"))
	start(app, "[ECPServers]\nX=127.104.1.12,1972,1\n[Actions]\nModifyService:Name=%Service_ECP,Enabled=1\n"+
		"CreateDatabase:Name=DB,Directory=:mirror:X:DB,Server=X,LogicalOnly=1\n"+
		"CreateNamespace:Name=NS,Globals=DB,Routines=DB\n")
	writes := func(want string) {
		t.Helper()
		got := app.client("WRITE x")
		if !strings.HasPrefix(got, want) {
			t.Errorf("a write through the application server: %q, want %q; its log:\n%s", got, want, app.Out)
		}
	}
	a.Member().WaitSettled(5e9)
	writes("OK a ")
	b.Member().WaitFor(5e9, func(s mirror.Status) bool { return s == mirror.Backup })
	a.Stop(true)
	writes("OK b ")
}
