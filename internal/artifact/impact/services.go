package impact

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// lab looks at what concerns every service.
func (c *comparison) lab() {
	if len(c.old.services) == 0 {
		return
	}
	if c.now.cluster && c.old.project != c.now.project {
		c.danger(fmt.Sprintf("The namespace changes from %s to %s: the lab that is in %s stays there, with all its "+
			"data, and another begins. Delete it with ./stop.sh --purge before you build.", c.old.project,
			c.now.project, c.old.project))
		c.old.services, c.old.byName = nil, map[string]*service{}
		return
	}
	if c.old.project != c.now.project {
		c.danger(fmt.Sprintf("The lab is renamed from %s to %s, and Docker takes them for two labs: the containers of "+
			"%s stay, with the mirrors that keep nothing in data/. "+
			"Stop it with ./stop.sh, or remove it with ./stop.sh --purge, before you build.", c.old.project,
			c.now.project, c.old.project))
		c.old.services, c.old.byName = nil, map[string]*service{}
		return
	}
	var changed []string
	for _, name := range slices.Sorted(maps.Keys(c.old.subnets)) {
		if subnet, stays := c.now.subnets[name]; stays && subnet != c.old.subnets[name] {
			changed = append(changed, fmt.Sprintf("network %s changes from %s to %s", name, c.old.subnets[name],
				subnet))
		}
	}
	if len(changed) == 0 {
		return
	}
	c.all = strings.Join(changed, ", ")
	for _, name := range c.old.order {
		if c.old.mirrors[name]["durable"] == "yes" {
			c.danger(fmt.Sprintf("The %s: start.sh refuses until ./stop.sh --purge, which deletes the data of mirror "+
				"%s too.", c.all, name))
		}
	}
}

// service reports what happens to a service that is part of the lab.
func (c *comparison) service(now *service) {
	old := c.old.byName[now.name]
	mirror, member := c.now.member(now.name)
	switch {
	case c.all != "":
		c.add(now.name, Purge, c.all)
		return
	case member && c.purged[mirror] != "":
		c.add(now.name, Purge, c.purged[mirror])
		return
	case old == nil && c.earlier[now.name] != "":
		c.add(now.name, Create, "in place of "+c.earlier[now.name])
		return
	case old == nil:
		c.add(now.name, Create)
		return
	}
	if c.now.cluster {
		c.workload(old, now)
		return
	}
	reasons := c.files(now)
	settings := differing(old.fields, now.fields)
	if len(settings) > 0 {
		if len(settings) == 1 && settings[0] == "labels" && len(reasons) > 0 {
			settings = nil // the digest of just those files
		}
		c.add(now.name, Recreate, append(settings, reasons...)...)
		return
	}
	if len(reasons) > 0 {
		c.add(now.name, Restart, reasons...)
		return
	}
	c.add(now.name, Nothing)
}

// gone reports what happens to a service that is no longer part of the lab.
func (c *comparison) gone(old *service) {
	reasons := []string{"remove it before you build"}
	mirror, member := c.old.member(old.name)
	switch renamed := c.renamed[old.name]; {
	case renamed != "":
		reasons[0] += ", because " + renamed + " has its address"
	case !member || c.successor(mirror) == "":
	case old.durable():
		c.danger(fmt.Sprintf("%s is no longer a member of mirror %s, which keeps its data and knows it as one: "+
			"take it out of the mirror in IRIS first (^MIRROR). %s stays.%s", old.name, mirror, old.data(),
			c.sayMoved(old.name, c.successor(mirror))))
	default:
		reasons = append(reasons, fmt.Sprintf("mirror %s goes on with it as a member that is down, until "+
			"it is started afresh", mirror))
	}
	c.add(old.name, Leave, reasons...)
}

// keeping is where the members of the lab keep their data.
func (c *comparison) keeping() string {
	if c.old.cluster {
		return "its volumes"
	}
	return "data/"
}

// files lists the artifacts that a service mounts and that change.
func (c *comparison) files(s *service) []string {
	var changed []string
	for _, source := range s.mounts {
		text, generated := c.now.files[source]
		if generated && text != c.old.files[source] && !slices.Contains(changed, source) {
			changed = append(changed, source)
		}
	}
	return changed
}

// differing lists the settings in which two services of a compose file differ.
func differing(old, now map[string]any) []string {
	names := map[string]any{}
	maps.Copy(names, old)
	maps.Copy(names, now)
	var changed []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !reflect.DeepEqual(old[name], now[name]) {
			changed = append(changed, name)
		}
	}
	return changed
}
