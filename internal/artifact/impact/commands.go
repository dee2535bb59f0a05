package impact

import (
	"fmt"
	"slices"
	"strings"
)

// When a command has to be run.
const (
	BeforeBuild = "before"
	AfterBuild  = "after"
)

// commands says what has to be run in a lab that runs. Only the members of mirrors that have to
// be founded anew are removed, so that every other mirror goes on.
func (c *comparison) commands() {
	run := func(when string, parts ...string) {
		c.report.Commands = append(c.report.Commands, Command{when, strings.Join(parts, " && ")})
	}
	const remove = "docker compose rm --stop --force "
	var gone, owners []string
	effects := map[Effect]bool{}
	for _, s := range c.report.Services {
		effects[s.Effect] = true
		if s.Effect == Leave {
			gone = append(gone, s.Name)
			if owner := c.old.byName[s.Name].owner; owner != "" && !slices.Contains(owners, owner) &&
				!slices.ContainsFunc(c.now.services, func(now *service) bool { return now.owner == owner }) {
				owners = append(owners, owner)
			}
		}
	}
	restart, cluster := effects[Restart], c.now.cluster
	switch {
	case len(gone) > 0 && cluster:
		run(BeforeBuild,
			fmt.Sprintf("kubectl delete --namespace %s --ignore-not-found statefulset,deployment,service %s",
				c.old.project, strings.Join(gone, " ")))
	case len(gone) > 0:
		run(BeforeBuild, remove+strings.Join(gone, " "))
	}
	if len(owners) > 0 {
		run(BeforeBuild, fmt.Sprintf("kubectl delete --namespace %s --ignore-not-found iriscluster %s", c.old.project,
			strings.Join(owners, " ")))
	}
	afresh, every := c.afresh()
	switch {
	case c.all != "" || every || cluster && effects[Purge]:
		run(AfterBuild, "./stop.sh --purge", "./start.sh")
	case cluster && (restart || effects[Roll] || effects[Apply]): // it makes members anew, one after the other
		run(AfterBuild, "./start.sh")
	case cluster: // what is new is told apart by nobody
	case len(afresh) > 0 && restart:
		run(AfterBuild, remove+strings.Join(afresh, " "), "./stop.sh", "./start.sh")
	case len(afresh) > 0:
		run(AfterBuild, remove+strings.Join(afresh, " "), "./start.sh")
	case restart:
		run(AfterBuild, "./stop.sh", "./start.sh")
	}
}

// afresh lists the members of mirrors that have to be founded anew, and reports whether those
// are all mirrors.
func (c *comparison) afresh() (members []string, every bool) {
	every = len(c.purged) > 0
	for _, mirror := range c.now.order {
		if c.purged[mirror] == "" {
			every = false
			continue
		}
		for _, member := range c.now.membersOf(mirror) {
			if c.old.byName[member] != nil && !slices.Contains(members, member) {
				members = append(members, member)
			}
		}
	}
	return members, every && len(members) > 0
}
