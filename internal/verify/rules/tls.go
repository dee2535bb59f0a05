package rules

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/format/nginx"
	"mirrorgen/internal/format/text"
	"mirrorgen/internal/verify/facts"
)

// checkTLS: who is told to use a certificate has one of its own, both ends of a connection
// use TLS, and a member lets in just the others of its mirror.
func checkTLS(l *checker) {
	l.checkCertificates()
	secured := map[*facts.Service]map[string]bool{} // TLS configurations of an instance
	for i := range l.Merges {
		m := &l.Merges[i]
		if m.Service != nil {
			secured[m.Service] = l.checkTLSConfigurations(m)
		}
	}
	for _, g := range l.Gateways {
		l.checkGatewayTLS(g, secured)
	}
	for i := range l.Merges {
		l.checkECPTLS(&l.Merges[i], secured)
		l.checkMirrorTLS(&l.Merges[i])
	}
	for i := range l.NGINX {
		l.checkHTTPS(l.NGINX[i])
	}
	for _, h := range l.HAProxy {
		l.checkHAProxyTLS(h)
	}
	l.checkAdmissions()
	if l.Generated {
		l.checkTLSFiles()
	}
}

// tlsFiles are those of a service's certificate, under the names that IRIS takes.
const tlsFiles = "CAFile.pem CertificateFile.pem PrivateKeyFile.pem"

// checkTLSFiles: what a file names in /lab/tls is one of the three that are there.
func (l *checker) checkTLSFiles() {
	for _, f := range l.Files {
		number := 0
		for line := range strings.Lines(f.Text) {
			number++
			for from := 0; ; {
				i := strings.Index(line[from:], tlsTarget+"/")
				if i < 0 {
					break
				}
				begin := from + i + len(tlsTarget) + 1
				end := begin + strings.IndexFunc(line[begin:]+" ", func(r rune) bool {
					return r != '.' && r != '_' && r != '-' && notAlphanumeric(r)
				})
				if name := strings.TrimRight(line[begin:end], "."); name != "" && !text.Has(tlsFiles, name) {
					l.Report(f, facts.PositionAt(number, from+i+1), "Unknown file of a certificate",
						"The directory of a certificate has no "+name+".", "It has "+tlsFiles+".")
				}
				from = end
			}
		}
	}
}

// checkCertificates: no two services have one certificate.
func (l *checker) checkCertificates() {
	first := map[string]*facts.Service{}
	for _, s := range l.Compose.Services {
		m := s.Directory(tlsTarget)
		if l.Own(s) {
			continue
		}
		if m == nil {
			l.checkCertificateFiles(s)
			continue
		}
		if other := first[m.Source]; other != nil {
			l.ReportBoth(s.Location(m.At), other.Location(other.At), "Certificate of two services",
				s.Name+" and "+other.Name+" have one certificate, and whoever admits one of them by its name "+
					"admits both.",
				"Give each a directory of its own.")
		} else if l.Generated && path.Base(m.Source) != s.Name {
			l.Report(s.File, m.At, "Certificate of another service",
				"The service "+s.Name+" has the certificate in "+m.Source+".", "Mount the directory that has "+
					"its name.")
		}
		first[m.Source] = s
	}
}

// checkCertificateFiles: what a service without one directory of a certificate has of one is its
// own.
func (l *checker) checkCertificateFiles(s *facts.Service) {
	for _, m := range s.Mounts {
		if path.Dir(m.Target) == tlsTarget && l.Generated && path.Base(path.Dir(m.Source)) != s.Name {
			l.Report(s.File, m.At, "Certificate of another service", "The service "+s.Name+" has "+m.Source+
				" among the files of its certificate.", "Take all of them from the directory that has its name.")
		}
	}
}

// needsFile: a file of a certificate is there for a service only where a mount brings it; in a
// generated lab that is the directory of its certificate.
func (l *checker) needsFile(f *facts.File, at facts.Position, s *facts.Service, file string) {
	if s == nil || brings(s, file) {
		return
	}
	ours := strings.HasPrefix(file, tlsTarget+"/") || file == tlsTarget ||
		l.Generated && strings.HasPrefix(file, path.Dir(tlsTarget)+"/")
	if !ours {
		if l.lacksCertificate(s, file) {
			l.ReportBoth(f.Location(at), s.Location(s.At), "Certificate that is not mounted",
				"The service "+s.Name+" is told to use "+file+", which no mount brings there.",
				"Mount it, or name what is mounted.")
		}
		return
	}
	l.ReportBoth(f.Location(at), s.Location(s.At), "Certificate that is not mounted",
		"The service "+s.Name+" is told to use "+file+", which no mount brings there.",
		"Mount the directory of its certificate on "+tlsTarget+".")
}

