package verify

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/format/text"
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
func checkContainerFiles(l *facts) {
	for _, s := range l.compose.services {
		kind := l.duties[s].kind
		for _, e := range s.environment {
			if text.Has(fileSettings, e.name) {
				for file := range strings.SplitSeq(e.text, ",") {
					l.checkMounted(s, word{file, e.at}, e.name)
				}
			}
		}
		if data := s.setting("ISC_DATA_DIRECTORY"); data.text != "" && kind == instanceKind {
			switch m := s.target(data.text); {
			case m == nil && !s.volume(data.text):
				l.report(s.file, data.at, "Data directory that is not mounted", "The service "+s.name+" keeps its data in "+data.text+", which no mount covers, so that it is lost with the container.", "Mount a directory above it.")
			case m != nil && path.Clean(m.target) == path.Clean(data.text) && l.generated:
				l.report(s.file, data.at, "Data directory that is the mount itself", "The data directory "+data.text+" of "+s.name+" is a mount, and IRIS refuses one that holds anything else.", "Use a directory below it.")
			}
		}
		for i, w := range s.command {
			if i > 0 && text.Has(fileFlags, s.command[i-1].text) && kind == instanceKind {
				l.checkMounted(s, w, s.command[i-1].text)
				continue
			}
			l.checkLabWords(s, w)
		}
		for _, w := range s.health.test {
			l.checkLabWords(s, w)
		}
	}
}

// startFlags are the arguments of iris-main, long and short, without which a generated
// lab's instance has no licence key, or is set up by nobody.
var startFlags = [...][2]string{{"--key", "-k"}, {"--before", "-b"}, {"--after", "-a"}}

