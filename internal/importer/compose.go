package importer

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/format/compose"
	"mirrorgen/internal/format/dotenv"
)

// A composeFile is what a topology can take from a compose file, with every variable, anchor and
// extends in it replaced.
type composeFile struct {
	name     string
	services []*service
	networks []*network
	notes    []string // on what the file has besides
}

// A service is one of a compose file.
type service struct {
	name          string
	image         string // "" for none
	imageKnown    bool   // every variable in it has a value
	imageWritten  string // as it stands in the file
	build         *build // nil for none
	hostname      string
	containerName string
	entrypoint    []string
	command       []string
	environment   []dotenv.Variable
	index         map[string]int    // of environment, by name
	inImage       []dotenv.Variable // those that its Dockerfile sets and that environment does not
	ports         []port
	attached      []attachment
	mounts        []mount
	cpus          string
	stopGrace     string
	dependencies  []compose.Dependency
	health        *compose.Health // nil where it says nothing of it
	healthLine    string          // the test of it, where that is no list
	lost          []string        // what a topology has no argument for
	remarks       []string        // sentences on what is different in the topology
}

// A port is published on the host.
type port struct {
	ip              string // "" for every interface
	host, container int
}

// An attachment is a network that a service is on.
type attachment struct {
	network, address string
	aliases          []string
}

// A mount is a volume, or a file or directory of the host.
type mount struct {
	source, target string
	inline         bool // the text of source stands in the compose file, or in a variable
}

// String is how comments name a mount.
func (m mount) String() string {
	if m.inline {
		return strings.TrimPrefix(m.source, "./") + " at " + m.target
	}
	return "volume " + m.source + ":" + m.target
}

// A network has a subnet, or "" for one that Docker chooses.
type network struct{ name, subnet string }

// env returns the value of the first of these variables that is set, in the container or in its
// image.
func (s *service) env(names ...string) string {
	for _, name := range names {
		for _, v := range s.variables() {
			if strings.EqualFold(v.Name, name) && v.Value != "" {
				return v.Value
			}
		}
	}
	return ""
}

// variables are those of the container, and then those of its image.
func (s *service) variables() []dotenv.Variable {
	if len(s.inImage) == 0 {
		return s.environment
	}
	return append(s.environment[:len(s.environment):len(s.environment)], s.inImage...)
}

// set gives a variable a value, in its position where it has one.
func (s *service) set(name, value string) {
	if at, ok := s.index[name]; ok {
		s.environment[at].Value = value
		return
	}
	if len(s.environment) == maxItems {
		s.loseRest("variables")
		return
	}
	if s.index == nil {
		s.index = map[string]int{}
	}
	s.index[name] = len(s.environment)
	s.environment = append(s.environment, dotenv.Variable{Name: name, Value: value})
}

func (s *service) remark(format string, values ...any) {
	if text := fmt.Sprintf(format, values...); !slices.Contains(s.remarks, text) {
		s.remarks = append(s.remarks, text)
	}
}

// loseRest notes that a list is longer than what is read of it.
func (s *service) loseRest(items string) {
	if text := fmt.Sprintf("%s after the first %d", items, maxItems); !slices.Contains(s.lost, text) {
		s.lose("%s", text)
	}
}

func (s *service) lose(format string, values ...any) {
	if len(s.lost) <= maxNotes {
		s.lost = append(s.lost, fmt.Sprintf(format, values...))
	}
}

// hostPort is the host port that a port of the container is published on, 0 for none.
func (s *service) hostPort(container int) int {
	for _, p := range s.ports {
		if p.container == container {
			return p.host
		}
	}
	return 0
}

// What bounds the work on a compose file. A lab of 3,000 services has 100,000 nodes.
const (
	maxNodes    = 1_000_000 // of YAML, each time that an alias or extends brings it
	maxNesting  = 100       // of YAML
	maxServices = 5000
	maxIncluded = 100
	maxItems    = 1000 // of a list of a service: variables, ports, mounts, networks, words of a command
)

var errTooMuch = errors.New("it is larger than a lab can be, or its anchors and extends make it so")

// A decoder reads a compose file.
type decoder struct {
	compose.Reader
	variables *variables
	files     *files
	envFiles  map[scoped]envFile
	others    map[scoped]*yaml.Node // services of other compose files; nil for none
	included  map[string]bool
	base      string // directory that the paths of the file at hand are relative to
	nodes     int    // that it has read
}

// A scoped file is one with the values that variables have in it.
type scoped struct {
	name      string
	variables *variables
}

// An envFile is what a file of env_file sets, or why it could not be read.
type envFile struct {
	list []dotenv.Variable
	err  error
}

