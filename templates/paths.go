package templates

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/lab"
	"mirrorgen/internal/plan"
)

// artifactOf is the path of the artifact that a template adds.
func artifactOf(name string) string { return strings.TrimSuffix(name, ".tmpl") }

// checkAdded refuses a template whose artifact could not be part of any lab.
func checkAdded(source Source) hcl.Diagnostics {
	to := artifactOf(source.Name)
	base := strings.ToLower(path.Base(to))
	first, _, _ := strings.Cut(strings.ToLower(to), "/")
	refuse := func(what, remedy string) hcl.Diagnostics {
		return hcl.Diagnostics{failure(lineOf(source, 1), "Template that cannot add a file", what, remedy)}
	}
	switch {
	case !fs.ValidPath(to) || to == "." || strings.IndexFunc(to, unsafeInPath) >= 0 || !utf8.ValidString(to):
		return refuse(fmt.Sprintf("%q is not a path that every file system has.", to), "Rename the template.")
	case slices.Contains([]string{"data", "certs", "secrets", ".git", ".mirrorgen.json", ".mirrorgen.json.new",
		"iris.key"}, first):
		return refuse(fmt.Sprintf("%s in a lab is yours, and never written by a build.", first), "Rename the template.")
	case to == base && slices.Contains(composeNames, base):
		return refuse(fmt.Sprintf("Docker Compose would read %s in place of %s or on top of it, and what was "+
			"verified would not be what runs.", to, plan.ComposePath),
			"Replace compose/docker-compose.yaml.tmpl instead, or use the compose argument of a service.")
	}
	return nil
}

// composeNames are the files that Docker Compose reads by itself, beside or
// before docker-compose.yaml (https://docs.docker.com/compose/intro/compose-application-model/).
var composeNames = []string{
	"compose.yaml", "compose.yml", "docker-compose.yml",
	"compose.override.yaml", "compose.override.yml", "docker-compose.override.yaml", "docker-compose.override.yml",
}

func unsafeInPath(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || strings.ContainsRune(`\:*?"<>|`, r)
}

// checkPaths refuses an added artifact in the place of another, or in its way:
// on a file system that tells no capitals apart too.
func (s *Set) checkPaths(p *plan.Plan, artifacts []lab.Artifact) hcl.Diagnostics {
	const summary = "Path of another file"
	taken := map[string]string{strings.ToLower(p.LicenseKey): "the licence key"}
	add := func(name, what string) {
		name = strings.ToLower(name)
		if taken[name] == "" {
			taken[name] = what
		}
		for dir := path.Dir(name); dir != "." && dir != "/"; dir = path.Dir(dir) {
			if taken[dir] == "" {
				taken[dir] = "the directory of " + what
			}
		}
	}
	for i, a := range artifacts {
		twice := i > 0 && artifacts[i-1].Path == a.Path
		if !slices.Contains(s.added, a.Path+".tmpl") || twice {
			add(a.Path, "the lab's "+a.Path)
		}
	}
	var diags hcl.Diagnostics
	for _, name := range s.added {
		to := strings.ToLower(artifactOf(name))
		what := taken[to]
		for dir := path.Dir(to); what == "" && dir != "."; dir = path.Dir(dir) {
			if !strings.HasPrefix(taken[dir], "the directory of ") {
				what = taken[dir]
			}
		}
		if what != "" {
			diags = append(diags, failure(lineOf(s.sources[name], 1), summary,
				fmt.Sprintf("The template adds %s, which is in the place of %s.", artifactOf(name), what),
				"Rename it; to change a file that is part of every lab, take the name that \"mirrorgen templates "+
					"list\" shows."))
			continue
		}
		add(artifactOf(name), "what "+name+" adds")
	}
	return diags
}

// appendNew leaves out what has been said of the same place.
func appendNew(diags hcl.Diagnostics, d *hcl.Diagnostic) hcl.Diagnostics {
	for _, other := range diags {
		if *other.Subject == *d.Subject && other.Detail == d.Detail {
			return diags
		}
	}
	return append(diags, d)
}
