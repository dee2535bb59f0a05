package rules

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/format/compose"
	"mirrorgen/internal/format/nginx"
	"mirrorgen/internal/format/text"
	"mirrorgen/internal/verify/facts"
)

// fileSettings are the environment variables of the vendor's images that name a
// file of the container.
const fileSettings = "ISC_CPF_MERGE_FILE ISC_CSP_INI_FILE ISC_CSP_CONF_FILE"

// fileFlags are the flags of iris-main whose value is a file of the container.
const fileFlags = "--key -k --password-file -p"

// labDirectory is where a generated lab mounts its files.
const labDirectory = "/lab/"

// checkContainerFiles: a file that a command, a variable or a health check names
// is mounted.
func checkContainerFiles(l *checker) {
	for _, s := range l.Compose.Services {
		if l.Own(s) {
			continue
		}
		for _, e := range s.Environment {
			if text.Has(fileSettings, e.Name) {
				for file := range strings.SplitSeq(e.Text, ",") {
					l.checkMounted(s, facts.Word{Text: file, At: e.At}, e.Name)
				}
			}
		}
		l.checkDataDirectory(s)
		for i, w := range s.Command {
			if i > 0 && text.Has(fileFlags, s.Command[i-1].Text) && l.Roles[s].Kind == facts.InstanceKind {
				l.checkMounted(s, w, s.Command[i-1].Text)
				continue
			}
			l.checkLabWords(s, w)
		}
		for _, w := range s.Health.Test {
			l.checkLabWords(s, w)
		}
	}
	for _, g := range l.Gateways {
		l.checkPasswordCommands(g)
	}
}

// checkDataDirectory: the data of an instance outlives its container.
func (l *checker) checkDataDirectory(s *facts.Service) {
	data := s.Setting("ISC_DATA_DIRECTORY")
	if data.Text == "" || l.Roles[s].Kind != facts.InstanceKind || facts.Unknown(data.Text) {
		return
	}
	switch m := s.Target(data.Text); {
	case m == nil && !s.Volume(data.Text):
		l.Report(s.File, data.At, "Data directory that is not mounted",
			"The service "+s.Name+" keeps its data in "+data.Text+", which no mount covers, so that it is "+
				"lost with the container.",
			"Mount a directory above it.")
	case m != nil && path.Clean(m.Target) == path.Clean(data.Text) && l.Generated:
		l.Report(s.File, data.At, "Data directory that is the mount itself",
			"The data directory "+data.Text+" of "+s.Name+" is a mount, and IRIS refuses one that holds "+
				"anything else.",
			"Use a directory below it.")
	}
}

// startFlags are the arguments of iris-main, long and short, without which a generated
// lab's instance has no licence key, or is set up by nobody.
var startFlags = [...][2]string{{"--key", "-k"}, {"--before", "-b"}, {"--after", "-a"}}

// checkStart: an instance of a generated lab is started with its key and its hooks.
func checkStart(l *checker) {
	for _, s := range l.Instances {
		for _, flag := range startFlags {
			given := func(w facts.Word) bool {
				return w.Text == flag[0] || w.Text == flag[1] || strings.HasPrefix(w.Text, flag[0]+"=")
			}
			if s.Operated && flag[0] != "--after" {
				continue // the operator's own
			}
			if l.Generated && !slices.ContainsFunc(s.Command, given) {
				l.Report(s.File, s.At, "Incomplete command",
					"The command of "+s.Name+" has no "+flag[0]+", with which the lab starts every instance.",
					"Keep the arguments that mirrorgen writes, and add others to them.")
				break
			}
		}
	}
}

// devices are what commands of a container find in /dev, or bash makes of it.
const devices = "null stdin stdout stderr tcp udp zero random urandom tty"

// agentCommand starts the agent in the arbiter's image.
const agentCommand = "/usr/local/etc/irissys/startISCAgent.sh"

