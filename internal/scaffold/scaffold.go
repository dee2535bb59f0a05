// Package scaffold writes topologies to begin with: whole and valid, in the
// canonical layout, with a comment where a reader would ask why or what else.
package scaffold

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// Options say what the lab has.
type Options struct {
	Name               string // of the lab
	Version            string // of the vendor's images, e.g. "2025.1"
	Mirrors            int
	Members            int  // of each mirror, at least
	DR                 bool // each mirror has a disaster recovery member
	Reporting          bool // each mirror has a reporting member
	ApplicationServers int  // of the first mirror
	Gateways           int
	Networks           int  // 1, or 2 for mirror and client traffic apart
	Durable            bool // data outlives the containers
	Japanese           bool // the pages in Japanese too
}

// Default is the lab that most begin with.
func Default() Options {
	return Options{Name: "lab", Version: "2025.1", Mirrors: 1, Members: 2, Gateways: 2, Networks: 1}
}

// Limits of what is counted. The language allows more mirrors and gateways;
// nobody begins with them.
const (
	MaxMirrors            = 50
	MaxMembers            = 16 // of a mirror: the product's limit
	MaxGateways           = 20
	MaxApplicationServers = 20
)

// Check refuses numbers out of their range, in terms of the flags that have
// their names.
func (o Options) Check() error {
	for _, n := range []struct {
		name               string
		value, least, most int
	}{
		{"mirrors", o.Mirrors, 1, MaxMirrors},
		{"members", o.Members, 1, MaxMembers},
		{"gateways", o.Gateways, 0, MaxGateways},
		{"application-servers", o.ApplicationServers, 0, MaxApplicationServers},
		{"networks", o.Networks, 1, 2},
	} {
		if n.value < n.least || n.value > n.most {
			return fmt.Errorf("%s: %d is not among %d to %d", n.name, n.value, n.least, n.most)
		}
	}
	return nil
}

// A member is one to be.
type member struct{ name, role string }

// members are those of a mirror: a primary, a backup, what was asked for, and up
// to the number that was asked for more of it.
func (o Options) members(mirror string) []member {
	roles := []string{"primary", "backup"}[:min(o.Members, 2)]
	filler := "drasync"
	if o.DR {
		roles = append(roles, "drasync")
	}
	if o.Reporting {
		roles = append(roles, "rorasync")
		if !o.DR {
			filler = "rorasync"
		}
	}
	for len(roles) < o.Members {
		roles = append(roles, filler)
	}
	var list []member
	for i, role := range roles[:min(len(roles), MaxMembers)] {
		list = append(list, member{mirror + string(rune('a'+i)), role})
	}
	return list
}

// Topology writes the lab.
func Topology(o Options) []byte {
	var b strings.Builder
	print := func(format string, values ...any) { fmt.Fprintf(&b, format, values...) }

	print(
		"# %s.\n# Every block and argument is in docs/language.md of mirrorgen; what is not said\n# here has a "+
			"default.\n#\n", o.subject())
	print(
		"#   mirrorgen validate FILE   checks this file\n#   mirrorgen inspect FILE    shows the addresses and " +
			"ports that it leads to\n#   mirrorgen build FILE      writes the lab\n\n")
	o.lab(print)
	o.iris(print)
	if o.arbitrated() {
		print(
			"# Decides with the members which of them may take over. A mirror without one does\n# not fail " +
				"over when the primary's host dies.\narbiter \"arbiter\" {}\n\n")
	}
	o.mirrors(print)
	o.web(print)
	return hclwrite.Format([]byte(strings.TrimRight(b.String(), "\n") + "\n"))
}

type printer func(format string, values ...any)

func (o Options) arbitrated() bool { return o.Members > 1 }

// balanced reports whether the lab has load balancers: HAProxy finds the primary
// through the gateways.
func (o Options) balanced() bool { return o.Gateways > 0 }

