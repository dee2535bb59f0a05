package verify

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/lab"
)

var update = flag.Bool("update", false, "write the golden files")

// goodLab reads testdata/lab: a small lab with one of everything.
func goodLab(tb testing.TB) []lab.Artifact {
	tb.Helper()
	return labIn(tb, filepath.Join("testdata", "lab"))
}

func labIn(tb testing.TB, root string) []lab.Artifact {
	tb.Helper()
	var artifacts []lab.Artifact
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o644)
		if bytes.HasPrefix(content, []byte("#!")) {
			mode = 0o755
		}
		artifacts = append(artifacts, lab.Artifact{Path: filepath.ToSlash(name), Mode: mode, Content: content})
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return artifacts
}

// format prints diagnostics as the golden file holds them.
func format(diagnostics hcl.Diagnostics) string {
	var b strings.Builder
	for _, d := range diagnostics {
		severity := ""
		if d.Severity == hcl.DiagWarning {
			severity = " (warning)"
		}
		fmt.Fprintf(&b, "%s: %s%s\n    %s\n", d.Subject, d.Summary, severity, d.Detail)
		if finding := d.Extra.(Finding); finding.Other != nil {
			fmt.Fprintf(&b, "    against %s\n", finding.Other)
		}
	}
	return b.String()
}

func TestGoodLab(t *testing.T) {
	for _, name := range []string{"lab", "full"} {
		if diags := Check(labIn(t, filepath.Join("testdata", name))); len(diags) > 0 {
			t.Errorf("findings in the good lab %s:\n%s", name, format(diags))
		}
	}
}

// Every case breaks the good lab by one change.
func TestFindings(t *testing.T) {
	runCases(t, filepath.Join("testdata", "findings.txt"), filepath.Join("testdata", "lab"), cases)
}

// runCases breaks a lab in one way after the other. The summary of what must be
// found stands with the case; places, sentences and remedies are in a golden file.
func runCases(t *testing.T, golden, lab string, cases []brokenLab) {
	t.Helper()
	want := readGolden(t, golden)
	got := map[string]string{}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			artifacts := c.change(t, labIn(t, lab))
			diags := Check(artifacts)
			found := slices.ContainsFunc(diags, func(d *hcl.Diagnostic) bool { return d.Summary == c.want })
			if !found {
				t.Fatalf("no finding %q, but:\n%s", c.want, format(diags))
			}
			for _, d := range diags {
				checkDiagnostic(t, d, artifacts)
			}
			if got[c.name] != "" {
				t.Fatalf("two cases have the name %q", c.name)
			}
			got[c.name] = format(diags)
			if diff := cmp.Diff(want[c.name], got[c.name]); diff != "" && !*update {
				t.Errorf("findings differ from %s (-want +got):\n%s", golden, diff)
			}
		})
	}
	if *update && !t.Failed() {
		writeGolden(t, golden, got)
		return
	}
	for name := range want {
		if !slices.ContainsFunc(cases, func(c brokenLab) bool { return c.name == name }) {
			t.Errorf("%s holds %q, which is no case", golden, name)
		}
	}
}

// checkDiagnostic looks at what every finding owes its reader.
func checkDiagnostic(t *testing.T, d *hcl.Diagnostic, artifacts []lab.Artifact) {
	t.Helper()
	if d.Summary == "" || strings.HasSuffix(d.Summary, ".") {
		t.Errorf("summary %q is no noun phrase", d.Summary)
	}
	if !strings.HasSuffix(d.Detail, ".") && !strings.HasSuffix(d.Detail, "?") || strings.Count(d.Detail, " ") < 4 {
		t.Errorf("detail %q is not made of sentences", d.Detail)
	}
	for _, a := range artifacts {
		if a.Path != d.Subject.Filename {
			continue
		}
		r := d.Subject
		if r.Start.Byte > r.End.Byte || r.End.Byte > len(a.Content) {
			t.Fatalf("subject %#v outside the file", r)
		}
		if line := bytes.Count(a.Content[:r.Start.Byte], []byte("\n")) + 1; line != r.Start.Line && len(a.Content) > 0 {
			t.Errorf("subject %s begins on line %d", r, line)
		}
	}
}

// readGolden reads a file of "== name" lines with text below each.
func readGolden(t *testing.T, path string) map[string]string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for part := range strings.SplitSeq(string(content), "== ") {
		if name, body, found := strings.Cut(part, "\n"); found {
			parts[name] = strings.TrimSuffix(body, "\n")
		}
	}
	return parts
}

func writeGolden(t *testing.T, path string, parts map[string]string) {
	t.Helper()
	names := make([]string, 0, len(parts))
	for name := range parts {
		names = append(names, name)
	}
	sort.Strings(names)
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "== %s\n%s\n", name, parts[name])
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The same artifacts give the same findings, in whatever order they come.
func TestDeterministic(t *testing.T) {
	artifacts := goodLab(t)
	for i := range artifacts {
		artifacts[i].Content = bytes.ReplaceAll(artifacts[i].Content, []byte("10.0.100.4"), []byte("10.0.100.99"))
		artifacts[i].Content = bytes.TrimSuffix(artifacts[i].Content, []byte("\n"))
	}
	want := format(Check(artifacts))
	if strings.Count(want, "\n") < 20 {
		t.Fatalf("too few findings to compare:\n%s", want)
	}
	for i := range 20 {
		slices.Reverse(artifacts)
		artifacts = append(artifacts[i%5:], artifacts[:i%5]...)
		if diff := cmp.Diff(want, format(Check(artifacts))); diff != "" {
			t.Fatalf("run %d differs (-first +this):\n%s", i, diff)
		}
	}
}

// Every finding that the sources can report is provoked by a case.
func TestEveryFindingHasACase(t *testing.T) {
	var content []byte
	files, err := filepath.Glob(filepath.Join("testdata", "findings*.txt"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%q, %v", files, err)
	}
	for _, name := range files {
		part, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		content = append(content, part...)
	}
	summaries := summariesIn(t, "facts", "rules", "../format/cpf", "../format/haproxy", "../format/nginx")
	if len(summaries) < 80 {
		t.Fatalf("found only %d summaries in the sources", len(summaries))
	}
	for _, s := range summaries {
		if !strings.Contains(string(content), ": "+s+"\n") &&
			!strings.Contains(string(content), ": "+s+" (warning)\n") &&
			!slices.Contains(rawOnly, s) {
			t.Errorf("no case provokes %q", s)
		}
	}
}

// rawOnly are findings about raw text of a topology, which Check does not see;
// the tests of their own packages provoke them.
var rawOnly = []string{
	"Section inside defaults",
	"Directive not allowed in defaults",
	"Unclosed condition",
	"Mirror setting in merge text",
	// Of files on disk that are not read: verify_file.txtar.
	"Compose file that was not read",
	// Of files without end: limits_test.go.
	"Blocks nested too deep",
	"Too many arguments",
	"Too many networks",
	"Too many services",
}

func BenchmarkCheck(b *testing.B) {
	artifacts := goodLab(b)
	size := 0
	for _, a := range artifacts {
		size += len(a.Content)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		Check(artifacts)
	}
}
