package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"mirrorgen/internal/toolstest"
)

// repository makes a repository with one commit.
func repository(t *testing.T) (dir string, git func(args ...string)) {
	t.Helper()
	dir = t.TempDir()
	git = func(args ...string) {
		t.Helper()
		here := []string{"-C", dir, "-c", "user.name=n", "-c", "user.email=e"}
		command := exec.Command("git", append(here, args...)...)
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v\n%s", args, err, out)
		}
	}
	git("init", "--quiet")
	git("commit", "--quiet", "--allow-empty", "--message", "A commit")
	return dir, git
}

// A release is a tag with nothing on top of it; everything else is refused before anything is
// made, and a snapshot takes it.
func TestState(t *testing.T) {
	dir, git := repository(t)
	const untagged = "no tag such as v1.2.3 names the commit "
	if s, err := stateOf(dir, false); err == nil || !strings.HasPrefix(err.Error(), untagged) {
		t.Errorf("%+v, %v", s, err)
	}
	git("tag", "stable")
	if s, err := stateOf(dir, false); err == nil {
		t.Errorf("a tag that is no version: %+v", s)
	}
	git("tag", "v1.2.3")
	s, err := stateOf(dir, false)
	if err != nil || s.version != "1.2.3" || s.dirty || len(s.commit) < 40 || s.date.IsZero() {
		t.Errorf("%+v, %v", s, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "new"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	output := filepath.Join(t.TempDir(), "release")
	err = (&release{root: dir, output: output}).make()
	want := "the tree has changes that no commit has; commit them, or put them away:\n?? new"
	if err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(output); !os.IsNotExist(err) {
		t.Errorf("something was made: %v", err)
	}
	if s, err := stateOf(dir, true); err != nil || !s.dirty || s.version != "0.0.0-snapshot."+s.commit[:8] {
		t.Errorf("%+v, %v", s, err)
	}
}

// A release takes the place of an earlier one, and of nothing else. Platforms without one are
// refused, and what cannot be built leaves nothing.
func TestRefused(t *testing.T) {
	dir, git := repository(t)
	git("tag", "v1.2.3")
	parent := t.TempDir()
	for _, test := range []struct {
		r    release
		want string
	}{
		{release{root: dir, output: dir}, "holds something else: give a directory of its own"},
		{release{root: dir, output: filepath.Join(parent, "a"), platforms: []string{"plan9/amd64"}},
			"there is no release for plan9/amd64, only for linux/amd64, "},
		{release{root: dir, output: filepath.Join(parent, "b"), platforms: []string{"linux/amd64"}},
			"linux/amd64: exit status"},
	} {
		if err := test.r.make(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v, want %s", err, test.want)
		}
	}
	if entries, err := os.ReadDir(parent); err != nil || len(entries) > 0 {
		t.Errorf("%v %v", entries, err)
	}
}

// An image holds the program, the licences and the two directories that it needs.
func TestImage(t *testing.T) {
	r := &release{work: t.TempDir(), made: t.TempDir(), state: &state{version: "1.2.3", date: time.Unix(1e9, 0).UTC()}}
	program := r.program("linux/arm64")
	if err := os.MkdirAll(filepath.Dir(program), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, []byte("program"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := r.add("LICENSE", docs+"/LICENSE", nil); err != nil {
		t.Fatal(err)
	}
	if err := r.image("arm64"); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(filepath.Join(r.made, "mirrorgen_1.2.3_image_arm64.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	parts := tarred(t, unpacked)
	manifest := string(parts["manifest.json"])
	if len(parts) != 3 || !strings.Contains(manifest, `"RepoTags":["mirrorgen:1.2.3"]`) {
		t.Fatalf("%d parts, %s", len(parts), manifest)
	}
	for name, content := range parts {
		if path, ok := strings.CutSuffix(name, "/layer.tar"); ok {
			layer := tarred(t, bytes.NewReader(content))
			if string(layer["usr/bin/mirrorgen"]) != "program" || len(layer) != 4 || !strings.Contains(manifest, path) {
				t.Errorf("%q", layer)
			}
		}
	}
}

// tarred returns the files of an archive.
func tarred(t *testing.T, from io.Reader) map[string][]byte {
	t.Helper()
	parts := map[string][]byte{}
	for r := tar.NewReader(from); ; {
		header, err := r.Next()
		if err == io.EOF {
			return parts
		}
		if err != nil {
			t.Fatal(err)
		}
		if parts[header.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
}

// Two releases of one commit, made at different places, are equal byte for byte; and the package
// works in a clean root.
func TestTwice(t *testing.T) {
	toolstest.Thorough(t)
	var sums [2]string
	var made string
	from := filepath.Join("..", "..") // then the first clone: a commit in between makes no difference
	for i, parent := range []string{t.TempDir(), filepath.Join(t.TempDir(), "a longer way", "to it")} {
		root := filepath.Join(parent, "sources")
		clone := exec.Command("git", "clone", "--quiet", from, root)
		if out, err := clone.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		from, made = root, filepath.Join(parent, "release")
		t.Setenv("TZ", []string{"UTC", "Asia/Tokyo"}[i])
		r := &release{root: root, output: made, snapshot: true, platforms: []string{"linux/" + runtime.GOARCH}}
		if err := r.make(); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Join(made, sumsName))
		if err != nil {
			t.Fatal(err)
		}
		sums[i] = string(content)
	}
	if sums[0] != sums[1] {
		t.Errorf("two releases of one commit differ:\n%s\n%s", sums[0], sums[1])
	}
	check := exec.Command("sha256sum", "--check", "--quiet", sumsName)
	check.Dir = made
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	var packages []string
	for _, kind := range []string{"*.deb", "*.rpm"} {
		found, err := filepath.Glob(filepath.Join(made, kind))
		if err != nil || len(found) != 1 {
			t.Fatal(found, err)
		}
		packages = append(packages, found[0])
	}
	if strings.Count(sums[0], "\n") != 5 {
		t.Fatal(sums[0])
	}
	out, err := exec.Command(filepath.Join("..", "..", ".ci", "package"), packages...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// Every platform that is built for is one that make lint vets.
func TestPlatforms(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join("..", "..", "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(string(makefile), "\nPLATFORMS   := ")
	line, _, _ = strings.Cut(line, "\n")
	if !slices.Equal(strings.Fields(line), platforms) {
		t.Errorf("the Makefile has %s", line)
	}
}
