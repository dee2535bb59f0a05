package importer

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A composeFile is what a topology can take from a compose file, with every
// variable, anchor and extends in it replaced.
type composeFile struct {
	name     string
	services []*service
	networks []*network
	notes    []string // of what the file has besides
}

// A service is one of a compose file.
type service struct {
	name        string
	image       string
	build       string // directory of its Dockerfile, "" for none
	hostname    string
	command     []string
	environment []pair
	ports       []port
	attached    []attachment
	mounts      []mount
	cpus        string
	stopGrace   string
	lost        []string // what a topology has no word for
	remarks     []string // sentences on what is otherwise in the topology
}

type pair struct{ key, value string }

// A port is published on the host.
type port struct {
	ip              string // "" for every interface
	host, container int
}

// An attachment is a network that a service is on.
type attachment struct{ network, address string }

type mount struct{ source, target string }

type network struct{ name, subnet string }

// env returns the value of the first of these variables that is set.
func (s *service) env(keys ...string) string {
	for _, key := range keys {
		for _, p := range s.environment {
			if strings.EqualFold(p.key, key) && p.value != "" {
				return p.value
			}
		}
	}
	return ""
}

func (s *service) remark(format string, values ...any) {
	s.remarks = append(s.remarks, fmt.Sprintf(format, values...))
}

func (s *service) lose(format string, values ...any) {
	s.lost = append(s.lost, fmt.Sprintf(format, values...))
}

// parse reads a compose file.
func parse(content []byte, read Reader) (*composeFile, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return nil, err
	}
	var anything any // refuses what refers to itself, or stands for too much
	if err := document.Decode(&anything); err != nil {
		return nil, err
	}
	var root map[string]yaml.Node
	if err := document.Decode(&root); err != nil {
		return nil, err
	}
	listed := value(root, "services")
	if listed.Kind != yaml.MappingNode {
		return nil, errors.New("it has no services; is it a Docker Compose file?")
	}
	c := &composeFile{}
	variables := newVariables(read)
	if named := value(root, "name"); named.Kind == yaml.ScalarNode {
		c.name = variables.expand(named.Value)
	}
	for i := 0; i+1 < len(listed.Content); i += 2 {
		s := &service{name: listed.Content[i].Value}
		if err := s.decode(listed, s.name, variables, read, 0); err != nil {
			return nil, fmt.Errorf("service %s: %w", s.name, err)
		}
		c.services = append(c.services, s)
	}
	if err := c.decodeNetworks(value(root, "networks"), variables); err != nil {
		return nil, err
	}
	for _, key := range sortedKeys(root) {
		switch {
		case slices.Contains([]string{"services", "networks", "name", "version"}, key), strings.HasPrefix(key, "x-"):
		default:
			c.notes = append(c.notes, fmt.Sprintf("The compose file's %s are not carried over.", key))
		}
	}
	for _, name := range variables.missing() {
		c.notes = append(c.notes, fmt.Sprintf("The variable %s has no value in .env, and was taken for empty.", name))
	}
	return c, nil
}

func sortedKeys(m map[string]yaml.Node) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// value is an entry of a mapping with its alias followed, or nothing.
func value(m map[string]yaml.Node, key string) *yaml.Node {
	n, ok := m[key]
	if !ok {
		return &yaml.Node{}
	}
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return &n
}

