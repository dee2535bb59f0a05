package compose

import (
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// A Service is one container.
type Service struct {
	Name string
	At   Position
	// Keys are the fields of its mapping, in their order; those that the other fields of Service do
	// not hold are left to the caller.
	Keys          []Field
	Image         Word
	Build         *Build // nil for an image that is not built
	Extends       bool   // it extends another service, which Extend could not bring in
	ContainerName Word
	Hostname      Word
	Entrypoint    []Word // nil for none; empty for one that is emptied
	Command       []Word // nil for none; empty for one that is emptied
	EnvFiles      []Word
	Environment   []Setting
	Labels        []Setting
	Ports         []Port
	Mounts        []*Mount // volumes; services share those that they have through an alias
	Files         []*Mount // configs and secrets
	Resources     []Resource
	Attachments   []Attachment
	Mode          string // network_mode
	Dependencies  []Dependency
	Hosts         []string // names that extra_hosts or links let it resolve without the network
	Health        *Health  // never nil
	Grace         Word     // stop_grace_period
	Capabilities  []Word   // cap_add
	Profiles      []Word   // none for a service that always starts
	CPUs          Word     // of cpus, or of deploy.resources.limits
}

// A Resource is what a service takes from the top level of the compose file by its name.
type Resource struct {
	Kind string // "configs", "secrets" or "volumes", as the top level calls them
	Word
}

// A ShapeError is that of a value which has another form than Compose takes.
type ShapeError struct {
	Line int
	Want string // "a mapping", "a value"
}

func (e *ShapeError) Error() string {
	return "line " + strconv.Itoa(e.Line) + ": " + e.Want + " is expected"
}

// shapes are the forms of fields that lists and mappings hold values of.
var shapes = []string{"environment", "networks", "ports", "volumes"}

// Check returns a ShapeError where a service or one of its lists has another form than Compose
// takes, with the name of the field, "" for the service itself.
func (r *Reader) Check(service *yaml.Node) (field string, err error) {
	node := r.Follow(service)
	if node == nil || node.Kind != yaml.MappingNode {
		return "", &ShapeError{lineOf(service), "a mapping"}
	}
	for _, f := range r.Fields(node) {
		if !slices.Contains(shapes, f.Name) {
			continue
		}
		value := r.Follow(f.Value)
		if value == nil || value.Kind == yaml.ScalarNode && value.Tag != "!!null" {
			return f.Name, &ShapeError{lineOf(f.Value), "a mapping"}
		}
		inner := r.Items(value)
		for _, entry := range r.Fields(value) {
			inner = append(inner, entry.Value)
		}
		for _, item := range inner {
			item = r.Follow(item)
			if item != nil && item.Kind != yaml.ScalarNode &&
				(f.Name == "environment" || item.Kind != yaml.MappingNode) {
				return f.Name, &ShapeError{item.Line, "a value"}
			}
		}
	}
	return "", nil
}

func lineOf(node *yaml.Node) int {
	if node == nil {
		return 0
	}
	return node.Line
}

// A Dependency is a service that another one waits for.
type Dependency struct {
	Service string
	Healthy bool
	At      Position
}

// noHealth is that of a service without a healthcheck.
var noHealth Health

// Service reads a service.
func (r *Reader) Service(entry Field) *Service {
	s := &Service{Name: entry.Name, At: entry.At, Keys: r.Fields(entry.Value), Health: &noHealth}
	for _, field := range s.Keys {
		switch field.Name {
		case "image":
			s.Image = r.Word(field.Value)
		case "networks":
			s.Attachments = r.attachments(field.Value)
		case "ports":
			for _, item := range r.Items(field.Value) {
				s.Ports = append(s.Ports, r.port(item))
			}
		case "volumes":
			for _, item := range r.Items(field.Value) {
				m := once(&r.mounts, item, r.mount)
				s.Mounts = append(s.Mounts, m)
				if m.Volume && m.Source != "" {
					s.Resources = append(s.Resources, Resource{"volumes", Word{m.Source, m.sourceAt}})
				}
			}
		case "depends_on":
			s.Dependencies = r.dependencies(field.Value)
		case "healthcheck":
			s.Health = once(&r.healths, field.Value, r.health)
		case "environment":
			s.Environment = once(&r.environments, field.Value, r.Settings)
		case "command":
			s.Command = once(&r.commands, field.Value, r.Words)
		case "entrypoint":
			s.Entrypoint = once(&r.commands, field.Value, r.Words)
		default:
			r.addField(s, field)
		}
	}
	return s
}

// addField takes one of the simpler fields of a service.
func (r *Reader) addField(s *Service, field Field) {
	switch field.Name {
	case "labels":
		s.Labels = r.Settings(field.Value)
	case "hostname":
		s.Hostname = r.Word(field.Value)
	case "container_name":
		s.ContainerName = r.Word(field.Value)
	case "stop_grace_period":
		s.Grace = r.Word(field.Value)
	case "build":
		s.Build = r.build(field.Value)
	case "extends":
		s.Extends = true
	case "cap_add":
		s.Capabilities = r.Words(field.Value)
	case "network_mode":
		s.Mode = r.Text(field.Value)
	case "profiles":
		s.Profiles = r.Words(field.Value)
	case "env_file":
		s.EnvFiles = r.paths(field.Value)
	default:
		r.addReferences(s, field)
	}
}

// addReferences takes the fields that name other parts of the file, or hosts, and limits.
func (r *Reader) addReferences(s *Service, field Field) {
	switch field.Name {
	case "configs":
		r.addFiles(s, field, r.Configs, "/")
	case "secrets":
		r.addFiles(s, field, r.Secrets, "/run/secrets/")
	case "extra_hosts":
		s.Hosts = append(s.Hosts, r.extraHosts(field.Value)...)
	case "links":
		s.Hosts = append(s.Hosts, r.links(field.Value)...)
	case "cpus":
		s.CPUs = r.Word(field.Value)
	case "deploy":
		r.addLimits(s, field.Value)
	}
}

// addLimits takes the cores that a service may have.
func (r *Reader) addLimits(s *Service, deploy *yaml.Node) {
	if node := r.Get(r.Get(r.Get(deploy, "resources"), "limits"), "cpus"); node != nil {
		s.CPUs = r.Word(node)
	}
}

func (r *Reader) dependencies(node *yaml.Node) []Dependency {
	var list []Dependency
	for _, item := range r.Items(node) {
		list = append(list, Dependency{Service: r.Text(item), At: PositionOf(item)})
	}
	for _, field := range r.Fields(node) {
		condition := r.Text(r.Get(field.Value, "condition"))
		list = append(list, Dependency{field.Name, condition == "service_healthy", field.At})
	}
	return list
}

// paths are the files that env_file names, in its three forms.
func (r *Reader) paths(node *yaml.Node) []Word {
	if text := r.Text(node); text != "" {
		return []Word{{text, PositionOf(node)}}
	}
	var list []Word
	for _, item := range r.Items(node) {
		if name := r.Text(item); name != "" {
			list = append(list, Word{name, PositionOf(item)})
		} else if name := r.Text(r.Get(item, "path")); name != "" {
			list = append(list, Word{name, PositionOf(item)})
		}
	}
	return list
}
