// Package templates prints a plan as the files of a lab.
//
// Every artifact is a row of one table: a path, a mode, a template and the part
// of the plan that it is executed with. A template prints fields of [plan.Plan]
// and decides nothing; a value of the topology enters it only through the
// quoting function of its target (see quote.go). The rows of a page's tables,
// and its diagram, are printed by Go in the words of its language (see pages.go
// and words.go).
package templates

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"sync"

	"mirrorgen/internal/lab"
	"mirrorgen/internal/parallel"
	"mirrorgen/internal/plan"
)

//go:embed nginx haproxy webgateway iris compose scripts docs
var files embed.FS

const (
	plainFile  fs.FileMode = 0o644
	scriptFile fs.FileMode = 0o755
)

// data is what the template of an artifact is executed with of which there are
// several: the plan, and the one that it belongs to. A template takes several
// times as long to find a field of an embedded struct, so the plan is not
// embedded, and templates name a member's service as .Instance.Service.
type data struct {
	Plan *plan.Plan
	One  any
}

// row is one artifact to be.
type row struct {
	path     string
	mode     fs.FileMode
	template string
	one      any
	parts    []string // files of definitions that the template uses for this plan
}

// configurations lists the artifacts that are mounted by services which hold
// nothing else. The compose files tell their contents: see [composition].
func configurations(p *plan.Plan) []row {
	var list []row
	for _, n := range p.NGINX {
		list = append(list, row{"nginx/" + n.Name + ".conf", plainFile, "nginx/nginx.conf.tmpl", n, nil})
	}
	for _, h := range p.HAProxy {
		list = append(list, row{"haproxy/" + h.Name + ".cfg", plainFile, "haproxy/haproxy.cfg.tmpl", h, nil})
	}
	for _, g := range p.GatewayConfigs {
		list = append(list, row{"webgateway/" + g.File, plainFile, "webgateway/CSP.ini.tmpl", g, nil})
	}
	if len(p.Gateways) > 0 {
		list = append(list, row{"webgateway/CSP.conf", plainFile, "webgateway/CSP.conf.tmpl", nil, nil})
	}
	return list
}

// pages lists the READMEs, which take longest to print.
func pages(p *plan.Plan) []row {
	var list []row
	for _, language := range p.Languages {
		path := "README.md"
		if language != "en" {
			path = "README." + language + ".md"
		}
		page := row{path: path, mode: plainFile, template: "docs/README." + language + ".md.tmpl"}
		if p.DRExample() != nil {
			page.parts = append(page.parts, "docs/dr."+language+".md.tmpl")
		}
		if p.ByHook {
			page.parts = append(page.parts, "docs/old."+language+".md.tmpl")
		}
		list = append(list, page)
	}
	return list
}

// The templates of compose files: of the one that Docker is given, and of a part
// that it includes.
const (
	composeTemplate = "compose/docker-compose.yaml.tmpl"
	partTemplate    = "compose/part.yaml.tmpl"
)

// composeFiles lists docker-compose.yaml and, of a large lab, its parts.
func composeFiles(p *plan.Plan) []row {
	parts := p.ComposeParts()
	if !p.SplitCompose() {
		return []row{{plan.ComposePath, plainFile, composeTemplate, parts[0], nil}}
	}
	list := []row{{plan.ComposePath, plainFile, composeTemplate, (*plan.ComposePart)(nil), nil}}
	for _, part := range parts {
		list = append(list, row{part.Path, plainFile, partTemplate, part, nil})
	}
	return list
}

