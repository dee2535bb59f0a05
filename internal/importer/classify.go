package importer

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"mirrorgen/internal/format/cpf"
)

// A kind is the block type that a service becomes.
type kind string

const (
	kindNone    kind = ""
	kindArbiter kind = "arbiter"
	kindMember  kind = "member"
	kindServer  kind = "application_server"
	kindGateway kind = "web_gateway"
	kindNGINX   kind = "nginx"
	kindHAProxy kind = "haproxy"
)

// A part is a service that the topology has a block for.
type part struct {
	*service
	kind   kind
	label  string // its name in the topology
	role   string // of a member, "" until it is known
	guess  string // why the role is what it is, where nothing says so
	merge  *cpf.File
	mirror *mirror // of a member or application server
	block  *block
}

// A mirror is a mirror to be.
type mirror struct {
	name    string
	setName string
	members []*part
	port    int // host port of its primary, -1 where it is not known
}

// findings is what is known of the lab so far.
type findings struct {
	compose *composeFile
	read    Reader
	source  string
	text    *topology

	parts    []*part
	others   []*service // not carried over
	mirrors  []*mirror
	networks []*network
	labels   map[string]bool // names that are taken

	mirrorNetwork, clientNetwork string
	ini                          *ini // of the Web Gateways, nil for none
	balanced                     []listener
	stats                        int // host port of HAProxy's statistics
	proxy                        proxySettings
}

// roleVariables tell a member's role at first start.
var roleVariables = []string{"MIRRORROLE", "MIRROR_ROLE", "IRIS_MIRROR_ROLE", "ISC_MIRROR_ROLE", "IRISMIRRORROLE", "MIRRORMEMBERTYPE", "MIRROR_MEMBER_TYPE", "MIRROR_TYPE"}

// roles are the language's words for what labs call a role.
var roles = map[string]string{
	"PRIMARY": "primary", "MASTER": "primary", "FAILOVERPRIMARY": "primary",
	"BACKUP": "backup", "FAILOVER": "backup", "SLAVE": "backup", "SECONDARY": "backup", "STANDBY": "backup",
	"DR": "drasync", "DRASYNC": "drasync", "ASYNC": "drasync", "DISASTERRECOVERY": "drasync", "DRASYNCMEMBER": "drasync",
	"REPORT": "rorasync", "REPORTING": "rorasync", "RO": "rorasync", "ROASYNC": "rorasync", "RORASYNC": "rorasync", "READONLY": "rorasync",
	"RW": "rwrasync", "RWASYNC": "rwrasync", "RWRASYNC": "rwrasync", "READWRITE": "rwrasync",
}

var notLetters = regexp.MustCompile(`[^A-Z]`)

func roleOf(word string) string {
	return roles[notLetters.ReplaceAllString(strings.ToUpper(word), "")]
}

// classify tells what each service is.
func (l *findings) classify() {
	l.labels = map[string]bool{}
	for _, s := range l.compose.services {
		p := &part{service: s, kind: l.kindOf(s)}
		if p.kind == kindNone {
			l.others = append(l.others, s)
			continue
		}
		if p.kind == kindMember {
			p.role = roleOf(s.env(roleVariables...))
			p.readMerge(l.read)
			if p.role == "" && p.merge != nil && len(p.merge.Keys("ECPServers")) > 0 {
				p.kind = kindServer
			}
		}
		l.parts = append(l.parts, p)
	}
	for _, p := range l.parts {
		p.label = l.labelFor(p.name, string(p.kind))
		if p.label != p.name {
			p.remark("%s is called %s now, as a service of a topology can be.", p.name, p.label)
		}
	}
}

