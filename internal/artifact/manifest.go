package artifact

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
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
	// Sensitive are the numbers of the lines that hold the value of a sensitive variable.
	// That value may be another by now, so that nothing else would keep it out of a diff.
	Sensitive []int `json:"sensitive,omitempty"`
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
		entries[i] = entry{a.Path, fmt.Sprintf("%04o", a.Mode.Perm()), sum(a.Content), a.Sensitive}
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
			"\", \"sha256\": \"", e.SHA256, "\""} {
			b.WriteString(text)
		}
		if len(e.Sensitive) > 0 {
			lines, _ := json.Marshal(e.Sensitive) // numbers always have an encoding
			b.WriteString(", \"sensitive\": ")
			b.Write(lines)
		}
		b.WriteByte('}')
	}
	b.WriteString("\n  ]\n}\n")
	return b.Bytes()
}

// The limits of a manifest. A lab of 16,000 members has 417 files, 55 kB of manifest,
// and paths of less than 100 bytes.
const (
	maxManifest = 16 << 20 // bytes
	maxFiles    = 100_000
	maxPath     = 1024 // bytes
	maxDepth    = 32   // directories
)

// A limitError reports a manifest that is larger than any that mirrorgen writes.
type limitError struct{ text string }

func (e *limitError) Error() string { return e.text }

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
	format, files, err := decodeEntries(content)
	if err != nil { // files of another format may have another shape
		format = formatOf(content)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("unexpected end of JSON input")
	}
	var limit *limitError
	switch {
	case format > manifestFormat:
		return nil, &futureError{format}
	case errors.As(err, &limit):
		return nil, err
	case err != nil && bytes.Contains(content, []byte("\n<<<<<<< ")):
		return nil, fmt.Errorf("%w: it has the marks of a merge that git could not finish", errSyntax)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errSyntax, err)
	case format != manifestFormat:
		return nil, fmt.Errorf("format %d is not known; this mirrorgen reads format %d", format, manifestFormat)
	}
	seen := make(map[string]bool, len(files))
	for _, e := range files {
		if err := checkPath(e.Path); err != nil {
			return nil, err
		}
		if seen[e.Path] {
			return nil, fmt.Errorf("%q is listed twice", e.Path)
		}
		seen[e.Path] = true
		if !e.complete() {
			return nil, fmt.Errorf("the entry of %q has no SHA-256, no mode, or lines that are out of order", e.Path)
		}
	}
	return files, nil
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

// decodeEntries reads a manifest's format and files, one after the other, and stops at the
// first that is wrong.
func decodeEntries(content []byte) (format int, files []entry, err error) {
	d := json.NewDecoder(bytes.NewReader(content))
	if err := expect(d, '{'); err != nil {
		return 0, nil, err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return 0, nil, err
		}
		switch key {
		case "format":
			err = d.Decode(&format)
		case "files":
			files, err = decodeFiles(d)
		default:
			var other json.RawMessage
			err = d.Decode(&other)
		}
		if err != nil {
			return 0, nil, err
		}
	}
	if err := expect(d, '}'); err != nil {
		return 0, nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return 0, nil, errors.New("something follows its end")
	}
	return format, files, nil
}

// decodeFiles reads the list of files.
func decodeFiles(d *json.Decoder) ([]entry, error) {
	if err := expect(d, '['); err != nil {
		return nil, err
	}
	var files []entry
	for d.More() {
		if len(files) == maxFiles {
			return nil, &limitError{fmt.Sprintf("it lists more than %d files", maxFiles)}
		}
		var e entry
		if err := d.Decode(&e); err != nil {
			return nil, err
		}
		files = append(files, e)
	}
	return files, expect(d, ']')
}

// expect reads a delimiter.
func expect(d *json.Decoder, want json.Delim) error {
	got, err := d.Token()
	switch {
	case errors.Is(err, io.EOF):
		return io.ErrUnexpectedEOF
	case err == nil && got != want:
		return fmt.Errorf("%v is where %v is expected", got, want)
	}
	return err
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

// complete reports whether an entry has a hash and a mode, and its lines are in order.
func (e *entry) complete() bool {
	hash, err := hex.DecodeString(e.SHA256)
	if err != nil || len(hash) != sha256.Size || !slices.IsSorted(e.Sensitive) {
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
	if len(name) > maxPath || strings.Count(name, "/") >= maxDepth {
		return &limitError{fmt.Sprintf("the path %.40q... is longer than %d bytes or deeper than %d directories", name,
			maxPath, maxDepth)}
	}
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

// Manifest is the content of the file [ManifestName] beside artifacts that are sorted by path.
func Manifest(artifacts []lab.Artifact) []byte { return manifestOf(artifacts).content }
