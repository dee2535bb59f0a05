package verify

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// duty is what a service does in the lab, as its mounts and its image show.
type duty struct {
	kind    kind
	merge   *mergeFile   // of an instance
	gateway *gatewayFile // of a web gateway
	nginx   *nginxFile
	haproxy *haproxyFile
}

type kind int

const (
	other kind = iota
	arbiterKind
	instanceKind // a mirror member, an application server, or an IRIS alone
	gatewayKind
	nginxKind
	haproxyKind
)

// link finds out what each service does, once everything is read.
func (l *facts) link() {
	merges := make(map[string]*mergeFile, len(l.merges))
	for i := range l.merges {
		merges[l.merges[i].path] = &l.merges[i]
	}
	l.duties = make(map[*service]duty, len(l.compose.services))
	for _, s := range l.compose.services {
		d := duty{kind: imageKind(s.image)}
		for _, source := range l.sources(s) {
			if merge := merges[source]; merge != nil {
				d.merge, d.kind = merge, instanceKind
				merge.service = s
				continue
			}
			if l.files[source] != nil {
				l.linkConfiguration(&d, source)
			}
		}
		l.duties[s] = d
		if d.kind == instanceKind {
			l.instances = append(l.instances, s)
		}
	}
}

// sources are the files that a service has: what it mounts and, in a lab that was
// written by hand, what lies in mounted directories or was copied.
func (l *facts) sources(s *service) []string {
	list := make([]string, 0, len(s.mounts))
	for _, m := range s.mounts {
		list = append(list, m.source)
	}
	if l.generated {
		return list
	}
	for _, name := range [...]string{"ISC_CPF_MERGE_FILE", "ISC_CSP_INI_FILE"} {
		for file := range strings.SplitSeq(s.setting(name).text, ",") {
			if f := l.hostFile(s, file); f != nil {
				list = append(list, f.path)
			}
		}
	}
	for _, c := range l.copied {
		if c.service == s {
			list = append(list, c.file.path)
		}
	}
	return list
}

// linkConfiguration takes a mounted configuration of a gateway or a balancer.
func (l *facts) linkConfiguration(d *duty, source string) {
	for i := range l.gateways {
		if l.gateways[i].path == source {
			d.gateway, d.kind = &l.gateways[i], gatewayKind
		}
	}
	for i := range l.nginx {
		if l.nginx[i].path == source {
			d.nginx, d.kind = &l.nginx[i], nginxKind
		}
	}
	for i := range l.haproxy {
		if l.haproxy[i].path == source {
			d.haproxy, d.kind = &l.haproxy[i], haproxyKind
		}
	}
}

// imageKind tells what an image is for by the last part of its name.
func imageKind(image string) kind {
	name, _, _ := strings.Cut(path.Base(image), ":")
	name, _, _ = strings.Cut(name, "@")
	switch {
	case strings.HasPrefix(name, "arbiter"):
		return arbiterKind
	case strings.HasPrefix(name, "webgateway"):
		return gatewayKind
	case strings.HasPrefix(name, "iris"), strings.HasPrefix(name, "healthconnect"):
		return instanceKind
	case name == "nginx":
		return nginxKind
	case name == "haproxy":
		return haproxyKind
	}
	return other
}

// imageRelease is the release in the tag of a vendor's image; ok is false where
// the tag names none.
func imageRelease(image string) (year, minor int, ok bool) {
	_, tag, found := cutLast(image, ":")
	parts := strings.SplitN(tag, ".", 3)
	if !found || len(parts) < 2 || len(parts[0]) != 4 {
		return 0, 0, false
	}
	year, err := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(strings.TrimRight(parts[1], "abcdefghijklmnopqrstuvwxyz-"))
	return year, minor, err == nil && err2 == nil
}

// webServer reports whether an instance has a web server of its own: images up to
// 2023.1 do, later ones only in the Community Edition.
func webServer(s *service) bool {
	year, minor, ok := imageRelease(s.image)
	return !ok || year < 2023 || year == 2023 && minor < 2 || strings.Contains(s.image, "community")
}

// listens returns the container ports that a service takes connections on.
func (l *facts) listens(s *service) []int {
	switch d := l.duties[s]; d.kind {
	case instanceKind:
		ports := []int{superserverPort, agentPort}
		if webServer(s) {
			ports = append(ports, webServerPort)
		}
		return ports
	case gatewayKind:
		return []int{httpPort, httpsPort}
	case nginxKind:
		if d.nginx != nil {
			return l.nginxPorts(d.nginx)
		}
		return []int{httpPort}
	case haproxyKind:
		if d.haproxy != nil {
			return l.haproxyPorts(d.haproxy)
		}
	case arbiterKind:
		return []int{arbiterPort(s)}
	}
	return nil
}

// arbiterPort is the port that the command of an arbiter gives its agent.
func arbiterPort(s *service) int {
	for _, w := range s.command {
		fields := strings.Fields(w.text)
		if i := slices.IndexFunc(fields, func(f string) bool { return strings.HasSuffix(f, "startISCAgent.sh") || f == "-p" }); i >= 0 && i+1 < len(fields) {
			return number(fields[i+1])
		}
		if port, found := strings.CutPrefix(w.text, "--ISCAgentPort="); found {
			return number(port)
		}
	}
	return agentPort
}

// opaque reports whether nothing is known of what a service listens on.
func (l *facts) opaque(s *service) bool {
	d := l.duties[s]
	return d.kind == other || d.kind == haproxyKind && d.haproxy == nil || d.kind == nginxKind && d.nginx == nil
}
