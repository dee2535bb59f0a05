package plan

// MemberRows has a row for each member, in the order of the mirrors: its service, its
// mirror, its role at first start, whether its data is kept in data/, and whether it
// takes over by itself.
func (p *Plan) MemberRows() [][]any {
	var rows [][]any
	for _, m := range p.Mirrors {
		for _, member := range m.Members {
			rows = append(rows, []any{member.Name, m.Name, member.Role, m.Durable, member.Failover()})
		}
	}
	return rows
}

// ListenerRows has a row for each mirror that a haproxy serves: the haproxy, the mirror,
// and the port on the host, 0 for none.
func (p *Plan) ListenerRows() [][]any {
	var rows [][]any
	for _, h := range p.HAProxy {
		for _, l := range h.Listeners {
			rows = append(rows, []any{h.Name, l.Mirror.Name, l.Host})
		}
	}
	return rows
}

// ReportingRows has a row for each mirror whose reporting members a haproxy serves: the
// haproxy, its section, and the port on the host.
func (p *Plan) ReportingRows() [][]any {
	var rows [][]any
	for _, h := range p.HAProxy {
		for _, l := range h.Reporting {
			rows = append(rows, []any{h.Name, l.Mirror.Name + "_reporting", l.Host})
		}
	}
	return rows
}

// ServiceNames are the names of all services.
func (p *Plan) ServiceNames() []string {
	names := make([]string, len(p.Services))
	for i, s := range p.Services {
		names[i] = s.Name
	}
	return names
}

// A ServiceRow is a service with a cell for each network of the lab.
type ServiceRow struct {
	Name      string
	Addresses []string // "-" where it is not on the network
}

// AddressRows has a row for each service.
func (p *Plan) AddressRows() []ServiceRow {
	rows := make([]ServiceRow, len(p.Services))
	for i, s := range p.Services {
		rows[i] = ServiceRow{s.Name, make([]string, len(p.Networks))}
		for j, n := range p.Networks {
			rows[i].Addresses[j] = "-"
			if address := s.Address(n); address != "" {
				rows[i].Addresses[j] = address
			}
		}
	}
	return rows
}

// MemberCells are the members with their system names, e.g. "ap1a (AP1A)".
func (m *Mirror) MemberCells() []string {
	cells := make([]string, len(m.Members))
	for i, member := range m.Members {
		cells[i] = member.Name + " (" + member.SystemName + ")"
	}
	return cells
}
