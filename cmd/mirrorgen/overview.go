package main

import (
	"fmt"
	"slices"

	"mirrorgen/internal/plan"
	"mirrorgen/schema"
)

// overview is a plan as inspect shows it, and with it the JSON that other
// programs read: the help of inspect describes its fields.
type overview struct {
	Format      int               `json:"format"`
	Lab         string            `json:"lab"`
	Source      string            `json:"source"`
	IRISVersion string            `json:"iris_version"`
	MirrorSetup string            `json:"mirror_setup"`
	Networks    []networkOverview `json:"networks"`
	Services    []serviceOverview `json:"services"`
	Endpoints   []way             `json:"endpoints"`
	Profiles    []profileOverview `json:"profiles"`
}

type networkOverview struct {
	Name    string `json:"name"`
	Subnet  string `json:"subnet"`
	Gateway string `json:"gateway"`
}

type serviceOverview struct {
	Name       string             `json:"name"`
	Kind       string             `json:"kind"`
	Role       string             `json:"role"`
	Mirror     string             `json:"mirror"`
	Image      string             `json:"image"`
	HostNumber int                `json:"host_number"`
	Addresses  map[string]string  `json:"addresses"` // encoding/json sorts the keys
	Ports      []portOverview     `json:"ports"`
	Endpoints  []endpointOverview `json:"endpoints"`
}

type portOverview struct {
	Host      int    `json:"host"`
	Container int    `json:"container"`
	Purpose   string `json:"purpose"`
}

// A way is an endpoint in the list of all, with the service through whose host port it leads.
type way struct {
	Through string `json:"through"`
	endpointOverview
	service *serviceOverview // the one called Through
}

type endpointOverview struct {
	Kind   string `json:"kind"`
	Target string `json:"target"`
	URL    string `json:"url"`
	Note   string `json:"note"`
}

type profileOverview struct {
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Services    []string `json:"services"`
}

func overviewOf(p *plan.Plan) overview {
	o := overview{
		Format:      1,
		Lab:         p.Name,
		Source:      p.Source,
		IRISVersion: p.Version.String(),
		MirrorSetup: p.Setup,
		Networks:    []networkOverview{},
		Services:    []serviceOverview{},
		Endpoints:   []way{},
		Profiles:    []profileOverview{},
	}
	for _, n := range p.Networks {
		o.Networks = append(o.Networks, networkOverview{n.Name, n.Subnet, n.Gateway})
	}
	mirrors, roles := map[string]string{}, map[string]string{}
	for _, i := range p.Instances {
		mirrors[i.Name] = i.Mirror.Name
		if i.Member != nil {
			roles[i.Name] = i.Member.Role
		}
	}
	endpoints := map[string][]endpointOverview{}
	for _, e := range p.Endpoints() {
		endpoints[e.Service] = append(endpoints[e.Service], endpointOverview{string(e.Kind), e.Target, e.URL,
			string(e.Note)})
	}
	for _, s := range p.Services {
		service := serviceOverview{
			Name:       s.Name,
			Kind:       string(s.Kind),
			Role:       roles[s.Name],
			Mirror:     mirrors[s.Name],
			Image:      s.Image,
			HostNumber: s.HostNumber,
			Addresses:  addressesOf(s),
			Ports:      portsOf(s),
			Endpoints:  append([]endpointOverview{}, endpoints[s.Name]...),
		}
		o.Services = append(o.Services, service)
		for _, e := range endpoints[s.Name] {
			o.Endpoints = append(o.Endpoints, way{s.Name, e, &service})
		}
	}
	for _, f := range p.Profiles {
		o.Profiles = append(o.Profiles, profileOverview{f.Name, f.Description, append([]string{}, f.Services...)})
	}
	return o
}

func addressesOf(s *plan.Service) map[string]string {
	addresses := map[string]string{}
	for _, a := range s.Addresses {
		addresses[a.Network.Name] = a.IP
	}
	return addresses
}

func portsOf(s *plan.Service) []portOverview {
	ports := []portOverview{}
	for _, p := range s.Ports {
		ports = append(ports, portOverview{p.Host, p.Container, p.Purpose})
	}
	return ports
}

// only leaves services of these names and of that role, the networks that they are on, and the
// endpoints that lead through their ports or reach them; none and "" leave all. The path and
// the port of a mirror reach its primary. A name or role that nothing has is an error.
func (o *overview) only(names []string, role string) error {
	if len(names) == 0 && role == "" {
		return nil
	}
	if err := o.known(names, role); err != nil {
		return err
	}
	o.Services = slices.DeleteFunc(o.Services, func(s serviceOverview) bool {
		return len(names) > 0 && !slices.Contains(names, s.Name) || role != "" && s.Role != role
	})
	if len(o.Services) == 0 {
		return fmt.Errorf("none of these services has the role %q", role)
	}
	reached, networks := map[string]bool{}, map[string]bool{}
	for _, s := range o.Services {
		reached[s.Name] = true
		if s.Role == plan.RolePrimary {
			reached[s.Mirror] = true
		}
		for network := range s.Addresses {
			networks[network] = true
		}
	}
	o.Endpoints = slices.DeleteFunc(o.Endpoints, func(w way) bool { return !reached[w.Through] && !reached[w.Target] })
	o.Networks = slices.DeleteFunc(o.Networks, func(n networkOverview) bool { return !networks[n.Name] })
	return nil
}

// known refuses names of services and a role that the lab does not have.
func (o *overview) known(names []string, role string) error {
	var services, roles []string
	members := map[string][]string{} // by mirror
	for _, s := range o.Services {
		services = append(services, s.Name)
		if s.Role == "" {
			continue
		}
		members[s.Mirror] = append(members[s.Mirror], s.Name)
		if !slices.Contains(roles, s.Role) {
			roles = append(roles, s.Role)
		}
	}
	for _, name := range names {
		switch {
		case slices.Contains(services, name):
		case members[name] != nil:
			return fmt.Errorf("%q is a mirror and no service; its members are %s", name, namesOrCount(members[name]))
		default:
			return fmt.Errorf("there is no service %q%s", name, hint(name, services))
		}
	}
	if role != "" && !slices.Contains(roles, role) {
		return fmt.Errorf("no service has the role %q%s", role, hint(role, roles))
	}
	return nil
}

// hint ends an error about an unknown name with the one that was meant, or with all.
func hint(name string, names []string) string {
	if near := schema.DidYouMean(name, names); near != "" {
		return "." + near
	}
	if len(names) == 0 {
		return ""
	}
	return "; there are " + namesOrCount(names)
}

// described is a service's kind, or its role in its mirror.
func (s serviceOverview) described() string {
	if s.Role != "" {
		return s.Role + " of " + s.Mirror
	}
	return s.Kind
}
