package schema

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// check applies the defaults that depend on other blocks and checks everything
// that spans blocks. It reports all that is wrong, not only the first.
func (d *decoder) check(lab *Lab) {
	if !d.checkNumbers(lab) {
		lab.Blind = true
		return
	}
	d.checkNetworks(lab)
	d.checkImages(lab)
	for _, s := range lab.Services {
		d.about = &s.Decl
		d.checkService(lab, s)
		d.checkRawImage(lab, s)
	}
	d.about = nil
	d.checkMirrors(lab)
	d.checkFlavours(lab)
	d.checkTLS(lab)
	d.checkSecrets(lab)
	d.checkMerge(lab)
	d.checkApplicationServers(lab)
	d.checkGateways(lab)
	d.checkNGINX(lab)
	d.checkHAProxy(lab)
	d.checkContainers(lab)
	d.checkMonitoring(lab)
	d.checkProfiles(lab)
	d.checkMoves(lab)
	d.checkReach(lab)
	if len(lab.Services) == 0 && lab.Range != (hcl.Range{}) && !d.diags.HasErrors() {
		d.errorf(lab.Range, "Empty lab",
			"The topology declares no service. Add at least a mirror block, and in it a member block with role "+
				"= \"primary\".")
	}
}

// How much of each kind a lab may have. Each service may be on each network, each gateway
// serves each server, and a profile is an argument of start.sh that people choose.
const (
	maxNetworks  = 256
	maxAddresses = 250_000
	maxProfiles  = 1000
	maxRoutes    = 8_000_000 // of gateways to servers, which gateways of one configuration share
	maxUpstreams = 500_000   // of balancers to gateways
)

// checkNumbers reports whether the lab has so few of everything that it can be checked.
func (d *decoder) checkNumbers(lab *Lab) bool {
	before := d.errors
	if len(lab.Networks) > maxNetworks {
		d.errorf(lab.Networks[maxNetworks].NameRange, "Too many networks",
			"A lab has at most %d networks, and this one has %d. Remove some, or make several labs.", maxNetworks,
			len(lab.Networks))
	}
	addresses := 0
	for _, s := range lab.Services {
		on := len(s.Networks)
		if s.Networks == nil {
			on = len(lab.Networks)
		}
		if addresses += on; addresses > maxAddresses {
			d.errorf(s.At("networks"), "Too many addresses",
				"The services of a lab have at most %d addresses, one on each of their networks, and %q is on %d. Put "+
					"services on the networks that they need with the networks argument.", maxAddresses, s.Name, on)
			break
		}
	}
	servers := len(lab.Mirrors) + len(lab.ApplicationServers)
	for _, m := range lab.Mirrors {
		servers += len(m.Members)
	}
	gateways, balancers := len(lab.WebGateways), len(lab.NGINX)+len(lab.HAProxy)
	if upstreams := balancers * gateways; upstreams > maxUpstreams {
		d.errorf(lab.WebGateways[0].NameRange, "Too many routes",
			"Each of the %d nginx and haproxy blocks asks each of %d web gateways: %d routes, and a lab has "+
				"at most %d. Use fewer web gateways or balancers, or make several labs.",
			balancers, gateways, upstreams, maxUpstreams)
	}
	if routes := gateways * servers; routes > maxRoutes {
		d.errorf(lab.WebGateways[0].NameRange, "Too many routes",
			"Each of the %d web gateways serves each of %d mirrors, members and application servers: %d routes, and "+
				"a lab has at most %d. Use fewer web gateways, or make several labs.",
			gateways, servers, routes, maxRoutes)
	}
	if len(lab.Profiles) > maxProfiles {
		d.errorf(lab.Profiles[maxProfiles].NameRange, "Too many profiles",
			"A lab has at most %d profiles, and this one has %d. Keep those that people start.", maxProfiles,
			len(lab.Profiles))
	}
	return d.errors == before
}

