package schema

// A Declaration is a block of a topology, whichever type it has.
type Declaration struct {
	Kind string // block type
	*Decl
	Mirror string // of a database, namespace or member: the mirror around it
}

// Declarations lists the blocks of a lab, those that stand in the topology: the lab, its
// single blocks, networks, mirrors with what is in them, services, profiles and moves.
func (l *Lab) Declarations() []Declaration {
	list := []Declaration{{Kind: "lab", Decl: &l.Decl}, {Kind: "images", Decl: &l.Images.Decl},
		{Kind: "iris", Decl: &l.IRIS.Decl}, {Kind: "tls", Decl: &l.TLS.Decl},
		{Kind: "secrets", Decl: &l.SecretFiles.Decl}, {Kind: "kubernetes", Decl: &l.Kubernetes.Decl}}
	for _, n := range l.Networks {
		list = append(list, Declaration{Kind: "network", Decl: &n.Decl})
	}
	around := map[*Service]string{}
	for _, m := range l.Mirrors {
		list = append(list, Declaration{Kind: "mirror", Decl: &m.Decl})
		for _, db := range m.Databases {
			list = append(list, Declaration{Kind: "database", Decl: &db.Decl, Mirror: m.Name})
		}
		for _, n := range m.Namespaces {
			list = append(list, Declaration{Kind: "namespace", Decl: &n.Decl, Mirror: m.Name})
		}
		for _, member := range m.Members {
			around[member.Service] = m.Name
		}
	}
	if l.Monitoring != nil {
		list = append(list, Declaration{Kind: "monitoring", Decl: &l.Monitoring.Decl})
	}
	for _, s := range l.Services {
		if s.isMonitoring() {
			continue
		}
		list = append(list, Declaration{Kind: s.Kind, Decl: &s.Decl, Mirror: around[s]})
	}
	for _, p := range l.Profiles {
		list = append(list, Declaration{Kind: "profile", Decl: &p.Decl})
	}
	for _, m := range l.Moves {
		list = append(list, Declaration{Kind: "moved", Decl: &m.Decl})
	}
	written := list[:0]
	for _, d := range list {
		if d.Range.Filename != "" {
			written = append(written, d)
		}
	}
	return written
}
