package importer

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

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
	lost          []string // what a topology has no argument for
	remarks       []string // sentences on what is different in the topology
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
type mount struct{ source, target string }

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
	maxExtends  = 10   // services that extend one another
	maxItems    = 1000 // of a list of a service: variables, ports, mounts, networks, words of a command
)

var errTooMuch = errors.New("it is larger than a lab can be, or its anchors and extends make it so")

// A decoder reads a compose file.
type decoder struct {
	variables *variables
	files     *files
	envFiles  map[string]envFile
	others    map[string]map[string]*yaml.Node // services of other compose files, by file and name
	nodes     int                              // that it has read
}

// An envFile is what a file of env_file sets, or why it could not be read.
type envFile struct {
	list []dotenv.Variable
	err  error
}

// parse reads a compose file.
func parse(content []byte, files *files, lookup func(string) (string, bool)) (*composeFile, error) {
	separators := 0
	for _, c := range content {
		if c == '\n' || c == ',' || c == '-' || c == '[' || c == '{' {
			separators++
		}
	}
	if separators > maxNodes {
		return nil, errTooMuch
	}
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return nil, err
	}
	d := &decoder{variables: newVariables(files, lookup), files: files, envFiles: map[string]envFile{},
		others: map[string]map[string]*yaml.Node{}}
	if len(document.Content) == 0 || resolved(document.Content[0]).Kind != yaml.MappingNode {
		return nil, errNoServices
	}
	if err := d.measure(&document, 0); err != nil {
		return nil, err
	}
	root, err := d.entries(document.Content[0])
	if err != nil {
		return nil, err
	}
	return d.file(root)
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

// An entry is a key of a mapping, with its value.
type entry struct {
	key   string
	value *yaml.Node // with its alias followed
}

// entries returns the keys of a mapping in its order, and after them those that merge keys bring
// and that it has not itself.
func (d *decoder) entries(n *yaml.Node) ([]entry, error) {
	n = resolved(n)
	if n.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: a mapping is expected", n.Line)
	}
	if d.nodes += len(n.Content); d.nodes > maxNodes {
		return nil, errTooMuch
	}
	var list []entry
	var merged []*yaml.Node
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], resolved(n.Content[i+1])
		switch {
		case key.Tag == "!!merge" && value.Kind == yaml.SequenceNode:
			merged = append(merged, value.Content...)
		case key.Tag == "!!merge":
			merged = append(merged, value)
		case !seen[key.Value]:
			seen[key.Value] = true
			list = append(list, entry{key.Value, value})
		}
	}
	for _, from := range merged {
		more, err := d.entries(from)
		if err != nil {
			return nil, err
		}
		for _, e := range more {
			if !seen[e.key] {
				seen[e.key] = true
				list = append(list, e)
			}
		}
	}
	return list, nil
}

// resolved follows an alias.
func resolved(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// file reads the top level of a compose file.
func (d *decoder) file(root []entry) (*composeFile, error) {
	c := &composeFile{}
	var services, networks *yaml.Node
	var lost []string
	for _, e := range root {
		switch {
		case e.key == "services":
			services = e.value
		case e.key == "networks":
			networks = e.value
		case e.key == "name":
			c.name = d.text(e.value)
		case e.key == "version", strings.HasPrefix(e.key, "x-"):
		default:
			lost = append(lost, e.key)
		}
	}
	if len(lost) > 0 {
		c.notes = append(c.notes, fmt.Sprintf("Not carried over from the compose file: %s.", listed(lost)))
	}
	if services == nil || services.Kind != yaml.MappingNode {
		return nil, errNoServices
	}
	if err := d.services(c, services); err != nil {
		return nil, err
	}
	if networks != nil && networks.Kind == yaml.MappingNode {
		if err := d.networks(c, networks); err != nil {
			return nil, err
		}
	}
	c.notes = append(c.notes[:len(c.notes):len(c.notes)], d.variables.notes()...)
	return c, nil
}

// text is a scalar with its variables replaced, "" for another node.
func (d *decoder) text(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return ""
	}
	return d.variables.expand(n.Value)
}

