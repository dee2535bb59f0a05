package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creachadair/jrpc2"
	"github.com/creachadair/jrpc2/channel"
	"github.com/google/go-cmp/cmp"
)

// An editing is a client of mirrorgen lsp with documents open.
type editing struct {
	t        testing.TB
	client   *jrpc2.Client
	exit     chan int
	out      io.Writer // raw, to the server
	versions map[string]int

	mu        sync.Mutex
	arrived   *sync.Cond
	published map[string]lspPublished // by URI, the latest
	stderr    bytes.Buffer
}

type lspPublished struct {
	URI         string
	Version     *int
	Diagnostics []lspDiagnostic
}

type lspDiagnostic struct {
	Range    lspRange `json:"range"`
	Severity int      `json:"severity"`
	Message  string   `json:"message"`
}

type lspRange struct {
	Start lspPosition `json:"start"`
	End   lspPosition `json:"end"`
}

type lspPosition struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

// edit starts mirrorgen lsp. The session must end well, with nothing on standard error.
func edit(t testing.TB, args ...string) *editing {
	t.Helper()
	fromClient, toServer := io.Pipe()
	fromServer, toClient := io.Pipe()
	e := &editing{t: t, exit: make(chan int, 1), out: toServer, versions: map[string]int{},
		published: map[string]lspPublished{}}
	e.arrived = sync.NewCond(&e.mu)
	go func() {
		code := run(append([]string{"lsp"}, args...), fromClient, toClient, &e.stderr)
		toClient.Close()
		e.exit <- code
	}()
	e.client = jrpc2.NewClient(channel.LSP(fromServer, toServer), &jrpc2.ClientOptions{OnNotify: e.notified})
	var result struct {
		Capabilities map[string]any `json:"capabilities"`
	}
	e.call("initialize", map[string]any{"capabilities": map[string]any{}}, &result)
	if result.Capabilities["hoverProvider"] != true {
		t.Errorf("capabilities: %v", result.Capabilities)
	}
	e.notify("initialized", map[string]any{})
	t.Cleanup(e.leave)
	return e
}

func (e *editing) leave() {
	e.call("shutdown", nil, nil)
	e.notify("exit", nil)
	select {
	case code := <-e.exit:
		if code != 0 || e.stderr.Len() > 0 {
			e.t.Errorf("exit code %d, stderr %s", code, e.stderr.String())
		}
	case <-time.After(20 * time.Second):
		e.t.Error("the server does not end")
	}
}

func (e *editing) notified(request *jrpc2.Request) {
	if request.Method() != "textDocument/publishDiagnostics" {
		return
	}
	var p lspPublished
	if err := request.UnmarshalParams(&p); err != nil {
		e.t.Error(err)
	}
	e.mu.Lock()
	e.published[p.URI] = p
	e.mu.Unlock()
	e.arrived.Broadcast()
}

func (e *editing) call(method string, params, result any) {
	e.t.Helper()
	response, err := e.client.Call(context.Background(), method, params)
	if err != nil {
		e.t.Fatalf("%s: %v", method, err)
	}
	if result != nil {
		if err := response.UnmarshalResult(result); err != nil {
			e.t.Fatalf("%s: %v", method, err)
		}
	}
}

func (e *editing) notify(method string, params any) {
	e.t.Helper()
	if err := e.client.Notify(context.Background(), method, params); err != nil {
		e.t.Fatalf("%s: %v", method, err)
	}
}

func documentURI(path string) string { return "file://" + filepath.ToSlash(path) }

// open opens a file with a text and returns its diagnostics.
func (e *editing) open(path, content string) []lspDiagnostic {
	e.t.Helper()
	uri := documentURI(path)
	e.versions[uri] = 1
	e.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{
		"uri": uri, "languageId": "hcl", "version": 1, "text": content}})
	return e.diagnostics(path)
}

// change sends changes of a file and returns its diagnostics after them.
func (e *editing) change(path string, changes ...map[string]any) []lspDiagnostic {
	e.t.Helper()
	uri := documentURI(path)
	e.versions[uri]++
	e.notify("textDocument/didChange", map[string]any{
		"textDocument":   map[string]any{"uri": uri, "version": e.versions[uri]},
		"contentChanges": changes,
	})
	return e.diagnostics(path)
}

// diagnostics waits for those of the latest version of a file.
func (e *editing) diagnostics(path string) []lspDiagnostic {
	e.t.Helper()
	uri := documentURI(path)
	timeout := time.AfterFunc(30*time.Second, e.arrived.Broadcast)
	defer timeout.Stop()
	begin := time.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	for {
		if p, ok := e.published[uri]; ok && p.Version != nil && *p.Version == e.versions[uri] {
			return p.Diagnostics
		}
		if time.Since(begin) > 25*time.Second {
			e.t.Fatalf("no diagnostics of %s", uri)
		}
		e.arrived.Wait()
	}
}

func at(path string, line, character int) map[string]any {
	return map[string]any{"textDocument": map[string]any{"uri": documentURI(path)},
		"position": map[string]any{"line": line, "character": character}}
}