// brings reports whether a file is mounted in a service; for the directory of its certificate,
// whether all files of one are.
func brings(s *facts.Service, file string) bool {
	if s.Target(file) != nil || file != tlsTarget {
		return s.Target(file) != nil
	}
	for name := range strings.FieldsSeq(tlsFiles) {
		if s.Target(path.Join(file, name)) == nil {
			return false
		}
	}
	return true
}

// ofSystems are directories in which images have certificates of their own.
var ofSystems = []string{"/etc/ssl/", "/etc/pki/", "/usr/", "/opt/", "/proc/", "/dev/"}

// lacksCertificate reports whether a file is surely not in a container: its image is not built here and
// has none there, no volume may have it, and neither its command nor a script of it speaks of the
// directory.
func (l *checker) lacksCertificate(s *facts.Service, file string) bool {
	if !path.IsAbs(file) || strings.Contains(file, "$") || facts.Unknown(file) || s.Build != nil || s.Volume(file) {
		return false
	}
	directory := path.Dir(file) // "/" of a file right there: everything speaks of it
	speaks := func(w facts.Word) bool { return strings.Contains(w.Text, directory) }
	if slices.ContainsFunc(ofSystems, func(d string) bool { return strings.HasPrefix(file, d) }) ||
		slices.ContainsFunc(s.Command, speaks) {
		return false
	}
	for _, script := range l.scriptsOf(s) {
		if strings.Contains(script.Text, directory) {
			return false
		}
	}
	return true
}

// checkTLSConfigurations lists the TLS configurations that a merge file makes.
func (l *checker) checkTLSConfigurations(m *facts.MergeFile) map[string]bool {
	names := map[string]bool{}
	for action := range m.Merge.Actions {
		for _, a := range action.Arguments {
			if a.Name != "SSLDir" && !strings.HasSuffix(a.Name, "File") {
				continue
			}
			l.needsFile(m.File, facts.PositionAt(action.Line, a.ValueColumn), m.Service, a.Value)
		}
		if action.Name == "CreateSSLConfig" {
			names[strings.ToUpper(action.Value("Name"))] = true
		}
	}
	return names
}

// tlsLevel is the Connection_Security_Level of a server that is asked with TLS.
const tlsLevel = "10"

// checkGatewayTLS: a gateway asks with TLS just where a superserver answers so.
func (l *checker) checkGatewayTLS(g facts.GatewayFile, secured map[*facts.Service]map[string]bool) {
	readers := l.Compose.Readers[g.Path]
	for _, section := range facts.GatewayServers(g.INI) {
		level, given := section.Key("Connection_Security_Level")
		if !given || level.Value != tlsLevel {
			continue
		}
		for _, key := range section.Keys {
			if !strings.HasPrefix(key.Name, "SSLCC_") || !strings.HasSuffix(key.Name, "_File") {
				continue
			}
			for _, s := range readers {
				l.needsFile(g.File, key.ValueAt, s, key.Value)
			}
		}
		target := l.ServiceAt(section.Value("Ip_Address"))
		if names := secured[target]; target != nil && l.Generated && names != nil && !names["%SUPERSERVER"] {
			l.ReportBoth(g.Location(level.ValueAt), target.Location(target.At), "TLS at one end only",
				"The server ["+section.Name+"] is asked with TLS, and "+target.Name+" has no TLS configuration "+
					"%SuperServer.",
				"Use TLS at both ends, or at none.")
		}
	}
}

// checkECPTLS: an application server asks with TLS just where its data server answers so.
func (l *checker) checkECPTLS(m *facts.MergeFile, secured map[*facts.Service]map[string]bool) {
	for _, key := range m.Merge.Keys("ECPServers") {
		fields := strings.Split(key.Value, ",")
		with := len(fields) > 3 && strings.TrimSpace(fields[3]) == "1"
		target := l.ServiceAt(strings.TrimSpace(fields[0]))
		names := secured[target]
		if target == nil || names == nil || !l.Generated {
			continue
		}
		at := m.Location(facts.PositionAt(key.Line, key.ValueColumn))
		switch {
		case with && !names["%ECPSERVER"]:
			l.ReportBoth(at, target.Location(target.At), "TLS at one end only",
				"The data server "+key.Name+" is asked with TLS, and "+target.Name+" has no TLS configuration "+
					"%ECPServer.",
				"Use TLS at both ends, or at none.")
		case !with && names["%ECPSERVER"]:
			l.ReportBoth(at, target.Location(target.At), "TLS at one end only",
				"The data server "+key.Name+" is asked without TLS, and "+target.Name+" takes ECP with TLS alone.",
				"Write 1 as the fourth value.")
		}
	}
}

