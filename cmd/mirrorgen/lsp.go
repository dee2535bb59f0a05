package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"mirrorgen/internal/editor"
	"mirrorgen/internal/lsp"
	"mirrorgen/internal/suite"
	"mirrorgen/schema"
	"mirrorgen/templates"
)

func (t *tool) lspCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "lsp",
		Short: "Serve an editor: diagnostics, completion, hover, rename, on standard input and output",
		Long: `Lsp is a language server: an editor starts it and talks to it on its standard input and
output (LSP 3.17). docs/editor.md says how to tell VS Code, Neovim, Helix and others.

A file belongs to the topology of its directory where the *.hcl files there have one lab
block among them, and is a topology of its own otherwise. Variables get the values that
--var, --var-file and the environment give. Of test files, *.mgtest.hcl, it shows the
diagnostics.`,
		Example: `  mirrorgen lsp
  mirrorgen lsp --var mirrors=12`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return errors.New("lsp takes no arguments: the editor says which files are open")
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error {
			settings, _, err := t.settings()
			if err != nil {
				return err
			}
			server := &lsp.Server{Files: &topologies{settings: settings}, Version: readVersion().Version, Log: t.err}
			if err := server.Run(t.in, &stream{t}); err != nil {
				return failed(err)
			}
			return nil
		},
	}
	t.valueFlags(command.Flags())
	// Clients of Microsoft's library add it to the command of every server.
	command.Flags().Bool("stdio", true, "talk on standard input and output; there is no other way")
	command.Flags().MarkHidden("stdio")
	return command
}

// stream is the standard output, each message at once.
type stream struct{ *tool }

// Write implements io.Writer.
func (s *stream) Write(message []byte) (int, error) {
	n, err := s.out.Write(message)
	if err == nil {
		err = s.out.Flush()
	}
	return n, err
}

// Close implements io.Closer. The client sees the end of the output when the program ends;
// the server stops reading.
func (s *stream) Close() error {
	if in, ok := s.in.(io.Closer); ok {
		return in.Close()
	}
	return nil
}

// topologies reads the topologies of open files from the disk.
type topologies struct {
	settings []schema.Setting

	mu      sync.Mutex
	sources []templates.Source // that set was made from
	set     *templates.Set
}

// Topology implements lsp.Files. What cannot be read is left out.
func (d *topologies) Topology(path string) (editor.Topology, map[string]string) {
	dir := filepath.Dir(path)
	t := editor.Topology{Base: filepath.Base(path), Settings: d.settings, Set: d.templates(dir)}
	paths := map[string]string{}
	names, isDir := d.files(path)
	if isDir {
		t.Base = filepath.Base(dir)
	}
	for _, name := range names {
		content, err := readSource(name)
		if err != nil && name != path {
			continue
		}
		base := filepath.Base(name)
		t.Sources, paths[base] = append(t.Sources, schema.Source{Name: base, Content: content}), name
	}
	at := path
	if isDir {
		at = dir
	}
	if lock, err := readLockFile(lockPath(at, isDir)); err == nil && lock.exists {
		base := filepath.Base(lock.path)
		t.Lock, paths[base] = schema.Source{Name: base, Content: lock.content}, lock.path
	}
	return t, paths
}

// Tests implements lsp.Files.
func (d *topologies) Tests(path string, content []byte) (hcl.Diagnostics, bool) {
	if !isTest(path) {
		return nil, false
	}
	f := &testFile{source: schema.Source{Name: filepath.Base(path), Content: content}}
	var diags hcl.Diagnostics
	if f.File, diags = suite.Read(f.source, testDocuments); !diags.HasErrors() {
		diags = append(diags, f.find(filepath.Dir(path))...)
	}
	return diags, true
}

// mostSiblings is how many files of a directory are looked at.
const mostSiblings = 200

// files are the files of the topology that a file belongs to, in name order.
func (d *topologies) files(path string) (names []string, isDir bool) {
	alone := []string{path}
	all, _, err := topologyFiles(filepath.Dir(path))
	if err != nil || len(all) > mostSiblings || checkTopology(path) != nil {
		return alone, false
	}
	labs := 0
	for i, name := range all {
		all[i] = filepath.Join(filepath.Dir(path), filepath.Base(name))
		if hasLab(all[i]) {
			labs++
		}
	}
	if !slices.Contains(all, path) {
		if _, err := os.Stat(path); err == nil || !strings.HasSuffix(path, ".hcl") {
			return alone, false
		}
		all = append(all, path)
		slices.Sort(all)
	}
	if labs != 1 || len(all) == 1 {
		return alone, false
	}
	return all, true
}

// hasLab reports whether a file has a lab block.
func hasLab(name string) bool {
	content, err := readSource(name)
	if err != nil || !bytes.Contains(content, []byte("lab")) {
		return false
	}
	return schema.NewOutline(schema.Source{Name: name, Content: content}).Has("lab")
}

// templates is the set that build would take from beside a topology, nil where there is none
// or it has mistakes, which build reports.
func (d *topologies) templates(dir string) *templates.Set {
	if isSource(dir) {
		return nil
	}
	dir = filepath.Join(dir, templatesName)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() || isLab(dir) {
		return nil
	}
	sources, _, err := readTemplates(dir)
	if err != nil || len(sources) == 0 {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	same := func(a, b templates.Source) bool { return a.File == b.File && bytes.Equal(a.Content, b.Content) }
	if !slices.EqualFunc(sources, d.sources, same) {
		set, diags := templates.Extend(sources)
		if diags.HasErrors() {
			set = nil
		}
		d.sources, d.set = sources, set
	}
	return d.set
}
