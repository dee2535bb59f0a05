package compose

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Network is one of the compose file.
type Network struct {
	Name     string
	At       Position
	Subnets  []Subnet
	External bool // the compose file does not make it
}

// A Subnet is one subnet of a network, as it is written.
type Subnet struct {
	Text    string
	Gateway string
	At      Position
}

// Network reads a network.
func (r *Reader) Network(entry Field) Network {
	n := Network{Name: entry.Name, At: entry.At}
	external := r.Get(entry.Value, "external")
	n.External = external != nil && r.Text(external) != "false"
	for _, item := range r.Items(r.Get(r.Get(entry.Value, "ipam"), "config")) {
		if node := r.Get(item, "subnet"); node != nil {
			n.Subnets = append(n.Subnets, Subnet{r.Text(node), r.Text(r.Get(item, "gateway")), PositionOf(node)})
		}
	}
	return n
}

// An Attachment is a network that a service is on.
type Attachment struct {
	Network string
	Address string   // IPv4, as written; "" for one that Docker chooses
	At      Position // of the address, or of the network
	Aliases []Word
	Others  []string // keys that are not read
}

func (r *Reader) attachments(node *yaml.Node) []Attachment {
	list := make([]Attachment, 0, 2)
	for _, item := range r.Items(node) { // a list of names
		list = append(list, Attachment{Network: r.Text(item), At: PositionOf(item)})
	}
	for _, field := range r.Fields(node) {
		a := Attachment{Network: field.Name, At: field.At}
		for _, key := range r.Fields(field.Value) {
			switch key.Name {
			case "ipv4_address":
				a.Address, a.At = r.Text(key.Value), PositionOf(r.Follow(key.Value))
			case "aliases":
				for _, item := range r.Items(key.Value) {
					a.Aliases = append(a.Aliases, r.Word(item))
				}
			default:
				a.Others = append(a.Others, key.Name)
			}
		}
		list = append(list, a)
	}
	return list
}

// extraHosts are the names in "name:address", "name=address" or a mapping of them.
func (r *Reader) extraHosts(node *yaml.Node) []string {
	var list []string
	for _, item := range r.Items(node) {
		text := r.Text(item)
		if i := strings.IndexAny(text, ":="); i > 0 {
			list = append(list, text[:i])
		}
	}
	for _, field := range r.Fields(node) {
		list = append(list, field.Name)
	}
	return list
}

// links are the names in "service" or "service:alias".
func (r *Reader) links(node *yaml.Node) []string {
	var list []string
	for _, item := range r.Items(node) {
		list = append(list, strings.Split(r.Text(item), ":")...)
	}
	return list
}

// A Port is a published range of ports; most ranges hold one.
type Port struct {
	HostIP         string // "" for every interface
	Everywhere     bool   // every interface, and it says so
	Host, HostLast int    // 0 for one that Docker chooses, or no number
	Container      int
	ContainerLast  int
	Protocol       string
	Text           string // in the short form, IP:HOST:CONTAINER/PROTOCOL
	At             Position
}

// port reads both forms of a published port.
func (r *Reader) port(node *yaml.Node) Port {
	text := r.Text(node)
	if node.Kind == yaml.MappingNode {
		text = r.shortPort(node)
	}
	p := ParsePort(text)
	p.At = PositionOf(node)
	return p
}

// ParsePort reads the short form of a published port, IP:HOST:CONTAINER/PROTOCOL.
func ParsePort(text string) Port {
	p := Port{Protocol: "tcp", Text: text}
	short, protocol, found := strings.Cut(p.Text, "/")
	if found {
		p.Protocol = protocol
	}
	published, target := "", short
	if i := strings.LastIndexByte(short, ':'); i >= 0 {
		published, target = short[:i], short[i+1:]
		if i := strings.LastIndexByte(published, ':'); i >= 0 {
			p.HostIP, published = strings.Trim(published[:i], "[]"), published[i+1:]
		}
	}
	p.Host, p.HostLast = numbers(published)
	p.Container, p.ContainerLast = numbers(target)
	if p.HostIP == "0.0.0.0" || p.HostIP == "::" {
		p.Everywhere = p.HostIP == "0.0.0.0" // "::" is no IPv4 address
		p.HostIP = ""
	}
	return p
}

// shortPort is the short form of a port that is written in the long one.
func (r *Reader) shortPort(node *yaml.Node) string {
	text := r.Text(r.Get(node, "target"))
	published, ip := r.Text(r.Get(node, "published")), r.Text(r.Get(node, "host_ip"))
	if published != "" || ip != "" {
		text = published + ":" + text
	}
	if strings.Contains(ip, ":") {
		ip = "[" + ip + "]"
	}
	if ip != "" {
		text = ip + ":" + text
	}
	if protocol := r.Text(r.Get(node, "protocol")); protocol != "" && protocol != "tcp" {
		text += "/" + protocol
	}
	return text
}

// numbers reads "8080" or "8080-8090"; what is no number is 0.
func numbers(text string) (first, last int) {
	from, to, isRange := strings.Cut(text, "-")
	first, _ = strconv.Atoi(from)
	if !isRange {
		return first, first
	}
	last, _ = strconv.Atoi(to)
	return first, last
}
