package facts

import (
	"path"
	"slices"
	"strconv"
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
		d := Role{Kind: imageKind(s.Image)}
		for _, source := range l.sources(s) {
			if merge := merges[source]; merge != nil {
				d.Merge, d.Kind = merge, InstanceKind
				merge.Service = s
				continue
			}
			if l.Files[source] != nil {
				l.linkConfiguration(&d, source)
			}
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
	for _, name := range [...]string{"ISC_CPF_MERGE_FILE", "ISC_CSP_INI_FILE"} {
		for file := range strings.SplitSeq(s.Setting(name).Text, ",") {
			if f := l.hostFile(s, file); f != nil {
				list = append(list, f.Path)
			}
		}
	}
	for _, c := range l.copied {
		if c.service == s {
			list = append(list, c.file.Path)
		}
	}
	return list
}

// linkConfiguration takes a mounted configuration of a gateway or a balancer.
func (l *Facts) linkConfiguration(d *Role, source string) {
	for i := range l.Gateways {
		if l.Gateways[i].Path == source {
			d.Gateway, d.Kind = &l.Gateways[i], GatewayKind
		}
	}
	for i := range l.NGINX {
		if l.NGINX[i].Path == source {
			d.NGINX, d.Kind = &l.NGINX[i], NGINXKind
		}
	}
	for i := range l.HAProxy {
		if l.HAProxy[i].Path == source {
			d.HAProxy, d.Kind = &l.HAProxy[i], HAProxyKind
		}
	}
}

// imageKind returns what an image is for, by the last part of its name.
func imageKind(image string) Kind {
	name, _, _ := strings.Cut(path.Base(image), ":")
	name, _, _ = strings.Cut(name, "@")
	switch {
	case strings.HasPrefix(name, "arbiter"):
		return ArbiterKind
	case strings.HasPrefix(name, "webgateway"):
		return GatewayKind
	case strings.HasPrefix(name, "iris"), strings.HasPrefix(name, "healthconnect"):
		return InstanceKind
	case name == "nginx":
		return NGINXKind
	case name == "haproxy":
		return HAProxyKind
	}
	return OtherKind
}

// imageRelease is the release in the tag of a vendor's image; ok is false where
// the tag names none.
func imageRelease(image string) (year, minor int, ok bool) {
	_, tag, found := CutLast(image, ":")
	parts := strings.SplitN(tag, ".", 3)
	if !found || len(parts) < 2 || len(parts[0]) != 4 {
		return 0, 0, false
	}
	year, err := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(strings.TrimRight(parts[1], "abcdefghijklmnopqrstuvwxyz-"))
	return year, minor, err == nil && err2 == nil
}

// WebServer reports whether an instance has a web server of its own: images up to
// 2023.1 do, later ones only in the Community Edition.
func WebServer(s *Service) bool {
	year, minor, ok := imageRelease(s.Image)
	return !ok || year < 2023 || year == 2023 && minor < 2 || strings.Contains(s.Image, "community")
}

// Listens returns the container ports that a service takes connections on.
func (l *Facts) Listens(s *Service) []int {
	switch d := l.Roles[s]; d.Kind {
	case InstanceKind:
		ports := []int{SuperserverPort, AgentPort}
		if WebServer(s) {
			ports = append(ports, webServerPort)
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
	return d.Kind == OtherKind || d.Kind == HAProxyKind && d.HAProxy == nil || d.Kind == NGINXKind && d.NGINX == nil
}
