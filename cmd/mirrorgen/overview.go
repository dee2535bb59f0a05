package main

import (
	"fmt"
	"slices"

	"mirrorgen/internal/plan"
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
		o.Services = append(o.Services, serviceOverview{
			Name:       s.Name,
			Kind:       string(s.Kind),
			Role:       roles[s.Name],
			Mirror:     mirrors[s.Name],
			Image:      s.Image,
			HostNumber: s.HostNumber,
			Addresses:  addressesOf(s),
			Ports:      portsOf(s),
			Endpoints:  append([]endpointOverview{}, endpoints[s.Name]...),
		})
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

// only leaves services of these names and of that role; none and "" leave all.
// A name or role that nothing has is an error.
func (o *overview) only(names []string, role string) error {
	for _, name := range names {
		if !slices.ContainsFunc(o.Services, func(s serviceOverview) bool { return s.Name == name }) {
			return fmt.Errorf("there is no service %q", name)
		}
	}
	o.Services = slices.DeleteFunc(o.Services, func(s serviceOverview) bool {
		return len(names) > 0 && !slices.Contains(names, s.Name) || role != "" && s.Role != role
	})
	if len(o.Services) == 0 {
		return fmt.Errorf("no service that is asked for has the role %q", role)
	}
	return nil
}

// described is a service's kind, or its role in its mirror.
func (s serviceOverview) described() string {
	if s.Role != "" {
		return s.Role + " of " + s.Mirror
	}
	return s.Kind
}
