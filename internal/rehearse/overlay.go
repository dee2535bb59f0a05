package rehearse

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mirrorgen/internal/plan"
)

// rehearsalLabel marks all pods of a rehearsal, in whatever namespace.
const rehearsalLabel = "mirrorgen/rehearsal"

// adapt writes a kustomization over the lab's.
func (s *clusterSite) adapt() error {
	directory := filepath.Join(s.work, "overlay")
	if err := os.Mkdir(directory, 0o755); err != nil {
		return err
	}
	content := overlay(s.plan, "../"+filepath.Base(s.dir), s.images, s.own)
	return os.WriteFile(filepath.Join(directory, plan.KustomizationPath), content, 0o644)
}

// overlay is a kustomization over the lab's in the directory base. It gives every workload its
// image of the rehearsal, and asks for little memory and processor time, as stand-ins take
// little. It changes nothing else. A service that is not in images, or a container of the user's
// that is not in own, keeps its own.
func overlay(p *plan.Plan, base string, images map[plan.Kind]string,
	own map[string]string,
) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `# Written by mirrorgen rehearse: stand-ins in place of the vendor's images.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [%s]
labels:
  - { pairs: { %s: %s }, includeTemplates: true }
patches:
`, quoteFlow(base), rehearsalLabel, quoteFlow(p.Kubernetes.Namespace))
	for _, s := range p.Services {
		kind, container, image := "Deployment", containers[s.Kind], images[s.Kind]
		if s.Kind.Stateful() {
			kind = "StatefulSet"
		}
		if s.Kind == plan.KindContainer {
			container, image = s.Name, own[s.Name]
		}
		fmt.Fprintf(&b, "  - target: { kind: %s, name: %s }\n    patch: |\n      apiVersion: apps/v1\n      kind: %s\n"+
			"      metadata: { name: %s }\n      spec:\n        template:\n          spec:\n            containers:\n"+
			"              - name: %s\n", kind, quoteFlow(s.Name), kind, quoteFlow(s.Name), container)
		if image != "" {
			fmt.Fprintf(&b, "                image: %s\n", quoteFlow(image))
		}
		b.WriteString("                resources: { requests: { memory: 32Mi, cpu: 10m } }\n")
		if i := instanceOf(p, s.Name); i != nil && !i.Founder() && image != "" {
			fmt.Fprintf(&b, "            initContainers:\n              - { name: wait-for-mirror, image: %s }\n",
				quoteFlow(image))
		}
		if pod := podOf(p, s.Name); pod != nil && len(pod.WaitsFor) > 0 && images[pod.WaitKind()] != "" {
			fmt.Fprintf(&b, "            initContainers:\n              - { name: wait-for-others, image: %s }\n",
				quoteFlow(images[pod.WaitKind()]))
		}
	}
	return []byte(b.String())
}

// containers are the names of containers in the pods of services, by their kinds.
var containers = map[plan.Kind]string{
	plan.KindArbiter:           "arbiter",
	plan.KindMember:            "iris",
	plan.KindApplicationServer: "iris",
	plan.KindGateway:           "webgateway",
	plan.KindNGINX:             "nginx",
	plan.KindHAProxy:           "haproxy",
	plan.KindPrometheus:        "prometheus",
	plan.KindGrafana:           "grafana",
}

// podOf is the pod of a container of that name, nil for another service.
func podOf(p *plan.Plan, service string) *plan.Pod {
	for _, c := range p.Containers {
		if c.Name == service {
			return c.Pod
		}
	}
	return nil
}

// quoteFlow writes a string between single quotes.
func quoteFlow(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// instanceOf is the instance of that name, nil for another service.
func instanceOf(p *plan.Plan, service string) *plan.Instance {
	i := slices.IndexFunc(p.Instances, func(i *plan.Instance) bool { return i.Name == service })
	if i < 0 {
		return nil
	}
	return p.Instances[i]
}

// registryName is an image's name in a registry: its last part, and its tag.
func registryName(registry, image string) string {
	return strings.TrimRight(registry, "/") + "/" + image[strings.LastIndexByte(image, '/')+1:]
}

// taggedName is a name for an image that stands for what is in it, so that no node asks a
// registry for a newer one, and none has an older one under that name.
func taggedName(name, id string) string {
	_, digest, _ := strings.Cut(id, ":")
	return repository + "/" + name + ":" + cmp.Or(digest, id)[:12]
}
