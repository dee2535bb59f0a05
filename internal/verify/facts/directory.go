package facts

import (
	"path"
	"slices"
	"strings"

	"mirrorgen/internal/format/compose"
	"mirrorgen/internal/lab"
)

// Directory is a lab that was written by hand, as it lies on disk.
type Directory struct {
	Files []lab.Artifact
	// Compose names the compose files among them, each of which overrides those before it;
	// nil for those that Compose takes.
	Compose []string
	// Lookup returns the value of a variable of the caller's environment; nil for none.
	Lookup func(name string) (string, bool)
	// Unread says of files why they are not among Files: "is a FIFO", "has more than 4 MB".
	Unread map[string]string
}

// ReadDirectory reads the files of a lab that was written or changed by hand. They may lie
// anywhere: what they are for shows in the compose file and in the Dockerfiles.
func ReadDirectory(d Directory) *Facts {
	l := &Facts{
		Files:   make(map[string]*File, len(d.Files)),
		Mirrors: map[string]bool{},
		found:   map[*Service][]*File{},
		merged:  map[*Service][]*File{},
		unread:  d.Unread,
	}
	all := make([]*File, 0, len(d.Files))
	for _, a := range d.Files {
		f := &File{Path: a.Path, mode: a.Mode, Text: string(a.Content)}
		all = append(all, f)
		l.Files[f.Path] = f
	}
	scripts := l.parseScripts(all)
	l.variables = l.newVariables(d.Lookup)
	if main, overrides := l.composeFiles(d); main != nil {
		l.ComposeName = main.Path
		l.readCompose(main, overrides)
	}
	if l.Compose != nil {
		l.Compose.shareBuilds()
		for _, s := range l.Compose.Services {
			l.readBuilds(s)
			l.readConfigurations(s)
		}
	}
	l.Ignored = l.Files[".gitignore"]
	l.readScripts(scripts())
	if l.Compose != nil {
		l.Compose.nameServices()
		l.link()
	}
	return l
}

// composeFiles are the compose file and those that override it; nil and a finding where it is
// not to be had.
func (l *Facts) composeFiles(d Directory) (main *File, overrides []*File) {
	l.Rule = "files"
	names := d.Compose
	if names == nil {
		names = compose.Chosen(l.variables.quietly)
	}
	if names == nil {
		names = l.usualNames(d)
	}
	for _, name := range names {
		f := l.Files[name]
		switch why, unread := d.Unread[name]; {
		case f == nil && unread:
			l.Report(&File{Path: name}, Position{}, "Compose file that was not read", "The file "+name+" "+why+".",
				"Name a regular file of a usual size.")
			return nil, nil
		case f == nil:
			l.Report(&File{Path: name}, Position{}, "Missing compose file", "The directory has no file "+name+".",
				"Name a compose file that there is.")
			return nil, nil
		case main == nil:
			main = f
		default:
			overrides = append(overrides, f)
		}
	}
	if main == nil {
		l.Report(&File{Path: ComposePath}, Position{}, "Missing compose file",
			"The directory has none of "+strings.Join(compose.Names, ", ")+".",
			"Name the directory that has one, or the file.")
	}
	return main, overrides
}

// usualNames are the first of compose.Names and of compose.OverrideNames that there are.
func (l *Facts) usualNames(d Directory) []string {
	there := func(name string) bool {
		_, unread := d.Unread[name]
		return l.Files[name] != nil || unread
	}
	i := slices.IndexFunc(compose.Names, there)
	if i < 0 {
		return nil
	}
	names := []string{compose.Names[i]}
	if i = slices.IndexFunc(compose.OverrideNames, there); i >= 0 {
		names = append(names, compose.OverrideNames[i])
	}
	return names
}

// readBuilds reads the Dockerfile of a service, and the files of its environment.
func (l *Facts) readBuilds(s *Service) {
	outer := l.variables
	l.variables = s.variables
	defer func() { l.variables = outer }()
	if s.Build != nil {
		l.readBuild(s.Build)
	}
	var list []setting
	for _, name := range s.environmentFiles {
		file := name.Text
		if why := l.unread[file]; why != "" {
			l.Rule = "compose"
			l.Report(s.File, name.At, "File that was not read",
				"The service "+s.Name+" takes variables from "+file+", which "+why+": they are not known here.",
				"Put the file into the directory, or set the variables in the compose file.")
		}
		if f := l.Files[file]; f != nil {
			for _, v := range l.environmentOf(f, l.variables.value) {
				list = append(list, setting{Name: v.Name, Word: Word{Text: v.Value, At: name.At}})
			}
		}
	}
	l.variables.unset = nil
	s.Environment = append(list, l.inherit(s.Environment)...) // the last one counts
}

// inherit gives settings without a value of their own the value of the environment; those that it
// does not have are left out, as Compose does.
func (l *Facts) inherit(list []setting) []setting {
	if !slices.ContainsFunc(list, func(s setting) bool { return s.Inherited }) {
		return list
	}
	var given []setting
	for _, s := range list {
		value, ok := "", !s.Inherited
		if s.Inherited {
			if value, ok = l.variables.value(s.Name); ok {
				s.Text = value
			}
		}
		if ok {
			given = append(given, s)
		}
	}
	l.variables.unset = nil
	return given
}

// Where images look for their configuration. nginx's own default.conf has to be replaced,
// because it listens on port 80 too.
const (
	NGINXTarget   = "/etc/nginx/conf.d/default.conf"
	HAProxyTarget = "/usr/local/etc/haproxy/haproxy.cfg"

	nginxDirectory   = "/etc/nginx/"
	gatewayDirectory = "/opt/webgateway/bin/"
)

