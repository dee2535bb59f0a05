package plan

import (
	"net/netip"
	"path"
	"slices"
	"strings"

	"mirrorgen/schema"
)

// A TLS is what a lab encrypts, and with which certificates.
type TLS struct {
	Directory string // of the certificates, in the generated directory
	Mirror    bool   // members to each other
	Gateway   bool   // gateways to superservers
	HTTPS     bool   // clients to nginx
	ECP       bool   // application servers to data servers
	Mounted   bool   // containers see the very files: a cluster is given copies of them
	// Superserver is SSLSupportLevel of the superservers: 0 none, 1 accept, 2 require.
	Superserver  int
	Certificates []*Certificate // in the order of the services
	// ExpiryFile has rules that record when each certificate expires, for Prometheus; "" where
	// there is no Prometheus. Whoever makes certificates writes it.
	ExpiryFile string
}

// IRIS reports whether instances have certificates.
func (t *TLS) IRIS() bool { return t.Mirror || t.ECP || t.Superserver > 0 }

// A Certificate is what one service shows to others, and by which they know it.
type Certificate struct {
	Service   *Service
	Directory string // with the files of it, in the generated directory: "certs/ap1a"
	// CommonName is the subject, which nothing else has: "ap1a.lab".
	CommonName string
	Hosts      []string // names under which it is reached; sorted
	Addresses  []string // and addresses; sorted
}

// What the rules of [TLS.ExpiryFile] record, in seconds since 1970, with the label service: when a
// certificate expires, and from when on another is made. No exporter is needed for it, and it is
// known of every certificate.
const (
	ExpiryMetric  = "certificate_expiry_timestamp_seconds"
	RenewalMetric = "certificate_renewal_timestamp_seconds"
)

// expiryPath is [TLS.ExpiryFile] in the directory of the certificates.
const expiryPath = "prometheus/" + expiryName

// expiryName is the file beside Prometheus's own configuration.
const expiryName = "certificates.yml"

// Files of a certificate's directory, under the names that IRIS wants (ConfigMirror,
// SSLDir), where containers have that directory, and where they have the password.
const (
	CAFile          = "CAFile.pem"
	CertificateFile = "CertificateFile.pem"
	PrivateKeyFile  = "PrivateKeyFile.pem"
	TLSMount        = "/lab/tls"
	PasswordMount   = "/lab/password"
)

// longestCommonName is what a certificate may have (RFC 5280, ub-common-name).
const longestCommonName = 64

// passwordName is the file of the secrets block's directory.
const passwordName = "password"

// secure gives services their certificates, and the lab its password file.
func (m *maker) secure() {
	if s := m.lab.SecretFiles; s.On {
		m.p.PasswordFile = path.Join(s.Directory, passwordName)
	}
	t := m.lab.TLS
	if !t.On {
		return
	}
	m.p.TLS = &TLS{Directory: t.Directory, Mounted: m.target == Compose,
		Mirror: t.Mirror && len(m.lab.Mirrors) > 0, HTTPS: t.HTTPS,
		Gateway: t.Gateway, ECP: t.ECP && len(m.lab.ApplicationServers) > 0,
		Superserver: map[string]int{"off": 0, "accept": 1, "require": 2}[t.Superserver]}
}

// certify makes the certificates, once the balancers are there whose clients reach others
// by their names.
func (m *maker) certify() {
	if m.p.TLS == nil {
		return
	}
	fronts := map[*Mirror][]*Service{} // who forwards connections to a mirror's members
	for _, h := range m.p.HAProxy {
		for _, l := range h.Listeners {
			fronts[l.Mirror] = append(fronts[l.Mirror], h.Service)
		}
	}
	secured := map[*Service][]*Service{} // with whose names it is reached too
	for _, i := range m.p.Instances {
		if m.p.TLS.IRIS() {
			secured[i.Service] = fronts[i.Mirror]
		}
	}
	for _, g := range m.p.Gateways {
		if m.p.TLS.Gateway {
			secured[g.Service] = nil
		}
	}
	for _, n := range m.p.NGINX {
		if n.HTTPS {
			secured[n.Service] = nil
		}
	}
	for _, s := range m.p.Services {
		if others, ok := secured[s]; ok {
			s.Certificate = m.certificate(s, others)
			m.p.TLS.Certificates = append(m.p.TLS.Certificates, s.Certificate)
		}
	}
	if m.lab.Monitoring != nil && len(m.p.TLS.Certificates) > 0 {
		m.p.TLS.ExpiryFile = path.Join(m.p.TLS.Directory, expiryPath)
	}
}

