package verify

import (
	"path"
	"strings"
)

// licenseTarget is where every IRIS container finds its licence key.
const licenseTarget = "/lab/iris.key"

// checkMounts: every bind mount of the lab's own files has an artifact as its
// source, read-only, and no two mounts share a target.
func checkMounts(l *facts) {
	seen := map[*mount]bool{}
	for _, s := range l.compose.services {
		targets := map[string]bool{}
		for _, m := range s.mounts {
			if targets[m.target] {
				l.report(s.file, m.at, "Duplicate mount target", "The service "+s.name+" mounts two things on "+m.target+".", "Keep one of the two.")
			}
			targets[m.target] = true
			if seen[m] {
				continue
			}
			seen[m] = true
			switch {
			case m.source == "." || m.source == "":
				l.report(s.file, m.at, "Mount of the whole lab", "The service "+s.name+" mounts the generated directory itself, with the licence key in it.", "Mount just the files that it needs.")
			case l.files[m.source] != nil:
				if !m.readOnly && l.generated {
					l.report(s.file, m.at, "Writable mount of a generated file", "The service "+s.name+" could change "+m.source+".", "Mount it read-only.")
				}
			case !l.generated && (path.Ext(m.source) == "" || path.IsAbs(m.source) || strings.ContainsAny(m.source, "$~")):
				// A directory, or a place outside.
			case !l.userData(m):
				l.report(s.file, m.at, "Missing mount source", "The service "+s.name+" mounts "+m.source+", which is no file of the lab.",
					"Mount a generated file, or keep files of your own in data/, certs/ or secrets/, or outside the lab.")
			}
		}
	}
}

// userData reports whether a mount's source is the user's to provide: the
// licence key, durable data, what lies outside the lab, and what a topology's
// raw compose keys bring in a directory of their own.
func (l *facts) userData(m *mount) bool {
	if m.target == licenseTarget || strings.HasPrefix(m.source, "/") || strings.HasPrefix(m.source, "~") {
		return true
	}
	top, _, inside := strings.Cut(m.source, "/")
	switch top {
	case "data", "certs", "secrets":
		return true
	case "..":
		return !strings.HasPrefix(m.target, "/lab/")
	case "compose", "iris", "nginx", "haproxy", "webgateway":
		return false
	}
	return inside && !strings.HasPrefix(m.target, "/lab/")
}

// checkUnmounted: a configuration that is written for a service is mounted by
// one.
func checkUnmounted(l *facts) {
	if !l.generated {
		return
	}
	for name, f := range l.files {
		switch path.Dir(name) {
		case "iris", "iris/merge", "nginx", "haproxy", "webgateway":
			if len(l.compose.readers[name]) == 0 {
				l.report(f, place{}, "File that nothing mounts", "No service of "+l.composeName+" mounts "+name+".", "Mount it in the service that it is written for.")
			}
		}
	}
}

// checkIgnored: what a lab's directory holds besides generated files stays out
// of version control.
func checkIgnored(l *facts) {
	if l.ignored == nil {
		return
	}
	rules := map[string]bool{}
	for line := range strings.Lines(l.ignored.text) {
		line = strings.ReplaceAll(strings.TrimSpace(line), `\`, "")
		rules[strings.Trim(line, "/")] = true
	}
	reported := map[string]bool{}
	if l.generated {
		for _, name := range [...]string{"data", "certs", "secrets"} {
			if !rules[name] {
				reported[name] = true
				l.report(l.ignored, place{}, "Secret not ignored", "The file does not list "+name+", so that it could be committed by mistake.", "Add a line /"+name+"/.")
			}
		}
	}
	for _, s := range l.compose.services {
		for _, m := range s.mounts {
			name := m.source
			if top, _, _ := strings.Cut(m.source, "/"); top == "data" {
				name = top
			} else if m.target != licenseTarget || strings.HasPrefix(name, "/") || strings.HasPrefix(name, "../") {
				continue
			}
			if !rules[name] && !rules[path.Base(name)] && !reported[name] {
				reported[name] = true
				l.report(l.ignored, place{}, "Secret not ignored", "The file does not list "+name+", so that it could be committed by mistake.", "Add a line "+name+".")
			}
		}
	}
}
