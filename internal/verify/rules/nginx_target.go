package rules

import (
	"slices"
	"strings"

	"mirrorgen/internal/format/nginx"
	"mirrorgen/internal/verify/facts"
)

// checkNGINXTargets: what a service of a lab that was written by hand mounts for nginx is read there,
// and not hidden by what its image brings.
func (l *checker) checkNGINXTargets(s *facts.Service, n *facts.NGINXFile) {
	if len(s.Command) > 0 || s.Build != nil || n.Partial {
		return
	}
	for _, m := range s.Mounts {
		if slices.ContainsFunc(n.Unreached, func(f *facts.File) bool { return f.Path == m.Source }) {
			l.Report(s.File, m.At, "Configuration at the wrong place",
				"The service "+s.Name+" mounts "+m.Source+" on "+m.Target+", where its image does not look.",
				"Mount it on "+facts.NGINXTarget+", or include it in nginx.conf.")
		}
	}
	l.checkHiddenServers(s, n)
}

// checkHiddenServers: a server that listens where the image's own default.conf does is reached: it
// comes first, is the default, or has a name of its own.
func (l *checker) checkHiddenServers(s *facts.Service, n *facts.NGINXFile) {
	var own *nginx.Directive // of the image
	for server := range facts.Walk(n.Directives, "server") {
		if server.HasBlock && server.Line == 0 {
			own = server
		}
	}
	if own == nil {
		return
	}
	port := own.Block[0].Arg(0)
	hidden, first := false, true
	for server := range facts.Walk(n.Directives, "server") {
		if server == own {
			hidden = first // the image's own is the default
			continue
		}
		listens := listensOn(server, port)
		if listens == nil {
			continue
		}
		first = false
		if slices.ContainsFunc(listens.Args, func(a nginx.Arg) bool { return a.Text == "default_server" }) {
			return
		}
	}
	if !hidden {
		return
	}
	for server := range facts.Walk(n.Directives, "server") {
		if at := n.Origin(facts.PositionAt(server.Line, server.Column)); server != own && !hasOwnName(server) &&
			listensOn(server, port) != nil {
			l.ReportBoth(at, s.Location(s.At), "Server behind the image's own",
				"The server has no name of its own, and the default.conf of the image of "+s.Name+", which comes "+
					"before it, listens on port "+port+" as well: every request goes there.",
				"Mount the file on "+facts.NGINXTarget+", or let the server listen with default_server.")
			return
		}
	}
}

// listensOn is the directive by which a server listens on a port of every address, one without a line
// where the server does not say where it listens; nil for none.
func listensOn(server *nginx.Directive, port string) *nginx.Directive {
	if !server.HasBlock {
		return nil
	}
	said := false
	for d := range facts.Walk(server.Block, "listen") {
		said = true
		everywhere := slices.Contains([]string{port, "*:" + port, "0.0.0.0:" + port}, d.Arg(0))
		if everywhere || d.Arg(0) == "*" && port == "80" {
			return d
		}
	}
	if said || port != "80" {
		return nil
	}
	return &nginx.Directive{}
}

// hasOwnName reports whether a server has a name that requests can ask for.
func hasOwnName(server *nginx.Directive) bool {
	for d := range facts.Walk(server.Block, "server_name") {
		for _, a := range d.Args {
			if strings.Trim(a.Text, "_") != "" && a.Text != "localhost" {
				return true
			}
		}
	}
	return false
}