// kindOf tells what a service is: by what it is made from, what it mounts, and
// last by its name.
func (l *findings) kindOf(s *service) kind {
	image := s.image
	if image == "" {
		image = "/" + path.Base(s.build)
	}
	image, _, _ = strings.Cut(strings.ToLower(image), "@")
	if i := strings.LastIndexByte(image, ':'); i > strings.LastIndexByte(image, '/') {
		image = image[:i]
	}
	base := path.Base(image)
	mounts := func(part string) bool {
		return slices.ContainsFunc(s.mounts, func(m mount) bool { return strings.Contains(m.target, part) })
	}
	name := strings.ToLower(s.name)
	has := func(text string, parts ...string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
	}
	switch {
	case roleOf(s.env(roleVariables...)) != "":
		return kindMember
	case has(base, "arbiter"):
		return kindArbiter
	case has(base, "webgateway", "web-gateway", "webgw", "cspgateway"):
		return kindGateway
	case has(base, "haproxy"):
		return kindHAProxy
	case has(base, "nginx"):
		return kindNGINX
	case strings.HasPrefix(base, "iris"), has(base, "healthconnect"), has(image, "intersystems"), s.env("ISC_CPF_MERGE_FILE", "ISC_DATA_DIRECTORY") != "":
		return kindMember
	case s.image != "": // some other program
		return kindNone
	case mounts("haproxy"), has(name, "haproxy"):
		return kindHAProxy
	case mounts("/etc/nginx"), has(name, "nginx"):
		return kindNGINX
	case mounts("CSP.ini"), has(name, "webgw", "webgateway", "gateway"):
		return kindGateway
	case has(name, "arbiter"):
		return kindArbiter
	case has(name, "iris"), slices.ContainsFunc(s.ports, func(p port) bool { return p.container == 1972 || p.container == 52773 }):
		return kindMember
	}
	return kindNone
}

// readMerge reads the configuration merge file of an instance, and takes its
// role from there where no variable says it.
func (p *part) readMerge(read Reader) {
	name, ok := p.beside(p.env("ISC_CPF_MERGE_FILE"))
	if !ok {
		return
	}
	content, ok := read(name)
	if !ok {
		return
	}
	p.merge, _ = cpf.Parse(string(content))
	for action := range p.merge.Actions {
		if action.Name == "ConfigMirror" && p.role == "" {
			p.role = roleOf(action.Value("Member"))
		}
	}
	p.remark("Of the merge file %s, the mirror, its databases, the cache and the password hash are in this topology; the argument merge takes the rest.", name)
}

// configMirror returns an argument of the merge file's ConfigMirror, "" for none.
func (p *part) configMirror(argument string) string {
	if p.merge != nil {
		for action := range p.merge.Actions {
			if action.Name == "ConfigMirror" {
				return action.Value(argument)
			}
		}
	}
	return ""
}

// beside is the file beside the compose file that a path inside the container
// stands for.
func (s *service) beside(target string) (string, bool) {
	best, source := -1, ""
	for _, m := range s.mounts {
		rest, ok := strings.CutPrefix(target, strings.TrimSuffix(m.target, "/"))
		if ok && (rest == "" || rest[0] == '/') && len(m.target) > best && local(m.source) {
			best, source = len(m.target), path.Join(m.source, rest)
		}
	}
	return source, best >= 0 && target != ""
}

// local reports whether a mount's source is a file or directory beside the
// compose file, and not a volume.
func local(source string) bool {
	return strings.HasPrefix(source, "./") || source == "." || strings.HasPrefix(source, ".") && !strings.HasPrefix(source, "..")
}

var notInName = regexp.MustCompile(`[^a-z0-9]+`)

// reserved are the names that the language keeps for itself.
var reserved = []string{"csp", "api", "isc", "oauth2", "ui", "system", "local", "stats", "default"}

// plainName makes a name of the language of any text, "" where nothing is left.
func plainName(text string) string {
	name := strings.Trim(notInName.ReplaceAllString(strings.ToLower(text), "-"), "-")
	return strings.Trim(name[:min(len(name), 63)], "-")
}

// labelFor makes a name that nothing else has.
func (l *findings) labelFor(text, otherwise string) string {
	base := plainName(text)
	if base == "" {
		base = plainName(otherwise)
	}
	name := base
	for n := 2; l.labels[name] || slices.Contains(reserved, name); n++ {
		suffix := "-" + itoa(n)
		name = strings.Trim(base[:min(len(base), 63-len(suffix))], "-") + suffix
	}
	l.labels[name] = true
	return name
}
