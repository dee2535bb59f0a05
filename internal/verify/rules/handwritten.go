package rules

import (
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/verify/facts"
)

// shared is the range that carriers use for themselves; nobody routes it.
var shared = netip.MustParsePrefix("100.64.0.0/10")

// checkPublicSubnets: subnets are private, and no service takes whatever address is free
// on a network where others have fixed ones.
func checkPublicSubnets(l *checker) {
	fixed := map[string]facts.Location{}
	for _, s := range l.Compose.Services {
		for _, a := range s.Addresses {
			if a.IP != "" {
				fixed[a.Network] = s.Location(a.At)
			}
		}
	}
	for _, n := range l.Compose.Networks {
		for _, s := range n.Subnets {
			if a := s.Prefix.Addr(); s.Prefix.IsValid() && a.Is4() && !a.IsPrivate() && !shared.Contains(a) {
				l.Report(n.File, s.At, "Public subnet",
					"The subnet "+s.Text+" of network "+n.Name+" belongs to somebody on the Internet, whom the host "+
						"could no longer reach.",
					"Use a subnet of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.")
			}
		}
	}
	for _, s := range l.Compose.Services {
		for _, a := range s.Addresses {
			if there, ok := fixed[a.Network]; ok && a.IP == "" {
				l.ReportBoth(s.Location(a.At), there, "Dynamic address beside fixed ones",
					"The service "+s.Name+" takes any free address of network "+a.Network+", which after a restart "+
						"may be one that another service has by ipv4_address.",
					"Give every service of the network an ipv4_address, or none.")
			}
		}
	}
}

// checkSecrets: private keys and passwords do not lie where they are committed.
func checkSecrets(l *checker) {
	for _, f := range l.Files {
		if at, found := privateKey(f.Text); found && !f.FromVariable() && !l.isIgnored(f.Path) {
			remedy := "List it in .gitignore"
			if f.IsInline() {
				remedy = "Keep it in a file that .gitignore lists"
			}
			l.Report(f, f.Position(at), "Private key that could be committed",
				"The file holds a private key, and .gitignore does not list it.",
				remedy+", and make a new key if this one was ever committed.")
		}
	}
	for _, g := range l.Gateways {
		for _, s := range g.INI.Sections {
			password, ok := s.Key("Password")
			if ok && isSecret(facts.GatewayPassword(password.Value)) && !g.FromVariable() && !l.isIgnored(g.Path) {
				remedy := "List it in .gitignore."
				if g.IsInline() {
					remedy = "Keep it in a file that .gitignore lists."
				}
				l.Report(g.File, password.ValueAt, "Password that could be committed",
					"The section ["+s.Name+"] holds a password of its own, and .gitignore does not list the file.",
					remedy)
			}
		}
	}
}

// privateKey is the offset of a private key in PEM, on a line that begins it.
func privateKey(content string) (offset int, found bool) {
	i := strings.Index(content, "PRIVATE KEY-----")
	if i < 0 {
		return 0, false
	}
	line := max(0, strings.LastIndexByte(content[:i], '\n')+1)
	return i, strings.HasPrefix(content[line:], "-----BEGIN")
}

// isIgnored reports whether .gitignore lists the file of a path.
func (l *checker) isIgnored(file string) bool {
	if l.Ignored == nil {
		return false
	}
	for line := range strings.Lines(l.Ignored.Text) {
		rule := strings.Trim(strings.TrimSpace(line), "/")
		matched, err := path.Match(rule, path.Base(file))
		if rule != "" && (rule == file || strings.HasPrefix(file, rule+"/") || err == nil && matched) {
			return true
		}
	}
	return false
}

// isSecret reports whether a password is neither the product's own, nor a hash, nor the name
// of where it is kept.
func isSecret(password string) bool {
	return password != "" && password != facts.DefaultPassword && !strings.HasPrefix(password, "{") &&
		!strings.HasPrefix(password, "PBKDF2|")
}

// checkEnvironmentFile: Compose runs no commands for the values of .env.
func checkEnvironmentFile(l *checker) {
	f := l.Files[".env"]
	if f == nil {
		return
	}
	for number, line := range text.Lines(f.Text) {
		if i, what := commandIn(line); what != "" {
			l.Report(f, facts.PositionAt(number, i+1), "Command in an environment file",
				"Compose takes what begins with "+what+" literally: it runs no command for a value of .env.",
				"Write the value, or set the variable in the script that starts the lab.")
		}
	}
}

// commandIn is the offset of what a shell would run for a value of a line of .env, and how that
// begins; "" for none.
func commandIn(line string) (offset int, what string) {
	_, value, found := strings.Cut(line, "=")
	if !found || strings.HasPrefix(strings.TrimSpace(line), "#") || strings.HasPrefix(value, "'") {
		return 0, ""
	}
	at := len(line) - len(value)
	for _, begin := range [...]string{"$(", "`"} {
		if i := strings.Index(value, begin); i >= 0 {
			return at + i, begin
		}
	}
	if strings.HasPrefix(value, "(") && strings.HasSuffix(strings.TrimSpace(value), ")") {
		return at, "("
	}
	return 0, ""
}

