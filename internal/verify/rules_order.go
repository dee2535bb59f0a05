package verify

import "strings"

// checkNames: names by which containers know each other are given once.
func checkNames(l *facts) {
	owner := map[named]*service{}
	for _, s := range l.compose.services {
		for _, n := range s.names {
			key := named{what: n.what, name: n.name}
			if other := owner[key]; other != nil && other != s {
				l.report(s.file, n.at, "Duplicate "+strings.ReplaceAll(n.what, "_", " "), "The "+n.what+" "+n.name+" belongs to both "+other.name+" and "+s.name+".", "Give one of them another.")
				continue
			}
			owner[key] = s
		}
	}
}

// checkDependencies: services wait for services that exist, for the health of
// those that have a health check, and never in a circle.
func checkDependencies(l *facts) {
	c := l.compose
	for _, s := range c.services {
		for _, d := range s.dependencies {
			target := c.byName[d.service]
			switch {
			case target == nil:
				l.report(s.file, d.at, "Unknown dependency", "The service "+s.name+" waits for "+d.service+", which is no service.", "Name a service of the file.")
			case d.healthy && !target.health.given:
				l.report(s.file, d.at, "Dependency without a health check", "The service "+s.name+" waits for the health of "+d.service+", which has no health check.", "Give "+d.service+" a healthcheck, or wait for its start only.")
			}
		}
	}
	done := map[*service]bool{}
	for _, s := range c.services {
		l.findCircle(s, nil, done)
	}
}

// findCircle follows the dependencies of s, which was reached by way of path.
func (l *facts) findCircle(s *service, path []*service, done map[*service]bool) {
	if done[s] {
		return
	}
	path = append(path, s)
	for _, d := range s.dependencies {
		target := l.compose.byName[d.service]
		if target == nil {
			continue
		}
		for i, earlier := range path {
			if earlier == target {
				names := make([]string, 0, len(path)-i+1)
				for _, member := range path[i:] {
					names = append(names, member.name)
				}
				l.report(s.file, d.at, "Dependency circle", "The services wait for each other in a circle: "+strings.Join(append(names, target.name), " -> ")+".", "Remove one of the dependencies.")
			}
		}
		if !onPath(path, target) {
			l.findCircle(target, path, done)
		}
	}
	done[s] = true
}

func onPath(path []*service, s *service) bool {
	for _, member := range path {
		if member == s {
			return true
		}
	}
	return false
}