// decode reads the service of that name of a list, and before it the one that it
// extends.
func (s *service) decode(listed *yaml.Node, name string, v *variables, read Reader, depth int) error {
	var all, keys map[string]yaml.Node
	if err := listed.Decode(&all); err != nil {
		return err
	}
	own, ok := all[name]
	if !ok {
		return fmt.Errorf("it extends %s, which does not exist", name)
	}
	if err := own.Decode(&keys); err != nil {
		return err
	}
	if base := value(keys, "extends"); base.Kind != 0 {
		of, file := base.Value, ""
		if base.Kind == yaml.MappingNode {
			var long struct{ Service, File string }
			if err := base.Decode(&long); err != nil {
				return err
			}
			of, file = long.Service, long.File
		}
		switch {
		case depth > 10:
			return errors.New("its extends do not end")
		case file != "":
			s.lose("extends %s of %s", of, file)
		default:
			if err := s.decode(listed, of, v, read, depth+1); err != nil {
				return err
			}
		}
	}
	for _, key := range sortedKeys(keys) { // env_file before environment, which wins
		if err := s.take(key, value(keys, key), v, read); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

// take reads one key of a service.
func (s *service) take(key string, n *yaml.Node, v *variables, read Reader) error {
	switch key {
	case "image":
		s.image = v.expand(n.Value)
	case "build":
		s.build = v.expand(buildContext(n))
	case "hostname":
		s.hostname = v.expand(n.Value)
	case "command":
		s.command = words(v, n)
	case "env_file":
		for _, name := range envFiles(n) {
			name = path.Clean(v.expand(name))
			content, ok := read(name)
			if !ok {
				s.lose("env_file %s, which is no file below its directory", name)
				continue
			}
			for _, p := range parseEnv(content, v) {
				s.set(p.key, p.value)
			}
		}
	case "environment":
		return s.takeEnvironment(n, v)
	case "ports":
		return s.takePorts(n, v)
	case "networks":
		return s.takeNetworks(n, v)
	case "volumes":
		return s.takeVolumes(n, v)
	case "cpus":
		s.cpus = v.expand(n.Value)
	case "stop_grace_period":
		s.stopGrace = v.expand(n.Value)
	case "extends", "restart", "depends_on", "container_name", "init", "tty", "stdin_open", "expose", "links", "logging":
		// The lab decides, or does without.
	default:
		s.lose("%s", key)
	}
	return nil
}

// set gives a variable a value, in its place where it has one.
func (s *service) set(key, value string) {
	for i := range s.environment {
		if s.environment[i].key == key {
			s.environment[i].value = value
			return
		}
	}
	s.environment = append(s.environment, pair{key, value})
}

func (s *service) takeEnvironment(n *yaml.Node, v *variables) error {
	if n.Kind == yaml.SequenceNode {
		for _, entry := range n.Content {
			key, value, given := strings.Cut(resolved(entry).Value, "=")
			if !given {
				s.lose("environment %s, whose value is the shell's", key)
				continue
			}
			s.set(v.expand(key), v.expand(value))
		}
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, entry := n.Content[i], resolved(n.Content[i+1])
		switch {
		case key.Tag == "!!merge":
			for _, from := range merged(entry) {
				if err := s.takeEnvironment(from, v); err != nil {
					return err
				}
			}
		case entry.Kind != yaml.ScalarNode:
			return fmt.Errorf("line %d: a value is expected", entry.Line)
		case entry.Tag == "!!null":
			s.lose("environment %s, whose value is the shell's", key.Value)
		default:
			s.set(key.Value, v.expand(entry.Value))
		}
	}
	return nil
}

// resolved follows an alias.
func resolved(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// merged are the mappings that a merge key brings, the weakest first.
func merged(n *yaml.Node) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		return []*yaml.Node{n}
	}
	var list []*yaml.Node
	for _, m := range n.Content {
		list = append([]*yaml.Node{resolved(m)}, list...)
	}
	return list
}

func buildContext(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode {
		return n.Value
	}
	var long struct{ Context string }
	n.Decode(&long)
	if long.Context == "" {
		return "."
	}
	return long.Context
}

// words splits a command as a shell does, for what flags and paths need.
func words(v *variables, n *yaml.Node) []string {
	if n.Kind == yaml.ScalarNode {
		return strings.Fields(strings.NewReplacer(`"`, "", "'", "").Replace(v.expand(n.Value)))
	}
	var list []string
	for _, entry := range n.Content {
		list = append(list, v.expand(resolved(entry).Value))
	}
	return list
}

func envFiles(n *yaml.Node) []string {
	if n.Kind == yaml.ScalarNode {
		return []string{n.Value}
	}
	var names []string
	for _, entry := range n.Content {
		entry = resolved(entry)
		if entry.Kind == yaml.MappingNode {
			var long struct{ Path string }
			entry.Decode(&long)
			names = append(names, long.Path)
			continue
		}
		names = append(names, entry.Value)
	}
	return names
}

func (s *service) takePorts(n *yaml.Node, v *variables) error {
	for _, entry := range n.Content {
		entry = resolved(entry)
		if entry.Kind == yaml.ScalarNode {
			s.takePort(v.expand(entry.Value))
			continue
		}
		var long map[string]yaml.Node
		if err := entry.Decode(&long); err != nil {
			return err
		}
		text := func(key string) string { return v.expand(value(long, key).Value) }
		published, target := text("published"), text("target")
		if protocol := text("protocol"); protocol != "" && protocol != "tcp" {
			target += "/" + protocol
		}
		short := published + ":" + target
		if published == "" {
			short = target
		}
		if ip := text("host_ip"); ip != "" {
			short = ip + ":" + short
		}
		s.takePort(short)
	}
	return nil
}

// takePort reads the short form, IP:HOST:CONTAINER/PROTOCOL.
func (s *service) takePort(text string) {
	plain, protocol, _ := strings.Cut(text, "/")
	container, host, ip := plain, "", ""
	if i := strings.LastIndexByte(plain, ':'); i >= 0 {
		host, container = plain[:i], plain[i+1:]
		if i := strings.LastIndexByte(host, ':'); i >= 0 {
			ip, host = strings.Trim(host[:i], "[]"), host[i+1:]
		}
	}
	from, to, ok := portRange(host)
	inside, last, ok2 := portRange(container)
	if protocol != "" && protocol != "tcp" || !ok || !ok2 || to-from != last-inside {
		s.lose("port %s", text)
		return
	}
	for i := range to - from + 1 {
		s.ports = append(s.ports, port{ip, from + i, inside + i})
	}
}

func portRange(text string) (from, to int, ok bool) {
	first, last, isRange := strings.Cut(text, "-")
	from, err := strconv.Atoi(first)
	to = from
	if isRange && err == nil {
		to, err = strconv.Atoi(last)
	}
	return from, to, err == nil && from > 0 && to >= from && to < 65536 && to-from < 100
}

func (s *service) takeNetworks(n *yaml.Node, v *variables) error {
	s.attached = nil
	for i, entry := range n.Content {
		if n.Kind == yaml.SequenceNode {
			s.attached = append(s.attached, attachment{network: v.expand(resolved(entry).Value)})
			continue
		}
		if i%2 > 0 {
			continue
		}
		var long map[string]yaml.Node
		if err := resolved(n.Content[i+1]).Decode(&long); err != nil {
			return err
		}
		s.attached = append(s.attached, attachment{entry.Value, v.expand(value(long, "ipv4_address").Value)})
		for _, key := range sortedKeys(long) {
			if key != "ipv4_address" {
				s.lose("%s on network %s", key, entry.Value)
			}
		}
	}
	return nil
}

func (s *service) takeVolumes(n *yaml.Node, v *variables) error {
	for _, entry := range n.Content {
		entry = resolved(entry)
		if entry.Kind == yaml.ScalarNode {
			parts := strings.SplitN(v.expand(entry.Value), ":", 3)
			if len(parts) < 2 {
				s.lose("volume %s", parts[0])
				continue
			}
			s.mounts = append(s.mounts, mount{parts[0], parts[1]})
			continue
		}
		var long struct{ Source, Target string }
		if err := entry.Decode(&long); err != nil {
			return err
		}
		s.mounts = append(s.mounts, mount{v.expand(long.Source), v.expand(long.Target)})
	}
	return nil
}

func (c *composeFile) decodeNetworks(n *yaml.Node, v *variables) error {
	for i := 0; i+1 < len(n.Content); i += 2 {
		var long struct {
			External yaml.Node
			IPAM     struct {
				Config []struct{ Subnet, Gateway string }
			}
		}
		name := n.Content[i].Value
		if err := resolved(n.Content[i+1]).Decode(&long); err != nil {
			return fmt.Errorf("network %s: %w", name, err)
		}
		made := &network{name: name}
		for _, config := range long.IPAM.Config {
			subnet := v.expand(config.Subnet)
			if made.subnet != "" || strings.Contains(subnet, ":") {
				c.notes = append(c.notes, fmt.Sprintf("Subnet %s of network %s is not carried over: a lab has one IPv4 subnet a network.", subnet, name))
				continue
			}
			made.subnet = subnet
		}
		if long.External.Kind != 0 && long.External.Value != "false" {
			c.notes = append(c.notes, fmt.Sprintf("Network %s is external; the lab makes one of its own.", name))
		}
		c.networks = append(c.networks, made)
	}
	return nil
}
