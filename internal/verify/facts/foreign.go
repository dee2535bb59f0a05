package facts

import (
	"mirrorgen/internal/lab"
	"path"
	"strings"
)

// composeNames are the names under which Compose finds its file, in its order of
// preference.
var composeNames = []string{"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"}

// ReadDirectory reads the files of a lab that was written or changed by hand. They may lie
// anywhere: what they are for shows in the compose file, which one of composeNames names.
func ReadDirectory(files []lab.Artifact) *Facts {
	l := &Facts{Files: make(map[string]*File, len(files)), Mirrors: map[string]bool{}}
	all := make([]*File, 0, len(files))
	for _, a := range files {
		f := &File{Path: a.Path, mode: a.Mode, Text: string(a.Content)}
		all = append(all, f)
		l.Files[f.Path] = f
	}
	scripts := l.parseScripts(all)
	for _, name := range composeNames {
		if f := l.Files[name]; f != nil && l.ComposeName == "" {
			l.ComposeName = name
			l.readCompose(f)
		}
	}
	if l.Compose != nil {
		for _, s := range l.Compose.Services {
			l.readMounted(s)
		}
	}
	l.Ignored = l.Files[".gitignore"]
	l.readScripts(scripts())
	switch {
	case l.Compose != nil:
		l.Compose.nameServices()
		l.link()
	case l.ComposeName == "":
		l.Rule = "files"
		l.Report(&File{Path: ComposePath}, Position{}, "Missing compose file",
			"The directory has none of "+strings.Join(composeNames, ", ")+".",
			"Name the directory that has one.")
	}
	return l
}

// readMounted reads the configurations that a service uses, with the readers of
// their formats.
func (l *Facts) readMounted(s *Service) {
	for name := range strings.SplitSeq(s.Setting("ISC_CPF_MERGE_FILE").Text, ",") {
		l.readBy(s, l.hostFile(s, name), l.readMerge)
	}
	l.readBy(s, l.hostFile(s, s.Setting("ISC_CSP_INI_FILE").Text), l.readGateway)
	l.readBy(s, l.hostFile(s, s.Setting("ISC_CSP_CONF_FILE").Text), l.readApache)
	for _, m := range s.Mounts {
		f := l.Files[m.Source]
		switch base := path.Base(m.Target); {
		case f == nil && base == "haproxy" && l.Files[m.Source+"/haproxy.cfg"] != nil:
			l.readBy(s, l.Files[m.Source+"/haproxy.cfg"], l.readHAProxy)
			l.copied = append(l.copied, copiedFile{s, l.Files[m.Source+"/haproxy.cfg"]})
		case f == nil:
		case base == "CSP.ini":
			l.readOnce(f, l.readGateway)
		case base == "CSP.conf":
			l.readOnce(f, l.readApache)
		case base == "haproxy.cfg":
			l.readOnce(f, l.readHAProxy)
		case strings.HasPrefix(m.Target, "/etc/nginx/"):
			l.readOnce(f, l.readNGINX)
		case path.Ext(m.Source) == ".cpf":
			l.readOnce(f, l.readMerge)
		}
	}
	if s.Built && strings.Contains(s.Name, "haproxy") { // copied by its Dockerfile
		for _, name := range [...]string{"haproxy/haproxy.cfg", "haproxy.cfg", s.Name + "/haproxy.cfg"} {
			if f := l.Files[name]; f != nil {
				l.readOnce(f, l.readHAProxy)
				l.Compose.Readers[name] = append(l.Compose.Readers[name], s)
				l.copied = append(l.copied, copiedFile{s, f})
				return
			}
		}
	}
}

// copiedFile is a configuration that a service has without a mount.
type copiedFile struct {
	service *Service
	file    *File
}

// readBy is readOnce for a file that reaches the service by way of a directory.
func (l *Facts) readBy(s *Service, f *File, read func(*File)) {
	if f != nil {
		l.Compose.Readers[f.Path] = append(l.Compose.Readers[f.Path], s)
	}
	l.readOnce(f, read)
}

func (l *Facts) readOnce(f *File, read func(*File)) {
	if f == nil || l.done[f] {
		return
	}
	if l.done == nil {
		l.done = map[*File]bool{}
	}
	l.done[f] = true
	read(f)
}

// hostFile is the file that a path of a container shows; nil where no mount brings
// one there.
func (l *Facts) hostFile(s *Service, name string) *File {
	if name == "" {
		return nil
	}
	m := s.Target(name)
	if m == nil {
		return nil
	}
	return l.Files[path.Join(m.Source, strings.TrimPrefix(name, strings.TrimSuffix(m.Target, "/")))]
}

// nameServices adds the other names under which containers reach each other.
func (c *compose) nameServices() {
	for _, s := range c.Services {
		for _, n := range s.Aliases {
			if c.ByName[n.Name] == nil {
				c.ByName[n.Name] = s
			}
		}
		if len(s.Addresses) == 0 {
			s.Addresses = []Address{{Network: "default", At: s.At}}
		}
	}
	declared := map[string]bool{}
	for _, n := range c.Networks {
		declared[n.Name] = true
	}
	if !declared["default"] {
		c.Networks = append(c.Networks, &Network{File: c.File, Name: "default"})
	}
}
