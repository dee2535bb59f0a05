package importer

import (
	"regexp"
	"strconv"
	"strings"

	"mirrorgen/internal/format/cpf"
)

// mergeFacts are what the configuration merge files of an instance say of its part in a lab. Of
// equal parameters the last one counts.
type mergeFacts struct {
	files    []string // beside the compose file
	set      string   // mirror set name
	role     string   // as it is written: "primary", "auto" ...
	roleAt   string   // the parameter that holds it: ConfigMirror Member, or MirrorMember
	roleMap  []string // of ConfigMirror Map
	ordinal  int      // of ConfigMirror Ordinal
	primary  string   // host
	arbiter  string   // host and port
	member   string   // SystemName
	virtual  string   // VirtualAddress
	sharded  bool
	mirrored bool // something in it speaks of a mirror
	tls      tlsUse

	databases   []mergeDatabase
	namespaces  map[string][]mergeNamespace // by the name of their database in upper case
	dataServers []string                    // hosts of ECP data servers
	remoteSets  []string                    // mirror sets whose databases it reads by ECP

	passwordHash, globals, gmheap string
}

// A mergeDatabase is one that a merge file mirrors.
type mergeDatabase struct{ name, mirrorName string }

// A mergeNamespace is one that a merge file makes.
type mergeNamespace struct{ name, globals, routines string }

// isApplicationServer reports whether an instance reads its databases from another one.
func (m *mergeFacts) isApplicationServer() bool {
	return m.set == "" && m.role == "" && len(m.dataServers)+len(m.remoteSets) > 0
}

// mergeOf reads the merge files of an instance, several where ISC_CPF_MERGE_FILE lists them. known
// has those that were read before.
func (d *discovery) mergeOf(s *service, known map[string]*mergeFacts) *mergeFacts {
	var names []string
	var texts []string
	for file := range strings.SplitSeq(s.env("ISC_CPF_MERGE_FILE"), ",") {
		file = strings.TrimSpace(file)
		found := file == ""
		for _, name := range s.sources(file) {
			content, ok := d.files.get(name)
			switch {
			case !ok || found:
			case !s.isReadable(name, content):
				found = true
			case hasLongLine(content):
				s.remark("The merge file %s has a line that is longer than %d KB, and is not read.", name,
					maxMergeLine>>10)
				found = true
			default:
				names, texts, found = append(names, name), append(texts, content), true
			}
		}
		if !found {
			s.lose("merge file %s, which is not beside the compose file", file)
		}
	}
	key := strings.Join(names, ",")
	facts, ok := known[key]
	if !ok {
		facts = &mergeFacts{files: names}
		for _, text := range texts {
			file, _ := cpf.Parse(text)
			facts.read(file)
		}
		known[key] = facts
	}
	return facts
}

