package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// pack makes every file of the release but the checksums.
func (r *release) pack() error {
	for _, platform := range r.platforms {
		system, processor, _ := strings.Cut(platform, "/")
		name := fmt.Sprintf("mirrorgen_%s_%s_%s", r.version, system, processor)
		if err := r.archive(platform, name); err != nil {
			return err
		}
		parts, err := r.parts(r.program(platform))
		if err != nil {
			return err
		}
		if err := r.write(name+".cdx.json", parts); err != nil {
			return err
		}
		if system != "linux" {
			continue
		}
		if err := r.image(processor); err != nil {
			return err
		}
		for _, kind := range []string{"deb", "rpm"} {
			if err := r.packageFor(kind, processor); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *release) write(name string, content []byte) error {
	return os.WriteFile(filepath.Join(r.made, name), content, 0o644)
}

// archive makes a zip for Windows and a compressed tar for all others, with one directory in it.
func (r *release) archive(platform, name string) error {
	program := r.program(platform)
	files := append([]file{{name: filepath.Base(program), source: program}}, r.extra...)
	if strings.HasPrefix(platform, "windows/") {
		content, err := r.zipped(name, files)
		if err != nil {
			return err
		}
		return r.write(name+".zip", content)
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		if err := r.tarFile(w, path.Join(name, f.name), f.source); err != nil {
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
	return r.write(name+".tar.gz", content)
}

// tarFile adds a file, of nobody in particular and with the date of the release.
func (r *release) tarFile(w *tar.Writer, name, source string) error {
	content, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(content)), Mode: mode(name),
		ModTime: r.date}
	if err := w.WriteHeader(header); err != nil {
		return err
	}
	_, err = w.Write(content)
	return err
}

// mode is that of a file of a release: of a program or of a text.
func mode(name string) int64 {
	if base := path.Base(name); base == "mirrorgen" || base == "mirrorgen.exe" {
		return 0o755
	}
	return 0o644
}

func (r *release) zipped(name string, files []file) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		content, err := os.ReadFile(f.source)
		if err != nil {
			return nil, err
		}
		header := &zip.FileHeader{Name: path.Join(name, f.name), Method: zip.Deflate, Modified: r.date}
		part, err := w.CreateHeader(header)
		if err != nil {
			return nil, err
		}
		if _, err := part.Write(content); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
