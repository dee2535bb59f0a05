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

	"mirrorgen/internal/gzipped"
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

// An entry is a file of an archive, or a directory where its name ends in a slash.
type entry struct {
	name    string
	mode    int64
	content []byte
}

// entryOf reads a file for an archive, in which it has a name.
func entryOf(name, source string) (entry, error) {
	content, err := os.ReadFile(source)
	return entry{name, mode(name), content}, err
}

// mode is that of a file of a release: of a program or of a text.
func mode(name string) int64 {
	if base := path.Base(name); base == "mirrorgen" || base == "mirrorgen.exe" {
		return 0o755
	}
	return 0o644
}

// archive makes a zip for Windows and a compressed tar for all others, with one directory in it.
func (r *release) archive(platform, name string) error {
	program := r.program(platform)
	var entries []entry
	for _, f := range append([]file{{name: filepath.Base(program), source: program}}, r.extra...) {
		e, err := entryOf(path.Join(name, f.name), f.source)
		if err != nil {
			return err
		}
		entries = append(entries, e)
	}
	if strings.HasPrefix(platform, "windows/") {
		content, err := r.zipped(entries)
		if err != nil {
			return err
		}
		return r.write(name+".zip", content)
	}
	content, err := r.tarred(entries)
	if err != nil {
		return err
	}
	return r.write(name+".tar.gz", gzipped.Bytes(content))
}

// tarred is a tar of entries, which are of nobody in particular and have the date of the release.
func (r *release) tarred(entries []entry) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: e.name, Size: int64(len(e.content)), Mode: e.mode,
			ModTime: r.date}
		if strings.HasSuffix(e.name, "/") {
			header.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := w.Write(e.content); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}

// zipped is a zip of files, which have the date of the release.
func (r *release) zipped(entries []entry) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		part, err := w.CreateHeader(&zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: r.date})
		if err != nil {
			return nil, err
		}
		if _, err := part.Write(e.content); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}
