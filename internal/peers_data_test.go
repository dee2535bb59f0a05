//go:build goals || peers

package internal_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"mirrorgen/internal/plan"
	"mirrorgen/templates"
)

// What peers are given: the resolved lab, where mirrorgen reads the topology and
// works it out; and what does not depend on the number of members as finished
// text.
type (
	peerData struct {
		Compose []peerPart  `json:"compose"`
		HAProxy peerHAProxy `json:"haproxy"`
		Gateway peerGateway `json:"gateway"`
	}
	peerPart struct {
		Head    string       `json:"head"`
		Mirrors []peerMirror `json:"mirrors"`
		Tail    string       `json:"tail"`
	}
	peerMirror struct {
		Name    string       `json:"name"`
		Set     string       `json:"set"`
		Members []peerMember `json:"members"`
		End     string       `json:"end"` // the empty line after it, "" at the end of a file
	}
	peerMember struct {
		Name         string           `json:"name"`
		Role         string           `json:"role"`
		Dependencies []peerDependency `json:"dependencies"`
		Addresses    []peerAddress    `json:"addresses"`
	}
	peerDependency struct {
		Service   string `json:"service"`
		Condition string `json:"condition"`
	}
	peerAddress struct {
		Network string `json:"network"`
		IP      string `json:"ip"`
	}
	peerHAProxy struct {
		Head      string         `json:"head"`
		Check     string         `json:"check"`
		MaxConn   string         `json:"maxconn"`
		Listeners []peerListener `json:"listeners"`
		Tail      string         `json:"tail"`
	}
	peerListener struct {
		Name    string        `json:"name"`
		Port    string        `json:"port"`
		Servers []peerBackend `json:"servers"`
	}
	peerBackend struct {
		Name    string `json:"name"`
		Address string `json:"address"`
		Role    string `json:"role"`
	}
	peerGateway struct {
		Head    string       `json:"head"`
		Servers []peerServer `json:"servers"`
	}
	peerServer struct {
		Name     string `json:"name"`
		Address  string `json:"address"`
		Mirror   bool   `json:"mirror"`
		Timeout  string `json:"timeout"`
		Username string `json:"username"`
		Password string `json:"password"`
	}
)

// peerFiles are the files that peers print, one after the other in one stream,
// with the data that they print them from.
func peerFiles(t *testing.T, s sized) (peerData, []byte) {
	t.Helper()
	p := s.plan(t, s.load(t))
	contents := map[string]string{}
	for _, a := range templates.Render(p) {
		contents[a.Path] = string(a.Content)
	}
	var data peerData
	var want bytes.Buffer
	if p.SplitCompose() {
		data.Compose = append(data.Compose, peerPart{Head: contents[plan.ComposePath], Mirrors: []peerMirror{}})
		want.WriteString(contents[plan.ComposePath])
	}
	for _, part := range p.ComposeParts() {
		data.Compose = append(data.Compose, partData(part, contents[part.Path]))
		want.WriteString(contents[part.Path])
	}
	haproxy := contents["haproxy/haproxy.cfg"]
	first, health := strings.Index(haproxy, "\nlisten "), strings.Index(haproxy, "\n# The health checks' way")
	data.HAProxy = peerHAProxy{
		Head: haproxy[:first], Check: p.HAProxy[0].CheckInterval, MaxConn: fmt.Sprint(p.HAProxy[0].MirrorConn),
		Tail: haproxy[health:],
	}
	for _, l := range p.HAProxy[0].Listeners {
		to := peerListener{Name: l.Mirror.Name, Port: fmt.Sprint(l.Port)}
		for _, b := range l.Servers {
			to.Servers = append(to.Servers, peerBackend{b.Name, b.Address, b.Role})
		}
		data.HAProxy.Listeners = append(data.HAProxy.Listeners, to)
	}
	gateway := contents["webgateway/CSP.ini"]
	data.Gateway.Head = gateway[:strings.Index(gateway, "[SYSTEM_INDEX]")]
	for _, s := range p.GatewayConfigs[0].Servers {
		data.Gateway.Servers = append(data.Gateway.Servers, peerServer{s.Name, s.Address, s.MirrorAware,
			fmt.Sprint(s.Timeout), s.Username, s.Password})
	}
	want.WriteString(haproxy)
	want.WriteString(gateway)
	return data, want.Bytes()
}

// partData takes a compose file apart at its mirrors.
func partData(part *plan.ComposePart, content string) peerPart {
	const mark = "  # Mirror "
	data := peerPart{Head: content, Mirrors: []peerMirror{}}
	first := strings.Index(content, mark)
	if first < 0 {
		return data
	}
	last := strings.LastIndex(content, mark)
	end := last + len(content[last:])
	if empty := strings.Index(content[last:], "\n\n"); empty >= 0 {
		end = last + empty + 2
	}
	data.Head, data.Tail = content[:first], content[end:]
	for i, m := range part.Mirrors {
		to := peerMirror{Name: m.Name, Set: m.SetName, End: "\n"}
		if i == len(part.Mirrors)-1 && !strings.HasSuffix(content[:end], "\n\n") {
			to.End = ""
		}
		for _, member := range m.Members {
			is := peerMember{Name: member.Name, Role: member.Role}
			for _, d := range member.DependsOn {
				is.Dependencies = append(is.Dependencies, peerDependency{d.Service, d.Condition})
			}
			for _, a := range member.Addresses {
				is.Addresses = append(is.Addresses, peerAddress{a.Network.Name, a.IP})
			}
			to.Members = append(to.Members, is)
		}
		data.Mirrors = append(data.Mirrors, to)
	}
	return data
}

// lines is the data as lines of fields, for awk.
func (d peerData) lines() []byte {
	var b bytes.Buffer
	text := func(s string) {
		for line := range strings.Lines(s) {
			fmt.Fprintf(&b, "=\t%s\n", strings.TrimSuffix(line, "\n"))
		}
	}
	fields := func(words ...string) { fmt.Fprintln(&b, strings.Join(words, "\t")) }
	for _, part := range d.Compose {
		text(part.Head)
		for _, m := range part.Mirrors {
			fields("mirror", m.Name, m.Set)
			for _, member := range m.Members {
				fields("member", member.Name, member.Role)
				for _, d := range member.Dependencies {
					fields("dependency", d.Service, d.Condition)
				}
				fields("volumes", member.Name)
				for _, a := range member.Addresses {
					fields("address", a.Network, a.IP)
				}
			}
			text(m.End)
		}
		text(part.Tail)
	}
	text(d.HAProxy.Head)
	for _, l := range d.HAProxy.Listeners {
		fields("listener", l.Name, l.Port, d.HAProxy.Check, d.HAProxy.MaxConn)
		for _, s := range l.Servers {
			fields("backend", s.Name, s.Address, s.Role)
		}
	}
	text(d.HAProxy.Tail)
	text(d.Gateway.Head + "[SYSTEM_INDEX]\n")
	for _, s := range d.Gateway.Servers {
		fields("index", s.Name)
	}
	text("\n")
	for _, s := range d.Gateway.Servers {
		fields("server", s.Name, s.Address, fmt.Sprint(s.Mirror), s.Timeout, s.Username, s.Password)
	}
	text("[APP_PATH_INDEX]\n/=Disabled\n/csp=Disabled\n")
	for _, s := range d.Gateway.Servers {
		fields("index", "/"+s.Name)
	}
	for _, s := range d.Gateway.Servers {
		fields("route", s.Name)
	}
	return b.Bytes()
}
