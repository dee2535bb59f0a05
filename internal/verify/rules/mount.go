package rules

import (
	"path"
	"strings"

	"mirrorgen/internal/verify/facts"
)

// licenseTarget is where every IRIS container finds its licence key.
const licenseTarget = "/lab/iris.key"

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
					"The service "+s.Name+" mounts the generated directory itself, with the licence key in it.",
					"Mount just the files that it needs.")
			case l.Files[m.Source] != nil:
				if !m.ReadOnly && l.Generated {
					l.Report(s.File, m.At, "Writable mount of a generated file",
						"The service "+s.Name+" could change "+m.Source+".",
						"Mount it read-only.")
				}
			case !l.Generated && (path.Ext(m.Source) == "" || path.IsAbs(m.Source) || strings.ContainsAny(m.Source,
				"$~")):
				// A directory, or a path outside the lab.
			case !l.userData(m):
				l.Report(s.File, m.At, "Missing mount source",
					"The service "+s.Name+" mounts "+m.Source+", which is no file of the lab.",
					"Mount a generated file, or keep files of your own in data/, certs/ or secrets/, or outside the "+
						"lab.")
			}
		}
	}
}

// userData reports whether a mount's source is the user's to provide: the
// licence key, durable data, what lies outside the lab, and what a topology's
// raw compose keys bring in a directory of their own.
func (l *checker) userData(m *facts.Mount) bool {
	if m.Target == licenseTarget || path.Ext(m.Source) == ".key" || strings.HasPrefix(m.Source, "/") ||
		strings.HasPrefix(m.Source,
			"~") {
		return true
	}
	top, _, inside := strings.Cut(m.Source, "/")
	switch top {
	case "data", "certs", "secrets":
		return true
	case "..":
		return !strings.HasPrefix(m.Target, "/lab/")
	case "compose", "iris", "nginx", "haproxy", "webgateway":
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
		case "iris", "iris/merge", "nginx", "haproxy", "webgateway":
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
		for _, m := range s.Mounts {
			name := m.Source
			if top, _, _ := strings.Cut(m.Source, "/"); top == "data" {
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
