package plan

import (
	"strconv"
	"strings"
)

// A ServiceRole is a service with its role in the lab.
type ServiceRole struct {
	*Service
	Role    string   // of a member: its role at first start; otherwise the kind, e.g. "nginx"
	Mirrors []string // the mirrors that it belongs to or serves; nil for gateways and nginx, which serve all
	Servers []string // what a gateway of its own knows
}

// Roster lists every service with its role, in the order of Services.
func (p *Plan) Roster() []ServiceRole {
	roles := make(map[string]ServiceRole, len(p.Services))
	for _, a := range p.Arbiters {
		roles[a.Name] = ServiceRole{Mirrors: a.Mirrors}
	}
	for _, i := range p.Instances {
		roles[i.Name] = ServiceRole{Role: i.role(), Mirrors: []string{i.Mirror.Name}}
	}
	for _, h := range p.HAProxy {
		var mirrors []string
		for _, l := range h.Listeners {
			mirrors = append(mirrors, l.Mirror.Name)
		}
		roles[h.Name] = ServiceRole{Mirrors: mirrors}
	}
	for _, g := range p.OwnGateways() {
		var servers []string
		for _, s := range g.Config.Servers {
			servers = append(servers, s.Name)
		}
		roles[g.Name] = ServiceRole{Servers: servers}
	}
	list := make([]ServiceRole, 0, len(p.Services))
	for _, s := range p.Services {
		role := roles[s.Name]
		role.Service = s
		if role.Role == "" {
			role.Role = string(s.Kind)
		}
		list = append(list, role)
	}
	return list
}

// shortList is how many names or ports a table cell shows before it ends with
// an ellipsis.
const shortList = 8

// Serves names the mirrors of a role, e.g. "ap1, ap2", shortened where there
// are many.
func (d ServiceRole) Serves() string {
	if len(d.Servers) > 0 {
		return shorten(d.Servers)
	}
	return shorten(d.Mirrors)
}

// Duty is the role, or "idle_arbiter" of an arbiter that no mirror uses, or "own_gateway" of a
// gateway of its own.
func (d ServiceRole) Duty() string {
	if len(d.Servers) > 0 {
		return "own_gateway"
	}
	if d.Kind == KindArbiter && len(d.Mirrors) == 0 {
		return "idle_arbiter"
	}
	return d.Role
}

// Published lists the service's ports on the host as Docker writes them,
// "8080:80", or a hyphen for none.
func (s *Service) Published() string {
	var ports []string
	for _, port := range s.Ports {
		if port.Host > 0 {
			ports = append(ports, strconv.Itoa(port.Host)+":"+strconv.Itoa(port.Container))
		}
	}
	if len(ports) == 0 {
		return "-"
	}
	return shorten(ports)
}

func shorten(names []string) string {
	if len(names) > shortList {
		return strings.Join(names[:shortList], ", ") + ", ..."
	}
	return strings.Join(names, ", ")
}

// longList is the number of services above which a page folds its lists of them.
const longList = 16

// Long reports whether lists of all services are longer than a page shows at first.
func (p *Plan) Long() bool { return len(p.Services) > longList }

// largeLab is the number of services above which a page shows samples instead
// of every combination of gateway and member.
const largeLab = 24

// Large reports whether the lab has so many services that a page about it shows
// samples: endpoint tables the [Plan.Sample], diagrams one node a mirror.
func (p *Plan) Large() bool { return len(p.Services) > largeLab }

// sampleMirrors is how many mirrors of a large lab stand for the others.
const sampleMirrors = 2

// Sample is the plan itself, or of a large lab a copy that is reduced to its
// first mirrors and to one way of each kind that leads to them.
func (p *Plan) Sample() *Plan {
	if !p.Large() {
		return p
	}
	sample := *p
	sample.Mirrors = p.Mirrors[:min(sampleMirrors, len(p.Mirrors))]
	sample.Instances, sample.ApplicationServers = nil, nil
	for _, m := range sample.Mirrors {
		for _, member := range m.Members {
			sample.Instances = append(sample.Instances, member.Instance)
		}
		for _, a := range m.ApplicationServers {
			sample.Instances = append(sample.Instances, a.Instance)
			sample.ApplicationServers = append(sample.ApplicationServers, a)
		}
	}
	sample.Gateways, sample.NGINX = nil, nil
	for _, g := range p.PublishedGateways() {
		if !g.Own {
			sample.Gateways = []*Gateway{g}
			break
		}
	}
	for _, n := range p.NGINX {
		if n.HTTPPort > 0 {
			sample.NGINX = []*NGINX{n}
			break
		}
	}
	return &sample
}
