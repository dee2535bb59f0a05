package rules

import "strings"

// checkResources: what a service takes by name from the top level of the compose file is
// declared there.
func checkResources(l *checker) {
	for _, s := range l.Compose.Services {
		for _, r := range s.Resources {
			if l.Compose.Declares(r) {
				continue
			}
			kind := strings.TrimSuffix(r.Kind, "s")
			remedy := "Declare it at the top level, under " + r.Kind + "."
			if l.Generated {
				remedy = "Mount a file or directory by its path instead."
			}
			l.Report(s.File, r.At, "Undefined "+kind,
				"The service "+s.Name+" takes the "+kind+" "+r.Text+", which "+l.ComposeName+" does not define.",
				remedy)
		}
	}
}
