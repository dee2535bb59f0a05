package importer

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/format/compose"
	"mirrorgen/internal/format/dotenv"
)

// take takes one field of a service.
func (d *decoder) take(s *service, from *compose.Service, field compose.Field) {
	switch field.Name {
	case "image":
		d.image(s, d.Follow(field.Value).Value)
	case "build":
		s.build = d.build(from.Build)
	case "hostname":
		s.hostname = from.Hostname.Text
	case "container_name":
		s.containerName = from.ContainerName.Text
	case "command":
		s.command = texts(from.Command)
	case "entrypoint":
		s.entrypoint = texts(from.Entrypoint)
	case "environment":
		for _, v := range from.Environment {
			d.set(s, v)
		}
	default:
		d.takePart(s, from, field)
	}
}

// takePart takes one of the fields that hold lists, and limits.
func (d *decoder) takePart(s *service, from *compose.Service, field compose.Field) {
	switch field.Name {
	case "ports":
		for _, p := range limited(s, "ports", from.Ports) {
			s.takePort(p)
		}
	case "networks":
		for _, a := range from.Attachments[:min(len(from.Attachments), maxItems)] {
			s.attach(a)
		}
	case "volumes":
		for _, m := range limited(s, "volumes", from.Mounts) {
			d.mount(s, m, "volume")
		}
	case "configs", "secrets":
		for _, m := range limited(s, field.Name, from.Files) {
			d.mount(s, m, "file")
		}
		from.Files = nil // those of both keys
	case "cpus":
		s.cpus = from.CPUs.Text
	case "deploy":
		if s.cpus = from.CPUs.Text; s.cpus == "" {
			s.lose("deploy")
		}
	case "stop_grace_period":
		s.stopGrace = from.Grace.Text
	case "depends_on":
		s.dependencies = limited(s, "depends_on", from.Dependencies)
	case "healthcheck":
		s.health = from.Health
		if test := d.Follow(d.Get(field.Value, "test")); test != nil && test.Kind == yaml.ScalarNode {
			s.healthLine = d.Text(test)
		}
	case "env_file", "extends", "restart", "init", "tty", "stdin_open", "expose", "links", "logging":
		// The lab decides, or does without; and files of variables have been read.
	default:
		s.lose("%s", field.Name)
	}
}

// maxImage bounds the name of an image in bytes.
const maxImage = 1000

// image takes the name of an image, as it is written.
func (d *decoder) image(s *service, written string) {
	if len(written) > maxImage {
		s.lose("image, whose name is longer than %d bytes", maxImage)
		return
	}
	s.imageWritten = written
	if s.image, s.imageKnown = d.variables.expandKnown(written); !s.imageKnown {
		s.image = strings.TrimRight(s.image, ":@/")
	}
}

// texts are the words of a command; nil where it is not given.
func texts(words []compose.Word) []string {
	if words == nil {
		return nil
	}
	list := []string{}
	for _, w := range words[:min(len(words), maxItems)] {
		list = append(list, w.Text)
	}
	return list
}

// limited are the first of a list, with a note where it is longer.
func limited[T any](s *service, what string, list []T) []T {
	if len(list) > maxItems {
		s.loseRest(what)
	}
	return list[:min(len(list), maxItems)]
}

// valueOf is the value of a setting: a name alone has that of the environment.
func (d *decoder) valueOf(v compose.Setting) (string, bool) {
	if v.Inherited {
		return d.variables.get(v.Name)
	}
	return v.Text, true
}

// set takes a variable.
func (d *decoder) set(s *service, v compose.Setting) {
	if value, ok := d.valueOf(v); ok {
		s.set(v.Name, value)
		return
	}
	s.lose("environment %s, which has no value in .env or the environment", v.Name)
}

// envFile takes the variables of a file of env_file, which is read once.
func (d *decoder) envFile(s *service, name string) {
	name = path.Join(d.base, name)
	key := scoped{name, d.variables}
	file, known := d.envFiles[key]
	if !known {
		content, ok := d.files.get(name)
		if file.err = errNoFile; ok {
			file.list, file.err = dotenv.New(d.variables.get).Parse(content)
		}
		d.envFiles[key] = file
	}
	d.nodes += len(file.list)
	if file.err != nil {
		s.lose("env_file %s, %s", name, file.err)
	}
	for _, v := range file.list {
		s.set(v.Name, v.Value)
	}
}

// mostPorts bounds a range of ports.
const mostPorts = 100

// takePort takes a range of ports that is published as it is.
func (s *service) takePort(p compose.Port) {
	count := p.HostLast - p.Host
	if p.Protocol != "tcp" || p.Host < 1 || p.Container < 1 || p.HostLast > 65535 || p.ContainerLast > 65535 ||
		count < 0 || count >= mostPorts || count != p.ContainerLast-p.Container {
		s.lose("port %s", p.Text)
		return
	}
	ip := p.HostIP
	if p.Everywhere {
		ip = "0.0.0.0"
	}
	for i := range count + 1 {
		s.ports = append(s.ports, port{ip, p.Host + i, p.Container + i})
	}
}

// attach takes a network that a service is on.
func (s *service) attach(from compose.Attachment) {
	a := attachment{network: from.Network, address: from.Address}
	for _, w := range from.Aliases {
		a.aliases = append(a.aliases, w.Text)
	}
	if len(a.aliases) > 0 {
		s.lose("aliases on network %s", a.network)
	}
	for _, key := range from.Others {
		s.lose("%s on network %s", key, a.network)
	}
	s.attached = append(s.attached, a)
}

// mount takes a volume, or a file of a config or secret.
func (d *decoder) mount(s *service, m *compose.Mount, what string) {
	if text := m.Inline; text != nil {
		if !text.Known {
			s.lose("%s, whose variable %s has no value", text, text.Variable)
			return
		}
		s.mounts = append(s.mounts, mount{"./" + d.files.add(text.String(), text.Text), m.Target, true})
		return
	}
	if m.Source == "" {
		s.lose("%s %s", what, m.Target)
		return
	}
	source := m.Source
	if m.Relative() && (d.base != "." || what == "file") {
		source = "./" + path.Join(d.base, source)
	}
	s.mounts = append(s.mounts, mount{source, m.Target, false})
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
