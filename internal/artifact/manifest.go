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
	"strings"

	"mirrorgen/templates"
)

const (
	// ManifestName is the file that says what mirrorgen wrote: a format version,
	// and for every artifact its path, mode and SHA-256, sorted by path. It holds
	// no time and nothing about the machine, so equal labs have equal manifests.
	ManifestName = ".mirrorgen.json"

	// pendingName is the next manifest while files are being replaced. It stays
	// only where a write was cut short; the files it lists are then ours as well.
	pendingName = ".mirrorgen.json.next"

	// manifestFormat is the version that this package reads and writes.
	manifestFormat = 1
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

// encodeManifest prints the manifest of artifacts that are sorted by path, one
// line a file so that a change of one file is a change of one line.
func encodeManifest(artifacts []templates.Artifact) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\n  \"format\": %d,\n  \"files\": [", manifestFormat)
	for i, a := range artifacts {
		if i > 0 {
			b.WriteByte(',')
		}
		name, _ := json.Marshal(a.Path) // a string always has an encoding
		fmt.Fprintf(&b, "\n    {\"path\": %s, \"mode\": \"%04o\", \"sha256\": \"%s\"}", name, a.Mode.Perm(), sum(a.Content))
	}
	b.WriteString("\n  ]\n}\n")
	return b.Bytes()
}

// decodeManifest reads a manifest and refuses paths that could lead out of the
// directory or into what belongs to the lab's user.
func decodeManifest(content []byte) ([]entry, error) {
	var m struct {
		Format int     `json:"format"`
		Files  []entry `json:"files"`
	}
	if err := json.Unmarshal(content, &m); err != nil {
		return nil, err
	}
	if m.Format != manifestFormat {
		return nil, fmt.Errorf("format %d is not known to this mirrorgen, which reads format %d", m.Format, manifestFormat)
	}
	seen := map[string]bool{}
	for _, e := range m.Files {
		if err := checkPath(e.Path); err != nil {
			return nil, err
		}
		if seen[e.Path] {
			return nil, fmt.Errorf("%q is listed twice", e.Path)
		}
		seen[e.Path] = true
	}
	return m.Files, nil
}

// checkPath refuses a path that no artifact may have: not plain and relative, or
// among what mirrorgen never touches.
func checkPath(name string) error {
	if !fs.ValidPath(name) || name == "." || path.Clean(name) != name || strings.ContainsAny(name, "\\\x00") {
		return fmt.Errorf("%q is not a relative path inside the directory", name)
	}
	switch first, _, _ := strings.Cut(name, "/"); first {
	case "data", "certs", "secrets", "iris.key", ManifestName, pendingName:
		return fmt.Errorf("%q is never written by mirrorgen", name)
	}
	return nil
}

// owned reads what earlier writes left, as the set of hashes a path may have
// while it is still mirrorgen's. pending reports a write that was cut short.
func owned(d disk) (hashes map[string][]string, pending bool, err error) {
	hashes = map[string][]string{}
	for _, name := range []string{ManifestName, pendingName} {
		info, err := d.lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && !info.Mode().IsRegular() {
			err = errors.New("it is not a plain file")
		}
		var content []byte
		if err == nil {
			content, err = d.read(name)
		}
		var entries []entry
		if err == nil {
			entries, err = decodeManifest(content)
		}
		if err != nil {
			return nil, false, fmt.Errorf("%s is not a manifest of mirrorgen: %w\nRestore it from a copy. Without it, mirrorgen takes every file that it would change for yours", d.path(name), err)
		}
		for _, e := range entries {
			hashes[e.Path] = append(hashes[e.Path], e.SHA256)
		}
		pending = pending || name == pendingName
	}
	return hashes, pending, nil
}
