package schema

import "strings"

// checkContainers resolves what containers of the user's own wait for.
func (d *decoder) checkContainers(lab *Lab) {
	if len(lab.Containers) == 0 {
		return
	}
	names := make([]string, 0, len(lab.Services))
	for _, s := range lab.Services {
		names = append(names, s.Name)
	}
	containers := map[string]*Container{}
	for _, c := range lab.Containers {
		if containers[c.Name] == nil {
			containers[c.Name] = c
		}
	}
	defer d.leave(d.enter(nil))
	for _, c := range lab.Containers {
		d.about = &c.Decl
		for _, ref := range c.After {
			switch other := containers[ref.Name]; {
			case d.names[ref.Name] == nil:
				d.errorf(ref.At, "Unknown service", "after: there is no service %s.%s", shown(ref.Name),
					d.hint(ref.Name, names, "services"))
			case other != nil && other != c && !other.tellsHealth():
				d.errorf(ref.At, "Nothing to wait for",
					"after: %q has no healthcheck, so nobody can tell when it is healthy. Give the service block "+
						"at %s a healthcheck; where its image has one, an interval alone will do.", ref.Name,
					other.NameRange)
			}
		}
	}
	d.about = nil
	w := waits{d, containers, map[*Container]bool{}, nil}
	for _, c := range lab.Containers {
		w.follow(c)
	}
}

// tellsHealth reports whether a container has a health check by which Docker knows when it is
// healthy.
func (c *Container) tellsHealth() bool {
	if c.Health != nil {
		return !c.Health.Disable && (len(c.Health.Test) == 0 || c.Health.Test[0] != "NONE")
	}
	_, raw := c.rawKey("healthcheck")
	return c.refused("healthcheck") || raw
}

// waits finds containers that wait for each other. Nothing that mirrorgen makes waits for a
// container of the user's.
type waits struct {
	d          *decoder
	containers map[string]*Container
	done       map[*Container]bool
	path       []*Container
}

func (w *waits) follow(c *Container) {
	if w.done[c] {
		return
	}
	w.path = append(w.path, c)
	for _, ref := range c.After {
		next := w.containers[ref.Name]
		circle := w.circle(next)
		switch {
		case next == nil:
		case circle != "":
			w.d.about = &c.Decl
			w.d.errorf(ref.At, "Services that wait for each other",
				"after: none of these could ever start, each waits for the next: %s. Remove one of the names.", circle)
			w.d.about = nil
		default:
			w.follow(next)
		}
	}
	w.path = w.path[:len(w.path)-1]
	w.done[c] = true
}

// circle lists the containers from c, where it is being followed, back to it; "" otherwise.
func (w *waits) circle(c *Container) string {
	for i, on := range w.path {
		if on == c {
			var names []string
			for _, member := range w.path[i:] {
				names = append(names, member.Name)
			}
			return strings.Join(append(names, c.Name), " -> ")
		}
	}
	return ""
}

// waitedFor lists by name what containers wait for.
func waitedFor(lab *Lab) map[string][]string {
	after := map[string][]string{}
	for _, c := range lab.Containers {
		for _, ref := range c.After {
			after[c.Name] = append(after[c.Name], ref.Name)
		}
	}
	return after
}

// checkWaitedFor reports services of a profile that wait for one which is not in it.
func (d *decoder) checkWaitedFor(p *Profile, in map[string]bool, after map[string][]string) {
	for _, ref := range p.Services {
		for _, name := range after[ref.Name] {
			if d.names[name] != nil && !in[name] {
				d.errorf(ref.At, "Profile without what a service waits for",
					"%s starts after %s, which this profile lacks. Add %q to services.", ref.Name, name, name)
			}
		}
	}
}