// checkLabWords looks at the files that a command names: those in /lab, devices,
// and the arbiter's command.
func (l *checker) checkLabWords(s *facts.Service, w facts.Word) {
	for _, f := range commandFields([]facts.Word{w}) {
		field := f.text
		device, _, _ := strings.Cut(strings.TrimPrefix(field, "/dev/"), "/")
		switch {
		case l.Generated && strings.HasPrefix(field, labDirectory), !l.Generated && l.missingScript(s, field):
			l.checkMounted(s, facts.Word{Text: field, At: w.At}, "a command")
		case strings.HasPrefix(field, "/dev/") && !text.Has(devices, device):
			l.Report(s.File, w.At, "Unknown device", "A command of "+s.Name+" uses "+field+", which no container has.",
				"Use /dev/null or /dev/tcp.")
		case strings.HasSuffix(field, path.Base(agentCommand)) && field != agentCommand && l.isArbiter(s):
			l.Report(s.File, w.At, "Unknown command",
				"The command of "+s.Name+" is "+field+", which its image does not have.",
				"It is "+agentCommand+".")
		}
	}
}

// isArbiter reports whether a service runs the arbiter's image as it is; the images of IRIS
// have the agent elsewhere too, and a lab of mirrorgen starts it nowhere else.
func (l *checker) isArbiter(s *facts.Service) bool {
	return l.Generated || s.Build == nil && strings.HasPrefix(path.Base(s.Image), "arbiter")
}

func (l *checker) checkMounted(s *facts.Service, w facts.Word, who string) {
	if w.Text == "" || s.Volume(w.Text) || facts.Unknown(w.Text) {
		return
	}
	m := s.Target(w.Text)
	switch {
	case m == nil && s.Build == nil:
		l.Report(s.File, w.At, "File that is not mounted",
			"In the service "+s.Name+", "+who+" names "+w.Text+", which no mount brings there.",
			"Mount it, or name what is mounted.")
	case m != nil && !l.Generated && l.missingBelow(m, w.Text):
		file := path.Join(m.Source, strings.TrimPrefix(w.Text, strings.TrimSuffix(m.Target, "/")))
		l.ReportBoth(s.Location(w.At), s.Location(m.At), "File that is not mounted",
			"In the service "+s.Name+", "+who+" names "+w.Text+", but the lab has no file "+file+
				" to be mounted there.",
			"Add the file, or name one that there is.")
	}
}

// checkHookFiles: what a script of the containers names in /lab is mounted
// wherever the script is.
func checkHookFiles(l *checker) {
	for _, script := range l.Scripts {
		readers := l.Compose.Readers[script.Path]
		if len(readers) == 0 {
			continue
		}
		for number, line := range text.Lines(script.Text) {
			if strings.HasPrefix(strings.TrimSpace(line), "#") {
				continue
			}
			l.checkConfigurationPath(script.Location(facts.PositionAt(number, 0)), line)
			for from := 0; ; {
				i := strings.Index(line[from:], labDirectory)
				if i < 0 {
					break
				}
				begin := from + i
				from = begin + strings.IndexFunc(line[begin:]+" ", notPathRune)
				l.checkHookFile(
					script,
					readers,
					facts.Word{Text: line[begin:from], At: facts.PositionAt(number, begin+1)},
				)
			}
		}
	}
}

func notPathRune(r rune) bool {
	return notAlphanumeric(r) && r != '/' && r != '.' && r != '-' && r != '_'
}

func (l *checker) checkHookFile(script *facts.Script, readers []*facts.Service, w facts.Word) {
	for _, s := range readers {
		if l.Own(s) {
			continue
		}
		if s.Target(w.Text) == nil && !l.servesNoDemo(s, w.Text) {
			l.ReportBoth(script.Location(w.At), s.Location(s.At), "File that is not mounted",
				"The script uses "+w.Text+", which "+s.Name+" does not mount.",
				"Mount it, or name what is mounted.")
			return
		}
	}
}

