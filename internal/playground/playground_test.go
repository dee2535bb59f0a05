package playground_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"mirrorgen/internal/artifact"
	"mirrorgen/internal/playground"
)

const small = `lab "l" {}
arbiter "arbiter" {}
mirror "m" {
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
web_gateway "g" {}
nginx "web" {}
haproxy "sql" {}
`

func TestCompile(t *testing.T) {
	s := &playground.Session{}
	first := s.Open(small)
	if len(first.Diagnostics) != 0 || first.Lab != "l" || !strings.HasPrefix(first.Picture, "<svg") ||
		len(first.Files) < 10 || len(first.Changes) != 0 || len(first.Services) != 7 || len(first.Endpoints) < 5 {
		t.Errorf("%+v", first)
	}
	text := "# 鏡\U0001F600\n" + strings.Replace(small, `"backup"`, `"bakup"`, 1)
	wrong := s.Edit(text, false)
	if len(wrong.Diagnostics) != 1 || wrong.Files == nil || len(wrong.Files) != 0 || wrong.Diagnostics[0].Line != 6 {
		t.Fatalf("%+v", wrong)
	}
	d := wrong.Diagnostics[0]
	if at := string(utf16.Decode(utf16.Encode([]rune(text))[d.Begin:d.End])); at != `"bakup"` {
		t.Errorf("it is at %q", at)
	}
	mended := s.Edit(strings.Replace(small, "nginx \"web\" {}", "nginx \"web\" {\n  http_port = 8888\n}", 1), false)
	i := slices.IndexFunc(mended.Changes, func(c playground.Change) bool { return c.Path == "docker-compose.yaml" })
	if i < 0 || !strings.Contains(mended.Changes[i].Diff, "\n+      - \"127.0.0.1:8888:80\"\n") {
		t.Errorf("%+v", mended.Changes)
	}
	if gone := s.Edit(strings.Replace(small, "haproxy \"sql\" {}", "", 1), false); !slices.ContainsFunc(gone.Changes,
		func(c playground.Change) bool { return strings.HasPrefix(c.Path, "haproxy/") }) {
		t.Errorf("%+v", gone.Changes)
	}
}

// An edit of several steps, with mistakes among them, is one change; the next begins where it
// ended, and another lab has none.
func TestChanges(t *testing.T) {
	port := func(number string) string {
		return strings.Replace(small, "nginx \"web\" {}", "nginx \"web\" { http_port = "+number+" }", 1)
	}
	s := &playground.Session{}
	s.Open(small)
	s.Edit(port("8"), false)
	s.Edit(port("x"), true)
	one := s.Edit(port("88"), true).Changes
	if len(one) == 0 || !strings.Contains(one[0].Diff, "1:80:80") || !strings.Contains(one[0].Diff, "1:88:80") {
		t.Errorf("%.999v", one)
	}
	if two := s.Edit(port("90"), false).Changes; len(two) == 0 || !strings.Contains(two[0].Diff, "1:88:80") {
		t.Errorf("%.999v", two)
	}
	if last := one[len(one)-1].Path; !strings.HasSuffix(last, ".md") || one[0].Path != "docker-compose.yaml" {
		t.Errorf("%s is first, and %s last", one[0].Path, last)
	}
	if opened := s.Open(port("91")); len(opened.Changes) != 0 {
		t.Errorf("%+v", opened.Changes)
	}
}

// The archive holds what build writes, byte for byte, with the modes of scripts.
func TestArchive(t *testing.T) {
	s := &playground.Session{}
	if _, err := s.Archive(artifact.ManifestName, artifact.Manifest); err == nil {
		t.Error("an archive of nothing")
	}
	r := s.Open(small)
	content, err := s.Archive(artifact.ManifestName, artifact.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := s.Archive(artifact.ManifestName, artifact.Manifest)
	if !bytes.Equal(content, again) {
		t.Error("made twice it is another archive")
	}
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.File) != len(r.Files)+3 {
		t.Errorf("%d files, of %d", len(archive.File), len(r.Files))
	}
	for _, f := range archive.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		script := bytes.HasPrefix(content, []byte("#!")) && strings.Count(f.Name, "/") == 1
		if script != (f.Mode().Perm() == 0o755) && strings.Count(f.Name, "/") == 1 {
			t.Errorf("%s has mode %v", f.Name, f.Mode())
		}
		i := slices.IndexFunc(r.Files, func(file playground.File) bool { return "l/"+file.Path == f.Name })
		switch {
		case i >= 0 && r.Files[i].Text != string(content):
			t.Errorf("%s differs", f.Name)
		case i < 0 && !slices.Contains([]string{"lab.hcl", "lab.lock.hcl", "l/" + artifact.ManifestName}, f.Name):
			t.Errorf("%s is too much", f.Name)
		}
	}
	if _, err := s.Archive("m", artifact.Manifest); err != nil {
		t.Error(err)
	}
	s.Edit("lab {", false)
	if _, err := s.Archive("m", artifact.Manifest); err == nil {
		t.Error("an archive of a topology with mistakes")
	}
}

func TestImport(t *testing.T) {
	compose, err := os.ReadFile("../../examples/minimal/docker-compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	topology, err := playground.Import(string(compose))
	if err != nil || !strings.Contains(topology, `mirror "`) {
		t.Errorf("%v\n%s", err, topology)
	}
	for _, wrong := range []string{"", "{", "services: {}", strings.Repeat("x", 5<<20)} {
		if _, err := playground.Import(wrong); err == nil {
			t.Errorf("%.20q is imported", wrong)
		}
	}
}

// Whatever text comes in a link, there is an answer.
func TestHostile(t *testing.T) {
	s := &playground.Session{}
	for _, text := range []string{"", "\x00\xff", "<script>", `lab "</script><img src=x onerror=alert(1)>" {}`,
		strings.Repeat("[", 1<<20), strings.Repeat("lab \"l\" {}\n", 1<<17),
		"lab \"l\" {}\n" + strings.Repeat("x = 1\n", 5000)} {
		if r := s.Open(text); len(r.Diagnostics) == 0 || len(r.Diagnostics) > 100 {
			t.Errorf("%.40q: %d diagnostics", text, len(r.Diagnostics))
		}
	}
}
