package templates

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
)

// A BuiltinTemplate is one of this package, for a list.
type BuiltinTemplate struct {
	Name   string // path below the directory of templates, e.g. "nginx/nginx.conf.tmpl"
	Prints string // path of the artifact, NAME standing for each of several; what it is a part of otherwise
	Format string // of the artifact, e.g. "yaml"; "" of a part
	One    string // what .One is; "" where it is nothing
}

// Builtins lists the built-in templates by name: the table of artifacts, and the
// parts that those call.
func Builtins() []BuiltinTemplate {
	var list []BuiltinTemplate
	for _, name := range builtinNames() {
		list = append(list, describeBuiltin(name))
	}
	return list
}

func describeBuiltin(name string) BuiltinTemplate {
	for _, r := range table {
		if r.template == name {
			return BuiltinTemplate{name, r.path, r.format, r.one}
		}
	}
	for _, r := range table {
		before, after, varies := strings.Cut(r.template, "NAME")
		if !varies || !strings.HasPrefix(name, before) || !strings.HasSuffix(name, after) {
			continue
		}
		one := strings.TrimSuffix(strings.TrimPrefix(name, before), after)
		return BuiltinTemplate{name, strings.ReplaceAll(r.path, "NAME", one), r.format, r.one}
	}
	folder, _ := path.Split(name)
	return BuiltinTemplate{Name: name, Prints: "parts of " + folder}
}

// Builtin is the text of a built-in template.
func Builtin(name string) (text string, ok bool) {
	if !isBuiltin(name) {
		return "", false
	}
	return builtinText(name), true
}

// Eject is the text of a built-in template to begin one of one's own with: its
// first line says which version it is, and prints nothing.
func Eject(name string) (text string, ok bool) {
	text, ok = Builtin(name)
	if !ok {
		return "", false
	}
	return fmt.Sprintf("{{- /* mirrorgen: from %s %s */ -}}\n%s", name, fingerprint(name), text), true
}

// origin is the first line of an ejected template.
var origin = regexp.MustCompile(`^\{\{-? ?/\* mirrorgen: from (\S+) ([0-9a-f]+) \*/ ?-?\}\}`)

// fingerprint tells versions of a built-in template apart.
func fingerprint(name string) string {
	sum := sha256.Sum256([]byte(builtinText(name)))
	return hex.EncodeToString(sum[:])[:16]
}

// checkOrigin warns of a template that was made from another version of the
// built-in whose place it takes. Of one that does not say what it was made from,
// there is nothing to report.
func checkOrigin(source Source) hcl.Diagnostics {
	found := origin.FindSubmatch(source.Content)
	now := fingerprint(source.Name)
	if found == nil || string(found[1]) == source.Name && string(found[2]) == now {
		return nil
	}
	detail := fmt.Sprintf("This template was made from version %s of the built-in %s, which is now at version %s: "+
		"what was put right there since is not in the lab. Compare it with what \"mirrorgen templates show %s\" "+
		"prints, take over what you want, and write %s into the first line.%s",
		found[2], source.Name, now, source.Name, now, changedCalls(source))
	if string(found[1]) != source.Name {
		detail = fmt.Sprintf("This template was made from the built-in %s, and takes the place of %s. "+
			"Rename it, or take away its first line.", found[1], source.Name)
	}
	return hcl.Diagnostics{{
		Severity: hcl.DiagWarning, Summary: "Built-in template has changed", Detail: detail, Subject: lineOf(source, 1),
	}}
}

// builtinNames lists the files of this package's templates, sorted.
func builtinNames() []string {
	var names []string
	fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, _ error) error {
		if strings.HasSuffix(name, ".tmpl") && !entry.IsDir() {
			names = append(names, name)
		}
		return nil
	})
	return names
}

// definers has, by the name of a definition, the built-in template that holds it.
var definers = sync.OnceValue(func() map[string]string {
	by := map[string]string{}
	add := func(definition, name string) {
		if other, twice := by[definition]; twice {
			panic(fmt.Sprintf("%s defines %q, which %s defines too", name, definition, other))
		}
		by[definition] = name
	}
	for _, name := range builtinNames() {
		add(name, name)
		for _, rest := range strings.Split(builtinText(name), `define "`)[1:] {
			definition, _, _ := strings.Cut(rest, `"`)
			add(definition, name)
		}
	}
	return by
})

func isBuiltin(name string) bool {
	_, err := fs.Stat(files, name)
	return err == nil && strings.HasSuffix(name, ".tmpl")
}

func builtinText(name string) string {
	text, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return string(text)
}
