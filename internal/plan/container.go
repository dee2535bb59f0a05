package plan

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/schema"
)

// ownImages are the images of services that name their own.
func (m *maker) ownImages() map[*schema.Service]string {
	images := make(map[*schema.Service]string, len(m.lab.Containers))
	for _, c := range m.lab.Containers {
		images[c.Service] = c.Image
	}
	return images
}

// addContainers makes the containers of the user's own.
func (m *maker) addContainers() {
	for _, c := range m.lab.Containers {
		container := &Container{Service: m.services[c.Service], Block: "service", Command: c.Command,
			CommandLine: c.CommandLine}
		for _, file := range c.Files {
			container.Files = append(container.Files, Mount{file.Value, file.Key, file.At})
		}
		if h := c.Health; h != nil {
			container.Health = &Health{Disable: h.Disable, Test: h.Test, Interval: h.Interval, Timeout: h.Timeout,
				Retries: h.Retries, StartPeriod: h.StartPeriod, StartInterval: h.StartInterval}
		}
		m.p.Containers = append(m.p.Containers, container)
	}
}

// OwnContainers are the containers of the user's own.
func (p *Plan) OwnContainers() []*Container {
	var list []*Container
	for _, c := range p.Containers {
		if c.Kind == KindContainer {
			list = append(list, c)
		}
	}
	return list
}

// containers publishes the ports of the user's own containers.
func (p portPlan) containers() {
	for _, c := range p.lab.Containers {
		for _, port := range c.Ports {
			p.claimAt(c.Service, port.At, "ports", port.Host, port.Container,
				fmt.Sprintf("port %d of %s", port.Container, c.Name))
		}
	}
}

// addContainerDependencies has the user's own containers wait for the health of others.
func (m *maker) addContainerDependencies() {
	for _, c := range m.lab.Containers {
		service := m.services[c.Service]
		for _, ref := range c.After {
			service.DependsOn = append(service.DependsOn, Dependency{ref.Name, Healthy})
		}
	}
}

// rankContainers has each container of the user's own start later than those that it waits for.
func (m *maker) rankContainers(rank map[*Service]int) {
	for range m.p.Containers { // as many rounds as the longest chain may have links
		changed := false
		for _, c := range m.p.Containers {
			for _, d := range c.DependsOn {
				other := m.byName[d.Service]
				if other != nil && other != c.Service && rank[c.Service] <= rank[other] {
					rank[c.Service], changed = rank[other]+1, true
				}
			}
		}
		if !changed {
			return
		}
	}
}

// ownDirectories are the directories that hold nothing but what mirrorgen writes.
var ownDirectories = []string{"compose", "haproxy", "iris", "monitoring", "nginx", "webgateway"}

// ownDirectory reports whether a path is in one of these.
func ownDirectory(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return slices.Contains(ownDirectories, first)
}

// Unwritten reports the files of containers that lie where only mirrorgen writes, and that it
// does not write. written says of a path below the generated directory whether an artifact
// has it, or lies below it.
func Unwritten(p *Plan, written func(path string) bool) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, c := range p.OwnContainers() {
		for _, file := range c.Files {
			if !ownDirectory(file.Source) || written(file.Source) {
				continue
			}
			first, _, _ := strings.Cut(file.Source, "/")
			diags = append(diags, schema.Diagnose(hcl.DiagError, file.at, "File that nobody writes",
				"files: mirrorgen writes no %s for this lab, and the directory %s is its own. Keep a file of yours "+
					"elsewhere, for example in %s/%s.", file.Source, first, c.Name, path.Base(file.Source)))
		}
	}
	return diags
}
