package vocabulary_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/format/cpf"
	"mirrorgen/internal/format/kubernetes"
	"mirrorgen/internal/format/text"
	"mirrorgen/internal/verify/vocabulary"
)

var update = flag.Bool("update", false, "write docs/fidelity.md")

// Every entry is whole, stands once, and is known to the readers.
func TestEntries(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range vocabulary.Entries() {
		key := string(e.Kind) + " " + e.Spelling
		switch {
		case seen[key]:
			t.Errorf("%s stands twice", key)
		case e.Source == "" || e.Spelling == "" || !slices.Contains(vocabulary.Kinds, e.Kind):
			t.Errorf("%+v is not whole", e)
		case e.Sureness == vocabulary.Inferred && e.Note == "":
			t.Errorf("%s is inferred and does not say what to try", key)
		}
		seen[key] = true
		checkReaders(t, e)
		owner, _, _ := strings.Cut(e.Spelling, ".")
		if e.Kind == vocabulary.Argument && !seen[string(vocabulary.Action)+" "+owner] {
			t.Errorf("%s belongs to an action that is no entry", key)
		}
	}
}

// checkReaders asks the reader of its format about an entry.
func checkReaders(t *testing.T, e vocabulary.Entry) {
	t.Helper()
	owner, name, _ := strings.Cut(e.Spelling, ".")
	switch e.Kind {
	case vocabulary.Section:
		known(t, "["+e.Spelling+"]\n")
	case vocabulary.Parameter:
		known(t, "["+owner+"]\n"+name+"=1\n")
	case vocabulary.Argument:
		_, problems := cpf.Parse("[Actions]\n" + owner + ":" + name + "=1\n")
		if slices.ContainsFunc(
			problems,
			func(p cpf.Problem) bool { return p.Summary == "Unknown argument" || p.Summary == "Unknown action" },
		) {
			t.Errorf("the reader of merge files does not know %s", e.Spelling)
		}
	case vocabulary.Gateway:
		if !text.Has(vocabulary.GatewayKeys, name) && !strings.HasPrefix(name, "Alternative_Server_") {
			t.Errorf("the reader of CSP.ini does not know %s", name)
		}
	}
}

func known(t *testing.T, content string) {
	t.Helper()
	if _, problems := cpf.Parse(content); len(problems) > 0 {
		t.Errorf("the reader of merge files says of %q: %+v", content, problems)
	}
}

// What is emitted is in the vocabulary: every example, and a lab with everything.
func TestEmitted(t *testing.T) {
	entries := map[string]bool{}
	for _, e := range vocabulary.Entries() {
		entries[string(e.Kind)+" "+e.Spelling] = true
	}
	emitted := map[string]string{} // to the file that emits it first
	for _, root := range []string{"../../../examples/*", "../testdata/full"} {
		for _, pattern := range []string{"*", "*/*", "*/*/*"} {
			paths, err := filepath.Glob(filepath.Join(root, pattern))
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range paths {
				collect(t, path, emitted)
			}
		}
	}
	if len(emitted) < 90 {
		t.Errorf("only %d spellings were found", len(emitted))
	}
	for spelling, path := range emitted {
		if !entries[spelling] {
			t.Errorf("%s emits the %s, which the vocabulary lacks: add it, with its source", path, spelling)
		}
	}
}

var (
	classMethod  = regexp.MustCompile(`##class\(([\w.%]+)\)\.(%?%?\w+)`)
	systemMethod = regexp.MustCompile(`(?i)\$(system\.\w+\.\w+)`)
	exists       = regexp.MustCompile(`exists ([A-Z][\w.%]+) `)
	node         = regexp.MustCompile(`\b(info|app|database|namespace|server|service|user)\(\\?"(\w+)\\?"\)\s*=`)
	nodeRead     = regexp.MustCompile(`\$get\((\w+)\("(\w+)"\)\)`)
	command      = regexp.MustCompile(`\biris (session|qlist|list|stop|start|force|restart|merge)\b`)
	variable     = regexp.MustCompile(`\bISC_[A-Z_]+\b|\$\{?(IRISSYS)\b`)
	flagWord     = regexp.MustCompile(`(?m)^\s*- (--[\w-]+)$`)
	agent        = regexp.MustCompile(`/usr/local/etc/irissys/\w+\.sh|/usr/irissys/[\w/]+\.cpf`)
	page         = regexp.MustCompile(`/csp/bin/Systems/\w+\.cxw|/csp/sys/%[\w.]+|/csp/mirror_status\.cxw|/api/\w+/`)
	metric       = regexp.MustCompile(`\biris_(?:csp|db|mirror)_\w+`)
)

