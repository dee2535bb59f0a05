package verify

import (
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"mirrorgen/internal/format/text"
)

// shared is the range that carriers use for themselves; nobody routes it.
var shared = netip.MustParsePrefix("100.64.0.0/10")

// checkPlaces: subnets are private, and no service takes whatever address is free
// on a network where others have fixed ones.
func checkPlaces(l *facts) {
	fixed := map[string]spot{}
	for _, s := range l.compose.services {
		for _, a := range s.addresses {
			if a.ip != "" {
				fixed[a.network] = spot{s.file, a.at}
			}
		}
	}
	for _, n := range l.compose.networks {
		for _, s := range n.subnets {
			if a := s.prefix.Addr(); s.prefix.IsValid() && a.Is4() && !a.IsPrivate() && !shared.Contains(a) {
				l.report(n.file, s.at, "Public subnet", "The subnet "+s.text+" of network "+n.name+" belongs to somebody on the Internet, whom the host could no longer reach.", "Use a subnet of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.")
			}
		}
	}
	for _, s := range l.compose.services {
		for _, a := range s.addresses {
			if there, ok := fixed[a.network]; ok && a.ip == "" {
				l.reportBoth(spot{s.file, a.at}, there, "Dynamic address beside fixed ones", "The service "+s.name+" takes any free address of network "+a.network+", which after a restart may be one that another service has by ipv4_address.", "Give every service of the network an ipv4_address, or none.")
			}
		}
	}
}

// checkSecrets: private keys and passwords do not lie where they are committed.
func checkSecrets(l *facts) {
	ignored := func(f *file) bool {
		if l.ignored == nil {
			return false
		}
		for line := range strings.Lines(l.ignored.text) {
			rule := strings.Trim(strings.TrimSpace(line), "/")
			matched, err := path.Match(rule, path.Base(f.path))
			if rule != "" && (rule == f.path || strings.HasPrefix(f.path, rule+"/") || err == nil && matched) {
				return true
			}
		}
		return false
	}
	for _, f := range l.files {
		i := strings.Index(f.text, "PRIVATE KEY-----")
		if i >= 0 && strings.HasPrefix(f.text[max(0, strings.LastIndexByte(f.text[:i], '\n')+1):], "-----BEGIN") && !ignored(f) {
			l.report(f, f.at(i), "Private key that could be committed", "The file holds a private key, and .gitignore does not list it.", "List it in .gitignore, and make a new key if this one was ever committed.")
		}
	}
	for _, g := range l.gateways {
		for _, s := range g.ini.sections {
			password, ok := s.key("Password")
			if plain := gatewayPassword(password.value); ok && plain != defaultPassword && plain != "" && !strings.HasPrefix(plain, "{") && !strings.HasPrefix(plain, "PBKDF2|") && !ignored(g.file) {
				l.report(g.file, password.valueAt, "Password that could be committed", "The section ["+s.name+"] holds a password of its own, and .gitignore does not list the file.", "List it in .gitignore.")
			}
		}
	}
}

// checkEnvironmentFile: Compose runs no commands for the values of .env.
func checkEnvironmentFile(l *facts) {
	f := l.files[".env"]
	if f == nil {
		return
	}
	for number, line := range text.Lines(f.text) {
		if i := strings.Index(line, "$("); i >= 0 && !strings.HasPrefix(strings.TrimSpace(line), "#") {
			l.report(f, placeIn(number, i+1), "Command in an environment file", "Compose takes $( literally: it runs no command for a value of .env.", "Write the value, or set the variable in the script that starts the lab.")
		}
	}
}

// checkScriptTests: a comparison without blanks is one word, which is always true.
func checkScriptTests(l *facts) {
	for _, s := range l.scripts {
		if s.tree == nil {
			continue
		}
		syntax.Walk(s.tree, func(node syntax.Node) bool {
			call, ok := node.(*syntax.CallExpr)
			if !ok || len(call.Args) != 3 && len(call.Args) != 2 {
				return true
			}
			command, _ := literal(call.Args[0])
			if command == "[" && len(call.Args) == 3 || command == "test" && len(call.Args) == 2 {
				word := s.text[call.Args[1].Pos().Offset():call.Args[1].End().Offset()]
				if i := strings.Index(word, "="); i > 0 {
					l.report(s.file, placeAt(call.Args[1].Pos()), "Test that is always true", "To the shell "+word+" is one word that is not empty, and so true.", "Put blanks around the operator.")
				}
			}
			return true
		})
	}
}

// checkScriptTargets: a script runs iris where there is one.
func checkScriptTargets(l *facts) {
	for _, s := range l.scripts {
		if s.tree == nil {
			continue
		}
		syntax.Walk(s.tree, func(node syntax.Node) bool {
			call, ok := node.(*syntax.CallExpr)
			if !ok || len(call.Args) < 4 {
				return true
			}
			words := make([]word, len(call.Args))
			for i, arg := range call.Args {
				words[i] = wordOf(arg)
			}
			at := slices.IndexFunc(words, func(w word) bool { return w.text == "exec" })
			if !strings.HasPrefix(words[0].text, "docker") || at < 1 {
				return true
			}
			for i := at + 1; i+1 < len(words); i++ {
				if strings.HasPrefix(words[i].text, "-") {
					continue
				}
				target := l.compose.byName[words[i].text]
				if target != nil && words[i+1].text == "iris" && l.duties[target].kind != instanceKind {
					l.reportBoth(spot{s.file, words[i].at}, spot{target.file, target.at}, "Command for another service", "The script runs iris in "+words[i].text+", which is no instance.", "Name an instance.")
				}
				break
			}
			return true
		})
	}
}

