// Package playground is mirrorgen behind a page: a topology goes in as text, and diagnostics,
// the picture, the plan and the files come out as values for JSON. It reads nothing else.
package playground

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/hashicorp/hcl/v2"
	"github.com/rogpeppe/go-internal/diff"

	"mirrorgen/internal/editor"
	"mirrorgen/internal/graph"
	"mirrorgen/internal/importer"
	"mirrorgen/internal/lab"
	"mirrorgen/internal/plan"
	"mirrorgen/schema"
)

// topologyName is what the topology is called: in diagnostics, and in the archive.
const topologyName = "lab.hcl"

// A Session is one open page. Its zero value is ready.
type Session struct {
	analysis *editor.Analysis
	latest   []lab.Artifact // of the latest topology without errors
	before   []lab.Artifact // latest, as it was before the edit that is going on
}

// A Result is what became of a topology.
type Result struct {
	Diagnostics []Diagnostic `json:"diagnostics"`
	// What follows is empty where there are errors.
	Lab       string     `json:"lab"`
	Picture   string     `json:"picture"` // SVG
	Services  [][]string `json:"services"`
	Endpoints [][]string `json:"endpoints"`
	Files     []File     `json:"files"`
	Changes   []Change   `json:"changes"` // by the edit
}

// A Diagnostic is one mistake or warning. Begin and End count UTF-16 units of the text, as
// JavaScript does.
type Diagnostic struct {
	Severity string `json:"severity"` // "error" or "warning"
	Summary  string `json:"summary"`
	Detail   string `json:"detail"`
	Line     int    `json:"line"` // from 1
	Begin    int    `json:"begin"`
	End      int    `json:"end"`
}

// A File is one generated file.
type File struct {
	Path string `json:"path"`
	Text string `json:"text"`
}

// A Change is what the last edit changed in a file, as a unified diff.
type Change struct {
	Path string `json:"path"`
	Diff string `json:"diff"`
}

// Open compiles a topology to begin with.
func (s *Session) Open(topology string) Result {
	s.latest = nil
	return s.Edit(topology, false)
}

// Edit compiles a topology after an edit, or after another step of the same edit: what changed
// is told of the edit as a whole. A topology with errors in between changes nothing.
func (s *Session) Edit(topology string, same bool) Result {
	if !same {
		s.before = s.latest
	}
	return s.compile(topology)
}

func (s *Session) compile(topology string) Result {
	s.analysis = editor.Analyze(editor.Topology{Base: topologyName,
		Sources: []schema.Source{{Name: topologyName, Content: []byte(topology)}}})
	r := Result{Diagnostics: []Diagnostic{}, Services: [][]string{}, Endpoints: [][]string{}, Files: []File{},
		Changes: []Change{}}
	for _, d := range s.analysis.Diagnostics[:min(len(s.analysis.Diagnostics), mostDiagnostics)] {
		r.Diagnostics = append(r.Diagnostics, diagnosticOf(d, topology))
	}
	if s.analysis.Artifacts == nil || s.analysis.Diagnostics.HasErrors() {
		return r
	}
	p := s.analysis.Plan
	r.Lab, r.Picture = p.Name, string(graph.SVG(p))
	r.Services, r.Endpoints = services(p), endpoints(p)
	for _, a := range s.analysis.Artifacts {
		r.Files = append(r.Files, File{a.Path, string(a.Content)})
	}
	if s.before != nil {
		r.Changes = changes(s.before, s.analysis.Artifacts)
	}
	s.latest = s.analysis.Artifacts
	return r
}

// mostDiagnostics is how many are shown.
const mostDiagnostics = 100

func diagnosticOf(d *hcl.Diagnostic, topology string) Diagnostic {
	shown := Diagnostic{Severity: "error", Summary: d.Summary, Detail: d.Detail, Line: 1}
	if d.Severity == hcl.DiagWarning {
		shown.Severity = "warning"
	}
	if d.Subject != nil {
		shown.Line = max(1, d.Subject.Start.Line)
		shown.Begin, shown.End = units(topology, d.Subject.Start.Byte), units(topology, d.Subject.End.Byte)
	}
	return shown
}