// checkMirrorTLS: all members of a mirror use TLS, or none.
func (l *checker) checkMirrorTLS(merge *facts.MergeFile) {
	m := l.MembershipOf(merge)
	if m == nil || m.Founder == nil || m.Founder == merge.Service {
		return
	}
	founder := l.Roles[m.Founder].Merge
	if founder == nil {
		return
	}
	theirs := l.MembershipOf(founder)
	if theirs == nil || (m.Text("SSLDir") != "") == (theirs.Text("SSLDir") != "") {
		return
	}
	l.ReportBoth(m.ArgumentLocation("SSLDir"), theirs.ArgumentLocation("SSLDir"), "TLS at one end only",
		"One of "+merge.Path+" and "+founder.Path+" has an SSLDir, and the other has none: a mirror uses TLS "+
			"between all "+
			"of its members, or between none.",
		"Give every member an SSLDir.")
}

// certificateDirectives are those of nginx that name a file of a certificate.
var certificateDirectives = []string{
	"ssl_certificate", "ssl_certificate_key", "ssl_client_certificate", "ssl_trusted_certificate", "ssl_dhparam",
	"ssl_password_file", "proxy_ssl_certificate", "proxy_ssl_certificate_key", "proxy_ssl_trusted_certificate",
}

// checkHAProxyTLS: HAProxy has the files of certificates that its listeners and servers name.
func (l *checker) checkHAProxyTLS(h facts.HAProxyFile) {
	for _, section := range h.Sections {
		for _, line := range section.Lines {
			if !text.Has("bind server default-server", line.Words[0]) {
				continue
			}
			for i := 1; i+1 < len(line.Words); i++ {
				if !text.Has("crt ca-file crl-file crt-list", line.Words[i]) {
					continue
				}
				for _, s := range l.Compose.Readers[h.Path] {
					l.needsFile(h.File, facts.PositionAt(line.Number, line.Columns[i+1]), s, line.Words[i+1])
				}
			}
		}
	}
}

// checkHTTPS: an nginx that listens with TLS has a certificate.
func (l *checker) checkHTTPS(n *facts.NGINXFile) {
	for _, name := range certificateDirectives {
		for d := range facts.Walk(n.Directives, name) {
			file := d.Arg(0)
			if file == "off" || file == "" || strings.ContainsRune(file, ':') { // data:, engine:, store:
				continue
			}
			if !path.IsAbs(file) {
				file = path.Join("/etc/nginx", file)
			}
			at := n.Origin(facts.PositionAt(d.Line, d.Column))
			for _, s := range l.Compose.Readers[at.Path] {
				l.needsFile(at.File, at.At, s, file)
			}
		}
	}
	for server := range facts.Walk(n.Directives, "server") {
		for listen := range facts.Walk(server.Block, "listen") {
			if !slices.ContainsFunc(listen.Args, func(a nginx.Arg) bool { return a.Text == "ssl" }) {
				continue
			}
			has := false
			for range facts.Walk(n.Directives, "ssl_certificate") {
				has = true
			}
			if !has && !n.Partial {
				l.Report(n.File, facts.PositionAt(listen.Line, listen.Column), "HTTPS without a certificate",
					"The server listens with TLS, and the file names no certificate.", "Add ssl_certificate and "+
						"its key.")
			}
		}
	}
}

// checkAdmissions: a member lets in all other members of its mirror, each by the name in
// its certificate, and nobody else.
func (l *checker) checkAdmissions() {
	if l.Roster == nil {
		return
	}
	for _, e := range l.Roster.Instances {
		mirror := e.Text("mirror")
		if e.Text("common_name") == "" || e.Text("role") == facts.ApplicationRole {
			continue
		}
		wanted := map[string]string{} // system name to common name
		for _, other := range l.Roster.Members(mirror) {
			if other != e {
				wanted[other.Text("system_name")] = other.Text("common_name")
			}
		}
		for _, w := range e.Admits {
			system, name, _ := strings.Cut(w.Text, " ")
			if expected, ok := wanted[system]; !ok || expected != name {
				l.Report(l.Roster.File, w.At, "Admission of a stranger",
					"The member "+e.Name+" would let "+strconv.Quote(w.Text)+" into the mirror, which is no other "+
						"member of it.",
					"List the system name and the common name of every other member.")
			}
			delete(wanted, system)
		}
		if len(wanted) > 0 && (len(e.Admits) > 0 || l.admitsSome(mirror)) {
			l.Report(l.Roster.File, e.At, "Member that nobody admits",
				"The member "+e.Name+" lists fewer members than its mirror has, and would leave the others outside.",
				"List the system name and the common name of every other member.")
		}
		l.checkECPClients(e)
	}
}