// checkNetworks supplies the default network and resolves the two named ones.
func (d *decoder) checkNetworks(lab *Lab) {
	if len(lab.Networks) == 0 {
		lab.Networks = []*Network{{Decl: Decl{Name: "lab", Range: lab.Range, NameRange: lab.Range}}}
	}
	private := []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"),
		netip.MustParsePrefix("192.168.0.0/16"),
	}
	seen := map[string]*Network{}
	defer d.leave(d.enter(nil))
	for i, n := range lab.Networks {
		d.about = &n.Decl
		if first := seen[n.Name]; first != nil {
			d.errorf(n.NameRange, "Duplicate name",
				"%q is already the name of the network at %s. Rename one.", n.Name, first.NameRange)
		}
		seen[n.Name] = n
		if n.Subnet == "" {
			continue
		}
		p := netip.MustParsePrefix(n.Subnet)
		inside := false
		for _, r := range private {
			inside = inside || r.Contains(p.Addr()) && p.Bits() >= r.Bits()
		}
		if !inside {
			d.warnf(n.At("subnet"), "Public addresses",
				"%s is not within the private ranges 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16: hosts of "+
					"the internet with these addresses cannot be reached from the lab.", n.Subnet)
		}
		for _, other := range lab.Networks[:i] {
			if other.Subnet != "" && netip.MustParsePrefix(other.Subnet).Overlaps(p) {
				d.errorf(n.At("subnet"), "Overlapping subnets",
					"%s of network %q overlaps %s of network %q at %s. Docker refuses such a pair; give one of "+
						"them another range.", n.Subnet, n.Name, other.Subnet, other.Name, other.At("subnet"))
			}
		}
	}
	d.about = nil
	resolve := func(argument string, name *string, def *Network) {
		if *name == "" && !lab.Given(argument) {
			*name = def.Name
		} else if lab.refused(argument) {
			*name = def.Name
		} else if seen[*name] == nil {
			d.errorf(lab.At(argument), "Unknown network", "%s: there is no network %s.%s", argument, shown(*name),
				d.hint(*name, networkNames(lab), "networks"))
			*name = def.Name
		}
	}
	resolve("mirror_network", &lab.MirrorNetwork, lab.Networks[0])
	resolve("client_network", &lab.ClientNetwork, lab.Networks[len(lab.Networks)-1])
}

func networkNames(lab *Lab) []string {
	names := make([]string, len(lab.Networks))
	for i, n := range lab.Networks {
		names[i] = n.Name
	}
	return names
}

// maxCompared is how many names are compared with unknown ones, in all.
const maxCompared = 200_000

// hint says what was meant, or what there is.
func (d *decoder) hint(name string, names []string, what string) string {
	if d.compared += len(names); d.compared <= maxCompared {
		if near := DidYouMean(name, names); near != "" {
			return near
		}
	}
	if len(names) == 0 {
		return fmt.Sprintf(" The topology declares no %s.", what)
	}
	shown := names
	if len(shown) > 12 {
		shown = append(append([]string{}, shown[:12]...), "...")
	}
	return fmt.Sprintf(" There are these %s: %s.", what, strings.Join(shown, ", "))
}

// owned are the environment variables that mirrorgen sets itself, and the
// argument to use instead.
var owned = map[string]string{
	"TZ":                 "set timezone in the lab block",
	"ISC_CPF_MERGE_FILE": "use merge, whose text is appended to the merge file",
	"ISC_DATA_DIRECTORY": "use durable in the iris or mirror block",
	"ISC_CSP_INI_FILE":   "use ini in the web_gateway block",
	"ISC_CSP_CONF_FILE":  "mount a file of your own with compose",
}

// checkService resolves what every service has.
func (d *decoder) checkService(lab *Lab, s *Service) {
	networks := networkNames(lab)
	on := map[string]bool{}
	if s.Networks == nil {
		names := networks
		if s.Kind == "arbiter" || s.Kind == "web_gateway" || s.Kind == "nginx" || s.Kind == "service" ||
			s.isMonitoring() {
			names = []string{lab.ClientNetwork}
		}
		for _, name := range names {
			s.Networks = append(s.Networks, Ref{name, s.Range})
			on[name] = true
		}
	} else {
		for _, ref := range s.Networks {
			if !slices.Contains(networks, ref.Name) {
				d.errorf(ref.At, "Unknown network", "networks: there is no network %s.%s", shown(ref.Name),
					d.hint(ref.Name, networks, "networks"))
			}
			on[ref.Name] = true
		}
		if len(s.Networks) == 0 && !s.refused("networks") {
			d.errorf(s.At("networks"), "No network",
				"%s is on no network, so nothing could reach it. Name at least one, or leave networks out.", s.Name)
		}
		// In the order of the lab's networks, whatever the order in the list.
		position := map[string]int{}
		for i, name := range networks {
			position[name] = i + 1
		}
		s.Networks = slices.DeleteFunc(slices.Clone(s.Networks), func(r Ref) bool { return position[r.Name] == 0 })
		slices.SortStableFunc(s.Networks, func(a, b Ref) int { return position[a.Name] - position[b.Name] })
	}
	for _, pin := range s.Addresses {
		switch {
		case !slices.Contains(networks, pin.Key):
			d.errorf(pin.At, "Unknown network", "addresses: there is no network %s.%s", shown(pin.Key),
				d.hint(pin.Key, networks, "networks"))
		case !on[pin.Key]:
			d.errorf(pin.At, "Not on this network",
				"%s is pinned to an address of network %q, but is not on it. Add %q to networks, or remove the "+
					"address.", s.Name, pin.Key, pin.Key)
		}
	}
	for _, env := range s.Environment {
		if remedy, ok := owned[env.Key]; ok && (s.Kind != "service" || env.Key == "TZ") {
			d.errorf(env.At, "Variable that mirrorgen sets",
				"%s is set by mirrorgen itself; to change it, %s.", env.Key, remedy)
		}
	}
}

