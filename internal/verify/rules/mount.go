package rules

import (
	"path"
	"slices"
	"strings"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/verify/facts"
)

// licenseTarget is where every IRIS container finds its licence key.
const licenseTarget = "/lab/iris.key"

// tlsTarget is where a container finds its certificate, passwordTarget where it finds the
// lab's password.
const (
	tlsTarget      = "/lab/tls"
	passwordTarget = "/lab/password"
)

// checkMounts: every bind mount of the lab's own files has an artifact as its
// source, read-only, and no two mounts share a target.
func checkMounts(l *checker) {
	seen := map[*facts.Mount]bool{}
	for _, s := range l.Compose.Services {
		targets := map[string]bool{}
		for _, m := range s.Mounts {
			if targets[m.Target] {
				l.Report(s.File, m.At, "Duplicate mount target",
					"The service "+s.Name+" mounts two things on "+m.Target+".",
					"Keep one of the two.")
			}
			targets[m.Target] = true
			if seen[m] {
				continue
			}
			seen[m] = true
			switch {
			case m.Source == "." || m.Source == "":
				l.Report(s.File, m.At, "Mount of the whole lab",
					"The service "+s.Name+" mounts the directory of the lab itself, with all that is in it.",
					"Mount just the files that it needs.")
			case l.Files[m.Source] != nil:
				if !m.ReadOnly && l.Generated {
					l.Report(s.File, m.At, "Writable mount of a generated file",
						"The service "+s.Name+" could change "+m.Source+".",
						"Mount it read-only.")
				}
			case !l.Generated:
				l.checkForeignSource(s, m)
			case l.Own(s):
				l.checkOwnMount(s, m)
			case !l.userData(m):
				l.Report(s.File, m.At, "Missing mount source",
					"The service "+s.Name+" mounts "+m.Source+", which is no file of the lab.",
					"Mount a generated file, or keep files of your own in data/, certs/ or secrets/, or outside the "+
						"lab.")
			}
		}
	}
}

// configurations are the endings of files that programs read their configuration from. Keys,
// certificates and data are the user's to provide.
const configurations = ".cfg .cnf .conf .cpf .ini .py .sh .yaml .yml"

// checkForeignSource: a configuration that a lab mounts is there, because Docker makes a directory
// in the place of a file that is not, and the program finds that.
func (l *checker) checkForeignSource(s *facts.Service, m *facts.Mount) {
	l.checkUnreadSource(s, m)
	if l.missingFile(m.Source) && text.Has(configurations, path.Ext(m.Source)) && path.Ext(m.Target) != "" {
		l.Report(s.File, m.At, "Missing mount source",
			"The service "+s.Name+" mounts "+m.Source+", which is no file of the lab, so that Docker makes a "+
				"directory of that name.",
			"Add the file, or mount the one that there is.")
	}
}

// checkUnreadSource: what a lab mounts is among the files that were read. What a link leads to outside the
// directory is not, and nobody checks it.
func (l *checker) checkUnreadSource(s *facts.Service, m *facts.Mount) {
	for _, name := range l.UnreadBelow(m.Source) {
		if why := l.Unread(name); strings.HasPrefix(why, "is a link") && text.Has(configurations, path.Ext(name)) {
			l.Report(s.File, m.At, "File that was not read",
				"The service "+s.Name+" mounts "+name+", which "+why+": what it leads to is not checked.",
				"Put the file into the directory, or link to one there by a relative path.")
		}
	}
}

// missingFile reports whether a path of a lab that was written by hand names no file, and none that
// a script of the lab might write.
func (l *checker) missingFile(name string) bool {
	if l.There(name) || path.IsAbs(name) || strings.HasPrefix(name, "../") || strings.ContainsAny(name, `$~\:`) {
		return false
	}
	return !l.wordsOfScripts()[path.Base(name)]
}

// scriptsOf are the scripts that a service reads.
func (l *checker) scriptsOf(s *facts.Service) []*facts.Script {
	if l.scripts == nil {
		l.scripts = map[*facts.Service][]*facts.Script{}
		for _, script := range l.Scripts {
			for _, reader := range l.Compose.Readers[script.Path] {
				l.scripts[reader] = append(l.scripts[reader], script)
			}
		}
	}
	return l.scripts[s]
}

