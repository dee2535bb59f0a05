package rules

import (
	"path"
	"slices"
	"strings"

	"mirrorgen/internal/verify/facts"
)

// commandField is a word of a command, or of the script that a command gives a shell, and
// where its command stands.
type commandField struct {
	text string // without the marks of a shell around it
	ends bool   // the shell runs another program after it
	at   facts.Position
}

// shellMarks stand before and behind a word in a script of a shell.
const shellMarks = "<;&|()'\"`"

// commandFields are the words of a command.
func commandFields(command []facts.Word) []commandField {
	var list []commandField
	for _, w := range command {
		for field := range strings.FieldsSeq(w.Text) {
			text := strings.Trim(field, shellMarks)
			list = append(list, commandField{text, strings.ContainsAny(field[len(field)-1:], ";&|)"), w.At})
		}
	}
	return list
}

// checkProgram: a balancer of a generated lab runs the program of its image. A script of the
// user's own may run anything.
func (l *checker) checkProgram(s *facts.Service, program string) {
	if !l.Generated || len(s.Command) == 0 || strings.HasPrefix(s.Command[0].Text, "-") {
		return
	}
	fields := commandFields(s.Command)
	runs := func(f commandField) bool { return path.Base(f.text) == program || path.Ext(f.text) == ".sh" }
	if slices.ContainsFunc(fields, runs) {
		return
	}
	l.Report(s.File, s.Command[0].At, "Unknown command",
		"The command of "+s.Name+" does not run "+program+", the program of its image.", "Run "+program+".")
}

// checkNamedBalancer: where a command says which configuration HAProxy reads, that is what is
// mounted, unless the command makes another of it.
func (l *checker) checkNamedBalancer(s *facts.Service) {
	files := balancerFiles(s)
	if len(files) == 0 || s.Build != nil {
		return
	}
	for _, f := range files {
		directory := strings.TrimSuffix(f.text, "/") + "/"
		within := func(m *facts.Mount) bool { return strings.HasPrefix(m.Target, directory) }
		brought := s.Target(f.text) != nil || slices.ContainsFunc(s.Mounts, within)
		if brought || s.Volume(f.text) || facts.Unknown(f.text) {
			return
		}
	}
	source := l.Roles[s].HAProxy.Path
	for _, m := range s.Mounts {
		brings := m.Source == source || strings.HasPrefix(source, m.Source+"/")
		names := func(w facts.Word) bool { return strings.Contains(w.Text, m.Target) }
		if brings && slices.ContainsFunc(s.Command, names) {
			return
		}
	}
	l.Report(s.File, files[0].at, "Configuration that nothing names",
		"The command of "+s.Name+" reads "+files[0].text+", which no mount brings there.",
		"Name what is mounted.")
}

// balancerFiles are the values of -f where a command runs HAProxy.
func balancerFiles(s *facts.Service) []commandField {
	var list []commandField
	fields := commandFields(s.Command)
	inside := len(fields) > 0 && strings.HasPrefix(fields[0].text, "-") // the image adds the program
	for i, f := range fields {
		switch {
		case path.Base(f.text) == "haproxy":
			inside = true
		case inside && i > 0 && fields[i-1].text == "-f":
			list = append(list, f)
		}
		inside = inside && !f.ends
	}
	return list
}

// checkPasswordCommands: a file that a gateway reads a password from is mounted in every gateway.
func (l *checker) checkPasswordCommands(g facts.GatewayFile) {
	seen := map[string]bool{}
	for _, section := range facts.GatewayServers(g.INI) {
		key, _ := section.Key("Password")
		command, is := strings.CutPrefix(key.Value, "{")
		if !is || seen[command] {
			continue
		}
		seen[command] = true
		for _, f := range commandFields([]facts.Word{{Text: strings.TrimSuffix(command, "}"), At: key.ValueAt}}) {
			ofImage := func(directory string) bool { return strings.HasPrefix(f.text, directory) }
			if path.IsAbs(f.text) && !slices.ContainsFunc(ofImages, ofImage) {
				l.checkPasswordSource(g, section, f)
			}
		}
	}
}

// checkPasswordSource looks for such a file in the gateways that read a configuration.
func (l *checker) checkPasswordSource(g facts.GatewayFile, section *facts.INISection, f commandField) {
	var without []*facts.Service
	var names []string
	for _, s := range l.Compose.Readers[g.Path] {
		if s.Build == nil && !s.Volume(f.text) && s.Target(f.text) == nil {
			without, names = append(without, s), append(names, s.Name)
		}
	}
	if len(without) > 0 {
		l.ReportBoth(g.Location(f.at), without[0].Location(without[0].At), "File that is not mounted",
			"The server ["+section.Name+"] takes its password from "+f.text+", which no mount brings into "+
				strings.Join(names, ", ")+".",
			"Mount it, or name what is mounted.")
	}
}
