package rules

import (
	"mirrorgen/internal/verify/facts"
	"strings"
)

// checkNames: names by which containers find each other are given once.
func checkNames(l *checker) {
	owner := map[facts.Alias]*facts.Service{}
	for _, s := range l.Compose.Services {
		for _, n := range s.Aliases {
			key := facts.Alias{What: n.What, Name: n.Name}
			if other := owner[key]; other != nil && other != s {
				l.Report(s.File, n.At, "Duplicate "+strings.ReplaceAll(n.What, "_", " "),
					"The "+n.What+" "+n.Name+" belongs to both "+other.Name+" and "+s.Name+".",
					"Give one of them another.")
				continue
			}
			owner[key] = s
		}
	}
}

// checkDependencies: services wait for services that exist, for the health of
// those that have a health check, and never in a circle.
func checkDependencies(l *checker) {
	c := l.Compose
	for _, s := range c.Services {
		for _, d := range s.Dependencies {
			target := c.ByName[d.Service]
			switch {
			case target == nil:
				l.Report(s.File, d.At, "Unknown dependency",
					"The service "+s.Name+" waits for "+d.Service+", which is no service.",
					"Name a service of the file.")
			case d.Healthy && !target.Health.Given:
				l.Report(s.File, d.At, "Dependency without a health check",
					"The service "+s.Name+" waits for the health of "+d.Service+", which has no health check.",
					"Give "+d.Service+" a healthcheck, or wait for its start only.")
			}
		}
	}
	done := map[*facts.Service]bool{}
	for _, s := range c.Services {
		l.findCircle(s, nil, done)
	}
}

// findCircle follows the dependencies of s, which was reached by way of path.
func (l *checker) findCircle(s *facts.Service, path []*facts.Service, done map[*facts.Service]bool) {
	if done[s] {
		return
	}
	path = append(path, s)
	for _, d := range s.Dependencies {
		target := l.Compose.ByName[d.Service]
		if target == nil {
			continue
		}
		for i, earlier := range path {
			if earlier == target {
				names := make([]string, 0, len(path)-i+1)
				for _, member := range path[i:] {
					names = append(names, member.Name)
				}
				l.Report(s.File, d.At, "Dependency circle",
					"The services wait for each other in a circle: "+strings.Join(append(names, target.Name), " -> ")+
						".",
					"Remove one of the dependencies.")
			}
		}
		if !onPath(path, target) {
			l.findCircle(target, path, done)
		}
	}
	done[s] = true
}

func onPath(path []*facts.Service, s *facts.Service) bool {
	for _, member := range path {
		if member == s {
			return true
		}
	}
	return false
}
