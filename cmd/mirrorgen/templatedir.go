package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/pflag"

	"mirrorgen/internal/artifact"
	"mirrorgen/internal/format/text"
	"mirrorgen/internal/lab"
	"mirrorgen/internal/plan"
	"mirrorgen/templates"
)

// templateDir is the flag --templates: which directory holds templates of the
// user's.
type templateDir struct {
	name  string
	flags *pflag.FlagSet
}

// templatesName is the directory beside a topology that is taken without asking.
const templatesName = "templates"

func (d *templateDir) addFlag(flags *pflag.FlagSet) {
	d.flags = flags
	flags.StringVar(&d.name, "templates", "", "take templates from this `DIR`, \"\" for none (default templates "+
		"beside the topology)")
}

// A rendering is how a plan is printed: with the built-in templates, or with a
// set that has templates of the user's.
type rendering struct {
	dir     string             // "" where there are none
	sources []templates.Source // of dir
	set     *templates.Set     // nil where there are none
}

// read reads the directory of templates that goes with a topology, and shows what
// is wrong with them.
func (d *templateDir) read(t *tool, in *input) (*rendering, error) {
	given := d.flags != nil && d.flags.Changed("templates")
	dir := d.name
	if !given {
		dir = filepath.Join(in.dir, templatesName)
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return &rendering{}, nil
		}
		if isSource(in.dir) || isLab(dir) {
			return &rendering{}, nil
		}
	}
	if dir == "" {
		return &rendering{}, nil
	}
	sources, diags, err := readTemplates(dir)
	if err != nil {
		return nil, failed(err)
	}
	if len(sources) == 0 {
		t.show(diags, nil)
		if given {
			return nil, failed(fmt.Errorf("%s: there is no template (*.tmpl) in this directory", dir))
		}
		return &rendering{}, nil
	}
	set, more := templates.Extend(sources)
	diags = append(diags, more...)
	r := &rendering{dir, sources, set}
	if len(diags) > 0 {
		t.show(diags, r.listings())
	}
	if diags.HasErrors() {
		return nil, counted(fmt.Errorf("%s: %s", dir, count(diags)))
	}
	return r, nil
}

// isSource reports whether a directory is mirrorgen's own source, in which templates holds the
// built-in ones.
func isSource(dir string) bool {
	content, err := readSource(filepath.Join(dir, "go.mod"))
	if err != nil {
		return false
	}
	line, _, _ := bytes.Cut(content, []byte("\n"))
	module, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("module "))
	return ok && path.Base(string(module)) == "mirrorgen" // whatever address its repository has
}

// isLab reports whether a directory is a lab: one may be called templates.
func isLab(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, artifact.ManifestName))
	return err == nil
}

// listings are the templates by name.
func (r *rendering) listings() map[string]*listing {
	listings := map[string]*listing{}
	for _, s := range r.sources {
		listings[s.File] = &listing{name: s.File, content: s.Content}
	}
	return listings
}

// render prints the plan, and shows where a template does not fit it.
func (r *rendering) render(t *tool, p *plan.Plan) ([]lab.Artifact, error) {
	artifacts, diags := r.printed(p)
	if len(diags) > 0 {
		t.show(diags, r.listings())
	}
	if diags.HasErrors() {
		return nil, counted(fmt.Errorf("%s: %s", r.dir, count(diags)))
	}
	return artifacts, nil
}

// printed prints the plan, and shows nothing.
func (r *rendering) printed(p *plan.Plan) ([]lab.Artifact, hcl.Diagnostics) {
	if r.set == nil {
		return templates.Render(p), nil
	}
	return r.set.Render(p)
}

// with tells what was used besides the built-in templates, as the end of a line:
// ", with 2 templates of DIR"; "" for nothing.
func (r *rendering) with() string {
	if r.set == nil {
		return ""
	}
	return fmt.Sprintf(", with %s of %s", text.Plural(len(r.sources), "template"), printable(r.dir))
}

const (
	maxTemplates = 1000    // files
	maxTemplate  = 1 << 20 // bytes of one
)

// readTemplates reads the *.tmpl files below a directory, in name order. A file
// that lacks only the ending is warned of; others are not its business.
func readTemplates(dir string) ([]templates.Source, hcl.Diagnostics, error) {
	var sources []templates.Source
	var diags hcl.Diagnostics
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return pathError(name, err)
		}
		if name == dir {
			info, err := os.Stat(dir)
			if err == nil && !info.IsDir() {
				err = errors.New("not a directory")
			}
			if err != nil {
				return pathError(dir, err)
			}
			return nil
		}
		if entry.Name()[0] == '.' && entry.IsDir() {
			return fs.SkipDir
		}
		relative, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		if entry.IsDir() || filepath.Ext(name) != ".tmpl" {
			if _, builtin := templates.Builtin(relative + ".tmpl"); builtin && !entry.IsDir() {
				diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: "File that is no template",
					Detail: fmt.Sprintf("%s is not read, because its name does not end in .tmpl. Rename it to take "+
						"the place of the built-in %s.tmpl.", name, relative)})
			}
			return nil
		}
		if err := checkName(entry.Name()); err != nil {
			return fmt.Errorf("%s: %w", filepath.Dir(name), err)
		}
		if len(sources) == maxTemplates {
			return fmt.Errorf("%s: more than %d templates", dir, maxTemplates)
		}
		content, err := readTemplate(name)
		if err != nil {
			return err
		}
		sources = append(sources, templates.Source{Name: relative, File: name, Content: content})
		return nil
	})
	return sources, diags, err
}

func readTemplate(name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, pathError(name, err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: not a plain file", name)
	case info.Size() > maxTemplate:
		return nil, fmt.Errorf("%s: larger than 1 MB, which no template is", name)
	}
	return readText(name)
}
