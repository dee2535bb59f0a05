package iris

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mirrorgen/internal/standin/loopbacktest"
)

// What IRIS refuses keeps it from starting; a file that is not there does not; what is
// not modelled is reported.
func TestMerge(t *testing.T) {
	s := loopbacktest.New()
	for n, c := range []struct{ name, text, fails, says string }{
		{"unknown section", "[Strtup]\nglobals=0\n", "IRIS knows no section [Strtup]", ""},
		{"unknown parameter", "[config]\nglobal=0,0,256,0,0,0\n", "Section [config] has no parameter global", ""},
		{"unknown action", "[Actions]\nCreateDatabse:Name=X,Directory=/x\n", "IRIS knows no action CreateDatabse", ""},
		{"not modelled", "[Actions]\nModifyUser:Name=SuperUser,Enabled=1\n", "", "the action ModifyUser of"},
		{"known", "[config]\nMaxServerConn=16\n", "", "Licensed for"},
		{"no mirror service", "[Actions]\nCreateDatabase:Name=X,Directory=/nowhere,MirrorSetName=M,MirrorDBName=X\n",
			"", "ERROR #5001: Cannot create target"},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := newInstance(t, s, "m", strconv.Itoa(31+n))
			file := filepath.Join(t.TempDir(), "merge.cpf")
			if err := os.WriteFile(file, []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
			err := i.Start([]string{file})
			switch {
			case c.fails == "" && err != nil:
				t.Errorf("it does not start: %v", err)
			case c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails)):
				t.Errorf("%v, want %q", err, c.fails)
			case !strings.Contains(i.Out.(*record).String(), c.says):
				t.Errorf("the log does not say %q:\n%s", c.says, i.Out)
			}
		})
	}
	i := newInstance(t, s, "m", "37")
	if err := i.Start([]string{"/lab/not-there.cpf"}); err != nil {
		t.Errorf("without its merge file it does not start: %v", err)
	}
}
