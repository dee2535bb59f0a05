package main

import (
	"crypto/md5"
	_ "embed"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// nfpm writes packages of both kinds, without the programs of a distribution.
const nfpm = "github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2"

// guard refuses to replace a file that was edited.
//
//go:embed preinst.sh
var guard []byte

// A packageConfig is what nfpm reads: https://nfpm.goreleaser.com/docs/configuration/
type packageConfig struct {
	Name        string            `yaml:"name"`
	Arch        string            `yaml:"arch"`
	Version     string            `yaml:"version"`
	Maintainer  string            `yaml:"maintainer"`
	Section     string            `yaml:"section"`
	Priority    string            `yaml:"priority"`
	License     string            `yaml:"license"`
	Description string            `yaml:"description"`
	MTime       time.Time         `yaml:"mtime"`
	Contents    []packageContent  `yaml:"contents"`
	Suggests    []string          `yaml:"suggests"`
	Scripts     map[string]string `yaml:"scripts"`
	RPM         map[string]any    `yaml:"rpm"`
}

// A packageContent is one installed file.
type packageContent struct {
	Source string         `yaml:"src,omitempty"`
	Place  string         `yaml:"dst"`
	Type   string         `yaml:"type,omitempty"` // "dir" for a directory
	Info   map[string]any `yaml:"file_info"`
}

// packageFor makes a package of a kind, "deb" or "rpm".
func (r *release) packageFor(kind, processor string) error {
	program := r.program("linux/" + processor)
	script := filepath.Join(r.work, "preinst")
	if err := os.WriteFile(script, guard, 0o755); err != nil {
		return err
	}
	c := packageConfig{
		Name: "mirrorgen", Arch: processor, Version: r.version, Maintainer: "The authors of mirrorgen <root@localhost>",
		Section: "utils", Priority: "optional", License: "MIT", MTime: r.date,
		Description: "Compiles a topology of InterSystems IRIS mirrors into a lab\n" +
			"One short file becomes a directory with a Docker Compose file, NGINX, HAProxy and Web\n" +
			"Gateway configuration, IRIS merge files, scripts and a README.",
		Suggests: []string{"docker-compose"},
		Scripts:  map[string]string{"preinstall": absolute(script)},
		RPM:      map[string]any{"buildhost": "localhost", "compression": "gzip"},
	}
	for _, f := range append([]file{{"mirrorgen", program, "/usr/bin/mirrorgen"}}, r.extra...) {
		if f.installed == "" {
			continue
		}
		place := f.installed
		if kind == "rpm" {
			place = strings.Replace(place, "/vendor-completions/", "/site-functions/", 1)
		}
		c.Contents = append(c.Contents, r.content(f.source, place, mode(f.name)))
	}
	if kind == "rpm" {
		if err := r.ownedByRPM(&c); err != nil {
			return err
		}
	}
	content, err := yaml.Marshal(c)
	if err != nil {
		return err
	}
	config := filepath.Join(r.work, "nfpm.yaml")
	if err := os.WriteFile(config, content, 0o644); err != nil {
		return err
	}
	command := exec.Command("go", "run", nfpm, "package", "--config", config, "--packager", kind, "--target", r.made)
	command.Env = append(os.Environ(), "GOFLAGS=", "CGO_ENABLED=0", fmt.Sprintf("SOURCE_DATE_EPOCH=%d", r.date.Unix()))
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("nfpm, %s for %s: %w\n%s", kind, processor, err, out)
	}
	return nil
}

// content is a file of a package.
func (r *release) content(source, place string, mode int64) packageContent {
	return packageContent{Source: absolute(source), Place: place,
		Info: map[string]any{"mode": mode, "owner": "root", "group": "root", "mtime": r.date}}
}

// everywhere are the directories that every system has.
var everywhere = []string{"/usr/share/doc", "/usr/share/man", "/usr/share/man/man1"}

// ownedByRPM adds what dpkg knows by itself: the sums of the files, for [guard], and the
// directories, which are removed with the last package that has them.
func (r *release) ownedByRPM(c *packageConfig) error {
	var sums strings.Builder
	directories := map[string]bool{}
	for _, f := range c.Contents {
		content, err := os.ReadFile(f.Source)
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", md5.Sum(content), f.Place[1:])
		for dir := path.Dir(f.Place); strings.HasPrefix(dir, "/usr/share/"); dir = path.Dir(dir) {
			if !slices.Contains(everywhere, dir) {
				directories[dir] = true
			}
		}
	}
	file := filepath.Join(r.work, "md5sums")
	if err := os.WriteFile(file, []byte(sums.String()), 0o644); err != nil {
		return err
	}
	c.Contents = append(c.Contents, r.content(file, docs+"/md5sums", 0o644))
	for _, dir := range slices.Sorted(maps.Keys(directories)) {
		owned := r.content("", dir, 0o755)
		owned.Source, owned.Type = "", "dir"
		c.Contents = append(c.Contents, owned)
	}
	return nil
}
