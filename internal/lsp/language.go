package lsp

import (
	"context"
	"fmt"

	"github.com/creachadair/jrpc2"
	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/editor"
	"mirrorgen/schema"
)

// at is the analysis of a document and an offset in it; an error where it is not open.
func (s *Server) at(p positionParams) (*findings, int, error) {
	f := s.analysis(p.TextDocument.URI)
	if f == nil {
		return nil, 0, notOpen(p.TextDocument.URI)
	}
	return f, f.texts[f.name].offset(p.Position), nil
}

func notOpen(uri string) error {
	return jrpc2.Errorf(jrpc2.InvalidParams, "%s is not open", uri)
}

// The kinds of completions and symbols, in the protocol's numbers.
var (
	completionKinds = map[editor.Kind]int{
		editor.KindBlock: 7, editor.KindArgument: 10, editor.KindName: 18, editor.KindValue: 12,
		editor.KindVariable: 6, editor.KindFunction: 3, editor.KindService: 7,
	}
	symbolKinds = map[editor.Kind]int{editor.KindBlock: 3, editor.KindArgument: 7, editor.KindService: 5}
)

func (s *Server) completion(_ context.Context, p positionParams) (completionList, error) {
	list := completionList{Items: []completionItem{}}
	f, offset, err := s.at(p)
	if err != nil {
		return list, err
	}
	for i, c := range f.Complete(f.name, offset) {
		item := completionItem{
			Label: c.Label, Kind: completionKinds[c.Kind], Detail: c.Detail, Documentation: c.Doc,
			SortText: fmt.Sprintf("%04d", i), FilterText: c.Label, InsertTextFormat: 1,
			TextEdit: textEdit{f.texts[f.name].span(c.Range), c.Text},
		}
		if c.Snippet {
			item.InsertTextFormat = 2
		}
		if len(c.Text) > 0 && c.Text[0] == '"' {
			item.FilterText = c.Text
		}
		list.Items = append(list.Items, item)
	}
	return list, nil
}

func (s *Server) hover(_ context.Context, p positionParams) (*hover, error) {
	f, offset, err := s.at(p)
	if err != nil {
		return nil, err
	}
	shown, r := f.Hover(f.name, offset)
	if shown == "" {
		return nil, nil
	}
	shown = schema.Redact(shown, f.Lab.Secrets)
	return &hover{markup{"markdown", shown}, f.texts[f.name].span(r)}, nil
}

func (s *Server) definition(_ context.Context, p positionParams) ([]location, error) {
	f, offset, err := s.at(p)
	if err != nil {
		return nil, err
	}
	return f.locations(f.Definition(f.name, offset)), nil
}

func (s *Server) references(_ context.Context, p referenceParams) ([]location, error) {
	f, offset, err := s.at(p.positionParams)
	if err != nil {
		return nil, err
	}
	return f.locations(f.References(f.name, offset, p.Context.IncludeDeclaration)), nil
}

func (f *findings) locations(ranges []hcl.Range) []location {
	list := []location{}
	for _, r := range ranges {
		list = append(list, f.place(&r))
	}
	return list
}

func (s *Server) prepareRename(_ context.Context, p positionParams) (*prepareRename, error) {
	f, offset, err := s.at(p)
	if err != nil {
		return nil, err
	}
	r, name, err := f.Renamed(f.name, offset)
	if err != nil {
		return nil, jrpc2.Errorf(codeRequestFailed, "%v", err)
	}
	return &prepareRename{f.texts[f.name].span(r), name}, nil
}

func (s *Server) rename(_ context.Context, p renameParams) (*workspaceEdit, error) {
	f, offset, err := s.at(p.positionParams)
	if err != nil {
		return nil, err
	}
	edits, err := f.Rename(f.name, offset, p.NewName)
	if err != nil {
		return nil, jrpc2.Errorf(codeRequestFailed, "%v", err)
	}
	edit := f.edit(edits)
	return &edit, nil
}

func (f *findings) edit(edits []editor.Edit) workspaceEdit {
	changes := map[string][]textEdit{}
	for _, e := range edits {
		at := f.place(&e.Range)
		changes[at.URI] = append(changes[at.URI], textEdit{at.Range, e.Text})
	}
	return workspaceEdit{changes}
}

func (s *Server) formatting(_ context.Context, p documentParams) ([]textEdit, error) {
	s.mu.Lock()
	d := s.open[p.TextDocument.URI]
	if d == nil {
		s.mu.Unlock()
		return nil, notOpen(p.TextDocument.URI)
	}
	t := d.text
	s.mu.Unlock()
	formatted := editor.Format(schema.Source{Name: p.TextDocument.URI, Content: t.content})
	if formatted == nil {
		return []textEdit{}, nil
	}
	return []textEdit{{span{position{}, t.position(len(t.content))}, string(formatted)}}, nil
}

func (s *Server) documentSymbol(_ context.Context, p documentParams) ([]documentSymbol, error) {
	f := s.analysis(p.TextDocument.URI)
	if f == nil {
		return nil, notOpen(p.TextDocument.URI)
	}
	return f.symbols(f.Symbols(f.name)), nil
}

func (f *findings) symbols(list []editor.Symbol) []documentSymbol {
	symbols := []documentSymbol{}
	t := f.texts[f.name]
	for _, s := range list {
		symbol := documentSymbol{Name: s.Name, Detail: s.Detail, Kind: symbolKinds[s.Kind], Range: t.span(s.Range),
			SelectionRange: t.span(s.Head)}
		if len(s.Children) > 0 {
			symbol.Children = f.symbols(s.Children)
		}
		symbols = append(symbols, symbol)
	}
	return symbols
}

func (s *Server) codeAction(_ context.Context, p codeActionParams) ([]codeAction, error) {
	f := s.analysis(p.TextDocument.URI)
	if f == nil {
		return nil, notOpen(p.TextDocument.URI)
	}
	t := f.texts[f.name]
	r := hcl.Range{Filename: f.name, Start: hcl.Pos{Byte: t.offset(p.Range.Start)},
		End: hcl.Pos{Byte: t.offset(p.Range.End)}}
	list := []codeAction{}
	for _, a := range f.Actions(r) {
		at := f.place(a.Diagnostic.Subject)
		list = append(list, codeAction{a.Title, "quickfix", []diagnostic{diagnosticOf(a.Diagnostic, at.Range)}, true,
			f.edit(a.Edits)})
	}
	return list, nil
}
