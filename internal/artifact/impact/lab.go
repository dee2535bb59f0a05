package impact

import (
	"fmt"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/lab"
)

const (
	composePath   = "docker-compose.yaml"
	instancesPath = "iris/instances.sh"
	// instancesFolder has a table for each mirror, on Kubernetes.
	instancesFolder = "iris/instances"
)

// labFacts is what one set of artifacts says.
type labFacts struct {
	files    map[string]string
	project  string
	services []*service // in the order of the compose file
	byName   map[string]*service
	subnets  map[string]string // by network
	members  map[string]settings
	mirrors  map[string]settings
	order    []string // names of the mirrors, as they stand
	cluster  bool     // on Kubernetes; project is the namespace then
}

// service is one service of the compose file, with all that Compose makes a
// container from.
type service struct {
	name   string
	fields map[string]any
	mounts []string // sources of its bind mounts, or of its maps and secrets, relative to the lab
	kind   string   // on Kubernetes: "StatefulSet", "Deployment" or "IrisCluster"
	claims []any    // on Kubernetes: what its volumes are
	// on Kubernetes: what its workload and its Services have beside the pod, by name, and of
	// that what the API server lets nobody change
	around, fixed map[string]any
	owner         string // the IrisCluster of which InterSystems' operator makes its pod
}

// document is a compose file, or a part that one includes.
type document struct {
	Name     string
	Services yaml.Node
	Networks map[string]struct {
		IPAM struct{ Config []struct{ Subnet string } }
	}
	Include []yaml.Node
}

// read reads the artifacts of one lab. It fails where Compose could not read
// them either.
func read(artifacts []lab.Artifact) (*labFacts, error) {
	l := &labFacts{files: map[string]string{}, byName: map[string]*service{}, subnets: map[string]string{}}
	for _, a := range artifacts {
		l.files[a.Path] = string(a.Content)
	}
	if l.files[composePath] != "" { // none is there before the first build
		if err := l.readCompose(composePath); err != nil {
			return nil, err
		}
	}
	if l.files[kustomizationPath] != "" {
		if err := l.readCluster(); err != nil {
			return nil, err
		}
	}
	l.readInstances()
	return l, nil
}

// readCompose reads a compose file and the parts that it includes.
func (l *labFacts) readCompose(name string) error {
	var d document
	if err := yaml.Unmarshal([]byte(l.files[name]), &d); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if name == composePath {
		l.project = d.Name
	}
	for name, network := range d.Networks {
		for _, config := range network.IPAM.Config {
			l.subnets[name] = config.Subnet
		}
	}
	for i := 0; i+1 < len(d.Services.Content); i += 2 {
		s := &service{name: d.Services.Content[i].Value}
		if err := d.Services.Content[i+1].Decode(&s.fields); err != nil {
			return fmt.Errorf("%s: service %s: %w", name, s.name, err)
		}
		s.readMounts()
		if l.byName[s.name] == nil {
			l.services = append(l.services, s)
		}
		l.byName[s.name] = s
	}
	for i := range d.Include {
		part := d.Include[i].Value
		var long struct{ Path string }
		if part == "" && d.Include[i].Decode(&long) == nil {
			part = path.Clean(long.Path)
		}
		if _, ours := l.files[part]; ours && name == composePath {
			if err := l.readCompose(part); err != nil {
				return err
			}
		}
	}
	return nil
}

// readMounts lists the sources of bind mounts, in both syntaxes.
func (s *service) readMounts() {
	volumes, _ := s.fields["volumes"].([]any)
	for _, volume := range volumes {
		source := ""
		switch v := volume.(type) {
		case string:
			source, _, _ = strings.Cut(v, ":")
		case map[string]any:
			source, _ = v["source"].(string)
		}
		if strings.HasPrefix(source, ".") {
			s.mounts = append(s.mounts, path.Clean(source))
		}
	}
}

// durable reports whether the service keeps its data outside its container.
func (s *service) durable() bool { return s.data() != "" }

// data is where the service keeps its data, e.g. the directory "data/ap1a"; "" for none.
func (s *service) data() string {
	if len(s.claims) > 0 {
		return "the volume of " + s.name
	}
	for _, source := range s.mounts {
		if rest, ok := strings.CutPrefix(source, "data/"); ok {
			name, _, _ := strings.Cut(rest, "/")
			return "data/" + name
		}
	}
	return ""
}

// image is the reference that the service runs from.
func (s *service) image() string {
	image, _ := s.fields["image"].(string)
	return image
}

// addresses are the service's fixed addresses, by network.
func (s *service) addresses() map[string]string {
	addresses := map[string]string{}
	networks, _ := s.fields["networks"].(map[string]any)
	for name, network := range networks {
		if fields, ok := network.(map[string]any); ok {
			addresses[name], _ = fields["ipv4_address"].(string)
		}
	}
	return addresses
}
