package importer

import (
	"path"
	"strings"
)

// maxRead bounds what is read beside a compose file, in bytes: configuration is far smaller.
const maxRead = 8 << 20

// files are those beside the compose file, each of them read once.
type files struct {
	read    Reader
	names   func(directory string) []string // of the files in a directory; nil where that is not known
	content map[string]*string              // nil for a file that is not there
	listed  map[string][]string             // by directory
	left    int
}

func newFiles(read Reader) *files {
	if read == nil {
		read = func(string) ([]byte, bool) { return nil, false }
	}
	return &files{read: read, content: map[string]*string{}, listed: map[string][]string{}, left: maxRead}
}

// get returns the contents of a file below the directory of the compose file. It is not there where
// it lies outside, or where more has been read than a lab can need.
func (f *files) get(name string) (string, bool) {
	name = path.Clean(name)
	if path.IsAbs(name) || name == ".." || strings.HasPrefix(name, "../") {
		return "", false
	}
	if known, ok := f.content[name]; ok {
		if known == nil {
			return "", false
		}
		return *known, true
	}
	f.content[name] = nil
	content, ok := f.read(name)
	if !ok || len(content) > f.left {
		return "", false
	}
	f.left -= len(content)
	text := string(content)
	f.content[name] = &text
	return text, true
}

// list are the names of the files in a directory below that of the compose file.
func (f *files) list(directory string) []string {
	directory = path.Clean(directory)
	if f.names == nil || path.IsAbs(directory) || directory == ".." || strings.HasPrefix(directory, "../") {
		return nil
	}
	names, known := f.listed[directory]
	if !known {
		names = f.names(directory)
		names = names[:min(len(names), maxItems)]
		f.listed[directory] = names
	}
	return names
}

// add makes a file of a text that has a name alone, and returns the path that get takes.
func (f *files) add(name, text string) string {
	name = strings.ReplaceAll(name, "/", "_")
	for unique := name; ; unique += "'" {
		if known := f.content[unique]; known == nil || *known == text {
			f.content[unique] = &text
			return unique
		}
	}
}

// What bounds configuration files in bytes, and a line of a merge file: their readers look for
// mistakes as well, which takes longer than the file of a lab would need.
const (
	maxConfiguration = 128 << 10
	maxMergeLine     = 8 << 10
)

// isReadable reports whether a configuration file is small enough to be read, and remarks on one that
// is not.
func (s *service) isReadable(name, content string) bool {
	if len(content) <= maxConfiguration {
		return true
	}
	s.remark("%s of %s is larger than %d KB, and is not read.", name, s.name, maxConfiguration>>10)
	return false
}

// hasLongLine reports whether a merge file has a line that is longer than any action.
func hasLongLine(content string) bool {
	for line := range strings.Lines(content) {
		if len(line) > maxMergeLine {
			return true
		}
	}
	return false
}

// isLocal reports whether the source of a mount is a file or directory, and not a volume.
func isLocal(source string) bool {
	return source == "." || strings.HasPrefix(source, "./")
}
