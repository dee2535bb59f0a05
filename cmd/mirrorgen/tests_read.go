package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/rehearse"
	"mirrorgen/internal/suite"
	"mirrorgen/schema"
)

// testDocuments are of the types that conditions of tests see.
var testDocuments = suite.Documents{Plan: overview{}, Rehearsal: rehearse.Report{}}

// A testFile is a test file with the topology that it tests.
type testFile struct {
	*suite.File
	source   schema.Source
	topology string // FILE or DIR
}

// readTests reads the test files that paths stand for, without the runs that are not asked
// for. It shows all that is wrong with them: nothing is run where there is anything.
func (h *holder) readTests(paths []string) ([]*testFile, error) {
	var names, without []string
	for _, path := range paths {
		if len(paths) > 1 && isLock(path) {
			continue
		}
		found, err := testFiles(path)
		if untested := (*untestedError)(nil); errors.As(err, &untested) && len(paths) > 1 {
			without = append(without, path) // of labs/*.hcl, some may have tests
			continue
		}
		if err != nil {
			return nil, failed(err)
		}
		for _, name := range found {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return nil, failed(fmt.Errorf("none of these topologies has tests: %s", someOf(without)))
	}
	var files []*testFile
	var sources []schema.Source
	var diags hcl.Diagnostics
	for _, name := range names {
		content, err := readText(name)
		if err != nil {
			return nil, failed(err)
		}
		f := &testFile{source: schema.Source{Name: name, Content: content}}
		sources = append(sources, f.source)
		read, more := suite.Read(f.source, testDocuments)
		f.File = read
		if !more.HasErrors() {
			more = f.find(filepath.Dir(name))
		}
		diags = append(diags, more...)
		files = append(files, f)
	}
	if diags.HasErrors() {
		h.show(diags, sourceListings(sources))
		return nil, failed(fmt.Errorf("%s; no run was held", count(diags)))
	}
	return h.chosen(files)
}

// chosen leaves the runs that --run asks for, and files that have any.
func (h *holder) chosen(files []*testFile) ([]*testFile, error) {
	var known []string
	for _, f := range files {
		for _, run := range f.Runs {
			known = append(known, fmt.Sprintf("%q", run.Name))
		}
		f.Runs = slices.DeleteFunc(f.Runs, func(run *suite.Run) bool { return !h.filter.MatchString(run.Name) })
	}
	files = slices.DeleteFunc(files, func(f *testFile) bool { return len(f.Runs) == 0 })
	if len(files) == 0 {
		return nil, failed(fmt.Errorf("--run %s: no run has such a name; there are %s", h.filter, someOf(known)))
	}
	return files, nil
}

// someOf lists words, the first of many.
func someOf(words []string) string {
	const most = 12
	if rest := len(words) - most; rest > 0 {
		words = append(words[:most:most], fmt.Sprintf("and %d more", rest))
	}
	return strings.Join(words, ", ")
}

// testFiles are the test files that a FILE or DIR stands for, in name order.
func testFiles(path string) ([]string, error) {
	if path == "" {
		return nil, errors.New("an empty name was given; give a FILE or a DIR")
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, pathError(path, err)
	}
	if info.IsDir() {
		names, err := directoryFiles(path, func(name string) bool { return isTest(name) && name[0] != '.' })
		if err == nil && len(names) == 0 {
			err = &untestedError{path, "there is no test file (*" + suite.Suffix + ") in this directory"}
		}
		if path == "." {
			for i, name := range names {
				names[i] = filepath.Base(name)
			}
		}
		return names, err
	}
	if isTest(path) {
		return []string{path}, checkName(filepath.Base(path))
	}
	if err := checkTopology(path); err != nil {
		return nil, err
	}
	beside := strings.TrimSuffix(path, ".hcl") + suite.Suffix
	if _, err := os.Stat(beside); errors.Is(err, fs.ErrNotExist) {
		return nil, &untestedError{path, "this topology has no tests: there is no " + beside}
	}
	return []string{beside}, nil
}

// An untestedError says that what was named has no tests.
type untestedError struct{ path, problem string }

// Error implements error.
func (e *untestedError) Error() string {
	return fmt.Sprintf("%s: %s; docs/testing.md shows how one is written", e.path, e.problem)
}

// find finds the topology that a file of a directory tests.
func (f *testFile) find(dir string) hcl.Diagnostics {
	if f.Topology != "" {
		f.topology = filepath.FromSlash(f.Topology)
		if !filepath.IsAbs(f.topology) {
			f.topology = filepath.Join(dir, f.topology)
		}
		if _, err := os.Stat(f.topology); err != nil {
			return hcl.Diagnostics{schema.Diagnose(hcl.DiagError, f.TopologyAt, "Missing topology",
				"%s Write the path of a topology as it is seen from this file.",
				sentence(pathError(f.topology, err)))}
		}
		return nil
	}
	f.topology = filepath.Join(dir, strings.TrimSuffix(filepath.Base(f.Name), suite.Suffix)+".hcl")
	if _, err := os.Stat(f.topology); err == nil {
		return nil
	}
	if _, _, err := topologyFiles(dir); err == nil {
		f.topology = dir
		return nil
	}
	at := hcl.Range{Filename: f.Name, Start: hcl.InitialPos, End: hcl.InitialPos}
	return hcl.Diagnostics{schema.Diagnose(hcl.DiagError, at, "Missing topology",
		"There is neither %s nor another topology in the directory of this file. Name what it tests, as it is seen "+
			"from this file: topology = \"lab.hcl\"", filepath.Base(f.topology))}
}

// sentence is an error with a full stop, where it is one line.
func sentence(err error) string {
	if text := err.Error(); strings.Contains(text, "\n") || strings.HasSuffix(text, ".") {
		return text
	}
	return err.Error() + "."
}
