package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
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
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, part := range []struct {
		name    string
		content []byte
	}{{configName, config}, {id + "/layer.tar", layer}, {"manifest.json", manifest}} {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: part.name, Size: int64(len(part.content)), Mode: 0o644,
			ModTime: r.date}
		if err := w.WriteHeader(header); err != nil {
			return err
		}
		if _, err := w.Write(part.content); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	content, err := compressed(b.Bytes())
	if err != nil {
		return err
	}
	return r.write(fmt.Sprintf("mirrorgen_%s_image_%s.tar.gz", r.version, processor), content)
}

// layer is the image's file system.
func (r *release) layer(processor string) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, directory := range []struct {
		name string
		mode int64
	}{{"tmp/", 0o1777}, {"work/", 0o777}} {
		header := &tar.Header{Typeflag: tar.TypeDir, Name: directory.name, Mode: directory.mode, ModTime: r.date}
		if err := w.WriteHeader(header); err != nil {
			return nil, err
		}
	}
	if err := r.tarFile(w, "usr/bin/mirrorgen", r.program("linux/"+processor)); err != nil {
		return nil, err
	}
	for _, f := range r.extra {
		if f.name == "LICENSE" || f.name == "THIRD-PARTY-LICENSES" {
			if err := r.tarFile(w, f.installed[1:], f.source); err != nil {
				return nil, err
			}
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
