package templates_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mirrorgen/internal/toolstest"
)

// fakeDocker is docker for a promotion: the containers' names are their members', and
// the file "reply" is what zwrite shows after the call.
const fakeDocker = `#!/usr/bin/env bash
shift # exec
if [[ $1 == --interactive ]]; then shift; fi
member=$1
shift
case $* in
"iris qlist IRIS") echo "IRIS^/usr/irissys^2025.1^down, last used now^iris.cpf^1972^0^0^^IRIS^^^/durable/iris" ;;
"sed -n s/^SystemName=//p /durable/iris/iris.cpf") printf '%s\n' "${member^^}-SYS" ;;
"iris session"*)
    while read -r line; do
        echo "$member $line" >>ROOT/session.log
        case $line in
        *'SYS.Mirror).PromoteWithNoPartner(.unavailable)'*) printf '%s>\nLAB-STATUS 1 \n' '%SYS' ;;
        'zwrite unavailable') printf '%s>%s\n' '%SYS' "$(cat ROOT/reply)" ;;
        esac
    done
    ;;
*) exit 64 ;;
esac
`

// A promotion without a partner says which members did not learn of it, whatever form
// the list has, and has ValidatedMember=0 set on every lost one.
func TestDrillUnavailableMembers(t *testing.T) {
	t.Parallel()
	bash := toolstest.Need(t, "bash")
	artifacts, err := build(reportingLab)
	if err != nil {
		t.Fatal(err)
	}
	var functions strings.Builder
	for _, name := range []string{"say", "mirror_method", "configuration_file", "promote_alone"} {
		_, rest, found := strings.Cut(artifacts["drill.sh"], "\n"+name+"() {")
		end := "\n}\n"
		if name == "say" {
			end = "\n"
		}
		body, _, closed := strings.Cut(rest, end)
		if !found || !closed {
			t.Fatalf("drill.sh has no function %s", name)
		}
		functions.WriteString(name + "() {" + body + end)
	}
	const needed, told = " does not know that it is a DR async now: it needs ValidatedMember=0",
		" is not among them"
	for _, c := range []struct{ name, reply, a, b string }{
		{"none", "", told, told},
		{"empty string", `unavailable=""`, told, told},
		{"list", `unavailable=$lb("DEMO-A-SYS","DEMO-B-SYS")`, needed, needed},
		{"commas", `unavailable="DEMO-B-SYS,DEMO-A"`, told, needed},
		{"nodes", "unavailable(1)=\"DEMO-A-SYS\"\nunavailable(2)=\"DEMO-X\"", needed, told},
		{"subscripts", `unavailable("DEMO-B-SYS")=""`, told, needed},
	} {
		root := t.TempDir()
		for path, content := range map[string]string{
			"docker": strings.ReplaceAll(fakeDocker, "ROOT", root), "reply": c.reply, "session.log": "",
		} {
			if err := os.WriteFile(filepath.Join(root, path), []byte(content), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		script := `set -euo pipefail
declare -A container=([demo-a]=demo-a [demo-b]=demo-b [demo-d]=demo-d) invalid
primary=demo-a backup=demo-b dr=demo-d stop_limit=5
` + functions.String() + `
promote_alone
echo "invalid: ${invalid[demo-a]} ${invalid[demo-b]}"
`
		cmd := exec.Command(bash, "-c", script)
		cmd.Env = []string{"PATH=" + root + ":" + os.Getenv("PATH")}
		output, err := cmd.CombinedOutput()
		text := string(output)
		if err != nil || !strings.Contains(text, "demo-a"+c.a) || !strings.Contains(text, "demo-b"+c.b) ||
			!strings.Contains(text, "invalid: yes yes\n") {
			t.Errorf("%s: %v, printed:\n%s", c.name, err, text)
		}
		shown := c.reply
		if shown == "" {
			shown = "none"
		}
		if !strings.Contains(text, "could not be told: "+shown+"\n") {
			t.Errorf("%s is not printed:\n%s", shown, text)
		}
	}
}
