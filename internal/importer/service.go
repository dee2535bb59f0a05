package importer

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/mattn/go-shellwords"
	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/format/dotenv"
)

// take reads one key of a service.
func (d *decoder) take(s *service, e entry) error {
	switch e.key {
	case "image":
		if len(e.value.Value) > maxImage {
			s.lose("image, whose name is longer than %d bytes", maxImage)
			return nil
		}
		s.imageWritten = e.value.Value
		if s.image, s.imageKnown = d.variables.expandKnown(e.value.Value); !s.imageKnown {
			s.image = strings.TrimRight(s.image, ":@/")
		}
	case "build":
		return d.build(s, e.value)
	case "hostname":
		s.hostname = d.text(e.value)
	case "container_name":
		s.containerName = d.text(e.value)
	case "command":
		s.command = d.words(e.value)
	case "entrypoint":
		s.entrypoint = d.words(e.value)
	case "env_file":
		d.envFile(s, e.value)
	case "environment":
		return d.environment(s, e.value)
	case "ports":
		return d.ports(s, e.value)
	case "networks":
		return d.attachments(s, e.value)
	case "volumes":
		return d.mounts(s, e.value)
	case "cpus":
		s.cpus = d.text(e.value)
	case "deploy":
		d.deploy(s, e.value)
	case "stop_grace_period":
		s.stopGrace = d.text(e.value)
	case "extends", "restart", "depends_on", "init", "tty", "stdin_open", "expose", "links", "logging":
		// The lab decides, or does without.
	default:
		s.lose("%s", e.key)
	}
	return nil
}

// maxImage bounds the name of an image in bytes.
const maxImage = 1000

// deploy takes the limit of cores, of what a swarm would do with a service.
func (d *decoder) deploy(s *service, n *yaml.Node) {
	var long struct {
		Resources struct{ Limits struct{ CPUs yaml.Node } }
	}
	if n.Decode(&long) == nil && long.Resources.Limits.CPUs.Value != "" {
		s.cpus = d.variables.expand(long.Resources.Limits.CPUs.Value)
		return
	}
	s.lose("deploy")
}

// words splits a command as Compose does: a string as a shell would, a list as it is.
func (d *decoder) words(n *yaml.Node) []string {
	list := []string{}
	if n.Kind == yaml.ScalarNode {
		text := d.text(n)
		split, err := shellwords.Parse(text)
		if err != nil {
			split = strings.Fields(text)
		}
		return split[:min(len(split), maxItems)]
	}
	for _, item := range n.Content[:min(len(n.Content), maxItems)] {
		list = append(list, d.text(resolved(item)))
	}
	return list
}

// environment reads a mapping, or a list of NAME=VALUE. A name alone has the value of the
// environment.
func (d *decoder) environment(s *service, n *yaml.Node) error {
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			name, value, given := strings.Cut(resolved(item).Value, "=")
			if name = d.variables.expand(name); !given {
				d.inherit(s, name)
			} else {
				s.set(name, d.variables.expand(value))
			}
		}
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return nil
	}
	list, err := d.entries(n)
	if err != nil {
		return err
	}
	for _, e := range list {
		switch {
		case e.value.Kind != yaml.ScalarNode:
			return fmt.Errorf("line %d: a value is expected", e.value.Line)
		case e.value.Tag == "!!null":
			d.inherit(s, e.key)
		default:
			s.set(e.key, d.text(e.value))
		}
	}
	return nil
}

func (d *decoder) inherit(s *service, name string) {
	if value, ok := d.variables.get(name); ok {
		s.set(name, value)
		return
	}
	s.lose("environment %s, which has no value in .env or the environment", name)
}