// subject says in a phrase what the lab is.
func (o Options) subject() string {
	parts := []string{count(o.Mirrors, "mirror") + " of " + count(len(o.members("")), "member")}
	if o.ApplicationServers > 0 {
		parts = append(parts, count(o.ApplicationServers, "ECP application server"))
	}
	if o.Gateways > 0 {
		parts = append(parts, count(o.Gateways, "Web Gateway"))
	}
	return "A lab with " + strings.Join(parts, ", ")
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

func (o Options) lab(print printer) {
	print("lab %s {\n", quote(o.Name))
	print("  # host            = \"irishost\"   # the name in endpoint lists\n")
	print("  # publish_address = \"0.0.0.0\"    # opens the ports to your network; else this machine alone\n")
	print("  # timezone        = \"Asia/Tokyo\"\n")
	if o.Japanese {
		print("  languages = [\"en\", \"ja\"] # of the generated README\n")
	}
	if o.Networks == 2 {
		print("\n  # Journals and the agents' talk go over one network, clients over the other.\n")
		print("  mirror_network = \"mirror-tier\"\n  client_network = \"client-tier\"\n")
	}
	print(
		"}\n\n# The vendor's images, for which you need access to its registry.\nimages {\n  tag = %s\n}\n"+
			"\n", quote(o.Version))
	if o.Networks == 2 {
		print("# subnet = \"10.0.1.0/24\" pins one; without it the lab's name decides.\n")
		print("network \"mirror-tier\" {}\nnetwork \"client-tier\" {}\n\n")
	}
}

func (o Options) iris(print printer) {
	print("# For every member and application server.\niris {\n")
	print("  # globals = 256  # database cache, MB\n")
	print("  # cpus    = 2    # no more than the licence covers\n")
	if o.Durable {
		print("\n  # Databases and settings stay in data/ when containers are made anew.\n  durable = true\n")
	} else {
		print("  # durable = true # keeps data in data/ when containers are made anew\n")
	}
	print("\n  # The predefined accounts keep their published passwords until you give a hash:\n")
	print("  # password_hash = \"...\" # mirrorgen password-hash prints one\n}\n\n")
}

func (o Options) mirrors(print printer) {
	for m := range o.Mirrors {
		name := "ap" + strconv.Itoa(m+1)
		if m == 0 {
			print("# /%s/... on a gateway is the primary of this mirror, whichever member that is.\n", name)
		}
		print("mirror %s {\n", quote(name))
		if m == 0 {
			print("  # database \"MYDB\" { namespace = \"MYNS\" } # without one: MIRRORDB, MIRRORNS\n\n")
		}
		for _, member := range o.members(name) {
			print("  member %s { role = %s }%s\n", quote(member.name), quote(member.role), about(m, member.role))
		}
		print("}\n\n")
	}
	for a := range o.ApplicationServers {
		print("application_server %s {\n  mirror = \"ap1\"\n}\n\n", quote("app"+strconv.Itoa(a+1)))
	}
}

// about is the comment on a role in the first mirror.
func about(mirror int, role string) string {
	if mirror > 0 {
		return ""
	}
	return map[string]string{
		"drasync":  " # disaster recovery: promoted by hand",
		"rorasync": " # reporting, read-only; rwrasync may write",
	}[role]
}

func (o Options) web(print printer) {
	if !o.balanced() {
		print("# Web Gateways, and the load balancers in front of them and of SQL:\n#\n")
		print("# web_gateway \"webgw\" {}\n# nginx \"nginx\" {}\n# haproxy \"haproxy\" {}\n\n")
		return
	}
	print("# Host ports: 8080 for the first, then one up; http_port says another.\n")
	for g := range o.Gateways {
		name := "webgw"
		if o.Gateways > 1 {
			name += strconv.Itoa(g + 1)
		}
		print("web_gateway %s {}\n", quote(name))
	}
	print("\n# HTTP to the gateways, on port 80.\nnginx \"nginx\" {}\n")
	print("\n# SQL to the primary of each mirror, on ports 1972, 11972 and up.\nhaproxy \"haproxy\" {}\n\n")
	print("# A part of the lab for ./start.sh NAME:\n#\n# profile \"sql\" {\n#   services = [%s]\n# }\n", o.profile())
}

// profile lists the first mirror and what its clients go through.
func (o Options) profile() string {
	var names []string
	if o.arbitrated() {
		names = append(names, "arbiter")
	}
	for _, member := range o.members("ap1")[:min(o.Members, 2)] {
		names = append(names, member.name)
	}
	first := "webgw"
	if o.Gateways > 1 {
		first += "1"
	}
	names = append(names, first, "haproxy")
	for i := range names {
		names[i] = quote(names[i])
	}
	return strings.Join(names, ", ")
}

// quote writes a string of HCL.
func quote(s string) string {
	return string(hclwrite.TokensForValue(cty.StringVal(s)).Bytes())
}