// argument is an argument of an action, whose case does not matter.
func argument(action cpf.Action, name string) string {
	for _, a := range action.Arguments {
		if strings.EqualFold(a.Name, name) {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

func (m *mergeFacts) read(file *cpf.File) {
	for _, section := range file.Sections {
		m.section(section)
	}
	for action := range file.Actions {
		m.action(action)
	}
}

// give sets a fact to a value that is not empty.
func give(fact *string, value string) {
	if value != "" {
		*fact = value
	}
}

var mapMirrors = regexp.MustCompile(`(?i)^MapMirrors\.(.+)$`)

func (m *mergeFacts) section(s *cpf.Section) {
	if name := mapMirrors.FindStringSubmatch(s.Name); name != nil && m.set == "" {
		m.set, m.mirrored = name[1], true
	}
	for _, key := range s.Keys {
		switch section, name := strings.ToLower(s.Name), strings.ToLower(key.Name); section + " " + name {
		case "startup mirrorsetname":
			give(&m.set, key.Value)
			m.mirrored = true
		case "startup mirrormember", "startup shardmirrormember":
			give(&m.role, key.Value)
			m.roleAt, m.mirrored = key.Name, true
		case "startup mirrorprimary":
			give(&m.primary, key.Value)
		case "startup arbiterurl":
			give(&m.arbiter, key.Value)
		case "startup shardrole", "startup shardclusterurl":
			m.sharded = true
		case "startup passwordhash":
			m.passwordHash = key.Value
		case "mirrormember systemname":
			give(&m.member, key.Value)
			m.mirrored = true
		case "config globals":
			if sizes := strings.Split(key.Value, ","); len(sizes) > 2 {
				m.globals = sizes[2]
			}
		case "config gmheap":
			m.gmheap = key.Value
		default:
			switch section {
			case "ecpservers":
				m.dataServers = append(m.dataServers, key.Value)
				m.tls.ecp = m.tls.ecp || ecpHasTLS(key.Value)
			case "mirrors": // NAME=GUID,...
				give(&m.set, key.Name)
				m.mirrored = true
			}
		}
	}
}

func (m *mergeFacts) action(a cpf.Action) {
	m.tlsAction(a)
	value := func(name string) string { return argument(a, name) }
	switch strings.ToLower(a.Name) {
	case "configmirror":
		m.configMirror(value)
	case "createmirror", "modifymirror":
		give(&m.set, value("Name"))
		give(&m.arbiter, value("ArbiterNode"))
		give(&m.virtual, value("VirtualAddress"))
		m.mirrored = true
	case "configshardedcluster":
		m.sharded = true
	case "createecpserver":
		m.dataServers = append(m.dataServers, value("Address"))
	case "createdatabase":
		m.database(value)
	case "createnamespace":
		database := strings.ToUpper(value("Globals"))
		if m.namespaces == nil {
			m.namespaces = map[string][]mergeNamespace{}
		}
		m.namespaces[database] = append(m.namespaces[database], mergeNamespace{value("Name"), value("Globals"),
			value("Routines")})
	}
}

func (m *mergeFacts) configMirror(value func(string) string) {
	m.mirrored, m.roleAt = true, "Member"
	give(&m.set, value("Name"))
	give(&m.role, value("Member"))
	if primary := value("Primary"); !strings.EqualFold(primary, "auto") && !strings.EqualFold(primary, "localhost") {
		give(&m.primary, primary)
	}
	give(&m.arbiter, value("ArbiterURL"))
	give(&m.member, value("SystemName"))
	give(&m.virtual, value("VirtualAddress"))
	if list := value("Map"); list != "" {
		m.roleMap = strings.Split(list, ",")
	}
	if n, err := strconv.Atoi(value("Ordinal")); err == nil {
		m.ordinal = n
	}
}

// database takes a database that is mirrored, or that lies on a data server: by its name in
// [ECPServers], or as Directory=:mirror:SET:DATABASE.
func (m *mergeFacts) database(value func(string) string) {
	if parts := strings.Split(value("Directory"), ":"); len(parts) > 2 && strings.EqualFold(parts[1], "mirror") {
		m.remoteSets = append(m.remoteSets, parts[2])
		return
	}
	if value("Server") != "" {
		return
	}
	set, mirrorName := value("MirrorSetName"), value("MirrorDBName")
	if set == "" && mirrorName == "" {
		return
	}
	m.mirrored = true
	if m.set == "" {
		m.set = set
	}
	if mirrorName == "" {
		mirrorName = value("Name")
	}
	m.databases = append(m.databases, mergeDatabase{value("Name"), mirrorName})
}

// setName is the name of the mirror set of an instance, "" where nothing states it.
func (p *part) setName() string {
	if p.merge != nil && p.merge.set != "" {
		return p.merge.set
	}
	for _, v := range p.variables() {
		switch variableLetters(v.Name) {
		case "MIRRORSETNAME", "MIRRORSET", "MIRRORNAME", "MIRRORSETID":
			if v.Value != "" {
				return v.Value
			}
		case "MIRROR": // which may be a switch as well, or a role
			if isSetName.MatchString(v.Value) && roleOf(v.Value) == "" && !isSwitch.MatchString(v.Value) {
				return v.Value
			}
		}
	}
	return ""
}

// isSetName matches the name of a mirror set, isSwitch what switches something on or off.
var (
	isSetName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{0,14}$`)
	isSwitch  = regexp.MustCompile(`(?i)^(true|false|yes|no|on|off|enabled?|disabled?|auto|none|member|arbiter)$`)
)

// isSystemName reports whether a variable holds the name of an instance in its mirror.
func isSystemName(variable string) bool {
	switch variableLetters(variable) {
	case "MIRRORMEMBERNAME", "MIRRORMEMBER", "MIRRORSYSTEMNAME", "SYSTEMNAME", "MIRRORMEMBERID":
		return true
	}
	return false
}

// systemName is the name of an instance in its mirror, "" where nothing states it.
func (p *part) systemName() string {
	name := p.merge.member
	for _, v := range p.variables() {
		if name == "" && isSystemName(v.Name) && roleOf(v.Value) == "" && !strings.EqualFold(v.Value, "auto") {
			name = v.Value
		}
	}
	name, _, _ = strings.Cut(name, "/") // what follows is the name of the instance
	return strings.ToUpper(name)
}

// primaryHost is the host of the member that an instance joins, "" where nothing states it, and
// whether that is said to be the primary.
func (p *part) primaryHost() (host string, isPrimary bool) {
	if p.merge.primary != "" {
		return p.merge.primary, true
	}
	for _, v := range p.variables() {
		name := strings.ToUpper(v.Name)
		for _, part := range []string{"PRIMARY", "MASTER", "MIRRORAGENT", "MIRROR_AGENT", "PEER", "PARTNER"} {
			if strings.Contains(name, part) && v.Value != "" && !isTrue(v.Value) {
				return v.Value, part != "PEER" && part != "PARTNER"
			}
		}
	}
	return "", false
}

// arbiterHost is the host of the arbiter that a member names, "" for none.
func (p *part) arbiterHost() string {
	if p.merge.arbiter != "" {
		return p.merge.arbiter
	}
	for _, v := range p.variables() {
		if strings.Contains(strings.ToUpper(v.Name), "ARBITER") && v.Value != "" {
			return v.Value
		}
	}
	return ""
}

var numbered = regexp.MustCompile(`^.*-(\d{1,6})$`)
var twiceNumbered = regexp.MustCompile(`^.*-(\d{1,6})-(\d{1,6})$`)

// autoRole is the role that Member=auto gives an instance by the number at the end of its host name
// (configuration merge guide): of name-N, N modulo the length of the map; of name-N-M, M, where N
// numbers the mirrors. group numbers the mirrors from 0.
func (p *part) autoRole() (role string, group int, ok bool) {
	roles := p.merge.roleMap
	if len(roles) == 0 {
		roles = []string{"primary", "backup"}
	}
	position := 0
	if m := twiceNumbered.FindStringSubmatch(p.host()); m != nil {
		group, _ = strconv.Atoi(m[1])
		position, _ = strconv.Atoi(m[2])
	} else if m := numbered.FindStringSubmatch(p.host()); m != nil {
		n, _ := strconv.Atoi(m[1])
		n -= p.merge.ordinal
		group, position = n/len(roles), n%len(roles)
	} else {
		return "", 0, false
	}
	if position < 0 || position >= len(roles) {
		return "", 0, false
	}
	role = roleOf(roles[position])
	return role, group, role != ""
}
