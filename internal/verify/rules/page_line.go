package rules

import (
	"path"
	"slices"
	"strings"

	"mirrorgen/internal/verify/facts"
)

// composeVerbs are the commands of Compose that take services.
var composeVerbs = []string{
	"exec",
	"logs",
	"up",
	"start",
	"stop",
	"kill",
	"pause",
	"unpause",
	"restart",
	"create",
	"rm",
}

// checkComposeCommand: a command that a page prints names a service.
func (l *checker) checkComposeCommand(at facts.Location, line string) {
	command, _, _ := strings.Cut(strings.TrimLeft(line, "$ `"), "`")
	fields := strings.Fields(command)
	if len(fields) < 4 || fields[0] != "docker" || fields[1] != "compose" || !slices.Contains(composeVerbs, fields[2]) {
		return
	}
	for _, name := range fields[3:] {
		if strings.HasPrefix(name, "-") {
			continue
		}
		if i := strings.IndexAny(name, ",;:'\""); i >= 0 {
			name = name[:i]
		}
		name = strings.TrimRight(name, ".")
		if l.Compose.ByName[name] == nil && name != strings.ToUpper(name) {
			l.Report(at.File, at.At, "Unknown service",
				"The command names "+name+", which is no service of "+l.ComposeName+".",
				"Name a service.")
		}
		if s := l.Compose.ByName[name]; s != nil && fields[2] == "exec" && strings.Contains(line, " iris ") &&
			l.Roles[s].Kind != facts.InstanceKind {
			l.Report(at.File, at.At, "Command for another service",
				"The command runs iris in "+name+", which is no instance.",
				"Name an instance.")
		}
		return
	}
}

// checkConfigurationPath: a line that names a configuration file of IRIS names one
// of an instance.
func (l *checker) checkConfigurationPath(at facts.Location, line string) {
	for from := 0; ; {
		i := strings.Index(line[from:], configurationName)
		if i < 0 {
			return
		}
		end := from + i + len(configurationName)
		begin := strings.LastIndexFunc(line[:end], notPathRune) + 1
		from = end
		if name := line[begin:end]; strings.HasPrefix(name, "/") && name != installedConfiguration &&
			(path.Base(name) != configurationName || !l.keepsConfiguration(path.Dir(name))) {
			l.Report(at.File, at.At, "Unknown configuration file", "No instance has its configuration in "+name+".",
				"It is "+installedConfiguration+", or iris.cpf in the ISC_DATA_DIRECTORY.")
		}
	}
}

// The configuration file of an instance (ADOCK: in ISC_DATA_DIRECTORY where that is
// set, otherwise where IRIS is installed).
const (
	configurationName      = "iris.cpf"
	installedConfiguration = "/usr/irissys/iris.cpf"
	durableDirectory       = "/durable/iris" // of a generated lab
)

func (l *checker) keepsConfiguration(directory string) bool {
	return directory == durableDirectory || slices.ContainsFunc(l.Instances, func(s *facts.Service) bool {
		data := s.Setting("ISC_DATA_DIRECTORY").Text
		return data != "" && path.Clean(data) == directory
	})
}
