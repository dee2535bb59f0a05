package facts

import (
	"slices"
	"strings"
)

// Role is what a service does in the lab, as its mounts and its image show.
type Role struct {
	Kind    Kind
	Merge   *MergeFile   // of an instance
	Gateway *GatewayFile // of a web gateway
	NGINX   *NGINXFile
	HAProxy *HAProxyFile
}

// Kind is what a service is.
type Kind int

const (
	OtherKind Kind = iota
	ArbiterKind
	InstanceKind // a mirror member, an application server, or an IRIS alone
	GatewayKind
	NGINXKind
	HAProxyKind
)

// link finds out what each service does, once everything is read.
func (l *Facts) link() {
	merges := make(map[string]*MergeFile, len(l.Merges))
	for i := range l.Merges {
		merges[l.Merges[i].Path] = &l.Merges[i]
	}
	l.Roles = make(map[*Service]Role, len(l.Compose.Services))
	for _, s := range l.Compose.Services {
		d := Role{Kind: l.kindOf(s)}
		if l.Generated && s.block != "" {
			l.Roles[s] = Role{Kind: OtherKind}
			continue
		}
		for _, source := range l.sources(s) {
			if merge := merges[source]; merge != nil {
				l.linkMerge(&d, s, merge)
				continue
			}
			if l.Files[source] != nil {
				l.linkConfiguration(&d, source)
			}
		}
		if n := l.nginx.of[s]; n != nil {
			d.NGINX, d.Kind = n, NGINXKind
		}
		l.Roles[s] = d
		if d.Kind == InstanceKind {
			l.Instances = append(l.Instances, s)
		}
	}
}

// sources are the files that a service has: what it mounts and, in a lab that was
// written by hand, what lies in mounted directories or was copied.
func (l *Facts) sources(s *Service) []string {
	list := make([]string, 0, len(s.Mounts))
	for _, m := range s.Mounts {
		list = append(list, m.Source)
	}
	if l.Generated {
		return list
	}
	for _, f := range l.found[s] {
		if !slices.Contains(list, f.Path) {
			list = append(list, f.Path)
		}
	}
	return list
}

// linkMerge takes a merge file of an instance: that which declares a mirror, where it has
// several. A file of several instances belongs to none of them, and one that is only mounted to
// nobody whose variable names others.
func (l *Facts) linkMerge(d *Role, s *Service, merge *MergeFile) {
	d.Kind = InstanceKind
	if named := l.merged[s]; len(named) > 0 && !slices.Contains(named, merge.File) {
		return
	}
	if !merge.shared {
		merge.shared, merge.Service = merge.Service != nil, s
		if merge.shared {
			merge.Service, merge.asked = nil, false
		}
	}
	if d.Merge == nil || l.MembershipOf(merge) != nil {
		d.Merge = merge
	}
}

// MergesNamed reports whether a service reads a merge file because its variable names it: one that is only
// mounted may be that of another role, of which a script chooses one.
func (l *Facts) MergesNamed(s *Service, merge *MergeFile) bool {
	return slices.Contains(l.merged[s], merge.File)
}

// kindOf is what the image, the command and the variables of a service show.
func (l *Facts) kindOf(s *Service) Kind {
	if l.Generated {
		return imageKind(s.Image)
	}
	if len(s.Command) > 0 && strings.HasSuffix(strings.Fields(s.Command[0].Text + " ")[0], agentScript) {
		return ArbiterKind
	}
	if s.Variable("ISC_CSP_INI_FILE").Text != "" || s.Variable("ISC_CSP_CONF_FILE").Text != "" {
		return GatewayKind
	}
	if base := s.BaseImage(); base != "" && imageKind(base) != OtherKind {
		return imageKind(base)
	}
	return imageKind(s.Image)
}

// linkConfiguration takes a mounted configuration of a gateway or a balancer.
func (l *Facts) linkConfiguration(d *Role, source string) {
	for i := range l.Gateways {
		if l.Gateways[i].Path == source {
			d.Gateway, d.Kind = &l.Gateways[i], GatewayKind
		}
	}
	for i := range l.NGINX {
		if l.Generated && l.NGINX[i].Path == source {
			d.NGINX, d.Kind = l.NGINX[i], NGINXKind
		}
	}
	for i := range l.HAProxy {
		if l.HAProxy[i].Path == source {
			d.HAProxy, d.Kind = &l.HAProxy[i], HAProxyKind
		}
	}
}

// Listens returns the container ports that a service takes connections on.
func (l *Facts) Listens(s *Service) []int {
	ports, known := l.listens[s]
	if !known {
		if l.listens == nil {
			l.listens = map[*Service][]int{}
		}
		ports = l.listenPorts(s)
		l.listens[s] = ports
	}
	return ports
}

func (l *Facts) listenPorts(s *Service) []int {
	switch d := l.Roles[s]; d.Kind {
	case InstanceKind:
		ports := []int{l.superserver(d), AgentPort}
		if WebServer(s) {
			ports = append(ports, WebServerPort)
		}
		return ports
	case GatewayKind:
		return []int{HTTPPort, HTTPSPort}
	case NGINXKind:
		if d.NGINX != nil {
			return l.nginxPorts(d.NGINX)
		}
		return []int{HTTPPort}
	case HAProxyKind:
		if d.HAProxy != nil {
			return l.haproxyPorts(d.HAProxy)
		}
	case ArbiterKind:
		return []int{arbiterPort(s)}
	}
	return nil
}

// superserver is the port of an instance's superserver: of a lab that was written by hand, it
// may be another than usual.
func (l *Facts) superserver(d Role) int {
	if d.Merge != nil && !l.Generated {
		if w, ok := d.Merge.Parameter("Startup", "ModifyStartup", "DefaultPort"); ok {
			return Number(w.Text)
		}
	}
	return SuperserverPort
}

// agentScript is the name of the script that starts the agent, in whatever directory.
const agentScript = "startISCAgent.sh"

// arbiterPort is the port that the command of an arbiter gives its agent.
func arbiterPort(s *Service) int {
	for _, w := range s.Command {
		fields := strings.Fields(w.Text)
		begins := func(field string) bool { return strings.HasSuffix(field, agentScript) || field == "-p" }
		if i := slices.IndexFunc(fields, begins); i >= 0 && i+1 < len(fields) {
			return Number(fields[i+1])
		}
		if port, found := strings.CutPrefix(w.Text, "--ISCAgentPort="); found {
			return Number(port)
		}
	}
	return AgentPort
}

// Opaque reports whether nothing is known of what a service listens on.
func (l *Facts) Opaque(s *Service) bool {
	d := l.Roles[s]
	return d.Kind == OtherKind || s.Build != nil && d.Kind == InstanceKind ||
		d.Kind == HAProxyKind && d.HAProxy == nil ||
		d.Kind == NGINXKind && (d.NGINX == nil || d.NGINX.Partial)
}