// checkApplicationServers resolves each server's mirror.
func (d *decoder) checkApplicationServers(lab *Lab) {
	byName, bySet := map[string]*Mirror{}, map[string][]*Mirror{}
	for _, m := range lab.Mirrors {
		if byName[m.Name] == nil {
			byName[m.Name] = m
		}
		if !m.refused("set_name") {
			bySet[m.SetName] = append(bySet[m.SetName], m)
		}
	}
	defer d.leave(d.enter(nil))
	for _, a := range lab.ApplicationServers {
		d.about = &a.Decl
		if a.mirror == "" && !a.Given("mirror") || a.refused("mirror") {
			continue
		}
		a.Mirror = byName[a.mirror]
		if a.Mirror == nil {
			d.errorf(a.At("mirror"), "Unknown mirror", "mirror: there is no mirror %s.%s", shown(a.mirror),
				d.hint(a.mirror, mirrorNames(lab), "mirrors"))
			continue
		}
		for _, other := range bySet[a.Mirror.SetName] {
			if other != a.Mirror && other.Name != a.Mirror.Name {
				d.errorf(a.At("mirror"), "Ambiguous mirror set",
					"An ECP client addresses databases as :mirror:%s:..., and both %q and %q at %s have the "+
						"set name %s. Give one of them another set_name.", other.SetName, a.Mirror.Name, other.Name,
					other.NameRange, other.SetName)
			}
		}
	}
}

func mirrorNames(lab *Lab) []string {
	names := make([]string, len(lab.Mirrors))
	for i, m := range lab.Mirrors {
		names[i] = m.Name
	}
	return names
}

// checkProfiles resolves the services of profiles and what they need.
func (d *decoder) checkProfiles(lab *Lab) {
	seen := map[string]*Profile{}
	var names []string
	needs := map[string]string{} // service to the primary without which it cannot start
	for _, s := range lab.Services {
		names = append(names, s.Name)
	}
	for _, m := range lab.Mirrors {
		if primary := m.Primary(); primary != nil {
			for _, member := range m.Members {
				if member != primary {
					needs[member.Name] = primary.Name
				}
			}
			for _, a := range lab.ApplicationServers {
				if a.Mirror == m {
					needs[a.Name] = primary.Name
				}
			}
		}
	}
	after := waitedFor(lab)
	defer d.leave(d.enter(nil))
	for _, p := range lab.Profiles {
		d.about = &p.Decl
		if first := seen[p.Name]; first != nil {
			d.errorf(p.NameRange, "Duplicate name",
				"%q is already the name of the profile at %s. Rename one.", p.Name, first.NameRange)
		}
		seen[p.Name] = p
		in := map[string]bool{}
		for _, ref := range p.Services {
			in[ref.Name] = true
		}
		for _, ref := range p.Services {
			if d.names[ref.Name] == nil {
				d.errorf(ref.At, "Unknown service", "services: there is no service %s.%s", shown(ref.Name),
					d.hint(ref.Name, names, "services"))
			} else if primary := needs[ref.Name]; primary != "" && !in[primary] {
				d.errorf(ref.At, "Profile without a primary",
					"%s cannot start without %s, the primary of its mirror. Add %q to services.", ref.Name, primary,
					primary)
			}
		}
		d.checkWaitedFor(p, in, after)
		if len(p.Services) == 0 && p.Given("services") {
			d.errorf(p.At("services"), "Empty profile",
				"Profile %q names no service. Name at least one, or remove the block.", p.Name)
		}
	}
}