// checkScriptTests: a comparison without blanks is one word, which is always true.
func checkScriptTests(l *checker) {
	for _, s := range l.Scripts {
		if s.Tree == nil {
			continue
		}
		syntax.Walk(s.Tree, func(node syntax.Node) bool {
			call, ok := node.(*syntax.CallExpr)
			if !ok || len(call.Args) != 3 && len(call.Args) != 2 {
				return true
			}
			command, _ := facts.Literal(call.Args[0])
			if command == "[" && len(call.Args) == 3 || command == "test" && len(call.Args) == 2 {
				word := s.Text[call.Args[1].Pos().Offset():call.Args[1].End().Offset()]
				if i := strings.Index(word, "="); i > 0 {
					l.Report(s.File, facts.ShellPosition(call.Args[1].Pos()), "Test that is always true",
						"To the shell "+word+" is one word that is not empty, and so true.",
						"Put blanks around the operator.")
				}
			}
			return true
		})
	}
}

// checkScriptLines: a script has the line ends of Unix. The kernel takes a carriage return for a part
// of the name of the shell, and the shell for a part of each last word.
func checkScriptLines(l *checker) {
	for _, s := range l.Scripts {
		first, _, _ := strings.Cut(s.Text, "\n")
		if strings.HasSuffix(first, "\r") {
			l.Report(s.File, facts.PositionAt(1, len(first)), "Carriage return",
				"The lines of the script end with a carriage return, as on Windows, and no shell runs it.",
				"Save it with the line ends of Unix, and keep Git from changing them with .gitattributes.")
		}
	}
}

// checkScriptTargets: a script runs iris where there is one.
func checkScriptTargets(l *checker) {
	for _, s := range l.Scripts {
		if s.Tree == nil {
			continue
		}
		syntax.Walk(s.Tree, func(node syntax.Node) bool {
			call, ok := node.(*syntax.CallExpr)
			if !ok || len(call.Args) < 4 {
				return true
			}
			words := make([]facts.Word, len(call.Args))
			for i, arg := range call.Args {
				words[i] = facts.WordOf(arg)
			}
			at := slices.IndexFunc(words, func(w facts.Word) bool { return w.Text == "exec" })
			if !strings.HasPrefix(words[0].Text, "docker") || at < 1 {
				return true
			}
			for i := at + 1; i+1 < len(words); i++ {
				if strings.HasPrefix(words[i].Text, "-") {
					continue
				}
				target := l.Compose.ByName[words[i].Text]
				if target != nil && words[i+1].Text == "iris" && l.Roles[target].Kind != facts.InstanceKind {
					l.ReportBoth(s.Location(words[i].At), target.Location(target.At), "Command for another service",
						"The script runs iris in "+words[i].Text+", which is no instance.",
						"Name an instance.")
				}
				break
			}
			return true
		})
	}
}

// checkStopScripts: a script that stops instances one by one stops all of them.
func checkStopScripts(l *checker) {
	for _, s := range l.Scripts {
		if !strings.Contains(path.Base(s.Path), "stop") {
			continue
		}
		var named, missing []string
		for _, i := range l.Instances {
			found := mentions(s.Text, i.Name)
			for _, n := range i.Aliases {
				found = found || mentions(s.Text, n.Name)
			}
			if found {
				named = append(named, i.Name)
			} else {
				missing = append(missing, i.Name)
			}
		}
		if len(named) > 1 && len(missing) > 0 {
			there := l.Compose.ByName[missing[0]]
			l.ReportBoth(s.Location(facts.Position{}), there.Location(there.At), "Script that forgets a service",
				"The script names "+strings.Join(named, ", ")+", but not "+strings.Join(missing, ", ")+".",
				"Name every instance, or use docker compose stop.")
		}
	}
}

// checkMissingWebServer: nothing asks an instance for the web server that its image
// no longer has.
func checkMissingWebServer(l *checker) {
	const port = ":52773"
	if len(l.Instances) == 0 || slices.ContainsFunc(l.Instances, facts.WebServer) {
		return
	}
	for _, f := range l.Files {
		switch path.Ext(f.Path) {
		case ".sh", ".cfg", ".conf":
			if at, found := uncommented(f, port); found {
				l.reportWebServer(f.Location(at), l.Instances[0])
			}
		}
	}
}

// checkWebServerChecks: neither the health check of an instance nor one of its published
// ports is that of a web server that its image does not have.
func checkWebServerChecks(l *checker) {
	for _, s := range l.Instances {
		if facts.WebServer(s) {
			continue
		}
		for _, w := range s.Health.Test {
			if strings.Contains(w.Text, ":52773") {
				l.reportWebServer(s.Location(w.At), s)
			}
		}
		for _, p := range s.Ports {
			if p.Container == facts.WebServerPort {
				l.reportWebServer(s.Location(p.At), s)
			}
		}
	}
}

