package templates

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"text/template"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/plan"
)

// A BuiltinTemplate is one of this package, for a list.
type BuiltinTemplate struct {
	Name   string // path below the directory of templates, e.g. "nginx/nginx.conf.tmpl"
	Prints string // path of the artifact, with NAME where there is one for each of several; what it is a part of otherwise
	Data   string // what "." is: "the plan", or the plan as .Plan and one thing as .One
}

// Builtins lists the built-in templates by name.
func Builtins() []BuiltinTemplate {
	const thePlan, common = "the plan", "what it is called with"
	list := []BuiltinTemplate{
		{composeTemplate, plan.ComposePath, "the plan as .Plan, the services of the file as .Part, and .Digest"},
		{partTemplate, "compose/part-N.yaml, of a lab with more than 1500 services", "as " + composeTemplate},
		{"haproxy/haproxy.cfg.tmpl", "haproxy/NAME.cfg", ".Plan, and one of its .HAProxy as .One"},
		{"iris/application-server.cpf.tmpl", "iris/merge/NAME.cpf", ".Plan, and one of its .Instances as .One"},
		{"iris/member.cpf.tmpl", "iris/merge/NAME.cpf", ".Plan, and a member as .One"},
		{"nginx/nginx.conf.tmpl", "nginx/NAME.conf", ".Plan, and one of its .NGINX as .One"},
		{"webgateway/CSP.conf.tmpl", "webgateway/CSP.conf", thePlan},
		{"webgateway/CSP.ini.tmpl", "webgateway/CSP.ini", ".Plan, and one of its .GatewayConfigs as .One"},
		{"docs/gitignore.tmpl", ".gitignore", thePlan},
		{"docs/README.en.md.tmpl", "README.md", thePlan},
		{"docs/README.ja.md.tmpl", "README.ja.md", thePlan},
	}
	listed := map[string]bool{}
	for _, b := range list {
		listed[b.Name] = true
	}
	for _, name := range builtinNames() {
		folder, base := path.Split(name)
		switch {
		case listed[name]:
		case base == commonName || strings.HasPrefix(name, "docs/dr.") || strings.HasPrefix(name, "docs/old."):
			list = append(list, BuiltinTemplate{name, "parts of " + folder, common})
		case folder == "scripts/":
			list = append(list, BuiltinTemplate{name, artifactOf(base), thePlan})
		default:
			list = append(list, BuiltinTemplate{name, artifactOf(name), thePlan})
		}
	}
	slices.SortFunc(list, func(a, b BuiltinTemplate) int { return strings.Compare(a.Name, b.Name) })
	return list
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
var origin = lazily(`^\{\{-? ?/\* mirrorgen: from (\S+) ([0-9a-f]+) \*/ ?-?\}\}`)

// fingerprint tells versions of a built-in template apart.
func fingerprint(name string) string {
	sum := sha256.Sum256([]byte(builtinText(name)))
	return hex.EncodeToString(sum[:])[:16]
}

// checkOrigin warns of a template that was made from another version of the
// built-in whose place it takes. Of one that does not say what it was made from,
// there is nothing to tell.
func checkOrigin(source Source) hcl.Diagnostics {
	found := origin().FindSubmatch(source.Content)
	now := fingerprint(source.Name)
	if found == nil || string(found[1]) == source.Name && string(found[2]) == now {
		return nil
	}
	detail := fmt.Sprintf("This template was made from version %s of the built-in %s, which is now at version %s: what was put right there since is not in the lab. "+
		"Compare it with what \"mirrorgen templates show %s\" prints, take over what you want, and write %s into the first line.", found[2], source.Name, now, source.Name, now)
	if string(found[1]) != source.Name {
		detail = fmt.Sprintf("This template was made from the built-in %s, and takes the place of %s. Rename it, or take away its first line.", found[1], source.Name)
	}
	return hcl.Diagnostics{{Severity: hcl.DiagWarning, Summary: "Built-in template has changed", Detail: detail, Subject: lineOf(source, 1)}}
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

// definer is the built-in template that defines a name, "" for none.
func definer(definition string) string {
	for _, name := range builtinNames() {
		t := template.Must(template.New(name).Funcs(functions).Parse(builtinText(name)))
		if t.Lookup(definition) != nil {
			return name
		}
	}
	return ""
}
