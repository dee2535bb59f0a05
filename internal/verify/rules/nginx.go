package rules

import (
	"net/netip"
	"strconv"
	"strings"

	"mirrorgen/internal/format/nginx"
	"mirrorgen/internal/format/text"
	"mirrorgen/internal/verify/facts"
)

// checkUpstreams: an upstream has servers, each once, and chooses its balancing
// method before it says keepalive.
func checkUpstreams(l *checker) {
	for _, n := range l.NGINX {
		names := map[string]*nginx.Directive{}
		for upstream := range facts.Walk(n.Directives, "upstream") {
			at, name := facts.PositionAt(upstream.Line, upstream.Column), upstream.Arg(0)
			if other := names[name]; other != nil {
				l.Report(n.File, at, "Duplicate upstream",
					"The upstream "+name+" is declared on "+lineOf(n.File, other, upstream)+" as well.",
					"Give it a name of its own.")
			}
			names[name] = upstream
			servers := map[string]bool{}
			keepalive := 0
			for _, d := range upstream.Block {
				at := facts.PositionAt(d.Line, d.Column)
				switch {
				case d.Name == "server":
					host, port := facts.HostPort(d.Arg(0))
					address := host + ":" + strconv.Itoa(port)
					if servers[address] {
						l.Report(n.File, at, "Duplicate server",
							"The upstream "+name+" has the server "+address+" twice.",
							"Keep one of the two.")
					}
					servers[address] = true
				case d.Name == "keepalive":
					keepalive = d.Line
				case keepalive > 0 && text.Has("least_conn ip_hash hash random least_time", d.Name):
					l.Report(n.File, at, "Balancing method after keepalive",
						d.Name+" replaces the keepalive of line "+strconv.Itoa(keepalive)+".",
						"Put "+d.Name+" before keepalive.")
				}
			}
			if len(servers) == 0 && !n.Partial {
				l.Report(n.File, at, "Upstream without a server", "The upstream "+name+" has no server.",
					"Add a server line.")
			}
		}
	}
}

// checkUpstreamNames: proxy_pass names an upstream of the configuration, an address, or
// a host with a domain.
func checkUpstreamNames(l *checker) {
	for _, n := range l.NGINX {
		if n.Partial {
			continue
		}
		known := map[string]bool{}
		for upstream := range facts.Walk(n.Directives, "upstream") {
			known[upstream.Arg(0)] = true
		}
		for d := range facts.Walk(n.Directives, "proxy_pass") {
			target := facts.ProxyHost(d.Arg(0))
			host, _ := facts.HostPort(target)
			_, err := netip.ParseAddr(host)
			if target == "" || known[target] || err == nil || strings.Contains(host, ".") || host == "localhost" ||
				l.Compose.ByName[host] != nil {
				continue
			}
			l.Report(n.File, facts.PositionAt(d.Args[0].Line, d.Args[0].Column), "Unknown upstream",
				"proxy_pass goes to "+target+", which is no upstream of its configuration.",
				"Name an upstream that the configuration declares.")
		}
	}
}

// lineOf says where a directive stands that another one of the configuration speaks of: in which
// file, where it is another one.
func lineOf(f *facts.File, d, from *nginx.Directive) string {
	there := f.Origin(facts.PositionAt(d.Line, d.Column))
	line := "line " + strconv.Itoa(d.Line)
	if f.Origin(facts.PositionAt(from.Line, from.Column)).File != there.File {
		line += " of " + there.Path
	}
	return line
}

// checkSingleDirectives: what nginx takes once in a block stands there once,
// which raw text of the topology can break.
func checkSingleDirectives(l *checker) {
	for _, n := range l.NGINX {
		l.checkSingle(n.File, n.Directives)
	}
}

func (l *checker) checkSingle(f *facts.File, block []*nginx.Directive) {
	var seen map[string]*nginx.Directive
	for _, d := range block {
		if nginx.Once(d.Name) {
			if seen == nil {
				seen = make(map[string]*nginx.Directive, len(block))
			}
			if other := seen[d.Name]; other != nil {
				l.Report(f, facts.PositionAt(d.Line, d.Column), "Duplicate directive",
					"nginx takes "+d.Name+" once in a block, and it stands on "+lineOf(f, other, d)+" already.",
					l.Remedy("Remove it from the raw config of the nginx block, or use the argument that sets it.",
						"Keep one of the two."))
			}
			seen[d.Name] = d
		}
		l.checkSingle(f, d.Block)
	}
}

// checkLocations: no location stands twice in a server block, and no server
// block listens on one address twice.
func checkLocations(l *checker) {
	for _, n := range l.NGINX {
		for server := range facts.Walk(n.Directives, "server") {
			if !server.HasBlock {
				continue
			}
			seen := map[string]*nginx.Directive{}
			for _, d := range server.Block {
				if d.Name != "location" && d.Name != "listen" {
					continue
				}
				key := d.Name + " " + d.Arg(0)
				if d.Name == "location" {
					key += " " + d.Arg(1)
				}
				if other := seen[key]; other != nil {
					l.Report(n.File, facts.PositionAt(d.Line, d.Column), "Duplicate "+d.Name,
						`"`+strings.TrimSpace(key)+`" stands on `+lineOf(n.File, other, d)+" already.",
						l.Remedy("Remove it from the raw config of the nginx block.", "Keep one of the two."))
				}
				seen[key] = d
			}
		}
	}
}

// checkLogs: logs go to a file, or to a device that a container has, in a format
// that is declared.
func checkLogs(l *checker) {
	for _, n := range l.NGINX {
		formats := map[string]bool{"": true, "combined": true}
		for d := range facts.Walk(n.Directives, "log_format") {
			formats[d.Arg(0)] = true
		}
		for d := range facts.Walk(n.Directives, "access_log") {
			if format := d.Arg(1); !formats[format] && !strings.Contains(format, "=") && !n.Partial {
				l.Report(n.File, facts.PositionAt(d.Line, d.Column), "Unknown log format",
					"The log is written in the format "+format+", which the configuration does not declare.",
					"Declare it with log_format.")
			}
		}
		for _, name := range [...]string{"access_log", "error_log"} {
			for d := range facts.Walk(n.Directives, name) {
				if device, found := strings.CutPrefix(d.Arg(0), "/dev/"); found && !text.Has(devices, device) {
					l.Report(n.File, facts.PositionAt(d.Line, d.Column), "Unknown device",
						"The log goes to "+d.Arg(0)+", which no container has.",
						"Use /dev/stdout.")
				}
			}
		}
	}
}
