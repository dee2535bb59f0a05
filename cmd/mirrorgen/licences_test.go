package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestLicences: licences.txt has the licence of every module that is in the program on some
// system, with its version in go.mod, and of Go.
func TestLicences(t *testing.T) {
	modules := map[string]string{}
	for _, system := range []string{"linux", "darwin", "windows"} {
		addModules(t, system, modules)
	}
	want := collected(t, modules)
	if *update {
		if err := os.WriteFile("licences.txt", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != licences {
		t.Errorf("licences.txt is not what go.mod says; go test ./cmd/mirrorgen -update writes it: %s",
			differs(licences, want))
	}
}

// differs shows the first line that is another one.
func differs(have, want string) string {
	haveLines, wantLines := strings.Split(have, "\n"), strings.Split(want, "\n")
	for i := range min(len(haveLines), len(wantLines)) {
		if haveLines[i] != wantLines[i] {
			return fmt.Sprintf("line %d: %q, want %q", i+1, haveLines[i], wantLines[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(haveLines), len(wantLines))
}

// addModules adds the modules that the program has on a system, "PATH VERSION", with their
// directories.
func addModules(t *testing.T, system string, modules map[string]string) {
	t.Helper()
	list := exec.Command("go", "list", "-deps", "-json=Module", ".")
	list.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0")
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Module *struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		switch err := decoder.Decode(&p); {
		case err == io.EOF:
			return
		case err != nil:
			t.Fatal(err)
		case p.Module != nil && !p.Module.Main:
			modules[p.Module.Path+" "+p.Module.Version] = p.Module.Dir
		}
	}
}

// licenceFile is the name of a file with a licence, or with what a licence wants to be passed on.
var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|copyright)([-.].*)?$`)

// collected is licences.txt: each text once, after the modules that have it.
func collected(t *testing.T, modules map[string]string) string {
	t.Helper()
	texts := map[string][]string{}
	add := func(name, dir string) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, entry := range entries {
			if entry.IsDir() || !licenceFile.MatchString(entry.Name()) {
				continue
			}
			content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
			if err != nil {
				t.Fatal(err)
			}
			text := strings.ReplaceAll(strings.TrimSpace(string(content)), "\r\n", "\n")
			texts[text] = append(texts[text], name)
			found++
		}
		if found == 0 {
			t.Errorf("%s has no licence in %s", name, dir)
		}
	}
	add("Go, with its standard library", goRoot(t))
	add("Kubernetes, of whose API the schema of workloads is made", "../../.ci/kubernetes.d/workloads")
	for name, dir := range modules {
		add(name, dir)
	}
	var parts []string
	for text, names := range texts {
		slices.Sort(names)
		parts = append(parts, fmt.Sprintf("%s\n\n%s\n", strings.Join(names, "\n"), text))
	}
	slices.Sort(parts)
	rule := strings.Repeat("-", 80) + "\n"
	return "mirrorgen is made with these, under the licences below.\n\n" + rule + strings.Join(parts, rule)
}

// goRoot is where the toolchain is.
func goRoot(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := strings.TrimSpace(string(out))
	if root == "" {
		t.Fatalf("no GOROOT of %s", runtime.Version())
	}
	return root
}