// certificate is that of a service. Clients on the host know it by the lab's host name, and
// those of a balancer in front of it by that balancer's.
func (m *maker) certificate(s *Service, fronts []*Service) *Certificate {
	c := &Certificate{Service: s, Directory: path.Join(m.p.TLS.Directory, s.Name), CommonName: s.Name + "." + m.p.Name}
	if len(c.CommonName) > longestCommonName {
		c.CommonName = s.Name
	}
	hosts, addresses := map[string]bool{c.CommonName: true}, map[string]bool{}
	add := func(name string) {
		if a, err := netip.ParseAddr(name); err == nil {
			addresses[a.String()] = true
		} else {
			hosts[name] = true
		}
	}
	for _, service := range append([]*Service{s}, fronts...) {
		add(service.Name)
		if c := m.p.Kubernetes; c != nil {
			c.addHosts(service, add)
			continue
		}
		for _, a := range service.Addresses {
			add(a.IP)
		}
	}
	if s.Kind != KindGateway {
		add(m.p.Host)
		add("localhost")
		add("127.0.0.1")
		if a, err := netip.ParseAddr(m.p.PublishAddress); err == nil && !a.IsUnspecified() && m.target == Compose {
			add(m.p.PublishAddress)
		}
	}
	for name := range hosts {
		c.Hosts = append(c.Hosts, name)
	}
	for address := range addresses {
		c.Addresses = append(c.Addresses, address)
	}
	slices.Sort(c.Hosts)
	slices.SortFunc(c.Addresses, func(a, b string) int {
		return netip.MustParseAddr(a).Compare(netip.MustParseAddr(b))
	})
	return c
}

// addHosts adds the names that a cluster's DNS has for a service, as far as pods write them
// out, and for the pod of an instance.
func (c *Cluster) addHosts(s *Service, add func(string)) {
	host := c.host(s.Name)
	add(host)
	add(strings.TrimSuffix(host, "."+c.ClusterDomain))
	add(s.Name + "." + c.Namespace)
	if s.Kind.Instance() {
		add(s.Name + "-0")
		add(s.Name + "-0." + host)
	}
}

// Certificates are those of the lab, in the order of the services; none where it has no TLS.
func (p *Plan) Certificates() []*Certificate {
	if p.TLS == nil {
		return nil
	}
	return p.TLS.Certificates
}

// ExpiryFile is that of the lab's certificates, "" where it has none.
func (p *Plan) ExpiryFile() string {
	if p.TLS == nil {
		return ""
	}
	return p.TLS.ExpiryFile
}

// CertsCommand is what makes the lab's certificates.
func (p *Plan) CertsCommand() string {
	if p.Kubernetes != nil {
		return "mirrorgen certs --target kubernetes " + p.Source
	}
	return "mirrorgen certs " + p.Source
}

// Prepared are the files and directories that start.sh makes before the first start.
func (p *Plan) Prepared() []string {
	var list []string
	if p.Durable {
		list = append(list, "data/")
	}
	if p.PasswordFile != "" {
		list = append(list, p.PasswordFile)
	}
	return list
}

// Kept says which secrets outlive the lab's deletion, "" for none.
func (p *Plan) Kept() string {
	var kept []string
	if p.PasswordFile != "" {
		kept = append(kept, p.PasswordFile)
	}
	if p.TLS != nil {
		kept = append(kept, p.TLS.Directory+"/")
	}
	if len(kept) == 0 {
		return ""
	}
	return "Of the lab's secrets " + strings.Join(kept, " and ") + " stay here too."
}

