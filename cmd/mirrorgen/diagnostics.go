package main

import (
	"bytes"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"mirrorgen/schema"
	"mirrorgen/templates"
)

// show prints diagnostics with the lines that they are about. files are the
// texts that they may refer to, by name.
func (t *tool) show(diags hcl.Diagnostics, files map[string]*hcl.File) {
	schema.Sort(diags)
	var text bytes.Buffer
	writer := hcl.NewDiagnosticTextWriter(&text, files, t.screen.width, t.screen.color)
	for _, d := range diags {
		shown := *d
		shown.Summary, shown.Detail = printable(d.Summary), printable(d.Detail)
		writer.WriteDiagnostic(&shown) // a buffer does not fail
	}
	t.err.Write(text.Bytes())
}

// sourceFiles are topology files as diagnostics show them: with the block that a
// place belongs to, where the file can be parsed.
func sourceFiles(sources []schema.Source) map[string]*hcl.File {
	files := map[string]*hcl.File{}
	for _, s := range sources {
		content := []byte(printable(string(s.Content)))
		file, _ := hclsyntax.ParseConfig(content, s.Name, hcl.InitialPos)
		if file == nil {
			file = &hcl.File{Bytes: content}
		}
		files[s.Name] = file
	}
	return files
}

// artifactFiles are generated files as diagnostics show them.
func artifactFiles(artifacts []templates.Artifact) map[string]*hcl.File {
	files := map[string]*hcl.File{}
	for _, a := range artifacts {
		files[a.Path] = &hcl.File{Bytes: []byte(printable(string(a.Content)))}
	}
	return files
}

// place completes ranges that give a line and column only.
func place(diags hcl.Diagnostics, files map[string]*hcl.File) {
	for _, d := range diags {
		if d.Subject == nil || files[d.Subject.Filename] == nil || d.Subject.Start.Byte > 0 || d.Subject.Start.Line < 2 {
			continue
		}
		content := files[d.Subject.Filename].Bytes
		begin := 0
		for line := 1; line < d.Subject.Start.Line; line++ {
			end := bytes.IndexByte(content[begin:], '\n')
			if end < 0 {
				break
			}
			begin += end + 1
		}
		end := len(content)
		if n := bytes.IndexByte(content[begin:], '\n'); n >= 0 {
			end = begin + n
		}
		at := *d.Subject
		at.Start.Byte = min(begin+max(at.Start.Column-1, 0), end)
		at.End = at.Start
		at.End.Byte, at.End.Column = end, at.Start.Column+end-at.Start.Byte
		d.Subject = &at
	}
}

// count says how many errors and warnings there are, e.g. "2 errors, 1 warning".
func count(diags hcl.Diagnostics) string {
	errors, warnings := 0, 0
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			errors++
		} else {
			warnings++
		}
	}
	text := plural(errors, "error")
	if warnings > 0 {
		text += ", " + plural(warnings, "warning")
	}
	return text
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
