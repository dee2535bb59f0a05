package rules

import (
	"path"
	"slices"
	"strings"

	"mirrorgen/internal/format/haproxy"
	"mirrorgen/internal/verify/facts"
)

// metricsPage is where an instance has its metrics, below its own path on a gateway.
const metricsPage = "/api/monitor/metrics"

// checkScrapes: Prometheus asks each target for what its labels say.
func checkScrapes(l *checker) {
	for _, s := range l.Scrapes {
		service := l.ServiceAt(strings.Split(s.Target.Text, ":")[0])
		switch {
		case service == nil: // its own, or reported by checkReferences
		case s.Job == "iris":
			l.checkInstanceScrape(s, service)
		default:
			l.labelled(s, "instance", service.Name, service)
			l.checkLogin(s, service)
		}
	}
	l.checkScraped()
	l.checkRuleFiles()
}

// checkLogin: Prometheus logs in where HAProxy asks who it is.
func (l *checker) checkLogin(s *facts.Scrape, service *facts.Service) {
	if slices.ContainsFunc(l.PasswordFiles, func(p *facts.PasswordFile) bool { return p.Job == s.Job }) {
		return
	}
	_, port, _ := facts.CutLast(s.Target.Text, ":")
	for _, h := range l.HAProxy {
		if mountOf(service, h.Path) == nil {
			continue
		}
		for _, p := range h.Proxies {
			binds := slices.ContainsFunc(p.Binds, func(b haproxy.Bind) bool { return b.Port == facts.Number(port) })
			if binds && p.Has("http-request", "auth") {
				l.ReportBoth(s.Location(s.Target.At), h.Location(facts.PositionAt(p.Line, 0)),
					"Scrape without the password", "Prometheus asks "+service.Name+" without a password, and its "+
						"section "+p.Name+" wants one.", "Give the job "+s.Job+" basic_auth.")
			}
		}
	}
}

// checkRuleFiles: the rules that Prometheus's configuration names are mounted beside it, and
// those that are mounted there are named.
func (l *checker) checkRuleFiles() {
	for _, s := range l.Compose.Services {
		config := mountOf(s, facts.PrometheusPath)
		if config == nil {
			continue
		}
		beside := path.Dir(config.Target)
		named := map[string]bool{config.Target: true}
		for _, r := range l.RuleFiles {
			file := path.Join(beside, r.Name.Text)
			named[file] = true
			switch m := s.Target(file); {
			case m != nil && l.Generated && l.Files[path.Clean(m.Source)] == nil && !l.lookedFor(m.Source):
				l.Report(s.File, m.At, "Rules that nobody makes", "Prometheus is to read "+m.Source+", which no one "+
					"writes, and no script looks for it.",
					"Name a generated file, or the one that mirrorgen certs writes.")
			case m == nil:
				l.ReportBoth(r.Location(r.Name.At), s.Location(s.At), "Rules that are not mounted",
					"Prometheus is to read "+file+", which no mount of "+s.Name+" brings there.",
					"Mount it, or leave it out of rule_files.")
			}
		}
		for _, p := range l.PasswordFiles {
			if s.Target(p.Path.Text) == nil {
				l.ReportBoth(p.Location(p.Path.At), s.Location(s.At), "Password that is not mounted",
					"Prometheus is to log in for the job "+p.Job+" with "+p.Path.Text+", which no mount of "+s.Name+
						" brings there.", "Mount it, or leave out basic_auth.")
			}
		}
		for _, m := range s.Mounts {
			if path.Dir(m.Target) == beside && !named[m.Target] {
				l.Report(s.File, m.At, "Rules that nobody reads", m.Source+" is mounted beside Prometheus's "+
					"configuration, whose rule_files does not name it.", "Name it there.")
			}
		}
	}
}

// readAsRules reports whether a file is one of Prometheus's rules, which hold no secret: those
// about certificates lie beside their keys.
func (l *checker) readAsRules(file string) bool {
	return slices.ContainsFunc(l.RuleFiles, func(r *facts.RuleFile) bool { return path.Base(file) == r.Name.Text })
}

// lookedFor reports whether a script of the lab names a file that is not generated.
func (l *checker) lookedFor(file string) bool {
	return slices.ContainsFunc(l.Scripts, func(s *facts.Script) bool {
		return strings.Contains(s.Text, " "+file+" ")
	})
}

// mountOf is the mount of a file of the lab, nil where a service has none of it.
func mountOf(s *facts.Service, source string) *facts.Mount {
	for _, m := range s.Mounts {
		if path.Clean(m.Source) == source {
			return m
		}
	}
	return nil
}

// checkInstanceScrape: the path, the instance, its mirror and role, and the gateway on the way.
func (l *checker) checkInstanceScrape(s *facts.Scrape, service *facts.Service) {
	instance := s.Label("instance")
	e := l.entry(instance.Text)
	if e == nil {
		l.Report(s.File, instance.At, "Unknown instance",
			"Prometheus calls a target "+instance.Text+", which is no instance of the lab.", "Name an instance.")
		return
	}
	page := metricsPage
	if l.Roles[service].Kind == facts.GatewayKind {
		page = "/" + instance.Text + metricsPage
		l.labelled(s, "gateway", service.Name, service)
	} else if service.Name != instance.Text {
		l.labelled(s, "instance", service.Name, service)
	}
	l.labelled(s, "__metrics_path__", page, service)
	role := e.Text("role")
	if role == facts.ApplicationRole {
		role = "application_server"
	}
	l.labelled(s, "role", role, service)
	l.labelled(s, "mirror", e.Text("mirror"), service)
}

// labelled: a label of a target has the value that other artifacts give it.
func (l *checker) labelled(s *facts.Scrape, name, want string, service *facts.Service) {
	if w := s.Label(name); w.Text != want {
		l.ReportBoth(facts.Location{File: s.File, At: w.At}, service.Location(service.At), "Label that disagrees",
			"The label "+name+" of a target is "+w.Text+", and should be "+want+".", "Both must say the same.")
	}
}

// checkScraped: no instance is left out.
func (l *checker) checkScraped() {
	if len(l.Scrapes) == 0 || l.Roster == nil {
		return
	}
	asked := map[string]bool{}
	for _, s := range l.Scrapes {
		asked[s.Label("instance").Text] = true
	}
	for _, e := range l.Roster.Instances {
		if !asked[e.Name] {
			l.Report(l.Scrapes[0].File, facts.Position{}, "Instance that nobody watches",
				"Prometheus has no target for "+e.Name+".", "Add one.")
		}
	}
}
