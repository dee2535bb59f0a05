package templates

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/plan"
)

// rawManifests are the raw keys for workloads on Kubernetes of these services, by the
// service's name.
func rawManifests(of []*plan.Service) map[string]*plan.Tree {
	overrides := map[string]*plan.Tree{}
	for _, s := range of {
		if s.Manifest != nil && len(s.Manifest.Fields) > 0 {
			overrides[s.Name] = s.Manifest
		}
	}
	return overrides
}

// mergeManifests merges raw keys into the StatefulSets and Deployments of a rendered file
// of manifests that have the names of their services. Only these are written anew. It fails
// where the file cannot be read, or lacks one of them.
func mergeManifests(overrides map[string]*plan.Tree, content []byte) ([]byte, error) {
	lines := bytes.SplitAfter(content, []byte("\n"))
	var out bytes.Buffer
	from := 0 // index of the first line not yet copied
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	for {
		var document yaml.Node
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(document.Content) == 0 || document.Content[0].Kind != yaml.MappingNode {
			continue
		}
		body := document.Content[0]
		name := workloadName(body)
		override := overrides[name]
		if override == nil {
			continue
		}
		for ; from < body.Line-1; from++ {
			out.Write(lines[from])
		}
		from = lastLine(body)
		body.HeadComment, body.Content[0].HeadComment = "", "" // has been copied
		manifestKeys.merge(body, override)
		out.WriteString(encode(body))
		delete(overrides, name)
	}
	if lacking := slices.Sorted(maps.Keys(overrides)); len(lacking) > 0 {
		return nil, fmt.Errorf("it has no workload %s, to which the topology adds raw keys (kubernetes)", lacking[0])
	}
	for ; from < len(lines); from++ {
		out.Write(lines[from])
	}
	return out.Bytes(), nil
}

// workloadName is the name of a StatefulSet or Deployment, "" of anything else.
func workloadName(manifest *yaml.Node) string {
	kind, metadata := child(manifest, "kind"), child(manifest, "metadata")
	if kind == nil || metadata == nil || kind.Value != "StatefulSet" && kind.Value != "Deployment" {
		return ""
	}
	if name := child(metadata, "name"); name != nil {
		return name.Value
	}
	return ""
}

// What the rows of manifests merge the raw keys of.

func arbiterServices(p *plan.Plan, _ any) []*plan.Service { return servicesOf(p, plan.KindArbiter) }
func gatewayServices(p *plan.Plan, _ any) []*plan.Service { return servicesOf(p, plan.KindGateway) }
func nginxServices(p *plan.Plan, _ any) []*plan.Service   { return servicesOf(p, plan.KindNGINX) }
func haproxyServices(p *plan.Plan, _ any) []*plan.Service { return servicesOf(p, plan.KindHAProxy) }

func containerServices(p *plan.Plan, _ any) []*plan.Service { return servicesOf(p, plan.KindContainer) }

func applicationServices(p *plan.Plan, _ any) []*plan.Service {
	return servicesOf(p, plan.KindApplicationServer)
}

func servicesOf(p *plan.Plan, kind plan.Kind) []*plan.Service {
	var list []*plan.Service
	for _, s := range p.Services {
		if s.Kind == kind {
			list = append(list, s)
		}
	}
	return list
}

func memberServices(_ *plan.Plan, one any) []*plan.Service {
	var list []*plan.Service
	for _, member := range one.(*plan.Mirror).Members {
		list = append(list, member.Service)
	}
	return list
}
