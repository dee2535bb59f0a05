package plan

import "slices"

// A Walkthrough is what a page needs to lead its reader through a failover of
// one mirror: who plays which part, and how long each answer takes.
type Walkthrough struct {
	Mirror          *Mirror
	Primary, Backup *Member
	Other           *Mirror   // a second mirror, which the trials leave alone; nil for none
	Mirrors         []*Mirror // to warm up: the mirrors of the sample

	Doors  []Door   // through which each member's health is asked; nil where no HTTP port is published
	Client *Door    // through which an application's user comes; nil for none
	NGINX  *NGINX   // the service of Client, nil where that is a gateway
	Pages  []string // URLs of the gateways' management pages

	// Gateways is how many gateways are behind Client, so how many requests in
	// a row reach each of them once.
	Gateways int
	// MemberTimeout and MirrorTimeout are the seconds for which a gateway waits
	// for a member that it asks directly, and for a mirror.
	MemberTimeout, MirrorTimeout int

	HAProxy *HAProxy // that serves Mirror, nil for none
}

// Walkthrough chooses the first mirror that has a backup. It returns nil where
// no mirror has one.
func (p *Plan) Walkthrough() *Walkthrough {
	w := &Walkthrough{}
	for _, m := range p.Mirrors {
		if m.Primary != nil && m.Backup != nil {
			w.Mirror, w.Primary, w.Backup = m, m.Primary, m.Backup
			break
		}
	}
	if w.Mirror == nil {
		return nil
	}
	for _, m := range p.Mirrors {
		if m != w.Mirror {
			w.Other = m
			break
		}
	}
	w.Mirrors = p.Sample().Mirrors
	if !slices.Contains(w.Mirrors, w.Mirror) {
		w.Mirrors = []*Mirror{w.Mirror}
	}
	leads := func(d Door) bool { return d.Leads(w.Mirror.Name) && d.Leads(w.Primary.Name) && d.Leads(w.Backup.Name) }
	for _, d := range p.Sample().GatewayDoors() {
		if leads(d) {
			w.Doors = append(w.Doors, d)
		}
	}
	for _, d := range p.publishedDoors() {
		if d.own != nil {
			continue // it need not know the mirrors
		}
		w.Pages = append(w.Pages, d.Base+managementPath)
	}
	w.chooseClient(p)
	w.chooseTimeouts(p)
	for _, h := range p.HAProxy {
		for _, l := range h.Listeners {
			if l.Mirror == w.Mirror {
				w.HAProxy = h
			}
		}
	}
	return w
}

func (w *Walkthrough) chooseClient(p *Plan) {
	var doors []Door
	for _, d := range p.ClientDoors() {
		if d.own == nil {
			doors = append(doors, d)
		}
	}
	if len(doors) == 0 {
		return
	}
	w.Client, w.Gateways = &doors[0], 1
	for _, n := range p.NGINX {
		if n.Name == w.Client.Service {
			w.NGINX, w.Gateways = n, len(n.Gateways)
		}
	}
}

// chooseTimeouts takes the longest wait of any gateway, since each may be the
// one that answers.
func (w *Walkthrough) chooseTimeouts(p *Plan) {
	for _, config := range p.GatewayConfigs {
		for _, s := range config.Servers {
			switch s.Name {
			case w.Mirror.Name:
				w.MirrorTimeout = max(w.MirrorTimeout, s.Timeout)
			case w.Primary.Name:
				w.MemberTimeout = max(w.MemberTimeout, s.Timeout)
			}
		}
	}
}

// HealthURLs are the URLs of a member's mirror_status.cxw, through each door.
func (w *Walkthrough) HealthURLs(member *Member) []string {
	var list []string
	for _, d := range w.Doors {
		list = append(list, d.Base+"/"+member.Name+healthPath)
	}
	return list
}

// GatewayLogs is the command that prints the log of the first gateway of NGINX.
func (w *Walkthrough) GatewayLogs() string { return w.NGINX.Gateways[0].Logs }

// Path is the path of a request that the mirror's primary answers.
func (w *Walkthrough) Path() string { return "/" + w.Mirror.Name + w.Mirror.ProbePath() }

// ClientAddress is the address from which a client on the host appears to the
// first balancer or gateway: Docker's own.
func (w *Walkthrough) ClientAddress() string {
	if w.NGINX == nil || len(w.NGINX.Addresses) == 0 {
		return ""
	}
	return w.NGINX.Addresses[0].Network.Gateway
}

// PublishedGateways are the gateways that have a port on the host.
func (p *Plan) PublishedGateways() []*Gateway {
	var list []*Gateway
	for _, g := range p.Gateways {
		if g.HTTPPort > 0 {
			list = append(list, g)
		}
	}
	return list
}

// DRExample is the first mirror with a DR async that can be promoted, nil for
// none.
func (p *Plan) DRExample() *Mirror {
	for _, m := range p.Mirrors {
		if m.Primary != nil && len(m.DRAsyncs) > 0 {
			return m
		}
	}
	return nil
}
