package plan

// Durable reports whether the instance keeps its data in data/<name>/.
func (i *Instance) Durable() bool { return i.Member != nil && i.Mirror.Durable }

// OwnEnvironment reports whether the instance has variables that not every
// instance has.
func (i *Instance) OwnEnvironment() bool { return i.Durable() || len(i.Environment) > 0 }

// Condition is what Compose calls the state that is waited for.
func (d Dependency) Condition() string {
	if d.Healthy {
		return "service_healthy"
	}
	return "service_started"
}

// Failover reports whether the member takes over by itself.
func (m *Member) Failover() bool { return m.AsyncType < 0 }

// ECP reports whether the instance takes part in ECP: an application server, or
// a member that serves one.
func (i *Instance) ECP() bool { return i.Member == nil || i.Member.ECP() }

// ECP reports whether the member serves ECP clients: a failover member or a DR
// async of a mirror that has application servers.
func (m *Member) ECP() bool { return m.AsyncType <= 0 && len(m.Mirror.ApplicationServers) > 0 }

// PrimaryAddress is where the member finds the primary at first start:
// "localhost" on the primary itself (CPF reference, ConfigMirror).
func (m *Member) PrimaryAddress() string {
	if m.Role == RolePrimary {
		return "localhost"
	}
	return m.Mirror.Primary.MirrorAddress
}
