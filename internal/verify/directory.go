package verify

import (
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/lab"
	"mirrorgen/schema"
)

// composeNames are the names under which Compose finds its file, in its order of
// preference.
var composeNames = []string{"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"}

// CheckDirectory returns what is wrong with the files of a lab that was written or
// changed by hand: what Check finds of it that keeps a lab from working, and not
// what mirrorgen's own conventions ask. The files may lie anywhere: what they are
// for shows in the compose file, which one of composeNames names.
func CheckDirectory(files []lab.Artifact) hcl.Diagnostics {
	l := &facts{files: make(map[string]*file, len(files)), mirrors: map[string]bool{}}
	all := make([]*file, 0, len(files))
	for _, a := range files {
		f := &file{path: a.Path, mode: a.Mode, text: view(a.Content)}
		all = append(all, f)
		l.files[f.path] = f
	}
	scripts := l.parseScripts(all)
	for _, name := range composeNames {
		if f := l.files[name]; f != nil && l.composeName == "" {
			l.composeName = name
			l.readCompose(f)
		}
	}
	if l.compose != nil {
		for _, s := range l.compose.services {
			l.readMounted(s)
		}
	}
	l.ignored = l.files[".gitignore"]
	l.readScripts(scripts())
	if l.compose != nil {
		l.compose.nameServices()
		l.link()
		for _, rule := range rules {
			rule(l)
		}
		for _, rule := range directoryRules {
			rule(l)
		}
	} else if l.composeName == "" {
		l.report(&file{path: composePath}, place{}, "Missing compose file", "The directory has none of "+strings.Join(composeNames, ", ")+".", "Name the directory that has one.")
	}
	schema.Sort(l.diagnostics)
	return l.diagnostics
}

// directoryRules hold for labs that were written by hand; what mirrorgen writes
// cannot break them.
var directoryRules = []func(*facts){
	checkPlaces,
	checkSecrets,
	checkEnvironmentFile,
	checkScriptTests,
	checkScriptTargets,
	checkStopScripts,
	checkMissingWebServer,
	checkForeignMembers,
	checkMirrorConfiguration,
	checkCookies,
}

// readMounted reads the configurations that a service uses, with the readers of
// their formats.
func (l *facts) readMounted(s *service) {
	for name := range strings.SplitSeq(s.setting("ISC_CPF_MERGE_FILE").text, ",") {
		l.readBy(s, l.hostFile(s, name), l.readMerge)
	}
	l.readBy(s, l.hostFile(s, s.setting("ISC_CSP_INI_FILE").text), l.readGateway)
	l.readBy(s, l.hostFile(s, s.setting("ISC_CSP_CONF_FILE").text), l.readApache)
	for _, m := range s.mounts {
		f := l.files[m.source]
		switch base := path.Base(m.target); {
		case f == nil && base == "haproxy" && l.files[m.source+"/haproxy.cfg"] != nil:
			l.readBy(s, l.files[m.source+"/haproxy.cfg"], l.readHAProxy)
			l.copied = append(l.copied, copiedFile{s, l.files[m.source+"/haproxy.cfg"]})
		case f == nil:
		case base == "CSP.ini":
			l.readOnce(f, l.readGateway)
		case base == "CSP.conf":
			l.readOnce(f, l.readApache)
		case base == "haproxy.cfg":
			l.readOnce(f, l.readHAProxy)
		case strings.HasPrefix(m.target, "/etc/nginx/"):
			l.readOnce(f, l.readNGINX)
		case path.Ext(m.source) == ".cpf":
			l.readOnce(f, l.readMerge)
		}
	}
	if s.built && strings.Contains(s.name, "haproxy") { // copied by its Dockerfile
		for _, name := range [...]string{"haproxy/haproxy.cfg", "haproxy.cfg", s.name + "/haproxy.cfg"} {
			if f := l.files[name]; f != nil {
				l.readOnce(f, l.readHAProxy)
				l.compose.readers[name] = append(l.compose.readers[name], s)
				l.copied = append(l.copied, copiedFile{s, f})
				return
			}
		}
	}
}

// copiedFile is a configuration that a service has without a mount.
type copiedFile struct {
	service *service
	file    *file
}

// readBy is readOnce for a file that reaches the service by way of a directory.
func (l *facts) readBy(s *service, f *file, read func(*file)) {
	if f != nil {
		l.compose.readers[f.path] = append(l.compose.readers[f.path], s)
	}
	l.readOnce(f, read)
}

func (l *facts) readOnce(f *file, read func(*file)) {
	if f == nil || l.done[f] {
		return
	}
	if l.done == nil {
		l.done = map[*file]bool{}
	}
	l.done[f] = true
	read(f)
}

// hostFile is the file that a path of a container shows; nil where no mount brings
// one there.
func (l *facts) hostFile(s *service, name string) *file {
	if name == "" {
		return nil
	}
	m := s.target(name)
	if m == nil {
		return nil
	}
	return l.files[path.Join(m.source, strings.TrimPrefix(name, strings.TrimSuffix(m.target, "/")))]
}

// nameServices adds the other names under which containers reach each other.
func (c *compose) nameServices() {
	for _, s := range c.services {
		for _, n := range s.names {
			if c.byName[n.name] == nil {
				c.byName[n.name] = s
			}
		}
		if len(s.addresses) == 0 {
			s.addresses = []address{{network: "default", at: s.at}}
		}
	}
	declared := map[string]bool{}
	for _, n := range c.networks {
		declared[n.name] = true
	}
	if !declared["default"] {
		c.networks = append(c.networks, &network{file: c.file, name: "default"})
	}
}