// parse reads a compose file, with those that override it.
func parse(source Source, files *files) (*composeFile, error) {
	name := path.Base(source.Name)
	d := &decoder{variables: newVariables(files, source.Lookup), files: files, envFiles: map[scoped]envFile{},
		others: map[scoped]*yaml.Node{}, included: map[string]bool{name: true}, base: "."}
	if source.Chosen != nil {
		d.base = path.Dir(source.Chosen[0])
	}
	d.Expand = func(text string) string { return d.variables.expand(text) }
	d.Lookup = func(name string) (string, bool) { return d.variables.get(name) }
	root, err := d.document(source.Content)
	if err != nil {
		return nil, err
	}
	c := &composeFile{}
	overrides, err := d.overrides(name, source.Chosen)
	if err != nil {
		return nil, err
	}
	for _, over := range overrides {
		other, err := d.document([]byte(over.content))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", over.name, err)
		}
		root = d.Overlay(root, other)
	}
	given, _ := d.variables.get(compose.ProjectVariable)
	if d.variables.project = given; given == "" {
		d.variables.project = cmp.Or(d.Text(d.Get(root, "name")), nameOf(source.Directory))
	}
	if err := d.file(c, root); err != nil {
		return nil, err
	}
	if len(c.services) == 0 {
		return nil, errNoServices
	}
	c.name = cmp.Or(given, c.name)
	c.notes = append(c.notes[:len(c.notes):len(c.notes)], d.variables.notes()...)
	return c, nil
}

// overrides are the files that override the one of a name: those that are chosen beside it, or that
// which Compose takes where the name is a usual one.
func (d *decoder) overrides(name string, chosen []string) (list []namedFile, err error) {
	names := compose.OverrideNames
	switch {
	case len(chosen) > 0:
		names = chosen[1:]
	case !slices.Contains(compose.Names, name):
		return nil, nil
	}
	for _, other := range names {
		content, ok := d.files.get(other)
		switch {
		case ok:
			list = append(list, namedFile{other, content})
		case chosen != nil:
			return nil, fmt.Errorf("COMPOSE_FILE names %s, %w", other, errNoFile)
		}
		if chosen == nil && ok {
			return list, nil
		}
	}
	return list, nil
}

// A namedFile is a file with its contents.
type namedFile struct{ name, content string }

// document is the mapping of a file, which is refused where it is larger than a lab can be.
func (d *decoder) document(content []byte) (*yaml.Node, error) {
	separators := 0
	for _, c := range content {
		if c == '\n' || c == ',' || c == '-' || c == '[' || c == '{' {
			separators++
		}
	}
	if separators > maxNodes {
		return nil, errTooMuch
	}
	document, err := compose.Parse(content)
	if err != nil {
		return nil, fmt.Errorf("it is no YAML: %w", err)
	}
	if len(document.Content) == 0 || document.Content[0].Kind != yaml.MappingNode {
		return nil, errNoServices
	}
	if err := d.measure(document, 0); err != nil {
		return nil, err
	}
	return document.Content[0], nil
}

var (
	errNoServices = errors.New("it has no services; is it a Docker Compose file?")
	errNoFile     = errors.New("which is no file below its directory")
)

