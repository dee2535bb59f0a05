package main

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	Name        string           `yaml:"name"`
	Arch        string           `yaml:"arch"`
	Version     string           `yaml:"version"`
	Maintainer  string           `yaml:"maintainer"`
	Section     string           `yaml:"section"`
	Priority    string           `yaml:"priority"`
	License     string           `yaml:"license"`
	Description string           `yaml:"description"`
	MTime       time.Time        `yaml:"mtime"`
	Contents    []packageContent `yaml:"contents"`
	Suggests    []string         `yaml:"suggests"`
	Overrides   map[string]any   `yaml:"overrides"`
	RPM         map[string]any   `yaml:"rpm"`
}

// A packageContent is one installed file.
type packageContent struct {
	Source string         `yaml:"src"`
	Place  string         `yaml:"dst"`
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
		Suggests:  []string{"docker-compose"},
		Overrides: map[string]any{"deb": map[string]any{"scripts": map[string]string{"preinstall": absolute(script)}}},
		RPM:       map[string]any{"buildhost": "localhost", "compression": "gzip"},
	}
	for _, f := range append([]file{{"mirrorgen", program, "/usr/bin/mirrorgen"}}, r.extra...) {
		if f.installed == "" {
			continue
		}
		place := f.installed
		if kind == "rpm" {
			place = strings.Replace(place, "/vendor-completions/", "/site-functions/", 1)
		}
		c.Contents = append(c.Contents, packageContent{absolute(f.source), place,
			map[string]any{"mode": mode(f.name), "owner": "root", "group": "root", "mtime": r.date}})
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