// wordsOfScripts are the names of files that the scripts of the lab hold, and anything like them.
func (l *checker) wordsOfScripts() map[string]bool {
	if l.scriptWords == nil {
		l.scriptWords = map[string]bool{}
		for _, s := range l.Scripts {
			isOther := func(r rune) bool { return r >= 0x80 || r != '.' && !isNameByte(byte(r)) }
			for word := range strings.FieldsFuncSeq(s.Text, isOther) {
				l.scriptWords[word] = true
			}
		}
	}
	return l.scriptWords
}

// checkOwnMount: what a container of the user's own mounts is written by mirrorgen, or start.sh
// looks for it. What raw keys bring is as with any other service.
func (l *checker) checkOwnMount(s *facts.Service, m *facts.Mount) {
	if l.userData(m) {
		return
	}
	top, _, _ := strings.Cut(m.Source, "/")
	for name := range l.Files {
		if strings.HasPrefix(name, m.Source+"/") {
			return
		}
	}
	for _, t := range l.Tables {
		if t.Path != "start.sh" || t.Name != "files" || slices.Contains(generatedDirectories, top) {
			continue
		}
		for i := 0; i+1 < len(t.Words); i += 2 {
			if t.Words[i].Text == s.Name && t.Words[i+1].Text == m.Source {
				return
			}
		}
	}
	l.Report(s.File, m.At, "Missing mount source",
		"The service "+s.Name+" mounts "+m.Source+", which no one writes, and start.sh does not look for it.",
		"Name a generated file, or give the file to the service with files.")
}

// generatedDirectories are those that hold nothing but generated files.
var generatedDirectories = []string{"compose", "iris", "monitoring", "nginx", "haproxy", "webgateway"}

// userData reports whether a mount's source is the user's to provide: the
// licence key, durable data, what lies outside the lab, and what a topology's
// raw compose keys bring in a directory of their own.
func (l *checker) userData(m *facts.Mount) bool {
	ours := m.Target == licenseTarget || m.Target == tlsTarget || path.Dir(m.Target) == tlsTarget ||
		m.Target == passwordTarget
	if ours || path.Ext(m.Source) == ".key" || strings.HasPrefix(m.Source, "/") || strings.HasPrefix(m.Source, "~") {
		return true
	}
	top, _, inside := strings.Cut(m.Source, "/")
	switch {
	case top == "data", top == "certs", top == "secrets":
		return true
	case top == "..":
		return !strings.HasPrefix(m.Target, "/lab/")
	case slices.Contains(generatedDirectories, top):
		return false
	}
	return inside && !strings.HasPrefix(m.Target, "/lab/")
}

// checkUnmounted: a configuration that is written for a service is mounted by
// one.
func checkUnmounted(l *checker) {
	if !l.Generated {
		return
	}
	for name, f := range l.Files {
		switch path.Dir(name) {
		case "iris", "iris/merge", "monitoring", "nginx", "haproxy", "webgateway":
			if len(l.Compose.Readers[name]) == 0 {
				l.Report(f, facts.Position{}, "File that nothing mounts",
					"No service of "+l.ComposeName+" mounts "+name+".",
					"Mount it in the service that it is written for.")
			}
		}
	}
}

// checkIgnored: what a lab's directory holds besides generated files stays out
// of version control.
func checkIgnored(l *checker) {
	if l.Ignored == nil {
		return
	}
	rules := map[string]bool{}
	for line := range strings.Lines(l.Ignored.Text) {
		line = strings.ReplaceAll(strings.TrimSpace(line), `\`, "")
		rules[strings.Trim(line, "/")] = true
	}
	reported := map[string]bool{}
	if l.Generated {
		for _, name := range [...]string{"data", "certs", "secrets"} {
			if !rules[name] {
				reported[name] = true
				l.Report(l.Ignored, facts.Position{}, "Secret not ignored",
					"The file does not list "+name+", so that it could be committed by mistake.",
					"Add a line /"+name+"/.")
			}
		}
	}
	for _, s := range l.Compose.Services {
		if l.Own(s) {
			continue
		}
		for _, m := range s.Mounts {
			name := m.Source
			if top, _, _ := strings.Cut(m.Source, "/"); top == "data" || m.Target == tlsTarget ||
				path.Dir(m.Target) == tlsTarget || m.Target == passwordTarget {
				name = top
			} else if m.Target != licenseTarget || strings.HasPrefix(name, "/") || strings.HasPrefix(name, "../") {
				continue
			}
			if !rules[name] && !rules[path.Base(name)] && !reported[name] {
				reported[name] = true
				l.Report(l.Ignored, facts.Position{}, "Secret not ignored",
					"The file does not list "+name+", so that it could be committed by mistake.",
					"Add a line "+name+".")
			}
		}
	}
}
