package rehearse_test

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mirrorgen/internal/plan"
	"mirrorgen/internal/rehearse"
	"mirrorgen/internal/toolstest"
)

// A visitor looks around in a lab while it is rehearsed: when the progress of the rehearsal
// comes to the cue, which waits meanwhile.
type visitor struct {
	out   io.Writer
	cue   string // the beginning of a line
	visit func(lab string)
	lab   string // directory
	came  bool
}

// labDirectory is the line that says where the lab is.
var labDirectory = regexp.MustCompile(`services in (\S+), time scale`)

func (v *visitor) Write(b []byte) (int, error) {
	if found := labDirectory.FindSubmatch(b); found != nil {
		v.lab = string(found[1])
	}
	if bytes.HasPrefix(b, []byte(v.cue)) && !v.came {
		v.came = true
		v.visit(v.lab)
	}
	return v.out.Write(b)
}

// checkPorts asks OpenSSL about every published port that speaks TLS: the certificate is
// that of the lab's authority, for the lab's host, and TLS 1.1 is refused.
func checkPorts(t *testing.T, p *plan.Plan, lab string) {
	t.Helper()
	openssl := toolstest.Need(t, "openssl")
	ports := p.HTTPSPorts()
	for _, h := range p.HAProxy {
		for _, l := range slices.Concat(h.Listeners, h.Reporting) {
			ports = append(ports, l.Host)
		}
	}
	for _, port := range ports {
		ask := func(arguments ...string) (string, error) {
			out, err := exec.Command(openssl, append([]string{"s_client", "-connect", fmt.Sprint("127.0.0.1:", port),
				"-CAfile", filepath.Join(lab, p.TLS.Directory, plan.CAFile), "-verify_hostname", p.Host,
				"-verify_return_error"}, arguments...)...).CombinedOutput()
			return string(out), err
		}
		if out, err := ask(); err != nil || !strings.Contains(out, "Verify return code: 0 (ok)") {
			t.Errorf("port %d: %v\n%s", port, err, out)
		}
		if out, err := ask("-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"); err == nil {
			t.Errorf("port %d takes TLS 1.1:\n%s", port, out)
		}
	}
	if len(ports) != 4 {
		t.Errorf("ports %v, and the example has one of nginx and three of HAProxy", ports)
	}
}

// checkSecret looks for the password of a lab that runs: in its files, and in what Docker
// tells of its containers.
func checkSecret(t *testing.T, o rehearse.Options, lab string) {
	t.Helper()
	file := filepath.Join(lab, filepath.FromSlash(o.Plan.PasswordFile))
	password, err := os.ReadFile(file)
	if err != nil || len(password) < 20 {
		t.Fatalf("%v: password of %d bytes", err, len(password))
	}
	files := 0
	err = filepath.WalkDir(lab, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path == file {
			return err
		}
		content, err := os.ReadFile(path)
		files++
		if bytes.Contains(content, password) {
			t.Errorf("%s has the password", path)
		}
		return err
	})
	if err != nil || files < len(o.Artifacts) {
		t.Errorf("%v: %d files", err, files)
	}
	list, err := exec.Command("docker", "ps", "--quiet", "--filter", "label=com.docker.compose.project="+o.Plan.Name+
		"-rehearsal").Output()
	containers := strings.Fields(string(list))
	if err != nil || len(containers) != len(o.Plan.Services) {
		t.Fatalf("%v: %d containers", err, len(containers))
	}
	questions := [][]string{append([]string{"inspect"}, containers...)}
	for _, container := range containers {
		questions = append(questions, []string{"logs", container})
	}
	for _, question := range questions {
		out, err := exec.Command("docker", question...).CombinedOutput()
		if err != nil || bytes.Contains(out, password) {
			t.Errorf("docker %s: %v, or it shows the password", strings.Join(question, " "), err)
		}
	}
}