// checkStart: an instance of a generated lab is started with its key and its hooks.
func checkStart(l *facts) {
	for _, s := range l.instances {
		for _, flag := range startFlags {
			given := func(w word) bool {
				return w.text == flag[0] || w.text == flag[1] || strings.HasPrefix(w.text, flag[0]+"=")
			}
			if l.generated && !slices.ContainsFunc(s.command, given) {
				l.report(s.file, s.at, "Incomplete command", "The command of "+s.name+" has no "+flag[0]+", with which the lab starts every instance.", "Keep the arguments that mirrorgen writes, and add others to them.")
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
func (l *facts) checkLabWords(s *service, w word) {
	for field := range strings.FieldsSeq(w.text) {
		device, _, _ := strings.Cut(strings.TrimPrefix(field, "/dev/"), "/")
		switch {
		case strings.HasPrefix(field, labDirectory):
			l.checkMounted(s, word{field, w.at}, "a command")
		case strings.HasPrefix(field, "/dev/") && !text.Has(devices, device):
			l.report(s.file, w.at, "Unknown device", "A command of "+s.name+" uses "+field+", which no container has.", "Use /dev/null or /dev/tcp.")
		case strings.HasSuffix(field, path.Base(agentCommand)) && field != agentCommand:
			l.report(s.file, w.at, "Unknown command", "The command of "+s.name+" is "+field+", which its image does not have.", "It is "+agentCommand+".")
		}
	}
}

func (l *facts) checkMounted(s *service, w word, who string) {
	if w.text == "" || s.target(w.text) != nil || s.volume(w.text) || s.built {
		return
	}
	l.report(s.file, w.at, "File that is not mounted", "In the service "+s.name+", "+who+" names "+w.text+", which no mount brings there.", "Mount it, or name what is mounted.")
}

// volume reports whether a path of the container lies in a named volume.
func (s *service) volume(name string) bool {
	return slices.ContainsFunc(s.volumes, func(target string) bool {
		return name == target || strings.HasPrefix(name, strings.TrimSuffix(target, "/")+"/")
	})
}

// checkHookFiles: what a script of the containers names in /lab is mounted
// wherever the script is.
func checkHookFiles(l *facts) {
	for _, script := range l.scripts {
		readers := l.compose.readers[script.path]
		if len(readers) == 0 {
			continue
		}
		for number, line := range text.Lines(script.text) {
			if strings.HasPrefix(strings.TrimSpace(line), "#") {
				continue
			}
			l.checkConfigurationPath(spot{script.file, placeIn(number, 0)}, line)
			for from := 0; ; {
				i := strings.Index(line[from:], labDirectory)
				if i < 0 {
					break
				}
				begin := from + i
				from = begin + strings.IndexFunc(line[begin:]+" ", notPathRune)
				l.checkHookFile(script, readers, word{line[begin:from], placeIn(number, begin+1)})
			}
		}
	}
}

func notPathRune(r rune) bool {
	return notAlphanumeric(r) && r != '/' && r != '.' && r != '-' && r != '_'
}

func (l *facts) checkHookFile(script *script, readers []*service, w word) {
	for _, s := range readers {
		if s.target(w.text) == nil && !l.servesNoDemo(s, w.text) {
			l.reportBoth(spot{script.file, w.at}, spot{s.file, s.at}, "File that is not mounted", "The script uses "+w.text+", which "+s.name+" does not mount.", "Mount it, or name what is mounted.")
			return
		}
	}
}

// servesNoDemo reports whether a file is one of the demo application, which the
// hooks leave alone where the table of instances says so.
func (l *facts) servesNoDemo(s *service, name string) bool {
	if l.roster == nil || !strings.HasPrefix(name, labDirectory+"MirrorLab.") {
		return false
	}
	e := l.roster.byName[s.name]
	return e != nil && e.text("demo") == "no"
}

// Where the images of the balancers look for their configuration. nginx's own
// default.conf has to be replaced, because it listens on port 80 too.
const (
	nginxTarget   = "/etc/nginx/conf.d/default.conf"
	haproxyTarget = "/usr/local/etc/haproxy/haproxy.cfg"
)

// checkConfigurationTargets: a balancer's configuration is mounted where its
// image reads it.
func checkConfigurationTargets(l *facts) {
	for _, s := range l.compose.services {
		d := l.duties[s]
		want, source := "", ""
		switch {
		case d.nginx != nil:
			want, source = nginxTarget, d.nginx.path
		case d.haproxy != nil:
			want, source = haproxyTarget, d.haproxy.path
		default:
			continue
		}
		for _, m := range s.mounts {
			if m.source == source && m.target != want && m.target != "/etc/nginx/nginx.conf" && len(s.command) == 0 && !s.built {
				l.report(s.file, m.at, "Configuration at the wrong place", "The service "+s.name+" mounts "+source+" on "+m.target+", where its image does not look.", "Mount it on "+want+".")
			}
		}
	}
}

// checkLicense: nothing but an IRIS has the licence key.
func checkLicense(l *facts) {
	keys := map[string]bool{}
	for _, s := range l.instances {
		for i, w := range s.command {
			if i > 0 && text.Has("--key -k", s.command[i-1].text) {
				if m := s.target(w.text); m != nil {
					keys[m.source] = true
				}
			}
		}
	}
	for _, s := range l.compose.services {
		for _, m := range s.mounts {
			key := keys[m.source] || m.target == licenseTarget || path.Base(m.source) == "iris.key"
			if key && l.duties[s].kind != instanceKind {
				l.report(s.file, m.at, "Licence key where none is needed", "The service "+s.name+" mounts "+m.source+", and needs no licence.", "Leave the mount to the instances.")
			}
		}
	}
}

// checkHostNames: a service's host name is its own; an instance finds its line in
// the table of instances by it.
func checkHostNames(l *facts) {
	for _, s := range l.compose.services {
		for _, n := range s.names {
			switch other := l.compose.byName[n.name]; {
			case n.what != "hostname" || n.name == s.name:
			case other != nil:
				l.report(s.file, n.at, "Host name of another service", "The host name of "+s.name+" is "+n.name+", which is another service.", "Use the service's own name.")
			case l.generated:
				l.report(s.file, n.at, "Host name that is not the service's", "The host name of "+s.name+" is "+n.name+"; the lab's scripts and the instances know it by the service's name.", "Use the service's own name.")
			}
		}
	}
}

// checkData: no two instances share a directory that they write to, and the
// members of a mirror keep the same directories.
func checkData(l *facts) {
	owner := map[string]spot{}
	service := map[string]*service{}
	configured := map[string]bool{} // directories that hold files of the lab
	if !l.generated {
		for name := range l.files {
			for dir := path.Dir(name); dir != "." && dir != "/"; dir = path.Dir(dir) {
				configured[dir] = true
			}
		}
	}
	for _, s := range l.instances {
		for _, m := range s.mounts {
			if m.readOnly || l.files[m.source] != nil || configured[m.source] || m.source == "." || m.source == "" {
				continue
			}
			if other := service[m.source]; other != nil && other != s && owner[m.source].at != m.at {
				l.reportBoth(spot{s.file, m.at}, owner[m.source], "Directory of another instance", "The services "+other.name+" and "+s.name+" both write to "+m.source+".", "Give every instance a directory of its own.")
				continue
			}
			service[m.source], owner[m.source] = s, spot{s.file, m.at}
		}
	}
	if l.roster == nil {
		return
	}
	for _, mirror := range l.roster.mirrors {
		l.checkSameTargets(mirror)
	}
}

// checkSameTargets: all members of a mirror mount data at the same places, below
// their own name in data/.
func (l *facts) checkSameTargets(mirror *entry) {
	var first *service
	for _, e := range l.roster.members(mirror.name) {
		s := l.compose.byName[e.name]
		if s == nil {
			continue
		}
		for _, m := range s.mounts {
			if owner, found := strings.CutPrefix(m.source, "data/"); found {
				if owner, _, _ = strings.Cut(owner, "/"); owner != s.name {
					l.report(s.file, m.at, "Directory of another instance", "The service "+s.name+" mounts "+m.source+", which is named after another.", "Keep its data in data/"+s.name+"/.")
				}
			}
		}
		if durable := s.setting("ISC_DATA_DIRECTORY"); (durable.text != "") != (mirror.text("durable") == "yes") {
			l.reportBoth(spot{s.file, s.at}, l.roster.spot(mirror.value("durable")), "Data that is kept for some members only", l.roster.path+" says durable="+mirror.text("durable")+" of the mirror "+mirror.name+", and the settings of "+s.name+" say otherwise.", "Keep the data of all members of a mirror, or of none.")
		}
		if first == nil {
			first = s
			continue
		}
		if mine, theirs := dataTargets(s), dataTargets(first); !slices.Equal(mine, theirs) {
			l.reportBoth(spot{s.file, s.at}, spot{first.file, first.at}, "Members with different directories", "The members "+first.name+" and "+s.name+" of one mirror mount data at "+strings.Join(theirs, ", ")+" and at "+strings.Join(mine, ", ")+".", "Mount the same on every member.")
		}
	}
}

func dataTargets(s *service) []string {
	var list []string
	for _, m := range s.mounts {
		if strings.HasPrefix(m.source, "data/") {
			list = append(list, m.target)
		}
	}
	slices.Sort(list)
	return list
}

// checkMemberOrder: a member starts when its primary is up (ACMF: the primary must
// be running before others are added), and waits for nobody outside its mirror.
func checkMemberOrder(l *facts) {
	if l.roster == nil {
		return
	}
	for _, e := range l.roster.instances {
		s, mirror := l.compose.byName[e.name], l.roster.mirror(e.text("mirror"))
		if s == nil || mirror == nil {
			continue
		}
		allowed := map[string]bool{}
		for _, m := range l.roster.members(mirror.name) {
			allowed[m.name] = true
			failover := m.text("role") == "primary" || m.text("role") == "backup" && e.text("role") != "primary"
			if failover && m != e && !s.waitsForHealth(m.name) {
				l.reportBoth(spot{s.file, s.at}, l.roster.spot(m.value("role")), "Instance that does not wait for its mirror", "The service "+s.name+" needs "+m.name+" to be up when it starts, but does not wait for its health.", "Add "+m.name+" to its depends_on, with condition: service_healthy.")
			}
		}
		if arbiter := l.compose.byIP[parseAddr(mirror.text("arbiter"))]; arbiter != nil {
			allowed[arbiter.name] = true
			if role := e.text("role"); (role == "primary" || role == "backup") && !s.waitsFor(arbiter.name) {
				l.report(s.file, s.at, "Member that does not wait for its arbiter", "The service "+s.name+" does not wait for its arbiter "+arbiter.name+".", "Add it to depends_on.")
			}
		}
		for _, d := range s.dependencies {
			if target := l.compose.byName[d.service]; target != nil && !allowed[d.service] && l.duties[target].kind != other {
				l.report(s.file, d.at, "Dependency on a stranger", "The service "+s.name+" waits for "+d.service+", which has nothing to do with its mirror.", "Remove the dependency.")
			}
		}
	}
}

func (s *service) waitsForHealth(name string) bool {
	return slices.ContainsFunc(s.dependencies, func(d dependency) bool { return d.service == name && d.healthy })
}

func (s *service) waitsFor(name string) bool {
	return slices.ContainsFunc(s.dependencies, func(d dependency) bool { return d.service == name })
}

// checkHealthPorts: a health check connects to a port that the service listens
// on, and asks nginx for a location that it has.
func checkHealthPorts(l *facts) {
	for _, s := range l.compose.services {
		for _, w := range s.health.test {
			for field := range strings.FieldsSeq(w.text) {
				if _, rest, found := strings.Cut(field, "/dev/tcp/"); found {
					host, port, _ := strings.Cut(rest, "/")
					l.checkHealthPort(s, w.at, host, number(port))
				}
				if strings.HasPrefix(field, "http://") {
					host, port := hostPort(proxyHost(field))
					l.checkHealthPort(s, w.at, host, port)
					_, rest, _ := strings.Cut(strings.TrimPrefix(field, "http://"), "/")
					l.checkHealthLocation(s, w.at, "/"+rest)
				}
			}
		}
	}
}

func (l *facts) checkHealthPort(s *service, at place, host string, port int) {
	if host != "127.0.0.1" && host != "localhost" && host != s.name && l.compose.byIP[parseAddr(host)] != s {
		l.report(s.file, at, "Health check of another service", "The health check of "+s.name+" asks "+host+", which is not the service itself.", "Ask 127.0.0.1.")
		return
	}
	if ports := l.listens(s); !l.opaque(s) && !slices.Contains(ports, port) {
		l.report(s.file, at, "Health check that nothing answers", "The health check of "+s.name+" connects to port "+strconv.Itoa(port)+", but it listens on "+portList(ports)+".", "Use a port that it listens on.")
	}
}

func (l *facts) checkHealthLocation(s *service, at place, uri string) {
	n := l.duties[s].nginx
	if n == nil {
		return
	}
	for d := range walk(n.directives, "location") {
		if d.Arg(0) == "=" && d.Arg(1) == uri {
			return
		}
	}
	l.report(s.file, at, "Health check that nothing answers", "The health check of "+s.name+" asks for "+uri+", which its configuration does not answer itself.", "Name a location of "+n.path+".")
}
