package impact

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// mirrors looks at each mirror that exists before and after. A mirror keeps what
// it was founded with, on its members' disks, whatever a new build says: one that
// keeps nothing in data/ is started afresh, as start.sh demands; for one that
// does, what would be lost is reported.
func (c *comparison) mirrors() {
	if len(c.old.services) == 0 || c.all != "" {
		return
	}
	for _, name := range c.old.order {
		old := c.old.mirrors[name]
		durable := old["durable"] == "yes"
		successor := c.successor(name)
		now := c.now.mirrors[successor]
		switch {
		case now == nil:
			if durable {
				c.danger(fmt.Sprintf("Mirror %s is no longer part of the lab. Its data stays in data/, and nothing "+
					"uses it.", name))
			}
			continue
		case durable != (now["durable"] == "yes"):
			c.purged[successor] = "durable changes"
			where := map[bool]string{true: "in data/ stays there unused", false: "in the containers is lost"}[durable]
			c.danger(fmt.Sprintf("Mirror %s changes between keeping its data in data/ and in its containers: it "+
				"begins empty, and what it has %s.", name, where))
			continue
		}
		changes := c.identity(name, successor)
		switch {
		case durable:
			c.durable(name, changes)
		case len(changes) > 0:
			c.purged[successor] = list(changes)
		default:
			c.purged[successor] = list(c.ephemeral(name))
		}
	}
}

// successor is what a mirror is called after the build, "" where it is gone. A mirror of
// a new name that a member of it has moved to is the same one, renamed.
func (c *comparison) successor(mirror string) string {
	if c.now.mirrors[mirror] != nil {
		return mirror
	}
	for _, member := range c.old.membersOf(mirror) {
		if of, ok := c.now.member(member); ok && c.old.mirrors[of] == nil {
			return of
		}
	}
	return ""
}

// identity lists what changes of that which a mirror is founded with; successor is what
// it is called afterwards.
func (c *comparison) identity(mirror, successor string) []string {
	var changes []string
	change := func(what, old, now string) {
		if old != now {
			changes = append(changes, fmt.Sprintf("%s changes from %s to %s", what, orNone(old), orNone(now)))
		}
	}
	old, now := c.old.mirrors[mirror], c.now.mirrors[successor]
	change("the set name", old["set_name"], now["set_name"])
	change("the arbiter", old["arbiter"], now["arbiter"])
	for _, member := range c.old.membersOf(mirror) {
		if c.now.byName[member] == nil {
			continue // see gone
		}
		of, _ := c.now.member(member)
		change("the mirror of "+member, successor, of)
		old, now := c.old.members[member], c.now.members[member]
		change("the mirror name of "+member, old["system_name"], now["system_name"])
		change("the role of "+member, old["role"], now["role"])
		before, after := c.old.byName[member].addresses(), c.now.byName[member].addresses()
		networks := maps.Clone(before)
		maps.Copy(networks, after)
		for _, network := range slices.Sorted(maps.Keys(networks)) {
			change("the address of "+member+" on "+network, before[network], after[network])
		}
	}
	return changes
}

// durable reports what a durable mirror does not survive.
func (c *comparison) durable(mirror string, changes []string) {
	if len(changes) > 0 {
		c.danger(fmt.Sprintf("Mirror %s keeps its data, and with it what it was founded with, but %s. Change it in "+
			"IRIS first (the routine ^MIRROR), "+
			"or found the mirror anew with ./stop.sh --purge, which deletes its data.", mirror, list(changes)))
	}
	for _, member := range c.old.membersOf(mirror) {
		if c.now.byName[member] == nil {
			continue
		}
		old, now := c.old.byName[member].image(), c.now.byName[member].image()
		if older(release(now), release(old)) {
			c.danger(fmt.Sprintf("Mirror %s keeps its data, and goes from %s back to %s: IRIS does not open data of a "+
				"later release. "+
				"Take a copy of data/ from before, or found the mirror anew with ./stop.sh --purge, which deletes its "+
				"data.", mirror, old, now))
			return
		}
	}
}

// ephemeral reports where start.sh will refuse to make anew a member whose mirror
// is in its container.
func (c *comparison) ephemeral(mirror string) []string {
	var reasons []string
	for _, member := range c.old.membersOf(mirror) {
		old, now := c.old.byName[member], c.now.byName[member]
		if now == nil {
			continue
		}
		if settings := differing(old.fields, now.fields); len(settings) > 0 {
			reasons = append(reasons, fmt.Sprintf("the settings of %s change (%s)", member,
				strings.Join(settings, ", ")))
		}
	}
	return reasons
}

// spare explains how a mirror is founded anew without what purges the lab as a
// whole, where that would delete the data of another.
func (c *comparison) spare() {
	var kept, members []string
	for _, mirror := range c.old.order {
		switch {
		case c.old.mirrors[mirror]["durable"] == "yes":
			kept = append(kept, mirror)
		case c.purged[c.successor(mirror)] != "":
			members = append(members, c.old.membersOf(mirror)...)
		}
	}
	if len(kept) > 0 && len(members) > 0 {
		c.danger(fmt.Sprintf("./stop.sh --purge deletes the data of %s too. To start afresh only what has to be: "+
			"docker compose rm --stop --force %s, then ./start.sh.",
			list(kept), strings.Join(members, " ")))
	}
}

// list joins a few texts, and counts the rest.
func list(texts []string) string {
	const most = 4
	if len(texts) > most {
		texts = append(slices.Clone(texts[:most-1]), fmt.Sprintf("%d more", len(texts)-most+1))
	}
	return strings.Join(texts, ", ")
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// release is the release in an image's tag, e.g. [2025 1] of iris:2025.1.0.225;
// none where the tag is no release.
func release(image string) []int {
	_, tag, _ := strings.Cut(image[strings.LastIndexByte(image, '/')+1:], ":")
	var numbers []int
	for part := range strings.SplitSeq(tag, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			break
		}
		numbers = append(numbers, n)
	}
	return numbers
}

// older reports whether one release came before another.
func older(a, b []int) bool { return len(a) > 0 && len(b) > 0 && slices.Compare(a, b) < 0 }