func (d *decoder) services(c *composeFile, n *yaml.Node) error {
	list, err := d.entries(n)
	if err != nil {
		return err
	}
	if len(list) > maxServices {
		return fmt.Errorf("it has more than %d services", maxServices)
	}
	byName := make(map[string]*yaml.Node, len(list))
	for _, e := range list {
		byName[e.key] = e.value
	}
	for _, e := range list {
		s := &service{name: e.key}
		if err := d.service(s, e.key, byName, 0); err != nil {
			return fmt.Errorf("service %s: %w", e.key, err)
		}
		c.services = append(c.services, s)
	}
	return nil
}

// service reads the service of that name, and before it the one that it extends.
func (d *decoder) service(s *service, name string, byName map[string]*yaml.Node, depth int) error {
	own, ok := byName[name]
	if !ok {
		return fmt.Errorf("it extends %s, which does not exist", name)
	}
	if depth > maxExtends {
		return errors.New("its extends do not end")
	}
	keys, err := d.entries(own)
	if err != nil {
		return err
	}
	for _, e := range keys {
		if e.key != "extends" {
			continue
		}
		of, file := d.extends(e.value)
		base := byName
		if file != "" {
			if base = d.servicesOf(file); base[of] == nil {
				s.lose("extends %s of %s, which cannot be read", of, file)
				continue
			}
		}
		if err := d.service(s, of, base, depth+1); err != nil {
			return err
		}
	}
	// Values of env_file give way to those of environment, wherever it stands.
	slices.SortStableFunc(keys, func(a, b entry) int { return rank(a.key) - rank(b.key) })
	for _, e := range keys {
		if err := d.take(s, e); err != nil {
			return fmt.Errorf("%s: %w", e.key, err)
		}
	}
	return nil
}

// servicesOf returns the services of another compose file in the same directory, nil where there are
// none. Each file is read once.
func (d *decoder) servicesOf(file string) map[string]*yaml.Node {
	file = path.Clean(file)
	if known, ok := d.others[file]; ok {
		return known
	}
	d.others[file] = nil
	content, ok := d.files.get(file)
	var document yaml.Node
	if !ok || path.Dir(file) != "." || len(content) > maxConfiguration ||
		yaml.Unmarshal([]byte(content), &document) != nil ||
		len(document.Content) == 0 || d.measure(&document, 0) != nil {
		return nil
	}
	root, err := d.entries(document.Content[0])
	if err != nil {
		return nil
	}
	for _, e := range root {
		if e.key != "services" {
			continue
		}
		list, err := d.entries(e.value)
		if err != nil {
			return nil
		}
		d.others[file] = make(map[string]*yaml.Node, len(list))
		for _, service := range list {
			d.others[file][service.key] = service.value
		}
	}
	return d.others[file]
}

func rank(key string) int {
	if key == "env_file" {
		return 0
	}
	return 1
}

// extends returns the service that another one extends, and the file that holds it, "" for the same.
func (d *decoder) extends(n *yaml.Node) (service, file string) {
	if n.Kind == yaml.ScalarNode {
		return d.text(n), ""
	}
	list, err := d.entries(n)
	if err != nil {
		return "", ""
	}
	for _, e := range list {
		switch e.key {
		case "service":
			service = d.text(e.value)
		case "file":
			file = d.text(e.value)
		}
	}
	return service, file
}

func (d *decoder) networks(c *composeFile, n *yaml.Node) error {
	list, err := d.entries(n)
	if err != nil {
		return err
	}
	for _, e := range list {
		made := &network{name: e.key}
		c.networks = append(c.networks, made)
		if e.value.Kind != yaml.MappingNode {
			continue
		}
		var long struct {
			External yaml.Node
			IPAM     struct{ Config []struct{ Subnet string } }
		}
		if err := e.value.Decode(&long); err != nil {
			return fmt.Errorf("network %s: %w", e.key, err)
		}
		for _, config := range long.IPAM.Config {
			subnet := d.variables.expand(config.Subnet)
			if made.subnet != "" || strings.Contains(subnet, ":") {
				c.notes = append(c.notes, fmt.Sprintf(
					"Subnet %s of network %s is not carried over: a network of a lab has one IPv4 subnet.", subnet,
					e.key))
				continue
			}
			made.subnet = subnet
		}
		if long.External.Kind != 0 && long.External.Value != "false" {
			c.notes = append(c.notes, fmt.Sprintf("Network %s is external; the lab makes one of its own.", e.key))
		}
	}
	return nil
}
