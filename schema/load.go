package schema

import (
	"sort"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// A Source is one topology file.
type Source struct {
	Name    string // path as the user gave it, for diagnostics
	Content []byte
}

// Load reads the files of one lab, in the order given. base is the base name of
// the file or directory, for the header of every artifact. settings give its
// variables values, the later ones before the earlier.
//
// Where diagnostics hold errors the lab holds what could be read, so that later
// checks can add theirs; nothing may be written from it. A file that cannot be
// parsed, and variables without usable values, leave a [Lab.Blind] lab. Diagnostics are sorted by file and
// position, the same on every run.
func Load(base string, sources []Source, settings ...Setting) (*Lab, hcl.Diagnostics) {
	parsed, diags := parse(sources)
	if diags.HasErrors() {
		lab := &Lab{Source: base, Blind: true, Secrets: writtenSecrets(parsed)}
		RedactDiagnostics(diags, lab.Secrets)
		Sort(diags)
		return lab, diags
	}
	d := newDecoder(diags)
	d.sources = sources
	body := d.open(parsed, settings)
	blind := d.diags.HasErrors() // what follows from a missing value is not reported
	lab := d.lab(body)
	d.add(d.meter.once())
	lab.Inputs = d.inputs
	lab.Source, lab.Blind = base, blind || d.meter.full != nil
	if !lab.Blind {
		d.check(lab)
	}
	lab.sources = sources
	lab.Secrets, lab.Sensitive, lab.concealed = d.sortedSecrets(), d.sensitive, d.concealed
	RedactDiagnostics(d.diags, lab.Secrets)
	Sort(d.diags)
	return lab, d.diags
}

// parse reads the files. Where diagnostics hold errors, files hold what could be
// read all the same.
func parse(sources []Source) ([]*hcl.File, hcl.Diagnostics) {
	if diags := checkSize(sources); diags.HasErrors() {
		return nil, diags
	}
	var diags hcl.Diagnostics
	parsed := make([]*hcl.File, 0, len(sources))
	for _, s := range sources {
		file, more := parseFile(s.Name, s.Content)
		if diags = append(diags, more...); file != nil {
			parsed = append(parsed, file)
		}
	}
	return parsed, diags
}

// parseFile parses a file that keeps the limits of the parser; the file is nil where it
// does not.
func parseFile(name string, content []byte) (*hcl.File, hcl.Diagnostics) {
	if diags := CheckFile(name, content); diags.HasErrors() {
		return nil, diags
	}
	file, diags := hclsyntax.ParseConfig(content, name, hcl.InitialPos)
	return file, completeSyntax(diags, content)
}

// ParseFile parses a file that goes with topologies, such as one of tests, within the limits
// of the parser (see [CheckLimits]). The body is what could be read, and empty where a limit is
// broken.
func ParseFile(s Source) (*hclsyntax.Body, hcl.Diagnostics) {
	file, diags := parseFile(s.Name, s.Content)
	if file == nil {
		return &hclsyntax.Body{}, diags
	}
	return file.Body.(*hclsyntax.Body), diags
}

// writtenSecrets are the defaults of sensitive variables as they stand in files
// that could not be parsed as a whole.
func writtenSecrets(files []*hcl.File) []string {
	d := newDecoder(nil)
	for _, file := range files {
		for _, b := range file.Body.(*hclsyntax.Body).Blocks {
			mark, value := b.Body.Attributes["sensitive"], b.Body.Attributes["default"]
			if b.Type != "variable" || mark == nil || value == nil {
				continue
			}
			if v, diags := value.Expr.Value(nil); !diags.HasErrors() {
				d.hide(v)
			}
		}
	}
	return d.sortedSecrets()
}

// Variables lists the inputs of a topology, in file order. It is nil where the
// files cannot be parsed; what else is wrong with the topology is not reported.
func Variables(sources []Source) ([]Variable, hcl.Diagnostics) {
	parsed, diags := parse(sources)
	if diags.HasErrors() {
		RedactDiagnostics(diags, writtenSecrets(parsed))
		Sort(diags)
		return nil, diags
	}
	d := newDecoder(nil)
	s := newScope(d)
	for _, file := range parsed {
		d.add(d.meter.instrument(file.Body.(*hclsyntax.Body)))
	}
	content, _, more := hcl.MergeFiles(parsed).PartialContent(definitionSchema)
	d.add(completeDefinition(more, "", ""))
	s.declareVariables(content.Blocks.OfType("variable"))
	variables := make([]Variable, 0, len(s.names))
	for _, name := range s.names {
		v := s.variables[name]
		variables = append(variables, Variable{
			Name: name, Type: typeName(v.kind), Default: v.fallback, Required: v.fallback == cty.NilVal,
			Description: v.description, Sensitive: v.sensitive, At: v.NameRange,
		})
		if v.sensitive && v.fallback != cty.NilVal {
			d.hide(v.fallback)
		}
	}
	RedactDiagnostics(d.diags, d.sortedSecrets())
	Sort(d.diags)
	return variables, d.diags
}

// Sort orders diagnostics by file, position, severity and text.
func Sort(diags hcl.Diagnostics) {
	subject := func(d *hcl.Diagnostic) hcl.Range {
		if d.Subject == nil {
			return hcl.Range{}
		}
		return *d.Subject
	}
	sort.SliceStable(diags, func(i, j int) bool {
		a, b := diags[i], diags[j]
		p, q := subject(a), subject(b)
		switch {
		case p.Filename != q.Filename:
			return p.Filename < q.Filename
		case p.Start.Byte != q.Start.Byte:
			return p.Start.Byte < q.Start.Byte
		case p.End.Byte != q.End.Byte:
			return p.End.Byte < q.End.Byte
		case a.Severity != b.Severity:
			return a.Severity < b.Severity
		case a.Summary != b.Summary:
			return a.Summary < b.Summary
		}
		return a.Detail < b.Detail
	})
}
