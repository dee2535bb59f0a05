//go:build !js

package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mirrorgen/internal/browsertest"
	"mirrorgen/internal/toolstest"
)

// The page's goals are 3 s for the first answer and 200 ms for an edit of the seed's lab, on two
// cores that do nothing else. Beside the other tests it may take this much longer.
const margin = 5

const (
	firstAnswer = margin * 3 * time.Second
	oneEdit     = margin * 200 * time.Millisecond
)

// A tab has the playground in a browser.
type tab struct {
	*browsertest.Browser
	t    *testing.T
	file string
}

// open shows the playground anew, with a fragment in its address, and waits for its answer.
func (p *tab) open(fragment string) {
	p.t.Helper()
	p.Show(p.file, fragment)
	p.Wait(`document.documentElement.dataset.compiled || document.getElementById("state").textContent.startsWith("c")`)
}

// value is that of an expression, as a text.
func (p *tab) value(expression string) string {
	p.t.Helper()
	return browsertest.Evaluate[string](p.Browser, expression)
}

// text is what an element shows.
func (p *tab) text(selector string) string {
	p.t.Helper()
	return p.value(fmt.Sprintf(`document.querySelector(%q)?.textContent ?? ""`, selector))
}

// write writes a topology as a person does, and returns how long the page was busy with it.
func (p *tab) write(topology string) time.Duration {
	p.t.Helper()
	p.Run("took = 0") // so that it does not wait for the end of typing
	ms := browsertest.Evaluate[float64](p.Browser, fmt.Sprintf(`(() => { topology.value = %s;
		const begin = performance.now(); topology.dispatchEvent(new Event("input"));
		document.body.getBoundingClientRect(); return performance.now() - begin; })()`, quoted(topology)))
	return time.Duration(ms * float64(time.Millisecond))
}

// quoted is a text as a JavaScript expression; as such it has no character that matters.
func quoted(s string) string {
	return fmt.Sprintf("new TextDecoder().decode(bytesOf(%q))", base64.StdEncoding.EncodeToString([]byte(s)))
}

// link is the fragment of a topology.
func link(t *testing.T, topology string) string {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, topology) // a buffer does not fail
	w.Close()
	return "#t=" + base64.RawURLEncoding.EncodeToString(b.Bytes())
}

// checkSize holds the page to the size that docs/playground.md says.
func checkSize(t *testing.T, size int) {
	t.Helper()
	page, err := os.ReadFile("../../docs/playground.md")
	if err != nil {
		t.Fatal(err)
	}
	said := regexp.MustCompile(`of less than (\d+) MB`).FindSubmatch(page)
	if said == nil {
		t.Fatal("the page does not say how large it is")
	}
	most, err := strconv.Atoi(string(said[1]))
	if err != nil || size >= most*1_000_000 || size < (most-4)*1_000_000 {
		t.Errorf("the page has %d bytes, %s MB are said, %v", size, said[1], err)
	}
}

// The page is compiled once for all that is tried in it.
func TestPlayground(t *testing.T) {
	toolstest.Thorough(t)
	b := browsertest.Open(t)
	content, err := assemble("../..")
	if err != nil {
		t.Fatal(err)
	}
	checkSize(t, len(content))
	p := &tab{b, t, filepath.Join(t.TempDir(), "playground.html")}
	if err := os.WriteFile(p.file, content, 0o644); err != nil {
		t.Fatal(err)
	}
	lab, err := os.ReadFile("../../examples/simplemirror.hcl")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []struct {
		name string
		test func(*tab, string)
	}{
		{"start", start}, {"mistake", mistake}, {"edit", edit}, {"speed", speed}, {"archive", archive},
		{"import", imported}, {"examples", offered}, {"links", links}, {"hostile", hostile}, {"sends", sends},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(&tab{b, t, p.file}, string(lab)) })
	}
}

// start opens the page as it is.
func start(p *tab, _ string) {
	begin := time.Now()
	p.open("")
	took := time.Since(begin)
	p.t.Logf("the first answer takes %v", took)
	if took > firstAnswer {
		p.t.Errorf("the first answer takes %v", took)
	}
	if state := p.text("#state"); state != "lab minimal: 22 files" {
		p.t.Errorf("it says %q", state)
	}
}

