package templates_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mirrorgen/internal/toolstest"
)

// What the scripts hold as text reaches bash, and from there ObjectScript,
// unchanged.
func TestHostilePasswordInBash(t *testing.T) {
	bash := toolstest.Need(t, "bash")
	for _, value := range hostile {
		artifacts, err := build(frame("web_gateway \"webgw\" {\n  password = " + hclString(value) + "\n}"))
		if err != nil || value == "SYS" {
			continue
		}
		dir := t.TempDir()
		for _, name := range []string{"instances.sh", "after-start.sh"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(artifacts["iris/"+name]), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		quote, _, _ := strings.Cut(
			artifacts["iris/after-start.sh"][strings.Index(artifacts["iris/after-start.sh"], "quote() {"):],
			"\n",
		)
		script := "HOSTNAME=demo-a; . ./instances.sh; " + quote +
			"; printf '%s|%s|%s' \"${accounts[0]}\" \"${accounts[1]}\" \"$(quote \"${accounts[1]}\")\""
		cmd := exec.Command(bash, "-c", script)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%q: %v: %s", value, err, out)
		}
		want := "CSPSystem|" + value + "|\"" + strings.ReplaceAll(value, "\"", "\"\"") + "\""
		if string(out) != want {
			t.Errorf("%q arrives as %q, want %q", value, out, want)
		}
	}
}