// https decides whether an nginx serves HTTPS, and on which host port.
func (m *maker) https(i int, n *schema.NGINX) (port int, on bool) {
	if m.p.TLS == nil || !m.p.TLS.HTTPS {
		return 0, false
	}
	switch {
	case n.Given("https_port"):
		port = n.HTTPSPort
	case i == 0:
		port = HTTPSPort
	}
	return port, port > 0
}

// Admission is how a member is known to the primary that lets it in.
type Admission struct {
	SystemName string
	CommonName string
}

// Admissions are the other members of the mirror, where they know each other by
// certificates.
func (m *Member) Admissions() []Admission {
	var list []Admission
	for _, peer := range m.Mirror.Members {
		if peer != m && peer.Certificate != nil {
			list = append(list, Admission{peer.SystemName, peer.Certificate.CommonName})
		}
	}
	return list
}

// ECPClients are the common names of the application servers that the member serves.
func (m *Member) ECPClients() []string {
	var names []string
	if !m.ECP || !m.TLS.ECP {
		return nil
	}
	for _, a := range m.Mirror.ApplicationServers {
		names = append(names, a.Certificate.CommonName)
	}
	return names
}

// SecuresMirrors reports whether members know each other by certificates.
func (p *Plan) SecuresMirrors() bool { return p.TLS != nil && p.TLS.Mirror }

// SecuresIRIS reports whether instances have certificates.
func (p *Plan) SecuresIRIS() bool { return p.TLS != nil && p.TLS.IRIS() && len(p.Instances) > 0 }

// HTTPSPorts are the host ports of HTTPS.
func (p *Plan) HTTPSPorts() []int {
	var ports []int
	for _, n := range p.NGINX {
		if n.HTTPS {
			ports = append(ports, n.HTTPSPort)
		}
	}
	return ports
}

// OwnDirectories are the directories of certificates and of the password where they have
// another name than they have by default.
func (p *Plan) OwnDirectories() []string {
	var names []string
	if p.TLS != nil && p.TLS.Directory != "certs" {
		names = append(names, p.TLS.Directory)
	}
	if directory := path.Dir(p.PasswordFile); p.PasswordFile != "" && directory != "secrets" {
		names = append(names, directory)
	}
	return names
}

// TLSMirror reports whether the member talks to the others with TLS.
func (m *Member) TLSMirror() bool { return m.TLS != nil && m.TLS.Mirror }

// RequiresTLS reports whether the member gives its mirror TLS: the one that founds it does.
func (m *Member) RequiresTLS() bool { return m.TLSMirror() && m.Role == RolePrimary }

// TLSECP reports whether an application server asks its data server with TLS.
func (i *Instance) TLSECP() bool { return i.TLS != nil && i.TLS.ECP }

// A TLSConfiguration is one of Security.SSLConfigs: a use of the instance's certificate.
type TLSConfiguration struct {
	Name       string
	Type       int // 0 for a client, 1 for a server
	VerifyPeer int // 0 not at all, 1 of a client: yes; 3 of a server: yes, and it must show one
}

// TLSConfigurations are those that the merge file makes. The pair of the mirror comes with
// the mirror itself.
func (i *Instance) TLSConfigurations() []TLSConfiguration {
	var list []TLSConfiguration
	if i.TLS == nil {
		return nil
	}
	if i.TLS.Superserver > 0 {
		list = append(list, TLSConfiguration{"%SuperServer", 1, 0})
	}
	switch {
	case !i.TLS.ECP:
	case i.Member == nil:
		list = append(list, TLSConfiguration{"%ECPClient", 0, 1})
	case i.Member.ECP:
		list = append(list, TLSConfiguration{"%ECPServer", 1, 3})
	}
	return list
}
