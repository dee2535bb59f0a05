package facts

import (
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/format/compose"
)

// composeFacts is what the rules need of a compose file, in the order of the file.
type composeFacts struct {
	*File
	Services    []*Service
	Networks    []*Network
	ByName      map[string]*Service
	ByIP        map[netip.Addr]*Service
	Readers     map[string][]*Service    // services by the artifact that they mount
	declared    map[Resource]bool        // at the top level, without a position
	partial     bool                     // includes what was not read
	unconnected map[[2]string][]*Service // see strangers
}

// Service is one container.
type Service struct {
	*File     // the part of the compose file that declares it
	Name      string
	At        Position
	Aliases   []Alias // what it is called besides: container_name, hostname
	Image     string
	Build     *Build // nil for an image that is not built
	extended  bool   // from another service, which is not looked at
	Addresses []Address
	Ports     []Port
	forwarded map[int]int    // ports of this machine, by those of its Service; of a workload of a cluster
	published map[int][]Port // by port of the host, those of ranges left out; see PublishedAt
	ranges    []Port
	Mounts    []*Mount        // services share those that they have through an alias
	volumes   []*Mount        // what is no bind mount
	Resources []Resource      // what it takes from the top level, besides networks
	mode      string          // network_mode
	Profiles  []string        // none for a service that always starts
	Resolved  map[string]bool // hosts that extra_hosts or links add
	// environmentFiles are the paths of env_file in the lab.
	environmentFiles []Word
	variables        *variables // that its compose file has
	Dependencies     []dependency
	Environment      []setting
	Command          []Word  // entrypoint and command, one word each as Compose splits them
	Capabilities     []Word  // cap_add
	Grace            Word    // stop_grace_period
	Health           *health // never nil
	Operated         bool    // an instance whose pod InterSystems' operator makes
	block            string  // the block type that a label names, "" for none
}

// Word is a piece of text and where it stands.
type Word = compose.Word

// setting is a name with its value; the position is the value's.
type setting = compose.Setting

// health is what the healthcheck of a service says.
type health = compose.Health

// Alias is a name by which a service is found besides its own.
type Alias struct {
	What, Name string
	At         Position
}

// Address is a service's address on a network.
type Address struct {
	Network string
	IP      string     // as written, "" for one that Docker chooses
	Addr    netip.Addr // invalid where ip is none
	At      Position
}

// Port is a published range of ports; most ranges hold one.
type Port = compose.Port

// Mount is a bind mount, or another volume, of which only the target is read.
type Mount struct {
	Source, Target string // source relative to the lab where it is, without "./"
	bind, ReadOnly bool
	At             Position
}

// dependency is a service that another one waits for.
type dependency = compose.Dependency

// Network is a network of the compose file.
type Network struct {
	*File
	Name    string
	At      Position
	Subnets []Subnet
	// external is set for one that the compose file does not make.
	external bool
}

// Subnet is one subnet of a network.
type Subnet struct {
	Text    string
	Prefix  netip.Prefix // invalid where text is none
	Gateway string
	At      Position
}

// readCompose reads the compose file with those that override it, and what it includes.
func (l *Facts) readCompose(f *File, overrides []*File) {
	c := &composeFacts{
		File:        f,
		ByName:      map[string]*Service{},
		ByIP:        map[netip.Addr]*Service{},
		Readers:     map[string][]*Service{},
		declared:    map[Resource]bool{},
		unconnected: map[[2]string][]*Service{},
	}
	readable := l.readComposePart(c, f, overrides, path.Dir(f.Path), map[*File]bool{})
	if len(c.Services) == 0 {
		if readable {
			l.Report(f, Position{}, "No services", "The compose file declares no service.",
				l.Remedy("Declare at least one service in the topology.", "Declare at least one below services."))
		}
		return
	}
	l.Compose = c
}

// Bounds on what is checked: Docker has room for a few tens of networks and for some hundreds
// of services.
const (
	mostServices = 100_000
	mostNetworks = 1000
)

