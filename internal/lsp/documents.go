package lsp

import (
	"context"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/creachadair/jrpc2"
	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/editor"
	"mirrorgen/schema"
)

var drive = regexp.MustCompile(`^/[A-Za-z]:`)

// pathOf is the file of a URI, "" where it is none.
func pathOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Path == "" {
		return ""
	}
	if drive.MatchString(u.Path) {
		return filepath.FromSlash(u.Path[1:])
	}
	return filepath.FromSlash(u.Path)
}

// uriOf is the URI of a file.
func uriOf(file string) string {
	slashed := filepath.ToSlash(file)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed
	}
	return (&url.URL{Scheme: "file", Path: slashed}).String()
}

func (s *Server) didOpen(_ context.Context, p didOpenParams) error {
	s.update(func() {
		s.open[p.TextDocument.URI] = &document{
			uri: p.TextDocument.URI, path: pathOf(p.TextDocument.URI), version: p.TextDocument.Version,
			text: newText([]byte(p.TextDocument.Text)), published: map[string]bool{},
		}
	})
	return nil
}

func (s *Server) didChange(_ context.Context, p didChangeParams) error {
	s.update(func() {
		d := s.open[p.TextDocument.URI]
		if d == nil {
			return
		}
		for _, change := range p.ContentChanges {
			if change.Range == nil {
				d.text = newText([]byte(change.Text))
			} else {
				d.text = d.text.replace(*change.Range, change.Text)
			}
		}
		d.version = p.TextDocument.Version
	})
	return nil
}

func (s *Server) didClose(ctx context.Context, p documentParams) error {
	var cleared []string
	s.update(func() {
		if d := s.open[p.TextDocument.URI]; d != nil {
			for uri := range d.published {
				cleared = append(cleared, uri)
			}
			delete(s.open, p.TextDocument.URI)
		}
	})
	slices.Sort(cleared)
	for _, uri := range cleared {
		s.rpc.Notify(ctx, "textDocument/publishDiagnostics", publishDiagnosticsParams{URI: uri,
			Diagnostics: []diagnostic{}})
	}
	return nil
}

// didSave looks again: other files of the topology may have changed with it.
func (s *Server) didSave(context.Context, documentParams) error {
	s.update(func() {})
	return nil
}

func (s *Server) changed(context.Context, *jrpc2.Request) error {
	s.update(func() {})
	return nil
}

// update changes the documents and has them analyzed.
func (s *Server) update(change func()) {
	s.mu.Lock()
	change()
	s.revision++
	s.mu.Unlock()
	select {
	case s.work <- struct{}{}:
	default: // it is on its way
	}
}

// diagnose analyzes documents after changes, always in their latest state, until done.
func (s *Server) diagnose(done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		case <-s.work:
		}
		s.mu.Lock()
		var stale []string
		for uri := range s.open {
			stale = append(stale, uri)
		}
		s.mu.Unlock()
		slices.Sort(stale)
		for _, uri := range stale {
			s.publish(uri)
		}
	}
}

// publish sends the diagnostics of the topology of a document.
func (s *Server) publish(uri string) {
	defer func() {
		if mistake := recover(); mistake != nil {
			fmt.Fprintf(s.Log, "mirrorgen lsp: a mistake in mirrorgen: %v\n%s", mistake, debug.Stack())
		}
	}()
	f := s.analysis(uri)
	if f == nil {
		return
	}
	grouped := map[string][]diagnostic{}
	for name := range f.texts {
		grouped[f.uris[name]] = []diagnostic{}
	}
	for _, diag := range f.Diagnostics {
		at := f.place(diag.Subject)
		grouped[at.URI] = append(grouped[at.URI], diagnosticOf(diag, at.Range))
	}
	s.mu.Lock()
	d := s.open[uri]
	if d == nil || s.revision != f.revision {
		s.mu.Unlock() // the next round sends them
		return
	}
	for published := range d.published {
		if grouped[published] == nil {
			grouped[published] = []diagnostic{}
		}
	}
	var list []publishDiagnosticsParams
	for at, diagnostics := range grouped {
		params := publishDiagnosticsParams{URI: at, Diagnostics: diagnostics}
		if other := s.open[at]; other != nil {
			version := other.version
			params.Version = &version
		}
		d.published[at] = true
		list = append(list, params)
	}
	s.mu.Unlock()
	slices.SortFunc(list, func(a, b publishDiagnosticsParams) int { return strings.Compare(a.URI, b.URI) })
	for _, params := range list {
		s.rpc.Notify(context.Background(), "textDocument/publishDiagnostics", params)
	}
}

