package facts

import (
	"net/netip"
	"path"
	"slices"
	"strings"

	"mirrorgen/internal/format/compose"
)

// reader reads the parts of a compose file, and makes facts of them.
type reader struct {
	compose.Reader
	base   string                    // directory that sources of mounts are relative to
	mounts map[*compose.Mount]*Mount // services share those that they have through an alias
	// inline makes a file of a config or secret that is none; nil where they are not looked at.
	inline func(from *compose.Inline, target string) string
}

// asItIs expands the scalars of a file in which variables have been replaced.
func asItIs(text string) string { return text }

func (y *reader) service(entry compose.Field) *Service {
	from := y.Service(entry)
	s := &Service{
		Name:             from.Name,
		At:               from.At,
		Image:            from.Image.Text,
		Build:            y.build(from.Build),
		extended:         from.Extends,
		Ports:            from.Ports,
		mode:             from.Mode,
		environmentFiles: y.paths(from.EnvFiles),
		Dependencies:     from.Dependencies,
		Environment:      from.Environment,
		Command:          slices.Concat(from.Entrypoint, from.Command),
		Capabilities:     from.Capabilities,
		Grace:            from.Grace,
		Health:           from.Health,
		Resources:        from.Resources,
		block:            valueOf(from.Labels, blockLabel).Text,
	}
	for _, name := range from.Hosts {
		if s.Resolved == nil {
			s.Resolved = map[string]bool{}
		}
		s.Resolved[name] = true
	}
	for _, p := range from.Profiles {
		s.Profiles = append(s.Profiles, p.Text)
	}
	y.addAttachments(s, from.Attachments)
	for _, name := range [...]Alias{
		{"container_name", from.ContainerName.Text, from.ContainerName.At},
		{"hostname", from.Hostname.Text, from.Hostname.At},
	} {
		if name.Name != "" {
			s.Aliases = append(s.Aliases, name)
		}
	}
	y.addMounts(s, from.Mounts)
	y.addMounts(s, from.Files)
	return s
}

// addAttachments takes the addresses and the further names of a service on its networks.
func (y *reader) addAttachments(s *Service, attachments []compose.Attachment) {
	s.Addresses = slices.Grow(s.Addresses, len(attachments))
	for _, from := range attachments {
		a := Address{Network: from.Network, IP: from.Address, At: from.At}
		if a.IP != "" {
			a.Addr, _ = netip.ParseAddr(a.IP)
		}
		s.Addresses = append(s.Addresses, a)
		for _, w := range from.Aliases {
			s.Aliases = append(s.Aliases, Alias{"alias", w.Text, w.At})
		}
	}
}

// addMounts takes the volumes, configs and secrets of a service.
func (y *reader) addMounts(s *Service, mounts []*compose.Mount) {
	s.Mounts = slices.Grow(s.Mounts, len(mounts))
	for _, from := range mounts {
		m, known := y.mounts[from]
		if !known {
			m = &Mount{Source: from.Source, Target: from.Target, bind: from.Bind, ReadOnly: from.ReadOnly, At: from.At}
			if m.bind {
				m.Source = cleanSource(m.Source)
			}
			if from.Relative() && y.base != "." && y.base != "" {
				m.Source = path.Join(y.base, m.Source)
			}
			if from.Inline != nil && y.inline != nil {
				m.Source = y.inline(from.Inline, m.Target)
				m.bind = m.Source != ""
			}
			y.mounts[from] = m
		}
		if m.bind {
			s.Mounts = append(s.Mounts, m)
		} else if m.Target != "" {
			s.volumes = append(s.volumes, m)
		}
	}
}

// paths are paths of the lab.
func (y *reader) paths(words []Word) []Word {
	list := make([]Word, 0, len(words))
	for _, w := range words {
		if w.Text != "" && !path.IsAbs(w.Text) {
			w.Text = path.Join(y.base, w.Text)
		}
		list = append(list, w)
	}
	return list
}

// cleanSource is the source of a mount without "./" before it and a slash behind it.
func cleanSource(source string) string {
	if source != "./" {
		source = strings.TrimPrefix(source, "./")
	}
	return strings.TrimSuffix(source, "/")
}

// build takes the build of a service, nil for none.
func (y *reader) build(from *compose.Build) *Build {
	if from == nil {
		return nil
	}
	b := &Build{target: from.Target, inline: from.Inline, arguments: from.Args}
	b.context = path.Join(y.base, from.Context)
	b.file = path.Join(b.context, from.Dockerfile)
	return b
}