func (l *checker) reportWebServer(at facts.Location, s *facts.Service) {
	l.ReportBoth(at, s.Location(s.At), "Web server that the image does not have",
		"The line asks for port 52773, but images have had no web server since 2023.2, and "+s.BaseImage()+" is later.",
		"Ask through a web gateway, on the member's own path.")
}

// uncommented is the first position of a text outside comments.
func uncommented(f *facts.File, what string) (facts.Position, bool) {
	for number, line := range text.Lines(f.Text) {
		if i := strings.Index(line, what); i >= 0 && !strings.HasPrefix(strings.TrimSpace(line), "#") {
			return facts.PositionAt(number, i+1), true
		}
	}
	return facts.Position{}, false
}

// checkForeignMembers: what members of a mirror owe each other where no table of
// instances says who they are.
func checkForeignMembers(l *checker) {
	founders := map[string]*facts.Membership{}
	for _, s := range l.Instances {
		for _, c := range s.Capabilities {
			if c.Text == "NET_ADMIN" {
				l.Report(s.File, c.At, "Virtual address in a container",
					"The service "+s.Name+" may change its network, as a mirror's virtual address needs, which "+
						"InterSystems does not support for instances in containers.",
					"Remove it; clients reach the primary through haproxy or a web gateway.")
			}
		}
		for _, e := range s.Environment {
			if strings.Contains(strings.ToLower(e.Name), "systemname") && e.Text != strings.ToUpper(e.Text) {
				l.Report(s.File, e.At, "System name in lower case",
					"The system name of "+s.Name+" is "+e.Text+", which IRIS keeps as "+strings.ToUpper(e.Text)+".",
					"Write it in upper case.")
			}
		}
		if l.Roles[s].Merge == nil {
			continue
		}
		m := l.MembershipOf(l.Roles[s].Merge)
		if m == nil {
			continue
		}
		if m.Founder != nil && m.Founder != s && !s.WaitsForHealth(m.Founder.Name) {
			l.ReportBoth(s.Location(s.At), m.ArgumentLocation("Primary"), "Instance that does not wait for its mirror",
				"The service "+s.Name+" joins the mirror of "+m.Founder.Name+", but does not wait for its health.",
				"Add "+m.Founder.Name+" to its depends_on, with condition: service_healthy.")
		}
		if m.Founder == s {
			if other := founders[strings.ToUpper(m.Text("Name"))]; other != nil {
				l.ReportBoth(m.ArgumentLocation("Name"), other.ArgumentLocation("Name"), "Two mirror sets of one name",
					"The members "+other.Merge.Service.Name+" and "+s.Name+" found two mirror sets with the name "+
						m.Text("Name")+", which no ECP client can tell apart.",
					"Give one of them another.")
			}
			founders[strings.ToUpper(m.Text("Name"))] = m
		}
	}
}

// checkMirrorConfiguration: the configuration of a mirror holds identifiers that
// IRIS makes when the mirror is made.
func checkMirrorConfiguration(l *checker) {
	for _, m := range l.Merges {
		for _, section := range m.Merge.Sections {
			if name, _, _ := strings.Cut(section.Name, "."); len(section.Keys) > 0 && (strings.EqualFold(name,
				"Mirrors") || strings.EqualFold(name,
				"MapMirrors")) {
				l.Report(m.File, facts.PositionAt(section.Line, 0), "Mirror configuration written in advance",
					"The section ["+section.Name+"] holds the identifiers of a mirror that does not exist yet.",
					"Declare the mirror with ConfigMirror.")
			}
		}
	}
}

// checkDeclaredMirrors: a mirror is set up by ConfigMirror. CreateMirror calls Config.Mirrors, whose
// class reference says that mirrors are not to be made so.
func checkDeclaredMirrors(l *checker) {
	for _, m := range l.Merges {
		for action := range m.Merge.Actions {
			if action.Name == "CreateMirror" && l.MembershipOf(&m) == nil {
				l.Report(m.File, facts.PositionAt(action.Line, action.Column), "Mirror that is only declared",
					"CreateMirror writes the mirror "+action.Value("Name")+" into the configuration, and makes the "+
						"instance neither its primary nor another member.",
					"Use ConfigMirror, with a Member and a Primary.")
			}
		}
	}
}

// checkCookies: HAProxy sets cookies in HTTP mode only.
func checkCookies(l *checker) {
	for _, h := range l.HAProxy {
		for _, p := range h.Proxies {
			mode := "tcp"
			for line := range p.Find("mode") {
				mode = line.Words[min(1, len(line.Words)-1)]
			}
			for line := range p.Find("cookie") {
				if mode == "tcp" {
					l.Report(h.File, facts.PositionAt(line.Number, line.Columns[0]), "Cookie in TCP mode",
						"The section "+p.Name+" is in TCP mode, in which HAProxy sees no cookies; line "+
							strconv.Itoa(line.Number)+" has no effect.",
						"Remove it, or use mode http.")
				}
			}
		}
	}
}