// readComposePart adds one file to the compose file, and the files that it
// includes. The sources of its mounts are relative to base. It reports whether
// the file could be read.
func (l *Facts) readComposePart(c *composeFacts, f *File, overrides []*File, base string, done map[*File]bool) bool {
	l.Rule = "compose"
	done[f] = true
	y := reader{base: base, mounts: map[*compose.Mount]*Mount{}}
	if !l.Generated {
		y.Expand, y.Lookup = asItIs, l.variables.quietly
		y.inline = func(from *compose.Inline, target string) string { return l.inlineFile(f, from, target) }
	}
	root, ok := l.readYAML(f)
	if !ok {
		return false
	}
	for _, over := range overrides {
		if other, ok := l.readYAML(over); ok {
			markSource(f, over, other)
			root = y.Overlay(root, other)
		}
	}
	y.Configs, y.Secrets = y.Get(root, "configs"), y.Get(root, "secrets")
	c.declare(&y, root)
	for _, entry := range y.Includes(y.Get(root, "include")) {
		l.include(c, f, entry, base, done)
	}
	for _, entry := range y.Fields(y.Get(root, "networks")) {
		if len(c.Networks) >= mostNetworks {
			l.Report(f, entry.At, "Too many networks",
				"The lab has more than "+strconv.Itoa(mostNetworks)+" networks, and those from here on are not "+
					"checked.",
				"Split the lab.")
			break
		}
		c.Networks = append(c.Networks, network(f, y.Network(entry)))
	}
	services := y.Get(root, "services")
	for _, entry := range y.Fields(services) {
		if len(c.Services) >= mostServices {
			l.Report(f, entry.At, "Too many services",
				"The lab has more than "+strconv.Itoa(mostServices)+" services, and those from here on are not "+
					"checked.",
				"Split the lab.")
			break
		}
		e := extension{Facts: l, reader: &y, file: f, root: root}
		whole, err := y.Extend(services, entry.Value, e.servicesOf)
		if err != nil && !l.Generated {
			e.report(services, entry)
		}
		entry.Value = whole
		s := y.service(entry)
		s.File, s.extended, s.variables = f, s.extended && err != nil, l.variables
		c.add(s)
		if s.Image == "" && s.Build == nil && !s.extended {
			l.Report(f, s.At, "Service without an image", "The service "+s.Name+" names no image.",
				l.Remedy("Set the image in the images block.", "Give it an image, or a build."))
		}
	}
	return true
}

// include reads what one entry of include of a file names, whose paths are relative to a directory:
// the first file, and those that override it.
func (l *Facts) include(c *composeFacts, f *File, written compose.Include, base string, done map[*File]bool) {
	entry := written.From(base)
	var parts []*File
	for i, included := range entry.Paths {
		name := included.Text
		part := l.Files[name]
		c.partial = c.partial || part == nil
		switch {
		case part == nil && l.unread[name] != "":
			l.reportUnread(f, included.At, name)
		case part == nil && !path.IsAbs(name) && !strings.HasPrefix(name, ".."):
			l.Report(f, included.At, "Missing compose file",
				"The compose file includes "+written.Paths[i].Text+", which is no file of the lab.",
				"Name a file that there is.")
		case part != nil && !done[part]:
			done[part] = true
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return
	}
	if outer := l.variables; outer != nil { // a generated lab has none
		l.variables = l.within(outer, entry.EnvFiles)
		defer func() {
			outer.reported = l.variables.reported
			l.variables = outer
		}()
	}
	l.readComposePart(c, parts[0], parts[1:], entry.Directory, done)
}

// add takes a service in, unless there is one of that name: a duplicate key,
// which readYAML reports.
func (c *composeFacts) add(s *Service) {
	if c.ByName[s.Name] != nil {
		return
	}
	c.Services = append(c.Services, s)
	c.ByName[s.Name] = s
	for _, a := range s.Addresses {
		if _, taken := c.ByIP[a.Addr]; a.Addr.IsValid() && !taken {
			c.ByIP[a.Addr] = s
		}
	}
	for _, m := range s.Mounts {
		c.Readers[m.Source] = append(c.Readers[m.Source], s)
	}
}

// network takes a network of a file.
func network(f *File, from compose.Network) *Network {
	n := &Network{File: f, Name: from.Name, At: from.At, external: from.External}
	for _, s := range from.Subnets {
		subnet := Subnet{Text: s.Text, Gateway: s.Gateway, At: s.At}
		subnet.Prefix, _ = netip.ParsePrefix(s.Text)
		n.Subnets = append(n.Subnets, subnet)
	}
	return n
}

// StartsAfter reports whether a service starts after another, by way of others too.
func (c *composeFacts) StartsAfter(s, earlier *Service) bool {
	done := map[*Service]bool{}
	waiting := []*Service{s}
	for len(waiting) > 0 {
		s, waiting = waiting[0], waiting[1:]
		for _, d := range s.Dependencies {
			target := c.ByName[d.Service]
			if target == earlier {
				return true
			}
			if target != nil && !done[target] {
				done[target] = true
				waiting = append(waiting, target)
			}
		}
	}
	return false
}

// External reports whether a service is on a network from outside the compose file, where
// others may be that the file does not name.
func (c *composeFacts) External(s *Service) bool {
	return slices.ContainsFunc(c.Networks, func(n *Network) bool { return n.external && s.On(n.Name) })
}

// Unconnected are the first two readers of a file that have no address on a
// network. Each file and network is looked at once: a file that every member
// reads may name every member.
func (c *composeFacts) Unconnected(path, network string) []*Service {
	key := [2]string{path, network}
	if found, known := c.unconnected[key]; known {
		return found
	}
	var found []*Service
	for _, reader := range c.Readers[path] {
		if len(found) < 2 && !reader.On(network) {
			found = append(found, reader)
		}
	}
	c.unconnected[key] = found
	return found
}
