package templates

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"sync"
	"sync/atomic"
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
	for _, r := range rows(&plan.Plan{Languages: []string{"en"}}) {
		builtin().lookup(r.template)
	}
}

// A set holds templates, each parsed when it is first asked for.
type set struct {
	mutex  sync.Mutex
	parsed map[string]func() *template.Template
}

func newSet() *set { return &set{parsed: map[string]func() *template.Template{}} }

// lookup returns the template at a path below this folder.
func (s *set) lookup(name string) *template.Template {
	return s.once(name, func() *template.Template {
		base := s.common(path.Dir(name))
		if base == nil {
			return parse(empty(name), name)
		}
		base, err := base.Clone()
		if err != nil {
			panic(fmt.Sprintf("built-in template %s: %v", name, err))
		}
		return parse(base.New(name), name)
	})
}

// common returns the definitions of a folder, nil where there are none.
func (s *set) common(folder string) *template.Template {
	name := path.Join(folder, commonName)
	return s.once(name, func() *template.Template {
		if _, err := fs.Stat(files, name); err != nil {
			return nil
		}
		return parse(empty(name), name)
	})
}

func empty(name string) *template.Template {
	return template.New(name).Option("missingkey=error").Funcs(functions)
}

// parse reads the file of that name into a template.
func parse(t *template.Template, name string) *template.Template {
	text, err := files.ReadFile(name)
	if err == nil {
		t, err = t.Parse(string(text))
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

// inParallel calls work for every number below n, on all processors; each keeps
// one buffer for all its calls.
func inParallel(n int, work func(i int, buffer *bytes.Buffer)) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			var buffer bytes.Buffer
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				work(i, &buffer)
			}
		})
	}
	workers.Wait()
}