// checkStopScripts: a script that stops instances one by one stops all of them.
func checkStopScripts(l *facts) {
	for _, s := range l.scripts {
		if !strings.Contains(path.Base(s.path), "stop") {
			continue
		}
		var named, missing []string
		for _, i := range l.instances {
			found := mentions(s.text, i.name)
			for _, n := range i.names {
				found = found || mentions(s.text, n.name)
			}
			if found {
				named = append(named, i.name)
			} else {
				missing = append(missing, i.name)
			}
		}
		if len(named) > 1 && len(missing) > 0 {
			there := l.compose.byName[missing[0]]
			l.reportBoth(spot{s.file, place{}}, spot{there.file, there.at}, "Script that forgets a service", "The script names "+strings.Join(named, ", ")+", but not "+strings.Join(missing, ", ")+".", "Name every instance, or use docker compose stop.")
		}
	}
}

// checkMissingWebServer: nothing asks an instance for the web server that its image
// no longer has.
func checkMissingWebServer(l *facts) {
	if len(l.instances) == 0 || slices.ContainsFunc(l.instances, webServer) {
		return
	}
	const port = ":52773"
	for _, f := range l.files {
		switch path.Ext(f.path) {
		case ".sh", ".cfg", ".conf":
		default:
			continue
		}
		for number, line := range text.Lines(f.text) {
			if i := strings.Index(line, port); i >= 0 && !strings.HasPrefix(strings.TrimSpace(line), "#") {
				s := l.instances[0]
				l.reportBoth(spot{f, placeIn(number, i+1)}, spot{s.file, s.at}, "Web server that the image does not have", "The line asks for port 52773, but images have had no web server since 2023.2, and "+s.image+" is later.", "Ask through a web gateway, on the member's own path.")
				break
			}
		}
	}
}

// checkForeignMembers: what members of a mirror owe each other where no table of
// instances says who they are.
func checkForeignMembers(l *facts) {
	founders := map[string]*membership{}
	for _, s := range l.instances {
		for _, c := range s.capabilities {
			if c.text == "NET_ADMIN" {
				l.report(s.file, c.at, "Virtual address in a container", "The service "+s.name+" may change its network, as a mirror's virtual address needs, but an instance in a container cannot take one over.", "Remove it; clients reach the primary through haproxy or a web gateway.")
			}
		}
		for _, e := range s.environment {
			if strings.Contains(strings.ToLower(e.name), "systemname") && e.text != strings.ToUpper(e.text) {
				l.report(s.file, e.at, "System name in lower case", "The system name of "+s.name+" is "+e.text+", which IRIS keeps as "+strings.ToUpper(e.text)+".", "Write it in upper case.")
			}
		}
		if l.duties[s].merge == nil {
			continue
		}
		m := l.membershipOf(l.duties[s].merge)
		if m == nil {
			continue
		}
		if m.founder != nil && m.founder != s && !s.waitsForHealth(m.founder.name) {
			l.reportBoth(spot{s.file, s.at}, m.spot("Primary"), "Instance that does not wait for its mirror", "The service "+s.name+" joins the mirror of "+m.founder.name+", but does not wait for its health.", "Add "+m.founder.name+" to its depends_on, with condition: service_healthy.")
		}
		if m.founder == s {
			if other := founders[m.text("Name")]; other != nil {
				l.reportBoth(m.spot("Name"), other.spot("Name"), "Two mirror sets of one name", "The members "+other.merge.service.name+" and "+s.name+" found two mirror sets with the name "+m.text("Name")+", which no ECP client can tell apart.", "Give one of them another.")
			}
			founders[m.text("Name")] = m
		}
	}
}

// checkMirrorConfiguration: the configuration of a mirror holds identifiers that
// IRIS makes when the mirror is made.
func checkMirrorConfiguration(l *facts) {
	for _, m := range l.merges {
		for _, section := range m.merge.Sections {
			if name, _, _ := strings.Cut(section.Name, "."); len(section.Keys) > 0 && (strings.EqualFold(name, "Mirrors") || strings.EqualFold(name, "MapMirrors")) {
				l.report(m.file, placeIn(section.Line, 0), "Mirror configuration written in advance", "The section ["+section.Name+"] holds the identifiers of a mirror that does not exist yet.", "Declare the mirror with ConfigMirror.")
			}
		}
	}
}

// checkCookies: HAProxy sets cookies in HTTP mode only.
func checkCookies(l *facts) {
	for _, h := range l.haproxy {
		for _, p := range h.proxies {
			mode := "tcp"
			for line := range p.Find("mode") {
				mode = line.Words[min(1, len(line.Words)-1)]
			}
			for line := range p.Find("cookie") {
				if mode == "tcp" {
					l.report(h.file, placeIn(line.Number, line.Columns[0]), "Cookie in TCP mode", "The section "+p.Name+" is in TCP mode, in which HAProxy sees no cookies; line "+strconv.Itoa(line.Number)+" has no effect.", "Remove it, or use mode http.")
				}
			}
		}
	}
}
