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
				c.danger(fmt.Sprintf("Mirror %s is no longer part of the lab. Its data stays in %s, and nothing "+
					"uses it. Where it or its members were renamed, say so in the topology with moved blocks.", name,
					c.keeping()))
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
			c.purged[successor] = list(texts(changes))
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
		if now := c.after(member); now != nil {
			if of, ok := c.now.member(now.name); ok && c.old.mirrors[of] == nil {
				return of
			}
		}
	}
	return ""
}

// A change is one of that which a mirror is founded with.
type change struct {
	text   string // e.g. "the set name changes from AP1 to AP2"
	remedy string // what keeps the value of before, "" where nothing short does
}

// identity lists what changes of that which a mirror is founded with; successor is what
// it is called afterwards.
func (c *comparison) identity(mirror, successor string) []change {
	var changes []change
	compare := func(what, old, now, remedy string) {
		if old != now {
			if remedy != "" {
				remedy = fmt.Sprintf(remedy, old)
			}
			changes = append(changes, change{fmt.Sprintf("%s changes from %s to %s", what, orNone(old), orNone(now)),
				remedy})
		}
	}
	old, now := c.old.mirrors[mirror], c.now.mirrors[successor]
	compare("the set name", old["set_name"], now["set_name"], `set_name = %q in mirror "`+successor+`"`)
	compare("the arbiter", old["arbiter"], now["arbiter"], "")
	for _, member := range c.old.membersOf(mirror) {
		after := c.after(member)
		if after == nil {
			continue // see gone
		}
		name := member
		if after.name != member {
			name = after.name + " (" + member + " before)"
			if !after.durable() {
				changes = append(changes, change{text: member + " is renamed to " + after.name})
			}
		}
		of, _ := c.now.member(after.name)
		compare("the mirror of "+name, successor, of, "")
		old, now := c.old.members[member], c.now.members[after.name]
		compare("the mirror name of "+name, old["system_name"], now["system_name"],
			`system_name = %q in member "`+after.name+`"`)
		compare("the role of "+name, old["role"], now["role"], "")
		before, addresses := c.old.byName[member].addresses(), after.addresses()
		networks := maps.Clone(before)
		maps.Copy(networks, addresses)
		for _, network := range slices.Sorted(maps.Keys(networks)) {
			compare("the address of "+name+" on "+network, before[network], addresses[network], "")
		}
	}
	return changes
}

// texts are those of changes.
func texts(changes []change) []string {
	var list []string
	for _, c := range changes {
		list = append(list, c.text)
	}
	return list
}

// durable reports what a durable mirror does not survive.
func (c *comparison) durable(mirror string, changes []change) {
	if len(changes) > 0 {
		var remedies []string
		for _, change := range changes {
			if change.remedy != "" {
				remedies = append(remedies, change.remedy)
			}
		}
		keep := ""
		if len(remedies) == len(changes) {
			keep = "Write " + strings.Join(remedies, ", ") + " to keep it as it is; or change "
		} else {
			keep = "Change "
		}
		c.danger(fmt.Sprintf("Mirror %s keeps its data, and with it what it was founded with, but %s. %sit in "+
			"IRIS first (the routine ^MIRROR), "+
			"or found the mirror anew with ./stop.sh --purge, which deletes its data.", mirror, list(texts(changes)),
			keep))
	}
	for _, member := range c.old.membersOf(mirror) {
		after := c.after(member)
		if after == nil {
			continue
		}
		before := c.old.byName[member]
		if data := after.data(); before.data() != "" && data != "" && data != before.data() {
			c.danger(fmt.Sprintf("%s would keep its data in %s, and what it has is in %s: it begins empty. Stop the "+
				"lab and rename the directory, or take the lock file of before.", after.name, data, before.data()))
		}
	}
	for _, member := range c.old.membersOf(mirror) {
		after := c.after(member)
		if after == nil {
			continue
		}
		old, now := c.old.byName[member].image(), after.image()
		if older(release(now), release(old)) {
			c.danger(fmt.Sprintf("Mirror %s keeps its data, and goes from %s back to %s: IRIS does not open data of a "+
				"later release. "+
				"Take a copy of %s from before, or found the mirror anew with ./stop.sh --purge, which deletes its "+
				"data.", mirror, old, now, c.keeping()))
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

// repository is an image's name without its tag.
func repository(image string) string {
	slash := strings.LastIndexByte(image, '/') + 1
	name, _, _ := strings.Cut(image[slash:], ":")
	return image[:slash] + name
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
