package templates

import (
	"fmt"
	"path"
	"runtime"
	"sync"
	"sync/atomic"
	"text/template"
)

// commonName is the file of a folder whose definitions every template of the
// folder can use.
const commonName = "common.tmpl"

// A set holds the built-in templates. Each is parsed when it is first asked
// for, because a lab needs only some of them and parsing is most of the work of
// printing a small one.
type set struct {
	mutex  sync.Mutex
	parsed map[string]func() *template.Template
}

func newSet() *set { return &set{parsed: map[string]func() *template.Template{}} }

// lookup returns the template at a path below this folder.
func (s *set) lookup(name string) *template.Template {
	return s.once(name, func() *template.Template {
		text, err := files.ReadFile(name)
		if err != nil {
			panic(fmt.Sprintf("built-in template: %v", err))
		}
		base, err := s.common(path.Join(path.Dir(name), commonName)).Clone()
		if err == nil {
			base, err = base.New(name).Parse(string(text))
		}
		if err != nil {
			panic(fmt.Sprintf("built-in template: %v", err))
		}
		return base
	})
}

// common returns the definitions of a folder, an empty template where there
// are none.
func (s *set) common(name string) *template.Template {
	return s.once(name, func() *template.Template {
		base := template.New(name).Option("missingkey=error").Funcs(functions)
		text, err := files.ReadFile(name)
		if err != nil {
			return base
		}
		return template.Must(base.Parse(string(text)))
	})
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

// inParallel calls work for every number below n, on all processors.
func inParallel(n int, work func(i int)) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				work(i)
			}
		})
	}
	workers.Wait()
}