// others lists all other artifacts of a plan.
func others(p *plan.Plan) []row {
	list := append(composeFiles(p), []row{
		{"start.sh", scriptFile, "scripts/start.sh.tmpl", nil, nil},
		{"stop.sh", scriptFile, "scripts/stop.sh.tmpl", nil, nil},
		{"status.sh", scriptFile, "scripts/status.sh.tmpl", nil, nil},
		{"drill.sh", scriptFile, "scripts/drill.sh.tmpl", nil, nil},
		{".gitignore", plainFile, "docs/gitignore.tmpl", nil, nil},
	}...)
	if len(p.Instances) > 0 {
		list = append(list,
			row{"iris/instances.sh", plainFile, "iris/instances.sh.tmpl", nil, nil},
			row{"iris/before-start.sh", scriptFile, "iris/before-start.sh.tmpl", nil, nil},
			row{"iris/after-start.sh", scriptFile, "iris/after-start.sh.tmpl", nil, nil},
			row{"iris/health.sh", scriptFile, "iris/health.sh.tmpl", nil, nil},
		)
	}
	if p.DemoApplication {
		list = append(list,
			row{"iris/MirrorLab.REST.cls", plainFile, "iris/MirrorLab.REST.cls.tmpl", nil, nil},
			row{"iris/MirrorLab.Record.cls", plainFile, "iris/MirrorLab.Record.cls.tmpl", nil, nil},
		)
	}
	for _, i := range p.Instances {
		template := "iris/member.cpf.tmpl"
		if i.Member == nil {
			template = "iris/application-server.cpf.tmpl"
		}
		var one any = i
		if i.Member != nil {
			one = i.Member
		}
		list = append(list, row{"iris/merge/" + i.Name + ".cpf", plainFile, template, one, nil})
	}
	return list
}

// Render prints every artifact of the plan, sorted by path. The same plan gives
// the same bytes. It panics where a built-in template does not fit the plan,
// which is a mistake in mirrorgen.
func Render(p *plan.Plan) []lab.Artifact {
	artifacts, faults := printAll(p, nil, func(out *bytes.Buffer, r row, dot any) error {
		for _, part := range r.parts {
			builtin().lookup(part)
		}
		return builtin().lookup(r.template).Execute(out, dot)
	})
	for _, f := range faults {
		panic(fmt.Sprintf("template %s: %v", f.row.template, f.err))
	}
	return artifacts
}

// printAll prints the table of artifacts and the additional ones, each by one
// call of execute, and sorts them by path. Of the artifacts of one template that
// fail, the faults hold the first.
func printAll(p *plan.Plan, additional []row, execute func(*bytes.Buffer, row, any) error) ([]lab.Artifact, []fault) {
	// What takes longest comes first, and the configurations before the compose
	// files, which wait for them.
	first, mounted := pages(p), configurations(p)
	list := slices.Concat(first, mounted, others(p), additional)
	artifacts := make([]lab.Artifact, len(list))
	configured := artifacts[len(first) : len(first)+len(mounted)]
	var printing sync.WaitGroup
	printing.Add(len(mounted))
	var found faults
	buffers := make([]bytes.Buffer, parallel.Workers(len(list)))
	for i := range buffers {
		buffers[i].Grow(64 << 10) // more than any artifact of a small lab
	}
	parallel.Each(len(list), func(worker, i int) {
		r, out := list[i], &buffers[worker]
		if i >= len(first) && i < len(first)+len(mounted) {
			defer printing.Done()
		}
		if found.settled(i, r.template) {
			return
		}
		var dot any = p
		part, isCompose := r.one.(*plan.ComposePart)
		switch {
		case isCompose:
			printing.Wait()
			dot = &composition{p, part, configured, map[string]string{}}
		case r.one != nil:
			dot = data{p, r.one}
		}
		out.Reset()
		err := execute(out, r, dot)
		content := bytes.Clone(out.Bytes())
		if err == nil && part != nil {
			content, err = mergeOverrides(part.Services, content)
		}
		if err != nil {
			found.add(i, r.template, err)
		}
		artifacts[i] = lab.Artifact{Path: r.path, Mode: r.mode, Content: content}
	})
	sort.Slice(artifacts, func(i, j int) bool { return artifacts[i].Path < artifacts[j].Path })
	return artifacts, found.list(list)
}