// units is how many UTF-16 units stand before a byte.
func units(text string, offset int) int {
	n := 0
	for _, r := range text[:max(0, min(offset, len(text)))] {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// services are the rows of the table of services, titles first.
func services(p *plan.Plan) [][]string {
	head := []string{"service", "role"}
	for _, n := range p.Networks {
		head = append(head, n.Name)
	}
	rows := [][]string{append(head, "host ports")}
	for _, s := range p.Roster() {
		row := []string{s.Name, s.Role}
		for _, n := range p.Networks {
			i := slices.IndexFunc(s.Addresses, func(a plan.Address) bool { return a.Network == n })
			if i < 0 {
				row = append(row, "")
				continue
			}
			row = append(row, s.Addresses[i].IP)
		}
		rows = append(rows, append(row, s.Published()))
	}
	return rows
}

// endpoints are the rows of the table of endpoints, titles first; of a large lab, a sample.
func endpoints(p *plan.Plan) [][]string {
	rows := [][]string{{"endpoint", "reaches", "URL"}}
	for _, e := range p.Sample().Endpoints() {
		rows = append(rows, []string{string(e.Kind), e.Target, e.URL})
	}
	return rows
}

// changes are the differences between two labs, by path, those of documents last.
func changes(before, after []lab.Artifact) []Change {
	list := []Change{}
	old := map[string][]byte{}
	for _, a := range before {
		old[a.Path] = a.Content
	}
	for _, a := range after {
		if was, there := old[a.Path]; !there || !bytes.Equal(was, a.Content) {
			list = append(list, Change{a.Path, string(diff.Diff(a.Path, was, a.Path, a.Content))})
		}
		delete(old, a.Path)
	}
	for _, a := range before {
		if was, gone := old[a.Path]; gone {
			list = append(list, Change{a.Path, string(diff.Diff(a.Path, was, a.Path, nil))})
		}
	}
	slices.SortStableFunc(list, func(a, b Change) int { return document(a.Path) - document(b.Path) })
	return list
}

// document is 1 for a file that is only read by people.
func document(path string) int {
	if strings.HasSuffix(path, ".md") {
		return 1
	}
	return 0
}

// Archive is a zip of the topology that was compiled last, with its lock file, and beside them
// the lab's directory, as build writes them. manifest makes the content of the file
// manifestName. An error says that the topology has mistakes.
func (s *Session) Archive(manifestName string, manifest func([]lab.Artifact) []byte) ([]byte, error) {
	a := s.analysis
	if a == nil || a.Artifacts == nil || a.Diagnostics.HasErrors() {
		return nil, errors.New("the topology has mistakes; mend them first")
	}
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	files := []lab.Artifact{
		{Path: topologyName, Mode: 0o644, Content: a.Sources[0].Content},
		{Path: strings.TrimSuffix(topologyName, ".hcl") + ".lock.hcl", Mode: 0o644,
			Content: a.Plan.Lock.Encode(a.Plan.Source)},
		{Path: a.Plan.Name + "/" + manifestName, Mode: 0o644, Content: manifest(a.Artifacts)},
	}
	for _, artifact := range a.Artifacts {
		artifact.Path = a.Plan.Name + "/" + artifact.Path
		files = append(files, artifact)
	}
	for _, f := range files {
		header := &zip.FileHeader{Name: f.Path, Method: zip.Deflate} // no time: equal labs are equal archives
		header.SetMode(f.Mode)
		w, err := archive.CreateHeader(header)
		if err == nil {
			_, err = w.Write(f.Content)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Import makes a topology of a compose file. An error says why there is none.
func Import(compose string) (string, error) {
	result, err := importer.Import(importer.Source{Directory: "imported", Name: "docker-compose.yaml",
		Content: []byte(compose)})
	if err != nil {
		return "", fmt.Errorf("no topology can be made of it: %w", err)
	}
	return string(result.Topology), nil
}