// collect adds the spellings of one file.
func collect(t *testing.T, path string, emitted map[string]string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil || info.IsDir() || strings.HasSuffix(path, ".go") || strings.HasSuffix(path, ".hcl") {
		return
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content := string(data)
	add := func(kind vocabulary.Kind, spelling string) {
		if key := string(kind) + " " + spelling; emitted[key] == "" {
			emitted[key] = path
		}
	}
	for _, m := range classMethod.FindAllStringSubmatch(content, -1) {
		if method := strings.Replace(m[2], "%%", "%", 1); !strings.HasPrefix(m[1], "MirrorLab.") && m[1] != "CLASS" {
			add(vocabulary.Method, m[1]+"."+method)
		}
	}
	for _, m := range systemMethod.FindAllStringSubmatch(content, -1) {
		add(vocabulary.Method, "$system."+strings.SplitN(m[1], ".", 2)[1])
	}
	for _, m := range exists.FindAllStringSubmatch(content, -1) {
		if m[1] != "CLASS" { // the word in the function's own comment
			add(vocabulary.Method, m[1]+".Exists")
		}
	}
	for _, m := range node.FindAllStringSubmatch(content, -1) {
		add(vocabulary.Property, m[1]+"."+m[2])
	}
	for _, m := range nodeRead.FindAllStringSubmatch(content, -1) {
		add(vocabulary.Property, m[1]+"."+m[2])
	}
	for _, m := range command.FindAllStringSubmatch(content, -1) {
		add(vocabulary.Command, "iris."+m[1])
	}
	for _, m := range variable.FindAllString(content, -1) {
		add(vocabulary.Environment, strings.Trim(m, "${"))
	}
	for _, m := range flagWord.FindAllStringSubmatch(content, -1) {
		add(vocabulary.Flag, m[1])
	}
	for _, m := range agent.FindAllString(content, -1) {
		add(vocabulary.Path, m)
	}
	for _, m := range page.FindAllString(content, -1) {
		add(vocabulary.Page, m)
	}
	for _, m := range metric.FindAllString(content, -1) {
		add(vocabulary.Metric, m)
	}
	switch filepath.Ext(path) {
	case ".yaml":
		if strings.Contains(content, "\nkind: IrisCluster\n") {
			collectFields(t, content, add)
		}
	case ".cpf":
		collectMerge(content, add)
	case ".ini":
		collectGateway(content, add)
	}
	if filepath.Base(path) == "CSP.conf" {
		for line := range strings.Lines(content) {
			if name, _, _ := strings.Cut(strings.TrimSpace(line), " "); strings.HasPrefix(name, "CSP") {
				add(vocabulary.Directive, name)
			}
		}
	}
}

// kubernetesOwn are fields of an IrisCluster whose contents are of Kubernetes' own types.
var kubernetesOwn = []string{"args", "env", "imagePullSecrets", "resources", "volumeMounts", "volumes"}

// collectFields adds the fields of every IrisCluster in a manifest.
func collectFields(t *testing.T, content string, add func(vocabulary.Kind, string)) {
	t.Helper()
	objects, err := kubernetes.ParseObjects(content)
	if err != nil {
		t.Fatal(err)
	}
	r := kubernetes.NewReader()
	var walk func(node *yaml.Node, path string)
	walk = func(node *yaml.Node, path string) {
		name := path[strings.LastIndexByte(path, '.')+1:]
		if node.Kind != yaml.MappingNode || slices.Contains(kubernetesOwn, name) {
			add(vocabulary.Field, path)
			return
		}
		for _, field := range r.Fields(node) {
			walk(field.Value, strings.TrimPrefix(path+"."+field.Name, "."))
		}
	}
	for _, o := range objects {
		if o.Kind.Text == "IrisCluster" {
			add(vocabulary.Field, "apiVersion: "+o.APIVersion.Text)
			walk(r.Get(o.Root, "spec"), "")
		}
	}
}

func collectMerge(content string, add func(vocabulary.Kind, string)) {
	file, _ := cpf.Parse(content)
	for _, section := range file.Sections {
		add(vocabulary.Section, section.Name)
		for _, key := range section.Keys {
			if section.Name != "ECPServers" { // names of servers
				add(vocabulary.Parameter, section.Name+"."+key.Name)
			}
		}
		for _, action := range section.Actions {
			add(vocabulary.Action, action.Name)
			for _, a := range action.Arguments {
				add(vocabulary.Argument, action.Name+"."+a.Name)
			}
		}
	}
}

func collectGateway(content string, add func(vocabulary.Kind, string)) {
	section := ""
	for line := range strings.Lines(content) {
		line = strings.TrimSpace(line)
		if name, found := strings.CutPrefix(line, "["); found {
			section = strings.TrimSuffix(name, "]")
			continue
		}
		key, _, found := strings.Cut(line, "=")
		switch {
		case !found || strings.HasSuffix(section, "_INDEX"):
		case section == "SYSTEM":
			add(vocabulary.Gateway, "SYSTEM."+key)
		case strings.HasPrefix(section, "APP_PATH:"):
			add(vocabulary.Gateway, "path."+key)
		default:
			add(vocabulary.Gateway, "server."+key)
		}
	}
}

// docs/fidelity.md is the vocabulary, what is inferred first.
func TestDocument(t *testing.T) {
	path := filepath.Join("..", "..", "..", "docs", "fidelity.md")
	want := document()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("%s is not what the vocabulary says; make generate writes it (-vocabulary +file):\n%s", path, diff)
	}
}