// readConfigurations reads the configurations of a service with the readers of their
// formats, however they reach it: by a variable, by a mount, by a Dockerfile.
func (l *Facts) readConfigurations(s *Service) {
	for name := range strings.SplitSeq(s.Variable("ISC_CPF_MERGE_FILE").Text, ",") {
		if f := l.hostFile(s, name); f != nil {
			l.readFor(s, f, l.readMerge)
			l.merged[s] = append(l.merged[s], f)
		}
	}
	for _, name := range [...]string{
		s.Variable("ISC_CSP_INI_FILE").Text, gatewayDirectory + "CSP.ini",
		path.Join(s.Variable("ISC_DATA_DIRECTORY").Text, "CSP.ini"),
		path.Join(s.Variable("ISC_DATA_DIRECTORY").Text, "webgateway/CSP.ini"),
	} {
		l.readFor(s, l.hostFile(s, name), l.readGateway)
	}
	for _, name := range [...]string{s.Variable("ISC_CSP_CONF_FILE").Text, gatewayDirectory + "CSP.conf"} {
		l.readFor(s, l.hostFile(s, name), l.readApache)
	}
	l.readFor(s, l.hostFile(s, HAProxyTarget), l.readHAProxy)
	for _, name := range [...]string{nginxMain, NGINXTarget} {
		l.readFor(s, l.hostFile(s, name), l.parseNGINX)
	}
	for _, m := range s.Mounts {
		l.readMount(s, m)
	}
	l.configureNGINX(s)
}

// readMount reads what a mount brings where a configuration is expected by its name.
func (l *Facts) readMount(s *Service, m *Mount) {
	if strings.HasPrefix(m.Target+"/", nginxDirectory) && l.Files[m.Source] == nil {
		for _, name := range l.Below(m.Source) {
			if path.Ext(name) == ".conf" {
				l.readFor(s, l.Files[name], l.parseNGINX)
			}
		}
		return
	}
	f := l.Files[m.Source]
	switch base := path.Base(m.Target); {
	case f == nil:
	case base == "CSP.ini":
		l.readFor(s, f, l.readGateway)
	case base == "CSP.conf":
		l.readFor(s, f, l.readApache)
	case base == "haproxy.cfg":
		l.readFor(s, f, l.readHAProxy)
	case strings.HasPrefix(m.Target, nginxDirectory) && path.Ext(base) == ".conf":
		l.readFor(s, f, l.parseNGINX)
	case path.Ext(m.Source) == ".cpf" && imageKind(s.BaseImage()) == InstanceKind && base != "iris.cpf":
		l.readFor(s, f, l.readMerge)
	}
}

// There reports whether a path of the lab is that of a file or a directory, read or not.
func (l *Facts) There(name string) bool {
	if l.Files[name] != nil || l.unread[name] != "" || len(l.Below(name)) > 0 {
		return true
	}
	top, _, _ := strings.Cut(name, "/") // data/ is the user's, and is not looked into
	return top == "data" || path.Base(name) == "iris.key"
}

// Unread says why a path of the lab was not read, "" where it was or is not there.
func (l *Facts) Unread(name string) string { return l.unread[name] }

// UnreadBelow are the paths below a directory, or a path itself, that were not read, sorted.
func (l *Facts) UnreadBelow(directory string) []string {
	var list []string
	for name := range l.unread {
		if name == directory || strings.HasPrefix(name, directory+"/") {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// Below are the paths of the files below a directory, sorted.
func (l *Facts) Below(directory string) []string {
	if l.paths == nil {
		for name := range l.Files {
			l.paths = append(l.paths, name)
		}
		slices.Sort(l.paths)
	}
	prefix := directory + "/"
	if directory == "." || directory == "" {
		return l.paths
	}
	from, _ := slices.BinarySearch(l.paths, prefix)
	to := from
	for to < len(l.paths) && strings.HasPrefix(l.paths[to], prefix) {
		to++
	}
	return l.paths[from:to]
}

// readFor reads a file that a service has, once for all services.
func (l *Facts) readFor(s *Service, f *File, read func(*File)) {
	if f == nil || slices.Contains(l.found[s], f) {
		return
	}
	l.found[s] = append(l.found[s], f)
	if readers := l.Compose.Readers[f.Path]; !slices.Contains(readers, s) {
		l.Compose.Readers[f.Path] = append(readers, s)
	}
	if l.done == nil {
		l.done = map[*File]bool{}
	}
	if !l.done[f] {
		l.done[f] = true
		read(f)
	}
}

// hostFile is the file that a path of a container shows; nil where neither a mount nor a
// Dockerfile brings one there.
func (l *Facts) hostFile(s *Service, name string) *File {
	if name == "" || !path.IsAbs(name) {
		return nil
	}
	m := s.Target(name)
	if m == nil {
		return l.copied(s, name)
	}
	return l.Files[path.Join(m.Source, strings.TrimPrefix(name, strings.TrimSuffix(m.Target, "/")))]
}

// shareBuilds gives a service whose image another one builds the same build.
func (c *composeFacts) shareBuilds() {
	builds := map[string]*Build{}
	for _, s := range c.Services {
		if s.Build != nil && s.Image != "" {
			builds[s.Image] = s.Build
		}
	}
	for _, s := range c.Services {
		if s.Build == nil {
			s.Build = builds[s.Image]
		}
	}
}

// nameServices adds the other names under which containers reach each other.
func (c *composeFacts) nameServices() {
	for _, s := range c.Services {
		for _, n := range s.Aliases {
			if c.ByName[n.Name] == nil {
				c.ByName[n.Name] = s
			}
		}
		if len(s.Addresses) == 0 && s.mode == "" {
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
