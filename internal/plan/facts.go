package plan

import (
	"cmp"
	"strings"
)

// Failover reports whether the member takes over by itself.
func (m *Member) Failover() bool { return m.AsyncType < 0 }

// ECP reports whether the instance takes part in ECP: an application server, or
// a member that serves one.
func (i *Instance) ECP() bool { return i.Member == nil || i.Member.ECP }

// PrimaryAddress is where the member finds the primary at first start:
// "localhost" on the primary itself (CPF reference, ConfigMirror).
func (m *Member) PrimaryAddress() string {
	if m.Role == RolePrimary {
		return "localhost"
	}
	return m.Mirror.Primary.MirrorAddress
}

// DefaultQOSTimeout is the product's, in milliseconds (High Availability Guide, Quality of
// Service Timeout).
const DefaultQOSTimeout = 8000

// QualityOfService is the quality of service time-out that holds for a mirror, in milliseconds.
func (m *Mirror) QualityOfService() int { return cmp.Or(m.QOSTimeout, DefaultQOSTimeout) }

// SetsQOSTimeout reports whether the member gives its mirror a QOSTimeout: the one that
// founds it does.
func (m *Member) SetsQOSTimeout() bool { return m.Role == RolePrimary && m.Mirror.QOSTimeout > 0 }

// DatabaseCells are the mirror's databases and namespaces, as the tables of pages have
// them: "DATA (NAMESPACE)", "CODE (local)", and of a further namespace its databases,
// "DATA + CODE (NAMESPACE)".
func (m *Mirror) DatabaseCells() []string {
	var cells []string
	for _, d := range m.Databases {
		cell := d.Namespace
		if !d.Mirrored {
			cell = strings.TrimPrefix(cell+", local", ", ")
		}
		if cell != "" {
			cell = " (" + cell + ")"
		}
		cells = append(cells, d.Name+cell)
	}
	for _, n := range m.Namespaces {
		cells = append(cells, n.Globals+" + "+n.Routines+" ("+n.Name+")")
	}
	return cells
}
