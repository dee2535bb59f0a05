package artifact

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"mirrorgen/internal/lab"
	"mirrorgen/internal/parallel"
)

const (
	// ManifestName is the file that says what mirrorgen wrote: a format version,
	// and for every artifact its path, mode and SHA-256, sorted by path. It holds
	// no time and nothing about the machine, so equal labs have equal manifests.
	ManifestName = ".mirrorgen.json"

	// manifestFormat is the version that this package reads and writes.
	manifestFormat = 1

	manifestMode fs.FileMode = 0o644
)

// entry is one file of a manifest.
type entry struct {
	Path   string `json:"path"`
	Mode   string `json:"mode"` // octal, e.g. "0644"
	SHA256 string `json:"sha256"`
}

func sum(content []byte) string {
	hash := sha256.Sum256(content)
	return hex.EncodeToString(hash[:])
}

// A manifest is what is written of the files of a lab, and what it says.
type manifest struct {
	content []byte
	entries []entry
}

// manifestOf is the manifest of artifacts that are sorted by path.
func manifestOf(artifacts []lab.Artifact) manifest {
	entries := make([]entry, len(artifacts))
	parallel.Each(len(artifacts), func(_, i int) {
		a := &artifacts[i]
		entries[i] = entry{a.Path, fmt.Sprintf("%04o", a.Mode.Perm()), sum(a.Content)}
	})
	return manifest{encodeEntries(entries), entries}
}

// encodeEntries prints a manifest, one line a file, so that a change of one file
// is a change of one line.
func encodeEntries(entries []entry) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\n  \"format\": %d,\n  \"files\": [", manifestFormat)
	for i, e := range entries {
		if i > 0 {
			b.WriteByte(',')
		}
		name, _ := json.Marshal(e.Path) // a string always has an encoding
		for _, text := range [...]string{"\n    {\"path\": ", string(name), ", \"mode\": \"", e.Mode,
			"\", \"sha256\": \"", e.SHA256, "\"}"} {
			b.WriteString(text)
		}
	}
	b.WriteString("\n  ]\n}\n")
	return b.Bytes()
}

// errSyntax is wrapped by errors about a manifest that is no JSON.
var errSyntax = errors.New("it is damaged")

// A futureError reports a manifest that a later mirrorgen wrote.
type futureError struct{ format int }

func (e *futureError) Error() string {
	return fmt.Sprintf("it has format %d, and this mirrorgen knows format %d: a newer mirrorgen wrote it; use that one",
		e.format, manifestFormat)
}

// decodeManifest reads a manifest and refuses paths that could lead out of the
// directory or into what belongs to the lab's user.
func decodeManifest(content []byte) ([]entry, error) {
	var m struct {
		Format int     `json:"format"`
		Files  []entry `json:"files"`
	}
	err := json.Unmarshal(content, &m)
	if err != nil { // files of another format may have another shape
		m.Format = formatOf(content)
	}
	switch {
	case m.Format > manifestFormat:
		return nil, &futureError{m.Format}
	case err != nil && bytes.Contains(content, []byte("\n<<<<<<< ")):
		return nil, fmt.Errorf("%w: it has the marks of a merge that git could not finish", errSyntax)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errSyntax, err)
	case m.Format != manifestFormat:
		return nil, fmt.Errorf("format %d is not known; this mirrorgen reads format %d", m.Format, manifestFormat)
	}
	seen := make(map[string]bool, len(m.Files))
	for _, e := range m.Files {
		if err := checkPath(e.Path); err != nil {
			return nil, err
		}
		if seen[e.Path] {
			return nil, fmt.Errorf("%q is listed twice", e.Path)
		}
		seen[e.Path] = true
		if !e.complete() {
			return nil, fmt.Errorf("the entry of %q has no SHA-256 or no mode", e.Path)
		}
	}
	return m.Files, nil
}

// Listed are the paths in the manifest of a directory: what mirrorgen wrote there.
func Listed(manifest []byte) ([]string, error) {
	entries, err := decodeManifest(manifest)
	paths := make([]string, len(entries))
	for i, e := range entries {
		paths[i] = e.Path
	}
	return paths, err
}

// formatOf is the format of a manifest whose files cannot be read, 0 for none.
func formatOf(content []byte) int {
	var m struct {
		Format int `json:"format"`
	}
	if json.Unmarshal(content, &m) != nil {
		return 0
	}
	return m.Format
}

// complete reports whether an entry has a hash and a mode.
func (e *entry) complete() bool {
	hash, err := hex.DecodeString(e.SHA256)
	if err != nil || len(hash) != sha256.Size {
		return false
	}
	_, err = strconv.ParseUint(e.Mode, 8, 9)
	return err == nil
}

// temporarySuffix ends the names of files that are not in their place yet.
const temporarySuffix = ".mirrorgen-new"

// checkPath refuses a path that no artifact may have: not clean and relative, or
// among what mirrorgen never touches. A drive letter and a backslash are refused
// everywhere, because a manifest travels.
func checkPath(name string) error {
	if !fs.ValidPath(name) || name == "." || strings.ContainsAny(name, "\\\x00") || len(name) > 1 && name[1] == ':' {
		return fmt.Errorf("%q is not a relative path inside the directory", name)
	}
	switch first, _, _ := strings.Cut(fold(name), "/"); first {
	case "data", "certs", "secrets", "iris.key", ManifestName, pendingName:
		return fmt.Errorf("%q is never written by mirrorgen", name)
	}
	if strings.HasSuffix(fold(path.Base(name)), temporarySuffix) {
		return fmt.Errorf("%q is the name of a temporary file", name)
	}
	return nil
}
