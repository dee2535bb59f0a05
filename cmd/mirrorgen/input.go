package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"mirrorgen/internal/artifact"
	"mirrorgen/internal/format/text"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/suite"
	"mirrorgen/schema"
)

// maxSource is the size of a file that is still taken for a topology, in bytes.
const maxSource = 10 << 20

// input is a topology as it was named on the command line.
type input struct {
	path    string          // as typed
	base    string          // base name of the file or directory
	dir     string          // the lab's directory is made in here
	sources []schema.Source // in name order, their names beginning with path as typed
	lock    lockFile

	// Once it is planned, what it was planned from.
	settings []schema.Setting
	lab      *schema.Lab
	kept     *plan.Lock // nil for none
}

// readInput reads a file, or the topology files of a directory.
func readInput(path string) (*input, error) {
	absolute, err := filepath.Abs(path)
	if err == nil {
		err = checkName(filepath.Base(absolute))
	}
	if err != nil {
		return nil, err
	}
	in := &input{path: path, base: filepath.Base(absolute), dir: filepath.Dir(path)}
	names, isDir, err := topologyFiles(path)
	if err != nil {
		return nil, err
	}
	if isDir {
		in.dir = path
	}
	if in.lock, err = readLockFile(lockPath(path, isDir)); err != nil {
		return nil, err
	}
	for _, name := range names {
		content, err := readText(name)
		if err != nil {
			return nil, err
		}
		in.sources = append(in.sources, schema.Source{Name: name, Content: content})
	}
	return in, nil
}

// topologyFiles are the files that a FILE or DIR stands for, in name order. Dot
// files, *.lock.hcl and *.mgtest.hcl are not among those of a directory.
func topologyFiles(path string) (names []string, isDir bool, err error) {
	if path == "" {
		return nil, false, errors.New("an empty name was given; give a FILE or a DIR")
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, false, pathError(path, err)
	}
	if !info.IsDir() {
		return []string{path}, false, checkTopology(path)
	}
	names, err = directoryFiles(path, func(name string) bool { return checkTopology(name) == nil })
	if err != nil {
		return nil, false, err
	}
	if len(names) == 0 {
		return nil, false, fmt.Errorf("%s: there is no topology file (*.hcl) in this directory", path)
	}
	return names, true, nil
}

// directoryFiles are the *.hcl files of a directory that are wanted, in name order. The
// language's JSON syntax is refused, wanted or not.
func directoryFiles(path string, wanted func(name string) bool) (names []string, err error) {
	const separator = string(filepath.Separator)
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, pathError(path, err)
	}
	for _, entry := range entries {
		name := entry.Name()
		if strings.HasSuffix(name, ".hcl.json") {
			return nil, jsonError(strings.TrimRight(path, separator) + separator + name)
		}
		if !strings.HasSuffix(name, ".hcl") || entry.IsDir() || !wanted(name) {
			continue
		}
		if err := checkName(name); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		names = append(names, strings.TrimRight(path, separator)+separator+name)
	}
	return names, nil
}

// checkTopology refuses a file that is never a topology, by its name.
func checkTopology(path string) error {
	name := filepath.Base(path)
	switch {
	case strings.HasSuffix(strings.ToLower(name), ".json"):
		return jsonError(path)
	case strings.HasSuffix(name, ".lock.hcl"):
		return fmt.Errorf("%s: a *.lock.hcl file is never a topology; give the topology that it lies beside", path)
	case isTest(name):
		return fmt.Errorf("%s: a *.mgtest.hcl file is never a topology; give the topology that it lies beside, or run "+
			"mirrorgen test %s", path, text.ShellWord(path))
	case name[0] == '.':
		return fmt.Errorf("%s: a file whose name begins with a dot is never a topology; rename it if it is one", path)
	}
	return nil
}

// isTest reports whether a file holds tests of topologies, by its name.
func isTest(path string) bool { return strings.HasSuffix(path, suite.Suffix) }

// jsonError refuses a file whose name says that it is JSON.
func jsonError(path string) error { return fmt.Errorf("%s: %s", path, schema.NoJSON) }

// checkName refuses a file name that could not be shown or written into a
// comment as it is.
func checkName(name string) error {
	if !utf8.ValidString(name) || strings.IndexFunc(name, unicode.IsControl) >= 0 {
		return fmt.Errorf("the name %q has control characters or is not UTF-8; rename it", name)
	}
	return nil
}

// readSource reads one file, unless it is too large to be a topology.
func readSource(name string) ([]byte, error) {
	return readLimited(name, maxSource, topologySize)
}

// readText reads a file of which the lab is made. Line ends are those of the lab's files,
// whatever git or an editor has made of them: they would end up in raw text.
func readText(name string) ([]byte, error) {
	content, err := readSource(name)
	return artifact.UnixLines(content), err
}

// topologySize says why a file is too large to be a topology.
const topologySize = "thousands of members take less, so this is hardly a topology"

// readLimited reads a file of at most so many bytes; why is the end of the error where it has
// more.
func readLimited(name string, limit int64, why string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, pathError(name, err)
	}
	defer file.Close()
	return readAll(name, file, limit, why)
}

func readAll(name string, r io.Reader, limit int64, why string) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, pathError(name, err)
	}
	if int64(len(content)) > limit {
		return nil, fmt.Errorf("%s: larger than %d MB; %s", name, limit>>20, why)
	}
	return content, nil
}

// pathError returns the error of a path without the name of the system call.
func pathError(path string, err error) error {
	return fmt.Errorf("%s: %w", path, artifact.Cause(err))
}
