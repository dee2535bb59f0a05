package plan

import "strconv"

// Compose refuses a file in which it visits more than 100,000 YAML nodes
// (compose-go 2.9 and later; a service of a lab has 25 to 60, raw keys aside).
const (
	// largestCompose is the number of services up to which a lab has one compose
	// file.
	largestCompose = 1500
	// partServices is how many services a part has at most, except for a mirror that
	// begins in it: that stays whole. Parts are read beside each other, so they
	// are smaller than they would have to be.
	partServices = 500
)

// ComposePath is the compose file that Docker is given.
const ComposePath = "docker-compose.yaml"

// A ComposePart is what one compose file holds of the services.
type ComposePart struct {
	Path               string // ComposePath, or "compose/part-1.yaml" and so on, which that includes
	Arbiters           []*Arbiter
	Mirrors            []*Mirror
	ApplicationServers []*ApplicationServer
	Gateways           []*Gateway
	NGINX              []*NGINX
	HAProxy            []*HAProxy
	Containers         []*Container
	Services           []*Service // all of them
}

// Instances reports whether an IRIS is among the services.
func (c *ComposePart) Instances() bool { return len(c.Mirrors)+len(c.ApplicationServers) > 0 }

// SplitCompose reports whether the services stand in several files.
func (p *Plan) SplitCompose() bool { return len(p.Services) > largestCompose }

// ComposeParts distributes the services over compose files: one, or several for
// a large lab.
func (p *Plan) ComposeParts() []*ComposePart {
	if !p.SplitCompose() {
		return []*ComposePart{{ComposePath, p.Arbiters, p.Mirrors, p.ApplicationServers, p.Gateways, p.NGINX,
			p.HAProxy, p.Containers, p.Services}}
	}
	var parts []*ComposePart
	part := func(services ...*Service) *ComposePart {
		if len(parts) == 0 || len(parts[len(parts)-1].Services) >= partServices {
			parts = append(parts, &ComposePart{Path: "compose/part-" + strconv.Itoa(len(parts)+1) + ".yaml"})
		}
		last := parts[len(parts)-1]
		last.Services = append(last.Services, services...)
		return last
	}
	for _, a := range p.Arbiters {
		to := part(a.Service)
		to.Arbiters = append(to.Arbiters, a)
	}
	for _, m := range p.Mirrors {
		members := make([]*Service, 0, len(m.Members))
		for _, member := range m.Members {
			members = append(members, member.Service)
		}
		to := part(members...)
		to.Mirrors = append(to.Mirrors, m)
	}
	for _, a := range p.ApplicationServers {
		to := part(a.Service)
		to.ApplicationServers = append(to.ApplicationServers, a)
	}
	for _, g := range p.Gateways {
		to := part(g.Service)
		to.Gateways = append(to.Gateways, g)
	}
	for _, n := range p.NGINX {
		to := part(n.Service)
		to.NGINX = append(to.NGINX, n)
	}
	for _, h := range p.HAProxy {
		to := part(h.Service)
		to.HAProxy = append(to.HAProxy, h)
	}
	for _, c := range p.Containers {
		to := part(c.Service)
		to.Containers = append(to.Containers, c)
	}
	return parts
}