// mistake makes one, and mends it: it is shown at its line, and what was right stays there.
func mistake(p *tab, lab string) {
	p.open(link(p.t, lab))
	p.write(strings.Replace(lab, `"backup"`, `"bakup"`, 1))
	if shown := p.text("#diagnostics"); !strings.Contains(shown, "Line 40: ") ||
		!strings.Contains(shown, `Did you mean "backup"?`) {
		p.t.Errorf("diagnostics: %s", shown)
	}
	if line := p.text("#gutter .error"); line != "40" {
		p.t.Errorf("the gutter has a mark at line %q", line)
	}
	if marked := p.text("#marks mark"); marked != `"bakup"` {
		p.t.Errorf("%q is marked in the text", marked)
	}
	p.Run(`document.querySelector("#diagnostics button").click()`)
	if chosen := p.value(`topology.value.slice(topology.selectionStart, topology.selectionEnd)`); chosen != `"bakup"` {
		p.t.Errorf("a click selects %q", chosen)
	}
	if !browsertest.Evaluate[bool](p.Browser, `$("download").disabled && !$("stale").hidden`) ||
		!strings.Contains(p.text("#picture"), "ap1b") {
		p.t.Error("what is shown of a topology with a mistake is not the lab before it")
	}
	p.write(lab)
	if shown := p.text("#diagnostics") + p.text("#marks") + p.text("#gutter .error"); shown != "" {
		p.t.Errorf("mended, it still has %s", shown)
	}
	if !browsertest.Evaluate[bool](p.Browser, `!$("download").disabled && $("stale").hidden`) {
		p.t.Error("mended, it cannot be downloaded")
	}
}

// edit changes a port key by key: the plan and the files have it, and the edit is shown as one.
func edit(p *tab, _ string) {
	p.open("")
	for _, port := range []string{"8", "88", "888", "8888"} {
		p.write(strings.Replace(p.example("minimal"), `nginx "web" {}`, `nginx "web" { http_port = `+port+" }", 1))
		p.Run(`edited = Infinity`) // just now, however slow the machine is
	}
	changed := p.text("#changes")
	if !strings.Contains(changed, `+      - "127.0.0.1:8888:80"`) ||
		!strings.Contains(changed, `- "127.0.0.1:80:80"`) || strings.Contains(changed, "127.0.0.1:888:80") {
		p.t.Errorf("the edit is shown as\n%s", changed)
	}
	if !strings.Contains(p.text("#plan"), "8888") || !strings.Contains(p.text("#picture"), "8888") {
		p.t.Error("the plan or the picture does not have the port")
	}
	if content := p.text("#content"); !strings.Contains(content, "127.0.0.1:8888:80") {
		p.t.Errorf("the compose file is %s", content)
	}
	p.Run(`edited = -Infinity`) // long ago
	p.write(strings.Replace(p.example("minimal"), `nginx "web" {}`, `nginx "web" { http_port = 8889 }`, 1))
	if changed := p.text("#changes"); !strings.Contains(changed, `-      - "127.0.0.1:8888:80"`) {
		p.t.Errorf("the next edit is shown as\n%s", changed)
	}
	p.Run(`(async () => { // the address follows the text after a moment
		while (await linked() !== topology.value) await new Promise((go) => setTimeout(go, 10));
	})()`)
	kept := p.value("location.hash")
	p.open(kept)
	if text := p.value("topology.value"); !strings.Contains(text, "http_port = 8889") {
		p.t.Errorf("the address holds\n%s", text)
	}
}

// example is the text of an example.
func (p *tab) example(name string) string {
	p.t.Helper()
	content, err := os.ReadFile("../../examples/" + name + ".hcl")
	if err != nil {
		p.t.Fatal(err)
	}
	return string(content)
}

func speed(p *tab, lab string) {
	p.open(link(p.t, lab))
	best := time.Hour
	for i := range 8 {
		best = min(best, p.write(lab+strings.Repeat("#", i)+"\n"))
	}
	p.t.Logf("an edit takes %v", best)
	if best > oneEdit {
		p.t.Errorf("an edit takes %v", best)
	}
}

// archive downloads the lab, and holds it against what build writes of the same topology.
func archive(p *tab, lab string) {
	p.open(link(p.t, lab))
	dir := p.t.TempDir()
	p.Downloads(dir)
	p.Run(`$("download").click()`)
	var content []byte
	for begin := time.Now(); content == nil; time.Sleep(20 * time.Millisecond) {
		if time.Since(begin) > time.Minute {
			p.t.Fatal("nothing is downloaded")
		}
		// The browser renames it when it is complete.
		content, _ = os.ReadFile(filepath.Join(dir, "simplemirror.zip"))
	}
	built := p.t.TempDir()
	if err := os.WriteFile(filepath.Join(built, "lab.hcl"), []byte(lab), 0o644); err != nil {
		p.t.Fatal(err)
	}
	build := exec.Command("go", "run", "./cmd/mirrorgen", "build", filepath.Join(built, "lab.hcl"))
	build.Dir = "../.."
	if output, err := build.CombinedOutput(); err != nil {
		p.t.Fatalf("%v\n%s", err, output)
	}
	compare(p.t, content, built)
}

// compare holds an archive against a directory: paths, modes and bytes.
func compare(t *testing.T, content []byte, dir string) {
	t.Helper()
	files, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		have, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		want, err := os.ReadFile(name)
		if err != nil || !bytes.Equal(have, want) {
			t.Errorf("%s is not what build writes: %v", f.Name, err)
			continue
		}
		if info, err := os.Stat(name); err != nil || info.Mode() != f.Mode() {
			t.Errorf("%s has mode %v: %v", f.Name, f.Mode(), err)
		}
	}
	count := 0
	err = filepath.WalkDir(dir, func(_ string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			count++
		}
		return err
	})
	if err != nil || count != len(files.File) {
		t.Errorf("%d files in the archive, build writes %d: %v", len(files.File), count, err)
	}
}