// servesNoDemo reports whether a file is one of the demo application, which the
// hooks leave alone where the table of instances says so.
func (l *checker) servesNoDemo(s *facts.Service, name string) bool {
	if l.Roster == nil || !strings.HasPrefix(name, labDirectory+"MirrorLab.") {
		return false
	}
	e := l.Roster.ByName[s.Name]
	return e != nil && e.Text("demo") == "no"
}

// checkConfigurationTargets: a balancer's configuration is mounted where its
// image reads it, and nginx is what its service runs.
func checkConfigurationTargets(l *checker) {
	for _, s := range l.Compose.Services {
		d := l.Roles[s]
		want, source := "", ""
		switch {
		case d.NGINX != nil && !l.Generated:
			l.checkNGINXTargets(s, d.NGINX)
			l.checkProgram(s, "nginx")
			continue
		case d.NGINX != nil:
			want, source = facts.NGINXTarget, d.NGINX.Path
		case d.HAProxy != nil:
			want, source = facts.HAProxyTarget, d.HAProxy.Path
		default:
			l.checkNamedConfiguration(s)
			continue
		}
		for _, m := range s.Mounts {
			ownCommand := !l.Generated && len(s.Command) > 0
			if m.Source == source && m.Target != want && !ownCommand && s.Build == nil {
				l.Report(s.File, m.At, "Configuration at the wrong place",
					"The service "+s.Name+" mounts "+source+" on "+m.Target+", where its image does not look.",
					"Mount it on "+want+".")
			}
		}
		if d.NGINX != nil {
			l.checkProgram(s, "nginx")
		} else {
			l.checkProgram(s, "haproxy")
			l.checkNamedBalancer(s)
		}
	}
}

// checkNamedConfiguration: a variable names what a generated lab mounts for the vendor's images
// to read.
func (l *checker) checkNamedConfiguration(s *facts.Service) {
	for _, m := range s.Mounts {
		directory := path.Dir(m.Source)
		if !l.Generated || directory != "webgateway" && directory != "iris/merge" {
			continue
		}
		named := slices.ContainsFunc(s.Environment, func(e compose.Setting) bool {
			return text.Has(fileSettings, e.Name) && slices.Contains(strings.Split(e.Text, ","), m.Target)
		})
		if !named {
			l.Report(s.File, m.At, "Configuration that nothing names",
				"The service "+s.Name+" mounts "+m.Source+", and no variable of its environment tells the image of "+
					m.Target+".",
				"Keep the variables that mirrorgen writes: ISC_CPF_MERGE_FILE, or ISC_CSP_INI_FILE and "+
					"ISC_CSP_CONF_FILE.")
		}
	}
}

// checkLicense: nothing but an IRIS has the licence key.
func checkLicense(l *checker) {
	keys := map[string]bool{}
	for _, s := range l.Instances {
		for i, w := range s.Command {
			if i > 0 && text.Has("--key -k", s.Command[i-1].Text) {
				if m := s.Target(w.Text); m != nil {
					keys[m.Source] = true
				}
			}
		}
	}
	for _, s := range l.Compose.Services {
		for _, m := range s.Mounts {
			key := keys[m.Source] || m.Target == licenseTarget || path.Base(m.Source) == "iris.key"
			if key && l.Roles[s].Kind != facts.InstanceKind && !l.Own(s) {
				l.Report(s.File, m.At, "Licence key where none is needed",
					"The service "+s.Name+" mounts "+m.Source+", and needs no licence.",
					"Leave the mount to the instances.")
			}
		}
	}
}

// checkHostNames: a service's host name is its own; an instance finds its line in
// the table of instances by it.
func checkHostNames(l *checker) {
	for _, s := range l.Compose.Services {
		for _, n := range s.Aliases {
			switch other := l.Compose.ByName[n.Name]; {
			case n.What != "hostname" || n.Name == s.Name:
			case other != nil && other != s && other.Name == n.Name:
				l.Report(s.File, n.At, "Host name of another service",
					"The host name of "+s.Name+" is "+n.Name+", which is another service.",
					"Use the service's own name.")
			case l.Generated:
				l.Report(s.File, n.At, "Host name that is not the service's",
					"The host name of "+s.Name+" is "+n.Name+"; the lab's scripts and the instances know it by the "+
						"service's name.",
					"Use the service's own name.")
			}
		}
	}
}