// measure refuses a document that is nested too deeply, or that aliases make too large.
func (d *decoder) measure(n *yaml.Node, depth int) error {
	if depth > maxNesting {
		return fmt.Errorf("line %d: it is nested deeper than %d, or an anchor contains itself", n.Line, maxNesting)
	}
	if d.nodes++; d.nodes > maxNodes {
		return errTooMuch
	}
	if n.Kind == yaml.AliasNode {
		return d.measure(n.Alias, depth+1)
	}
	for _, inner := range n.Content {
		if err := d.measure(inner, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// file takes the services and networks of a compose file, and of those that it includes.
func (d *decoder) file(c *composeFile, root *yaml.Node) error {
	d.Configs, d.Secrets = d.Get(root, "configs"), d.Get(root, "secrets")
	var lost []string
	for _, field := range d.Fields(root) {
		var err error
		switch {
		case field.Name == "services":
			err = d.services(c, field.Value)
		case field.Name == "networks":
			d.networks(c, field.Value)
		case field.Name == "include":
			err = d.include(c, field.Value)
			d.Configs, d.Secrets = d.Get(root, "configs"), d.Get(root, "secrets")
		case field.Name == "name":
			c.name = d.Text(field.Value)
		case field.Name == "version", field.Name == "configs", field.Name == "secrets",
			strings.HasPrefix(field.Name, "x-"):
		default:
			lost = append(lost, field.Name)
		}
		if err != nil {
			return err
		}
	}
	if len(lost) > 0 {
		c.notes = append(c.notes, fmt.Sprintf("Not carried over from the compose file: %s.", listed(lost)))
	}
	return nil
}

// include takes the files that a compose file includes. Those of an entry override its first. Their
// paths are relative to the directory of that, unless the entry says otherwise.
func (d *decoder) include(c *composeFile, n *yaml.Node) error {
	for _, written := range d.Includes(n) {
		entry := written.From(d.base)
		outer := included{d.base, d.variables, c.name}
		d.base, d.variables = entry.Directory, d.variables.within(d.files, entry.EnvFiles)
		var whole *yaml.Node
		for _, named := range entry.Paths {
			content, ok := d.files.get(named.Text)
			if !ok || len(d.included) > maxIncluded {
				c.notes = append(c.notes, fmt.Sprintf("The file %s, which is included, cannot be read.", named.Text))
				continue
			}
			if d.included[named.Text] {
				continue
			}
			d.included[named.Text] = true
			root, err := d.document([]byte(content))
			if err != nil {
				return fmt.Errorf("%s: %w", named.Text, err)
			}
			if whole == nil {
				whole = root
			} else {
				whole = d.Overlay(whole, root)
			}
		}
		if whole != nil {
			if err := d.file(c, whole); err != nil {
				return fmt.Errorf("%s: %w", entry.Paths[0].Text, err)
			}
		}
		d.base, d.variables, c.name = outer.base, outer.variables, outer.name
	}
	return nil
}

// What a file that includes has, and those that it includes do not change.
type included struct {
	base      string
	variables *variables
	name      string
}

func (d *decoder) services(c *composeFile, n *yaml.Node) error {
	fields := d.Fields(n)
	if len(c.services)+len(fields) > maxServices {
		return fmt.Errorf("it has more than %d services", maxServices)
	}
	seen := make(map[string]bool, len(fields))
	for _, field := range fields {
		if seen[field.Name] {
			continue
		}
		seen[field.Name] = true
		s := &service{name: field.Name}
		whole, err := d.Extend(n, field.Value, d.servicesOf)
		if missing := (*compose.MissingError)(nil); errors.As(err, &missing) && missing.File != "" {
			s.lose("extends %s of %s, which cannot be read", missing.Service, missing.File)
			err = nil
		}
		if err == nil {
			field.Value = whole
			err = d.service(s, field)
		}
		if err != nil {
			return fmt.Errorf("service %s: %w", field.Name, err)
		}
		c.services = append(c.services, s)
	}
	return nil
}

// service takes a service, with what it extends.
func (d *decoder) service(s *service, field compose.Field) error {
	if key, err := d.Check(field.Value); err != nil {
		if key != "" {
			err = fmt.Errorf("%s: %w", key, err)
		}
		return err
	}
	from := d.Service(field)
	if d.nodes += len(from.Keys) + len(from.Environment); d.nodes > maxNodes {
		return errTooMuch
	}
	// Values of env_file give way to those of environment, wherever it stands.
	for _, name := range from.EnvFiles {
		d.envFile(s, name.Text)
	}
	for _, key := range from.Keys {
		d.take(s, from, key)
	}
	return nil
}

// servicesOf returns the services of another compose file, nil where there are none. Each file is
// read once.
func (d *decoder) servicesOf(file string) *yaml.Node {
	key := scoped{path.Join(d.base, file), d.variables}
	if known, ok := d.others[key]; ok {
		return known
	}
	d.others[key] = nil
	content, ok := d.files.get(key.name)
	if !ok || len(content) > maxConfiguration {
		return nil
	}
	root, err := d.document([]byte(content))
	if err != nil {
		return nil
	}
	d.others[key] = d.Get(root, "services")
	return d.others[key]
}

func (d *decoder) networks(c *composeFile, n *yaml.Node) {
	for _, field := range d.Fields(n) {
		from := d.Network(field)
		made := &network{name: from.Name}
		c.networks = append(c.networks, made)
		for _, subnet := range from.Subnets {
			if made.subnet != "" || strings.Contains(subnet.Text, ":") {
				c.notes = append(c.notes, fmt.Sprintf(
					"Subnet %s of network %s is not carried over: a network of a lab has one IPv4 subnet.", subnet.Text,
					from.Name))
				continue
			}
			made.subnet = subnet.Text
		}
		if from.External {
			c.notes = append(c.notes, fmt.Sprintf("Network %s is external; the lab makes one of its own.", from.Name))
		}
	}
}
