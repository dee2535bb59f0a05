package rules

import (
	"strings"

	"mirrorgen/internal/verify/facts"
)

// checkNames: names by which containers find each other are given once.
func checkNames(l *checker) {
	owner := map[facts.Alias]*facts.Service{}
	for _, s := range l.Compose.Services {
		for _, n := range s.Aliases {
			key := facts.Alias{What: n.What, Name: n.Name}
			if other := owner[key]; other != nil && other != s && !facts.Apart(other, s) && n.What != "alias" &&
				!facts.Unknown(n.Name) {
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
			case d.Healthy && !target.Health.Given && (l.Generated || !l.mayHaveHealth(target)):
				l.Report(s.File, d.At, "Dependency without a health check",
					"The service "+s.Name+" waits for the health of "+d.Service+", which has no health check.",
					"Give "+d.Service+" a healthcheck, or wait for its start only.")
			}
		}
	}
	f := circles{checker: l, done: map[*facts.Service]bool{}, onPath: map[*facts.Service]int{}}
	for _, s := range c.Services {
		f.follow(s)
	}
}

// mayHaveHealth reports whether the image of a service may bring a health check, as those of IRIS do
// (/irisHealth.sh, every 60 s). Those of nginx and HAProxy have none.
func (l *checker) mayHaveHealth(s *facts.Service) bool {
	kind := l.Roles[s].Kind
	return s.Health.IsUnset() && (s.Build != nil || kind != facts.NGINXKind && kind != facts.HAProxyKind)
}

// circles finds services that wait for each other.
type circles struct {
	*checker
	done   map[*facts.Service]bool
	path   []*facts.Service       // from the first service to that being looked at
	onPath map[*facts.Service]int // positions in path, from 1
}

// follow looks at what a service waits for.
func (f *circles) follow(s *facts.Service) {
	if f.done[s] {
		return
	}
	f.path = append(f.path, s)
	f.onPath[s] = len(f.path)
	for _, d := range s.Dependencies {
		target := f.Compose.ByName[d.Service]
		switch {
		case target == nil:
		case f.onPath[target] > 0:
			var names []string
			for _, member := range f.path[f.onPath[target]-1:] {
				names = append(names, member.Name)
			}
			f.Report(s.File, d.At, "Dependency circle",
				"The services wait for each other in a circle: "+strings.Join(append(names, target.Name), " -> ")+".",
				"Remove one of the dependencies.")
		default:
			f.follow(target)
		}
	}
	f.path = f.path[:len(f.path)-1]
	f.onPath[s] = 0
	f.done[s] = true
}