// envFile reads the files of env_file, each of them once.
func (d *decoder) envFile(s *service, n *yaml.Node) {
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	for _, item := range items {
		item = resolved(item)
		name := d.text(item)
		if item.Kind == yaml.MappingNode {
			var long struct{ Path string }
			item.Decode(&long)
			name = d.variables.expand(long.Path)
		}
		name = path.Clean(name)
		file, known := d.envFiles[name]
		if !known {
			content, ok := d.files.get(name)
			if file.err = errNoFile; ok {
				file.list, file.err = dotenv.New(d.variables.get).Parse(content)
			}
			d.envFiles[name] = file
		}
		d.nodes += len(file.list)
		if file.err != nil {
			s.lose("env_file %s, %s", name, file.err)
		}
		for _, v := range file.list {
			s.set(v.Name, v.Value)
		}
	}
}

func (d *decoder) ports(s *service, n *yaml.Node) error {
	for i, item := range n.Content {
		if i == maxItems {
			s.loseRest("ports")
			break
		}
		item = resolved(item)
		if item.Kind == yaml.ScalarNode {
			s.takePort(d.text(item))
			continue
		}
		list, err := d.entries(item)
		if err != nil {
			return err
		}
		long := map[string]string{}
		for _, e := range list {
			long[e.key] = d.text(e.value)
		}
		text := long["target"]
		if long["published"] != "" {
			text = long["published"] + ":" + text
		}
		if long["host_ip"] != "" {
			text = long["host_ip"] + ":" + text
		}
		if long["protocol"] != "" && long["protocol"] != "tcp" {
			text += "/" + long["protocol"]
		}
		s.takePort(text)
	}
	return nil
}

// takePort reads the short form, IP:HOST:CONTAINER/PROTOCOL.
func (s *service) takePort(text string) {
	numbers, protocol, _ := strings.Cut(text, "/")
	container, host, ip := numbers, "", ""
	if i := strings.LastIndexByte(numbers, ':'); i >= 0 {
		host, container = numbers[:i], numbers[i+1:]
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

func (d *decoder) attachments(s *service, n *yaml.Node) error {
	s.attached = nil
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content[:min(len(n.Content), maxItems)] {
			s.attached = append(s.attached, attachment{network: d.text(resolved(item))})
		}
		return nil
	}
	list, err := d.entries(n)
	if err != nil {
		return err
	}
	for _, e := range list[:min(len(list), maxItems)] {
		a := attachment{network: e.key}
		if e.value.Kind == yaml.MappingNode {
			keys, err := d.entries(e.value)
			if err != nil {
				return err
			}
			for _, k := range keys {
				switch k.key {
				case "ipv4_address":
					a.address = d.text(k.value)
				case "aliases":
					for _, item := range k.value.Content {
						a.aliases = append(a.aliases, d.text(resolved(item)))
					}
					s.lose("aliases on network %s", e.key)
				default:
					s.lose("%s on network %s", k.key, e.key)
				}
			}
		}
		s.attached = append(s.attached, a)
	}
	return nil
}

func (d *decoder) mounts(s *service, n *yaml.Node) error {
	for i, item := range n.Content {
		if i == maxItems {
			s.loseRest("volumes")
			break
		}
		item = resolved(item)
		if item.Kind == yaml.ScalarNode {
			source, target, found := strings.Cut(d.text(item), ":")
			if !found {
				s.lose("volume %s", source)
				continue
			}
			target, _, _ = strings.Cut(target, ":")
			s.mounts = append(s.mounts, mount{source, target})
			continue
		}
		var long struct{ Source, Target string }
		if err := item.Decode(&long); err != nil {
			return err
		}
		s.mounts = append(s.mounts, mount{d.variables.expand(long.Source), d.variables.expand(long.Target)})
	}
	return nil
}

// flag is the value of an option of the service's command.
func (s *service) flag(names ...string) string {
	for i, word := range s.command {
		for _, name := range names {
			if value, ok := strings.CutPrefix(word, name+"="); ok {
				return value
			}
			if value, ok := strings.CutPrefix(word, name+" "); ok { // one element of a list
				return strings.TrimSpace(value)
			}
			if word == name && i+1 < len(s.command) {
				return s.command[i+1]
			}
		}
	}
	return ""
}