// admitsSome reports whether a member of a mirror lets others in.
func (l *checker) admitsSome(mirror string) bool {
	return slices.ContainsFunc(l.Roster.Members(mirror), func(e *facts.Entry) bool { return len(e.Admits) > 0 })
}

// checkECPClients: whom a data server lets in is an application server of its mirror.
func (l *checker) checkECPClients(e *facts.Entry) {
	for _, w := range e.ECPClients {
		known := slices.ContainsFunc(l.Roster.Instances, func(other *facts.Entry) bool {
			return other.Text("role") == facts.ApplicationRole && other.Text("mirror") == e.Text("mirror") &&
				other.Text("common_name") == w.Text
		})
		if !known {
			l.Report(l.Roster.File, w.At, "Admission of a stranger",
				"The data server "+e.Name+" would let "+strconv.Quote(w.Text)+" in, which is no application server "+
					"of its "+
					"mirror.",
				"List the common names of the mirror's application servers.")
		}
	}
}

// checkPasswordFile: a lab whose password is in a file of its own has it in no other.
func checkPasswordFile(l *checker) {
	holder := l.passwordHolder()
	if holder == nil {
		return
	}
	l.checkOnePassword(holder)
	leak := func(f *facts.File, at facts.Position, what string) {
		l.ReportBoth(f.Location(at), holder.Location(holder.At), "Password in a committed file",
			"The lab's password is in a file of its own, and "+what+".",
			"Remove it here; "+holder.Name+" and the others read "+passwordTarget+".")
	}
	for _, m := range l.Merges {
		for _, key := range m.Merge.Keys("Startup") {
			if strings.EqualFold(key.Name, "PasswordHash") {
				leak(m.File, facts.PositionAt(key.Line, key.Column), "this merge file has the hash of another")
			}
		}
	}
	for _, g := range l.Gateways {
		for _, section := range facts.GatewayServers(g.INI) {
			if key, given := section.Key("Password"); given && !strings.HasPrefix(key.Value, "{") {
				leak(g.File, key.ValueAt, "the server ["+section.Name+"] has one here")
			}
		}
	}
	if l.Roster != nil && len(l.Roster.Accounts) > 1 {
		leak(l.Roster.File, l.Roster.Accounts[1].At, "the table of instances has one here")
	}
}

// passwordHolder is a service that is given the lab's password, nil for none. What a container
// of the user's own has there is its own.
func (l *checker) passwordHolder() *facts.Service {
	for _, s := range l.Compose.Services {
		if s.Target(passwordTarget) != nil && !l.Own(s) {
			return s
		}
	}
	return nil
}

// checkOnePassword: all services are given the same file, which is the one that start.sh makes.
func (l *checker) checkOnePassword(holder *facts.Service) {
	first := holder.Target(passwordTarget)
	for _, s := range l.Compose.Services {
		if m := s.Target(passwordTarget); m != nil && m.Source != first.Source && !l.Own(s) {
			l.ReportBoth(s.Location(m.At), holder.Location(first.At), "Two password files",
				s.Name+" has the password of "+m.Source+", and "+holder.Name+" that of "+first.Source+".",
				"Mount the same file everywhere.")
		}
	}
	for _, script := range l.Scripts {
		if w := script.ValueOf("password_file"); w.Text != "" && w.Text != first.Source {
			l.ReportBoth(script.Location(w.At), holder.Location(first.At), "Two password files",
				"The script makes the password in "+w.Text+", and "+holder.Name+" reads "+first.Source+".",
				"Name the file that the services mount.")
		}
	}
}

// checkCertificateCell: a row names the directory that its service mounts.
func (l *checker) checkCertificateCell(c cell) {
	s := l.Compose.ByName[c.text("service")]
	if s == nil {
		return
	}
	if m := s.Directory(tlsTarget); m == nil || m.Source != c.word.Text {
		l.disagrees(c, s.Location(s.At), s.Name+" mounts another directory, or none")
	}
}

// checkCommonNameCell: a row has the name that the table of instances has.
func (l *checker) checkCommonNameCell(c cell) {
	if l.Roster == nil {
		return
	}
	e := l.Roster.ByName[c.text("service")]
	if e == nil {
		return
	}
	if name := e.Value("common_name"); name.Text != c.word.Text {
		l.disagrees(c, l.Roster.WordLocation(name), e.Name+" has the common name "+name.Text)
	}
}
