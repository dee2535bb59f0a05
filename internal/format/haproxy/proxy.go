package haproxy

import (
	"slices"
	"strconv"
	"strings"
)

// A Bind is an address that a section listens on.
type Bind struct {
	Host   string // "" for every address
	Port   int
	Line   int
	Column int // of the address
}

// Binds returns the addresses of the section's bind lines. What is no
// "host:port", such as a path of a socket, is left out.
func (s *Section) Binds() []Bind {
	var binds []Bind
	for line := range s.own("bind") {
		if len(line.Words) < 2 {
			continue
		}
		column := line.Columns[1]
		for address := range strings.SplitSeq(line.Words[1], ",") {
			if host, port, ok := split(address); ok && port > 0 {
				if host == "*" || host == "0.0.0.0" || host == "::" {
					host = ""
				}
				binds = append(binds, Bind{host, port, line.Number, column})
			}
			column += len(address) + 1
		}
	}
	return binds
}

// A Server is one server line, with what default-server lines add to it.
type Server struct {
	Name         string
	Host         string
	Port         int // 0 where the address has none
	Check        bool
	CheckHost    string // where the health check connects to: Host unless "addr" says otherwise
	CheckPort    int    // Port unless "port" says otherwise
	CheckedApart bool   // "port" is given
	Line         int
	Column       int // of the address
}

// Servers returns the section's servers.
func (s *Section) Servers() []Server {
	var servers []Server
	defaults := slices.Collect(s.Find("default-server"))
	for line := range s.own("server") {
		if len(line.Words) < 3 {
			continue
		}
		server := Server{Name: line.Words[1], Line: line.Number, Column: line.Columns[2]}
		server.Host, server.Port, _ = split(line.Words[2])
		for _, settings := range defaults {
			server.apply(settings.Words[1:])
		}
		server.apply(line.Words[3:])
		if server.CheckHost == "" {
			server.CheckHost = server.Host
		}
		if server.CheckPort == 0 {
			server.CheckPort = server.Port
		}
		servers = append(servers, server)
	}
	return servers
}

// apply takes the parameters of a server or default-server line.
func (s *Server) apply(parameters []string) {
	for i, parameter := range parameters {
		value := ""
		if i+1 < len(parameters) {
			value = parameters[i+1]
		}
		switch parameter {
		case "check":
			s.Check = true
		case "no-check":
			s.Check = false
		case "addr":
			s.CheckHost = value
		case "port":
			if port, err := strconv.Atoi(value); err == nil {
				s.CheckPort, s.CheckedApart = port, true
			}
		}
	}
}

// own iterates over the section's lines with that keyword, not those of its
// defaults.
func (s *Section) own(keyword string) func(func(Line) bool) {
	return func(yield func(Line) bool) {
		for _, line := range s.Lines {
			if line.Words[0] == keyword && !yield(line) {
				return
			}
		}
	}
}

// split takes "host:port", "ipv4@host:port" and "[v6]:port" apart. The port is 0
// where there is none; ok is false for what is not a network address.
func split(address string) (host string, port int, ok bool) {
	if at := strings.IndexByte(address, '@'); at >= 0 {
		if kind := address[:at]; kind != "ipv4" && kind != "ipv6" {
			return "", 0, false
		}
		address = address[at+1:]
	}
	if strings.HasPrefix(address, "/") {
		return "", 0, false
	}
	colon := strings.LastIndexByte(address, ':')
	if colon < 0 {
		return address, 0, true
	}
	host = strings.Trim(address[:colon], "[]")
	port, err := strconv.Atoi(address[colon+1:])
	if err != nil || port < 1 || port > 65535 {
		return host, 0, true
	}
	return host, port, true
}