func document() string {
	var b strings.Builder
	b.WriteString(`<!-- Code generated from internal/verify/vocabulary; DO NOT EDIT. -->

# What mirrorgen says to IRIS, and how sure that is

mirrorgen was made without a licence. This is every spelling that a generated lab sends to InterSystems
IRIS and the Web Gateway, with the releases that it is sent to, its source, and what it rests on:
InterSystems' own documents, public code, or what others measured on real images. Nothing rests on memory
alone. docs/iris.md says what each is used for.

## To try first with a licence

What is inferred: it follows from the sources, but nobody was seen doing it. Each step that uses one says
so, and names it where it fails.

| | spelling | releases | source | |
|:--|:--|:--|:--|:--|
`)
	for _, e := range vocabulary.Entries() {
		if e.Sureness == vocabulary.Inferred {
			fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %s |\n", e.Kind, spelt(e), releases(e), e.Source, e.Note)
		}
	}
	b.WriteString("\n## Everything\n")
	for _, kind := range vocabulary.Kinds {
		fmt.Fprintf(&b, "\n### %s\n\n| spelling | releases | sureness | source | |\n|:--|:--|:--|:--|:--|\n", kind)
		for _, e := range vocabulary.Entries() {
			if e.Kind == kind {
				fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", spelt(e), releases(e), e.Sureness, e.Source, e.Note)
			}
		}
	}
	return b.String()
}

// spelt is an entry as it is typed.
func spelt(e vocabulary.Entry) string {
	if e.Kind == vocabulary.Command {
		return strings.Replace(e.Spelling, ".", " ", 1)
	}
	return e.Spelling
}

func releases(e vocabulary.Entry) string {
	if e.Releases == "" {
		return "all"
	}
	return e.Releases
}