// imported pastes a compose file, after one that is none.
func imported(p *tab, _ string) {
	p.open("")
	compose, err := os.ReadFile("../../examples/minimal/docker-compose.yaml")
	if err != nil {
		p.t.Fatal(err)
	}
	p.Run(`$("import").click(); $("compose").value = "services: {}"; $("take").click()`)
	if refused := p.text("#refused"); !strings.Contains(refused, "no topology can be made of it") {
		p.t.Errorf("refused: %q", refused)
	}
	p.Run(`$("compose").value = ` + quoted(string(compose)) + `; $("take").click()`)
	if text := p.value("topology.value"); !strings.Contains(text, `member "demo-a"`) {
		p.t.Errorf("the topology is\n%s", text)
	}
	if shown := p.text("#diagnostics .error"); shown != "" || browsertest.Evaluate[bool](p.Browser, `$("paste").open`) {
		p.t.Errorf("imported, it has %q", shown)
	}
}

// offered begins with each example, none of which has a mistake.
func offered(p *tab, _ string) {
	p.open("")
	for _, name := range examples {
		p.Run(fmt.Sprintf(`$("example").value = %q; $("example").dispatchEvent(new Event("change"))`, name))
		if state := p.text("#state"); !strings.HasPrefix(state, "lab "+name+": ") {
			p.t.Errorf("%s: %q, %s", name, state, p.text("#diagnostics"))
		}
		if changed := p.text("#changes"); changed != "The last edit changed no file." {
			p.t.Errorf("%s: to begin with it is shown as an edit", name)
		}
	}
}

// links opens addresses that are cut off, broken or too large.
func links(p *tab, lab string) {
	whole := link(p.t, lab)
	for name, fragment := range map[string]string{
		"broken": "#t=@@broken", "cut off": whole[:len(whole)/2], "no text": link(p.t, "\xff\xfe"),
		"a bomb": link(p.t, strings.Repeat("#", 64<<20)),
	} {
		p.open(fragment)
		if text := p.value("topology.value"); !strings.Contains(text, "The link does not hold a topology") {
			p.t.Errorf("%s: it gives %.100q", name, text)
		}
		if p.text("#diagnostics") == "" {
			p.t.Errorf("%s: nothing is said about it", name)
		}
	}
	p.open("#elsewhere")
	if state := p.text("#state"); state != "lab minimal: 22 files" {
		p.t.Errorf("an address that says nothing gives %q", state)
	}
}

// markup is what would run a script, were it ever taken for markup.
const markup = `</textarea></title></style></svg></script><img src=x onerror='window.stolen=1'>` +
	`<script>window.stolen=1</script>`

// hostile opens links with markup in every name and text, and with far too much: no script runs,
// and the page answers.
func hostile(p *tab, lab string) {
	comment := "# " + markup + "\n" + lab
	name := fmt.Sprintf("%q", markup)
	names := strings.NewReplacer(`"ap1a"`, name, `"nginx"`, name).Replace(lab)
	text := strings.Replace(lab, `lab "simplemirror" {`, "lab \"simplemirror\" {\n  description = \""+markup+"\"", 1)
	for name, topology := range map[string]string{
		"a name":      "lab " + name + " {}\n",
		"other names": names,
		"a block":     "lab \"l\" {}\n<img src=x onerror=window.stolen=1> {}\n",
		"a comment":   comment,
		"a text":      text,
		"deep":        strings.Repeat("[", 1<<19),
		"many blocks": strings.Repeat("lab \"l\" {}\n", 80_000),
		"many names":  lab + strings.Repeat("mirror \"m\" {}\n", 5000),
	} {
		p.open(link(p.t, topology))
		if n := browsertest.Evaluate[int](p.Browser, `(window.stolen ?? 0) + document.querySelectorAll(
			"img, iframe, object, a, #left script, #right script, #content *").length`); n != 0 {
			p.t.Errorf("%s: it is markup", name)
		}
		state := p.text("#state")
		if !strings.Contains(state, "mistake") && !strings.HasPrefix(state, "lab simplemirror: ") {
			p.t.Errorf("%s: it says %q", name, state)
		}
	}
}

// sends tries to send something away from within the page, which the page's policy does not let.
func sends(p *tab, lab string) {
	p.open(link(p.t, lab))
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
	defer server.Close()
	refused := browsertest.Evaluate[int](p.Browser, fmt.Sprintf(`(async () => {
		let refused = 0;
		document.addEventListener("securitypolicyviolation", () => refused++);
		await fetch(%q).catch(() => {});
		new Image().src = %[1]q;
		navigator.sendBeacon(%[1]q, "x");
		const script = document.createElement("script");
		script.src = %[1]q;
		document.body.append(script);
		await new Promise((done) => setTimeout(done, 300));
		return refused; })()`, server.URL))
	if refused < 4 || requests.Load() != 0 {
		p.t.Errorf("%d of 4 ways are refused, %d requests have left", refused, requests.Load())
	}
}
