package plan

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
