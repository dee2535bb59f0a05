package facts

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// InstancesPath is the table of instances that the container's hooks source.
const InstancesPath = "iris/instances.sh"

// Roster is what the table of instances says.
type Roster struct {
	*File
	Instances []*Entry
	Mirrors   []*Entry
	ByName    map[string]*Entry // instances
	byMirror  map[string]*mirrorEntry
	Pods      []*Entry // host names of pods that InterSystems' operator names, with their instances
	Accounts  []Word   // user, password, user, password, ...
}

// Entry is one line of the table: an instance or a mirror.
type Entry struct {
	Name   string
	At     Position
	values []setting // about ten
	List   []Word    // peers of an instance, databases of a mirror
	// Namespaces are those of a mirror beside its databases' own; Admits and ECPClients
	// whom a member lets in.
	Namespaces, Admits, ECPClients []Word
	namespaces                     map[string]bool // of both lists, in upper case; made when first asked for
}

// Value is the value of a variable, without a position where the line has none.
func (e *Entry) Value(name string) Word { return valueOf(e.values, name) }

// mirrorEntry is the line of a mirror, and those of its members.
type mirrorEntry struct {
	*Entry
	members []*Entry // application servers left out
}

// Text is the value of a variable, "" where the line has none.
func (e *Entry) Text(name string) string { return e.Value(name).Text }

// ConnectsByHook reports whether the hook, and not the merge file, connects a
// mirror's application servers: the mirror's line then has their data server.
func (e *Entry) ConnectsByHook() bool { return e.Text("data_server") != "" }

// isRoster reports whether a path is that of the table of instances, or of its part of one
// mirror.
func isRoster(name string) bool { return name == InstancesPath || path.Dir(name) == instancesFolder }

// instancesFolder has a table of instances for each mirror, on Kubernetes.
const instancesFolder = "iris/instances"

// readRosters reads the table of instances: a case of $instance, one of $mirror, and the
// gateways' accounts. On Kubernetes it has a part for each mirror.
func (l *Facts) readRosters(scripts []*Script) {
	if len(scripts) == 0 {
		return
	}
	r := &Roster{File: scripts[0].File, ByName: map[string]*Entry{}, byMirror: map[string]*mirrorEntry{}}
	if r.Path != InstancesPath {
		r.File = &File{Path: instancesFolder}
		for _, s := range scripts {
			markRoster(r.File, s)
		}
	}
	for _, s := range scripts {
		r.Instances = append(r.Instances, s.cases["instance"]...)
		r.Mirrors = append(r.Mirrors, s.cases["mirror"]...)
		r.Pods = append(r.Pods, s.cases["HOSTNAME"]...)
		for _, t := range s.tables {
			if t.Name == "accounts" {
				r.Accounts = t.Words // the same in all parts
			}
		}
	}
	for _, e := range r.Mirrors {
		r.byMirror[e.Name] = &mirrorEntry{Entry: e}
	}
	for _, e := range r.Instances {
		r.ByName[e.Name] = e
		if m := r.byMirror[e.Text("mirror")]; m != nil && e.Text("role") != ApplicationRole {
			m.members = append(m.members, e)
		}
	}
	for _, e := range r.Mirrors {
		l.Mirrors[e.Name] = true
	}
	l.Roster = r
}

// variable is the name in a word that is just "$name", "" for any other.
func variable(w *syntax.Word) string {
	if len(w.Parts) == 1 {
		if expansion, ok := w.Parts[0].(*syntax.ParamExp); ok && expansion.Param != nil {
			return expansion.Param.Value
		}
	}
	return ""
}

// entries are the branches of a case that assign variables.
func entries(command *syntax.CaseClause) []*Entry {
	list := make([]*Entry, 0, len(command.Items))
	names := map[string]string{} // each once, of the thousands that are alike
	for _, item := range command.Items {
		if len(item.Patterns) != 1 || len(item.Stmts) != 1 {
			continue
		}
		call, ok := item.Stmts[0].Cmd.(*syntax.CallExpr)
		pattern := WordOf(item.Patterns[0])
		if !ok || pattern.Text == "*" {
			continue
		}
		e := &Entry{Name: pattern.Text, At: pattern.At, values: make([]setting, 0, len(call.Assigns))}
		for _, assign := range call.Assigns {
			if assign.Array != nil {
				*e.listOf(assign.Name.Value) = elements(assign.Array)
				continue
			}
			value := WordOf(assign.Value)
			if assign.Value == nil {
				value.At = ShellPosition(assign.Pos())
			}
			name, known := names[assign.Name.Value]
			if !known {
				name = assign.Name.Value
				names[name] = name
			}
			e.values = append(e.values, setting{Name: name, Word: value})
		}
		list = append(list, e)
	}
	return list
}

// listOf is where a line's array of that name goes.
func (e *Entry) listOf(name string) *[]Word {
	switch name {
	case "namespaces":
		return &e.Namespaces
	case "admits":
		return &e.Admits
	case "ecp_clients":
		return &e.ECPClients
	}
	return &e.List
}

// ApplicationRole is what the table of instances calls the role of an ECP application
// server.
const ApplicationRole = "application"

// MemberRoles are the roles of mirror members, in the product's spelling.
const MemberRoles = "primary backup drasync rorasync rwrasync"

// WordLocation is where a word of the table stands.
func (r *Roster) WordLocation(w Word) Location { return Location{r.File, w.At} }

// Mirror returns the line of that mirror, or nil.
func (r *Roster) Mirror(name string) *Entry {
	if m := r.byMirror[name]; m != nil {
		return m.Entry
	}
	return nil
}

// Members are the lines of a mirror's members, application servers left out.
func (r *Roster) Members(mirror string) []*Entry {
	if m := r.byMirror[mirror]; m != nil {
		return m.members
	}
	return nil
}

// NoNamespace is what the table of instances has for a database without a namespace of its
// own, and LocalDatabase for one that is not mirrored.
const (
	NoNamespace   = "-"
	LocalDatabase = "local"
)

// DatabaseCells are a mirror's databases and namespaces, as the tables of pages have them.
func (e *Entry) DatabaseCells() []string {
	var cells []string
	for _, d := range e.List {
		fields := strings.Fields(d.Text)
		if len(fields) < 2 {
			continue
		}
		var about []string
		if fields[1] != NoNamespace {
			about = append(about, fields[1])
		}
		if len(fields) > 4 {
			about = append(about, fields[4])
		}
		cell := fields[0]
		if len(about) > 0 {
			cell += " (" + strings.Join(about, ", ") + ")"
		}
		cells = append(cells, cell)
	}
	for _, n := range e.Namespaces {
		if fields := strings.Fields(n.Text); len(fields) > 2 {
			cells = append(cells, fields[1]+" + "+fields[2]+" ("+fields[0]+")")
		}
	}
	return cells
}

// HasNamespace reports whether a mirror has a namespace of that name, whose case does not
// count.
func (e *Entry) HasNamespace(name string) bool {
	if e.namespaces == nil {
		e.namespaces = map[string]bool{}
		for _, d := range e.List {
			if fields := strings.Fields(d.Text); len(fields) > 1 && fields[1] != NoNamespace {
				e.namespaces[strings.ToUpper(fields[1])] = true
			}
		}
		for _, n := range e.Namespaces {
			first, _, _ := strings.Cut(n.Text, " ")
			e.namespaces[strings.ToUpper(first)] = true
		}
	}
	return e.namespaces[strings.ToUpper(name)]
}
