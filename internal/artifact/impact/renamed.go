package impact

import (
	"fmt"
	"maps"
	"slices"
)

// findRenamed finds services that were renamed: a new one that goes on with the data of one
// that is gone, or, where neither keeps data, with its addresses and its image.
func (c *comparison) findRenamed() {
	c.renamed, c.earlier = map[string]string{}, map[string]string{}
	gone := map[string]*service{} // by what they are recognized by
	for _, s := range c.old.services {
		if c.now.byName[s.name] == nil {
			for _, mark := range s.marks() {
				gone[mark] = s
			}
		}
	}
	if len(gone) == 0 {
		return
	}
	for _, s := range c.now.services {
		if c.old.byName[s.name] != nil {
			continue
		}
		for _, mark := range s.marks() {
			old := gone[mark]
			if old == nil || c.renamed[old.name] != "" || !c.sameSort(old, s) {
				continue
			}
			c.renamed[old.name], c.earlier[s.name] = s.name, old.name
			break
		}
	}
}

// sameSort reports whether both are members, or none is, and run from images of one name.
func (c *comparison) sameSort(old, now *service) bool {
	_, member := c.old.member(old.name)
	_, still := c.now.member(now.name)
	return member == still && repository(old.image()) == repository(now.image())
}

// marks are what a service is recognized by under another name, the surest first: its
// directory of data, or without one its addresses.
func (s *service) marks() []string {
	if data := s.data(); data != "" {
		return []string{data}
	}
	var marks []string
	addresses := s.addresses()
	for _, network := range slices.Sorted(maps.Keys(addresses)) {
		if address := addresses[network]; address != "" {
			marks = append(marks, network+" "+address)
		}
	}
	return marks
}

// after is what a service is called after the build, nil where it is gone.
func (c *comparison) after(name string) *service {
	if renamed := c.renamed[name]; renamed != "" {
		name = renamed
	}
	return c.now.byName[name]
}

// sayMoved asks for a moved block where a durable member is gone and its mirror has a new one, or says
// that none helps: on Kubernetes a volume has the name of its member.
func (c *comparison) sayMoved(member, mirror string) string {
	for _, name := range c.now.membersOf(mirror) {
		if c.old.byName[name] == nil && c.now.cluster {
			return fmt.Sprintf(" On Kubernetes a volume has its member's name, so that %s begins without that data, "+
				"with a moved block too: keep the name %s.", name, member)
		}
		if c.old.byName[name] == nil && c.earlier[name] == "" {
			return fmt.Sprintf(" Where it was renamed, say so in the topology with a moved block: from = %q, to = %q.",
				member, name)
		}
	}
	return ""
}