// checkMemberOrder: a member starts when its primary is up (ACMF: the primary must
// be running before others are added), and waits for nobody outside its mirror.
func checkMemberOrder(l *checker) {
	if l.Roster == nil {
		return
	}
	for _, e := range l.Roster.Instances {
		s, mirror := l.Compose.ByName[e.Name], l.Roster.Mirror(e.Text("mirror"))
		if s == nil || mirror == nil {
			continue
		}
		allowed := map[string]bool{}
		for _, m := range l.Roster.Members(mirror.Name) {
			allowed[m.Name] = true
			l.checkWaitsFor(s, e, m)
		}
		if arbiter := l.Compose.ByIP[facts.ParseAddr(mirror.Text("arbiter"))]; arbiter != nil {
			allowed[arbiter.Name] = true
			l.checkWaitsForArbiter(s, e, arbiter)
		}
		l.checkStrangers(s, allowed)
	}
}

// checkWaitsFor: an instance waits for the failover members that are up before it.
func (l *checker) checkWaitsFor(s *facts.Service, e, m *facts.Entry) {
	failover := m.Text("role") == "primary" || m.Text("role") == "backup" && e.Text("role") != "primary"
	if failover && m != e && !s.WaitsForHealth(m.Name) {
		l.ReportBoth(s.Location(s.At), l.Roster.WordLocation(m.Value("role")),
			"Instance that does not wait for its mirror",
			"The service "+s.Name+" needs "+m.Name+" to be up when it starts, but does not wait for its health.",
			"Add "+m.Name+" to its depends_on, with condition: service_healthy.")
	}
}

// checkWaitsForArbiter: a failover member starts after its arbiter.
func (l *checker) checkWaitsForArbiter(s *facts.Service, e *facts.Entry, arbiter *facts.Service) {
	if role := e.Text("role"); (role == "primary" || role == "backup") && !s.WaitsFor(arbiter.Name) {
		l.Report(s.File, s.At, "Member that does not wait for its arbiter",
			"The service "+s.Name+" does not wait for its arbiter "+arbiter.Name+".",
			"Add it to depends_on.")
	}
}

// checkStrangers: an instance waits for nobody but those of its mirror, and services of the user's.
func (l *checker) checkStrangers(s *facts.Service, allowed map[string]bool) {
	for _, d := range s.Dependencies {
		if target := l.Compose.ByName[d.Service]; target != nil && !allowed[d.Service] &&
			l.Roles[target].Kind != facts.OtherKind {
			l.Report(s.File, d.At, "Dependency on a stranger",
				"The service "+s.Name+" waits for "+d.Service+", which has nothing to do with its mirror.",
				"Remove the dependency.")
		}
	}
}

// checkHealthPorts: a health check connects to a port that the service listens on, and asks
// nginx for a location that it has, and HAProxy for the page that says that it runs.
func checkHealthPorts(l *checker) {
	for _, s := range l.Compose.Services {
		if l.Own(s) || !l.Generated && hasAlternative(s.Health.Test) {
			continue
		}
		var connects, asks []healthQuestion
		for _, w := range s.Health.Test {
			for field := range strings.FieldsSeq(w.Text) {
				field = strings.Trim(field, `'"`)
				if _, rest, found := strings.Cut(field, "/dev/tcp/"); found {
					host, port, _ := strings.Cut(rest, "/")
					connects = append(connects, healthQuestion{w.At, host, facts.Number(port), ""})
					l.checkHealthPort(s, w.At, host, facts.Number(port))
				}
				if strings.HasPrefix(field, "http://") {
					host, port := facts.HostPort(facts.ProxyHost(field))
					_, rest, _ := strings.Cut(strings.TrimPrefix(field, "http://"), "/")
					asks = append(asks, healthQuestion{w.At, host, port, "/" + rest})
					l.checkHealthPort(s, w.At, host, port)
					l.checkHealthLocation(s, w.At, port, "/"+rest)
				}
			}
		}
		l.checkHealthMonitor(s, connects, asks)
	}
}