// Each invalid topology has the diagnostics of the command line, in the same range.
func TestEditorSaysTheSame(t *testing.T) {
	var topologies []string
	testdata, err := filepath.Abs("../../schema/testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"invalid/*.hcl", "warning/*.hcl"} {
		found, err := filepath.Glob(filepath.Join(testdata, pattern))
		if err != nil || len(found) == 0 {
			t.Fatal(pattern, err)
		}
		topologies = append(topologies, found...)
	}
	dir := t.TempDir()
	e := edit(t)
	for _, from := range topologies {
		content, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, strings.TrimSuffix(filepath.Base(from), ".hcl"), filepath.Base(from))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		have := []string{}
		lines := strings.SplitAfter(string(content), "\n")
		for _, d := range e.open(path, string(content)) {
			have = append(have, fmt.Sprintf("%d:%d-%d:%d %d %s", d.Range.Start.Line+1, codePoints(lines, d.Range.Start),
				d.Range.End.Line+1, codePoints(lines, d.Range.End), d.Severity, d.Message))
		}
		e.notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": documentURI(path)}})
		if diff := cmp.Diff(commandLine(t, path), have); diff != "" {
			t.Errorf("%s: -command line +editor\n%s", filepath.Base(from), diff)
		}
	}
}

// commandLine is what validate prints of a file that it is called beside.
func commandLine(t *testing.T, path string) []string {
	t.Helper()
	t.Chdir(filepath.Dir(path))
	var out, stderr bytes.Buffer
	run([]string{"validate", "--format", "json", filepath.Base(path)}, nil, &out, &stderr)
	var report struct {
		Diagnostics []struct {
			Severity, Summary, Detail, File string
			Range                           struct{ Start, End struct{ Line, Column int } }
		}
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatalf("%v\n%s%s", err, out.String(), stderr.String())
	}
	list := []string{}
	for _, d := range report.Diagnostics {
		severity := 1
		if d.Severity == "warning" {
			severity = 2
		}
		list = append(list, fmt.Sprintf("%d:%d-%d:%d %d %s: %s", d.Range.Start.Line, d.Range.Start.Column,
			d.Range.End.Line, d.Range.End.Column, severity, d.Summary, d.Detail))
	}
	return list
}

// codePoints is the column of a position, in code points from 1.
func codePoints(lines []string, p lspPosition) int {
	units, column := 0, 1
	if p.Line >= len(lines) {
		return 1
	}
	for _, r := range lines[p.Line] {
		if units >= p.Character {
			break
		}
		if units++; r > 0xffff {
			units++
		}
		column++
	}
	return column
}

// TestEditorOfTests: a test file is no topology. What is wrong with it is shown as mirrorgen
// test does; everything else that an editor asks has an answer.
func TestEditorOfTests(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lab.mgtest.hcl")
	e := edit(t)
	const mistyped = "run \"one\" {\n  assert {\n    condition     = plan.leb == \"x\"\n" +
		"    error_message = \"No.\"\n  }\n}\n"
	have := e.open(path, mistyped)
	if len(have) != 1 || have[0].Range.Start.Line != 2 ||
		have[0].Message != "Unsupported attribute: There is no leb here. Did you mean \"lab\"?" {
		t.Errorf("%+v", have)
	}
	at := map[string]any{"textDocument": map[string]any{"uri": documentURI(path)},
		"position": map[string]any{"line": 2, "character": 22},
		"range": map[string]any{"start": map[string]any{"line": 2, "character": 20},
			"end": map[string]any{"line": 2, "character": 28}},
		"context": map[string]any{"diagnostics": []any{}, "includeDeclaration": true},
		"options": map[string]any{"tabSize": 2, "insertSpaces": true}}
	for _, method := range []string{"completion", "hover", "definition", "references", "documentSymbol", "codeAction",
		"formatting"} {
		if _, err := e.client.Call(context.Background(), "textDocument/"+method, at); err != nil {
			t.Errorf("%s: %v", method, err)
		}
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "lab.hcl"), []byte("lab \"x\" {}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	corrected := strings.Replace(mistyped, "leb", "lab", 1)
	if have := e.change(path, map[string]any{"text": corrected}); len(have) != 0 {
		t.Errorf("%+v", have)
	}
}

// A keystroke on the example fleet (5 mirrors of 3) is answered within 100 ms, and on a lab
// of 400 members within 500: diagnostics of the whole lab, verified, and then completion. It
// is the best of some: a busy machine makes all of them slow once.
func TestEditorSpeed(t *testing.T) {
	dir, err := filepath.Abs("../../examples/fleet")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args  []string
		limit time.Duration
	}{
		{nil, 100 * time.Millisecond},
		{[]string{"--var", "mirrors=100", "--var", "members=4"}, 500 * time.Millisecond},
	} {
		e := edit(t, test.args...)
		path := filepath.Join(dir, "main.hcl")
		names, err := filepath.Glob(filepath.Join(dir, "*.hcl"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if content, err := os.ReadFile(name); err == nil && bytes.Contains(content, []byte("dynamic \"mirror\"")) {
				path = name
			}
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range e.open(path, string(content)) {
			if d.Severity == 1 {
				t.Fatalf("%v: %s", test.args, d.Message)
			}
		}
		line := strings.Count(string(content), "\n")
		best := time.Hour
		for i := 0; i < 6 || i < 30 && best > test.limit; i++ {
			begin := time.Now()
			e.change(path, map[string]any{"text": "#", "range": lspRange{lspPosition{line, i}, lspPosition{line, i}}})
			var list struct{ Items []any }
			e.call("textDocument/completion", at(path, line, 0), &list)
			best = min(best, time.Since(begin))
		}
		t.Logf("%v: %v", test.args, best)
		if best > test.limit {
			t.Errorf("%v: a keystroke takes %v", test.args, best)
		}
	}
}

// What a client should not send is answered or passed over, and the next request is served.
func TestEditorHostile(t *testing.T) {
	e := edit(t)
	path := filepath.Join(t.TempDir(), "lab.hcl")
	const content = "lab \"l\" {}\narbiter \"鏡\U0001F600\" {}\n"
	e.open(path, content)
	for _, method := range []string{"nonsense", "textDocument/hover", "textDocument/rename", "textDocument/codeAction",
		"textDocument/completion", "textDocument/didChange", "initialize", "textDocument/formatting"} {
		for _, params := range []any{nil, 7, "x", []int{1}, map[string]any{}, map[string]any{"textDocument": 5},
			map[string]any{"textDocument": map[string]any{"uri": "file:///nowhere.hcl"}},
			map[string]any{"textDocument": map[string]any{"uri": documentURI(path)},
				"position": map[string]any{"line": -5, "character": 1 << 40}, "newName": "\x00\"${",
				"contentChanges": []any{}, "range": map[string]any{"start": map[string]any{"line": 99}}}} {
			if _, err := e.client.Call(context.Background(), method, params); errors.Is(err, jrpc2.ErrConnClosed) {
				t.Fatalf("%s %v ends the session", method, params)
			}
		}
	}
	// Positions outside the text, inside a pair of UTF-16 units, backwards, in the middle of a
	// word: the text stays what a client makes of it.
	for _, r := range []lspRange{
		{lspPosition{99, 99}, lspPosition{100, 0}}, {lspPosition{1, 11}, lspPosition{1, 11}},
		{lspPosition{1, 3}, lspPosition{0, 2}}, {lspPosition{-1, -1}, lspPosition{-1, 5}},
	} {
		e.change(path, map[string]any{"text": "x\"{\x00", "range": r})
	}
	e.change(path, map[string]any{"text": content})
	for _, large := range []string{strings.Repeat("x", 10<<20), strings.Repeat("lab \"l\" {}\n", 1<<20),
		strings.Repeat("[", 1<<20), "a = " + strings.Repeat("(", 10<<20)} {
		if diags := e.change(path, map[string]any{"text": large}); len(diags) == 0 {
			t.Errorf("%.20q...: no diagnostic", large)
		}
		var list struct{ Items []any }
		e.call("textDocument/completion", at(path, 0, 2), &list)
		e.call("textDocument/documentSymbol", at(path, 0, 0), nil)
		e.call("textDocument/hover", at(path, 0, 1), nil)
	}
	if diags := e.change(path, map[string]any{"text": content}); len(diags) == 0 {
		t.Error("no diagnostic of the name")
	}
}

// After a header that nobody can read the server ends, with an error and no crash; a message
// that is no JSON is answered.
func TestEditorFraming(t *testing.T) {
	for _, input := range []string{
		"Content-Length: 99999999999999999999\r\n\r\n{}", "Content-Length: -1\r\n\r\n", "nonsense\r\n\r\n", "\r\n",
		strings.Repeat("a", 1<<20), "Content-Length: 1000000000\r\n\r\n{", "Content-Length: 2\r\n\r\n{", "\x00\xff\n\n",
		strings.Repeat("a: b\r\n", 10_000), "Content-Length: 5\r\n\r\n[1,2]Content-Length: 3\r\n\r\n{]}",
		"",
	} {
		var out, stderr bytes.Buffer
		if code := run([]string{"lsp"}, strings.NewReader(input), nopWriter{&out}, &stderr); code != exitFailed {
			t.Errorf("%.40q: exit code %d\n%s%s", input, code, out.String(), stderr.String())
		}
		if strings.Contains(stderr.String(), "goroutine") {
			t.Errorf("%.40q: %s", input, stderr.String())
		}
	}
	var out, stderr bytes.Buffer
	message := "Content-Length: 7\r\n\r\n{broken"
	run([]string{"lsp"}, strings.NewReader(message), nopWriter{&out}, &stderr)
	if !strings.Contains(out.String(), `"error"`) {
		t.Errorf("no answer: %s%s", out.String(), stderr.String())
	}
}

type nopWriter struct{ io.Writer }
