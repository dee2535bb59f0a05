package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"mirrorgen/internal/gzipped"
)

// An imageConfig is the part of an image's configuration that this one needs:
// https://github.com/opencontainers/image-spec/blob/main/config.md
type imageConfig struct {
	Architecture string    `json:"architecture"`
	OS           string    `json:"os"`
	Created      time.Time `json:"created"`
	Config       struct {
		Entrypoint []string
		WorkingDir string
		Labels     map[string]string
	} `json:"config"`
	RootFS struct {
		Type    string   `json:"type"`
		DiffIDs []string `json:"diff_ids"`
	} `json:"rootfs"`
	History []imageHistory `json:"history"`
}

// An imageHistory says where a layer comes from.
type imageHistory struct {
	Created   time.Time `json:"created"`
	CreatedBy string    `json:"created_by"`
}

// image makes a container image of the program and nothing else, which docker load and podman
// load read. A lab lies in /work.
func (r *release) image(processor string) error {
	layer, err := r.layer(processor)
	if err != nil {
		return err
	}
	id := fmt.Sprintf("%x", sha256.Sum256(layer))
	c := imageConfig{Architecture: processor, OS: "linux", Created: r.date}
	c.Config.Entrypoint = []string{"/usr/bin/mirrorgen"}
	c.Config.WorkingDir = "/work"
	c.Config.Labels = map[string]string{
		"org.opencontainers.image.version": r.version, "org.opencontainers.image.revision": r.commit,
	}
	c.RootFS.Type, c.RootFS.DiffIDs = "layers", []string{"sha256:" + id}
	c.History = []imageHistory{{r.date, "mirrorgen " + r.version}}
	config, err := json.Marshal(c)
	if err != nil {
		return err
	}
	configName := fmt.Sprintf("%x.json", sha256.Sum256(config))
	manifest, err := json.Marshal([]map[string]any{{
		"Config": configName, "RepoTags": []string{"mirrorgen:" + r.version}, "Layers": []string{id + "/layer.tar"},
	}})
	if err != nil {
		return err
	}
	content, err := r.tarred([]entry{{configName, 0o644, config}, {id + "/layer.tar", 0o644, layer},
		{"manifest.json", 0o644, manifest}})
	if err != nil {
		return err
	}
	return r.write(fmt.Sprintf("mirrorgen_%s_image_%s.tar.gz", r.version, processor), gzipped.Bytes(content))
}

// layer is the image's file system.
func (r *release) layer(processor string) ([]byte, error) {
	program, err := entryOf("usr/bin/mirrorgen", r.program("linux/"+processor))
	if err != nil {
		return nil, err
	}
	entries := []entry{{"tmp/", 0o1777, nil}, {"work/", 0o777, nil}, program}
	for _, f := range r.extra {
		if f.name == "LICENSE" || f.name == "THIRD-PARTY-LICENSES" {
			e, err := entryOf(f.installed[1:], f.source)
			if err != nil {
				return nil, err
			}
			entries = append(entries, e)
		}
	}
	return r.tarred(entries)
}