// lastResort matches what a health check does where its question was not answered, and that is no
// other question.
var lastResort = regexp.MustCompile(`\|\|\s*[({]?\s*(exit|false|kill|echo|printf)\b`)

// hasAlternative reports whether a health check goes on with another question where the first is not
// answered.
func hasAlternative(test []facts.Word) bool {
	return slices.ContainsFunc(test, func(w facts.Word) bool {
		return strings.Count(w.Text, "||") > len(lastResort.FindAllString(w.Text, -1))
	})
}

func (l *checker) checkHealthPort(s *facts.Service, at facts.Position, host string, port int) {
	if host != "127.0.0.1" && host != "localhost" && host != s.Name && l.Compose.ByIP[facts.ParseAddr(host)] != s {
		l.Report(s.File, at, "Health check of another service",
			"The health check of "+s.Name+" asks "+host+", which is not the service itself.",
			"Ask 127.0.0.1.")
		return
	}
	if h := l.Roles[s].HAProxy; h != nil && h.Bound(host, port) {
		return // on its loopback address as well, where others do not reach it
	}
	if ports := l.Listens(s); !l.Opaque(s) && !slices.Contains(ports, port) {
		l.Report(s.File, at, "Health check that nothing answers",
			"The health check of "+s.Name+" connects to port "+strconv.Itoa(port)+", but it listens on "+
				facts.PortList(ports)+".",
			"Use a port that it listens on.")
	}
}

// checkHealthMonitor: the section of a generated HAProxy that a health check asks for a page
// answers it by itself, and a program that only connects, for want of another, connects to
// that section too.
func (l *checker) checkHealthMonitor(s *facts.Service, connects, asks []healthQuestion) {
	h := l.Roles[s].HAProxy
	if h == nil || !l.Generated {
		return
	}
	for _, q := range asks {
		if h.Bound(q.host, q.port) && !h.Monitored(q.host, q.port, q.uri) {
			l.Report(s.File, q.at, "Health check that nothing answers",
				"The health check of "+s.Name+" asks for "+q.uri+" on port "+strconv.Itoa(q.port)+
					", where no section of "+h.Path+" has it as its monitor-uri.",
				"Ask the port of the section that has one, for that path.")
		}
		for _, other := range connects {
			if other.port != q.port {
				l.Report(s.File, other.at, "Health check that asks two ports",
					"The health check of "+s.Name+" asks for a page on port "+strconv.Itoa(q.port)+
						", or else connects to port "+strconv.Itoa(other.port)+".",
					"Ask the same port either way.")
			}
		}
	}
}

// A healthQuestion is where a health check connects to, and the page that it asks for.
type healthQuestion struct {
	at   facts.Position
	host string
	port int
	uri  string
}

func (l *checker) checkHealthLocation(s *facts.Service, at facts.Position, port int, uri string) {
	n := l.Roles[s].NGINX
	if n == nil || n.Partial {
		return
	}
	answers := func(block []*nginx.Directive) bool {
		for d := range facts.Walk(block, "location") {
			if d.Arg(0) == "=" && d.Arg(1) == uri {
				return true
			}
		}
		return false
	}
	// By hand it may ask for a page of the application, or for a file.
	if slices.ContainsFunc(n.ServersOn(port), answers) || !l.Generated && !answers(n.Directives) {
		return
	}
	l.Report(s.File, at, "Health check that nothing answers",
		"The health check of "+s.Name+" asks for "+uri+", which its configuration does not answer itself on port "+
			strconv.Itoa(port)+".",
		"Name a location of "+n.Path+".")
}
