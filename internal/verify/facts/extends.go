package facts

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/format/compose"
)

// extension follows what a service extends, from one file to the next.
type extension struct {
	*Facts
	reader *reader
	file   *File
	root   *yaml.Node // of the file, with what overrides it
}

// servicesOf are the services of a file, by its path from the directory that those of the compose file
// are relative to.
func (e *extension) servicesOf(name string) *yaml.Node {
	return e.Facts.servicesOf(e.file, path.Join(e.reader.base, name), e.reader)
}

// directoryOf is the directory of the file in which a service says what it extends.
func (e *extension) directoryOf(service *yaml.Node) string {
	return path.Dir(e.file.Origin(compose.PositionOf(e.reader.Get(service, "extends"))).Path)
}

// mostFollowed bounds how many services in a row are looked at.
const mostFollowed = 12

// report says why Compose refuses what a service extends: a file or a service that is not there, or
// services that extend each other. What may lie where nobody looks is not reported.
func (e *extension) report(services *yaml.Node, entry compose.Field) {
	y, node, name := e.reader, entry.Value, entry.Name
	directory, file := e.directoryOf(node), ""
	first := compose.PositionOf(y.Get(node, "extends"))
	seen := map[[2]string]bool{{file, name}: true}
	for range mostFollowed {
		extends := y.Get(node, "extends")
		if extends == nil {
			return // a long row that ends
		}
		service, from := extends, y.Get(extends, "file")
		if y.Text(extends) == "" {
			service = y.Get(extends, "service")
		}
		who, target := "The service "+name+" extends ", y.Text(service)
		if other := y.Text(from); other != "" {
			name := path.Join(directory, other)
			switch {
			case path.IsAbs(other), name == "..", strings.HasPrefix(name, "../"), strings.ContainsAny(other, `$~\:`):
				return
			case e.unread[name] != "":
				e.reportUnread(e.file, compose.PositionOf(from), name)
				return
			case e.Files[name] == nil && e.There(name):
				return
			case e.Files[name] == nil:
				e.Report(e.file, compose.PositionOf(from), "Missing compose file",
					who+"one of "+other+", which is no file of the lab.", "Name a file that there is.")
				return
			}
			directory, file = path.Dir(name), name
			if services = e.Facts.servicesOf(e.file, name, y); services == nil &&
				e.extended[scoped{e.Files[name], e.variables}] == nil {
				return // it is no YAML, which is reported
			}
		}
		base := y.Child(services, target)
		if base == nil {
			e.reportUnknown(who, target, file, compose.PositionOf(service))
			return
		}
		if key := [2]string{file, target}; seen[key] {
			if key == [2]string{"", entry.Name} || file == e.file.Path && target == entry.Name {
				e.Report(e.file, first, "Services that extend each other",
					"The service "+entry.Name+" extends itself, by way of others or not, and Compose refuses that.",
					"Let one of the services stand for itself.")
			}
			return
		}
		seen[[2]string{file, target}] = true
		node, name = base, target
	}
}

// reportUnknown reports a service that is extended and that its file does not declare, or what that
// includes.
func (e *extension) reportUnknown(who, target, file string, at Position) {
	where := file
	if file == "" {
		where = e.file.Path
	}
	if file == "" && e.reader.Get(e.root, "include") != nil || target == "" || strings.Contains(target, "$") {
		return
	}
	e.Report(e.file, at, "Unknown service to extend", who+target+", which is no service of "+where+".",
		"Name a service that the file declares.")
}

// reportUnread reports a compose file that another one names and that was not read.
func (l *Facts) reportUnread(f *File, at Position, name string) {
	l.Report(f, at, "Compose file that was not read", "The file "+name+" "+l.unread[name]+".",
		"Name a regular file of a usual size, in the directory of the lab.")
}
