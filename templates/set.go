package templates

import (
	"fmt"
	"io/fs"
	"path"
	"sync"
	"text/template"

	"mirrorgen/internal/plan"
)

// commonName is the file of a folder whose definitions every template of the
// folder can use.
const commonName = "common.tmpl"

// builtin holds the templates of this package. They are the same for every
// plan, so each is parsed once in a process.
var builtin = sync.OnceValue(newSet)

// Warm parses the templates that every lab needs. Parsing is half the work of
// printing a small lab; a caller that has a topology to read first can have it
// done meanwhile, in a goroutine of its own.
func Warm() {
	every := &plan.Plan{Languages: []string{"en"}}
	for _, r := range append(pages(every), others(every)...) {
		builtin().lookup(r.template)
	}
}

// A set holds templates, each parsed when it is first asked for. All are
// associated with one root, which has their functions: every definition can be
// used by every template, and each has a name of its own.
type set struct {
	root   *template.Template
	mutex  sync.Mutex
	parsed map[string]func() *template.Template
}

func newSet() *set {
	return &set{
		root:   template.New("").Option("missingkey=error").Funcs(functions),
		parsed: map[string]func() *template.Template{},
	}
}

// lookup returns the template at a path below this folder, ready to be executed.
func (s *set) lookup(name string) *template.Template {
	return s.once(name, func() *template.Template {
		common := path.Join(path.Dir(name), commonName)
		if _, err := fs.Stat(files, common); err == nil {
			s.once(common, func() *template.Template { return s.parse(common) })
		}
		return s.parse(name)
	})
}

// parse reads the file of that name into a template.
func (s *set) parse(name string) *template.Template {
	t := s.root.New(name)
	text, err := files.ReadFile(name)
	if err == nil {
		_, err = t.Parse(string(text))
	}
	if err != nil {
		panic(fmt.Sprintf("built-in template %s: %v", name, err))
	}
	return t
}

// once makes a template the first time that its name is asked for.
func (s *set) once(name string, parse func() *template.Template) *template.Template {
	s.mutex.Lock()
	get := s.parsed[name]
	if get == nil {
		get = sync.OnceValue(parse)
		s.parsed[name] = get
	}
	s.mutex.Unlock()
	return get()
}