func diagnosticOf(d *hcl.Diagnostic, r span) diagnostic {
	severity := 1
	if d.Severity == hcl.DiagWarning {
		severity = 2
	}
	return diagnostic{r, severity, "mirrorgen", d.Summary + ": " + d.Detail}
}

// place is where a range is for the client; one in no file of the topology is at the
// beginning of the document.
func (f *findings) place(r *hcl.Range) location {
	if r != nil && f.texts[r.Filename] != nil {
		return location{f.uris[r.Filename], f.texts[r.Filename].span(*r)}
	}
	return location{URI: f.uris[f.name]}
}

// analysis is what is known of a document's topology as it is on the screen; nil where the
// document is not open.
func (s *Server) analysis(uri string) *findings {
	s.compute.Lock()
	defer s.compute.Unlock()
	s.mu.Lock()
	d := s.open[uri]
	if d == nil {
		s.mu.Unlock()
		return nil
	}
	if d.found != nil && d.found.revision == s.revision {
		s.mu.Unlock()
		return d.found
	}
	revision, screen, last := s.revision, map[string]*document{}, d.found
	for _, other := range s.open {
		if other.path != "" {
			copied := *other
			screen[other.path] = &copied
		}
	}
	opened := *d
	s.mu.Unlock()

	f := s.gather(&opened, screen)
	f.revision = revision
	if !f.tests {
		f.Analysis = editor.Analyze(f.Topology)
	}
	if last != nil {
		f.good = last.good
	}
	if !f.Diagnostics.HasErrors() {
		f.good = f.Analysis
	} else {
		f.Last = f.good
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d.found = f
	return f
}

// gather is the topology of a document: its files as they are on the screen, or else on disk.
func (s *Server) gather(d *document, screen map[string]*document) *findings {
	f := &findings{Analysis: &editor.Analysis{}, texts: map[string]*text{}, uris: map[string]string{}}
	if d.path == "" {
		f.name = path.Base(d.uri)
		f.Topology = editor.Topology{Base: f.name, Sources: []schema.Source{{Name: f.name, Content: d.text.content}}}
		f.texts[f.name], f.uris[f.name] = d.text, d.uri
		return f
	}
	if diags, ok := s.Files.Tests(d.path, d.text.content); ok {
		f.name, f.tests, f.Diagnostics = filepath.Base(d.path), true, diags
		f.Lab = &schema.Lab{}
		f.texts[f.name], f.uris[f.name] = d.text, d.uri
		return f
	}
	t, paths := s.Files.Topology(d.path)
	for i := range t.Sources {
		source := &t.Sources[i]
		file := paths[source.Name]
		if other := screen[file]; other != nil {
			source.Content = other.text.content
			f.texts[source.Name], f.uris[source.Name] = other.text, other.uri
		} else {
			f.texts[source.Name], f.uris[source.Name] = newText(source.Content), uriOf(file)
		}
		if file == d.path {
			f.name = source.Name
		}
	}
	if t.Lock.Content != nil {
		f.texts[t.Lock.Name], f.uris[t.Lock.Name] = newText(t.Lock.Content), uriOf(paths[t.Lock.Name])
	}
	f.Topology = t
	return f
}
