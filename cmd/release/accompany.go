package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"

	"mirrorgen/internal/gzipped"
)

// A file goes with the program, in archives under its name and in packages where a
// distribution looks for it.
type file struct {
	name      string // in an archive, with slashes
	source    string // on this disk
	installed string // where a package installs it, "" for nowhere
}

// accompany makes what goes with the program: the manual, completion, licences, pages and examples.
func (r *release) accompany() error {
	here := runtime.GOOS + "/" + runtime.GOARCH
	program := r.program(here)
	if _, err := os.Stat(program); err != nil {
		program = filepath.Join(r.work, "here", filepath.Base(program))
		if err := r.compileFor(here, program); err != nil {
			return err
		}
	}
	program = absolute(program)
	for _, step := range []func(string) error{r.manual, r.completion, r.licences, r.pages} {
		if err := step(program); err != nil {
			return err
		}
	}
	for _, name := range []string{"LICENSE", "README.md", "CHANGELOG.md"} {
		r.extra = append(r.extra, file{name, filepath.Join(r.root, name), path.Join(docs, name)})
	}
	return nil
}

// docs is where packages have pages.
const docs = "/usr/share/doc/mirrorgen"

// run returns what the program prints.
func run(program string, args ...string) ([]byte, error) {
	out, err := exec.Command(program, args...).Output()
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w", filepath.Base(program), args, err)
	}
	return out, nil
}

// add writes a file that goes with the program.
func (r *release) add(name, installed string, content []byte) error {
	source := filepath.Join(r.work, "with", filepath.FromSlash(name))
	r.extra = append(r.extra, file{name, source, installed})
	if err := os.MkdirAll(filepath.Dir(source), 0o755); err != nil {
		return err
	}
	return os.WriteFile(source, content, 0o644)
}

// manual makes the pages for man, compressed as packages have them.
func (r *release) manual(program string) error {
	dir := filepath.Join(r.work, "man")
	if _, err := run(program, "man", dir, "--date", r.date.Format("2006-01-02")); err != nil {
		return err
	}
	return eachFile(dir, func(name string, content []byte) error {
		return r.add("man/"+name+".gz", "/usr/share/man/man1/"+name+".gz", gzipped.Bytes(content))
	})
}

// shells are those whose completion is part of a release, and where packages have it.
var shells = []struct{ name, file, installed string }{
	{"bash", "mirrorgen.bash", "/usr/share/bash-completion/completions/mirrorgen"},
	{"zsh", "_mirrorgen", "/usr/share/zsh/vendor-completions/_mirrorgen"},
	{"fish", "mirrorgen.fish", "/usr/share/fish/vendor_completions.d/mirrorgen.fish"},
	{"powershell", "mirrorgen.ps1", ""},
}

func (r *release) completion(program string) error {
	for _, shell := range shells {
		text, err := run(program, "completion", shell.name)
		if err != nil {
			return err
		}
		if err := r.add("completion/"+shell.file, shell.installed, text); err != nil {
			return err
		}
	}
	return nil
}

func (r *release) licences(program string) error {
	text, err := run(program, "version", "--licenses")
	if err != nil {
		return err
	}
	return r.add("THIRD-PARTY-LICENSES", docs+"/THIRD-PARTY-LICENSES", text)
}

// pages makes the site, for reading without a network, and takes the examples as they are.
func (r *release) pages(string) error {
	site := filepath.Join(r.work, "site")
	command := exec.Command("go", "run", "-buildvcs=false", "./cmd/site", "-o", absolute(site))
	command.Dir = r.root
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("go run ./cmd/site: %w\n%s", err, out)
	}
	if err := eachFile(site, func(name string, content []byte) error {
		return r.add("html/"+name, docs+"/html/"+name, content)
	}); err != nil {
		return err
	}
	examples := filepath.Join(r.root, "examples")
	return eachFile(examples, func(name string, content []byte) error {
		if path.Ext(name) != ".hcl" || path.Dir(name) != "." {
			return nil
		}
		return r.add("examples/"+name, docs+"/examples/"+name, content)
	})
}

// eachFile visits the files of a directory in the order of their names.
func eachFile(dir string, visit func(name string, content []byte) error) error {
	files := os.DirFS(dir)
	return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		return visit(name, content)
	})
}
