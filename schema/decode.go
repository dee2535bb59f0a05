package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// lab decodes a whole topology. The iris block comes first wherever it stands,
// because members take their defaults from it.
func (d *decoder) lab(body hcl.Body) *Lab {
	lab := &Lab{
		Host: "localhost", PublishAddress: "127.0.0.1", Timezone: "UTC", LicenseKey: "iris.key",
		MirrorSetup: "auto", Languages: []Ref{{Name: "en"}}, Restart: "no",
		Images: Images{
			Registry: "containers.intersystems.com/intersystems", Tag: defaultTag,
			NGINX: "nginx:1.30", HAProxy: "haproxy:3.2",
			Prometheus: "prom/prometheus:v3.5.0", Grafana: "grafana/grafana:12.0.2",
		},
		IRIS: IRIS{
			Instance: Instance{Globals: 128, Demo: true}, GMHeap: 512000,
			StopGracePeriod: Duration{"320s", 320_000},
		},
		Kubernetes: Kubernetes{
			StorageSize: "20Gi", ServiceType: "ClusterIP", ClusterDomain: "cluster.local", Spread: "preferred",
		},
		TLS: TLS{Directory: "certs", Mirror: true, Superserver: "accept", Gateway: true, HTTPS: true,
			ECP: true},
		SecretFiles: SecretFiles{Directory: "secrets"},
	}
	blocks := decode(d, d.language.root, body, &Decl{}, &Lab{})
	single := map[string]*hcl.Block{}
	for _, b := range blocks {
		if !slices.Contains([]string{"lab", "images", "iris", "kubernetes", "monitoring", "tls", "secrets"}, b.Type) {
			continue
		}
		if first := single[b.Type]; first != nil {
			d.errorf(b.DefRange, "Duplicate block",
				"A topology has one %s block, and it stands at %s. Merge the two.", b.Type, first.DefRange)
			continue
		}
		single[b.Type] = b
	}
	if b := single["lab"]; b != nil {
		lab.Decl = d.declare(b)
		decode(d, d.language.lab, b.Body, &lab.Decl, lab)
	} else if !d.reported("Missing name for lab") && !d.reported("Extraneous label for lab") {
		at := body.MissingItemRange()
		d.errorf(at, "Missing lab block", `A topology needs one lab block, which names the lab. Add: lab "mylab" {}`)
	}
	if b := single["images"]; b != nil {
		lab.Images.Decl = d.declare(b)
		decode(d, d.language.images, b.Body, &lab.Images.Decl, &lab.Images)
	}
	if b := single["iris"]; b != nil {
		lab.IRIS.Decl = d.declare(b)
		decode(d, d.language.iris, b.Body, &lab.IRIS.Decl, &lab.IRIS)
	}
	if b := single["kubernetes"]; b != nil {
		lab.Kubernetes.Decl = d.declare(b)
		decode(d, d.language.kubernetes, b.Body, &lab.Kubernetes.Decl, &lab.Kubernetes)
	}
	d.security(lab, single["tls"], single["secrets"])
	for _, b := range blocks {
		d.block(lab, b)
	}
	lab.Services = d.services
	return lab
}

// security decodes what encrypts the lab and keeps its password; nil for a block that is not
// there.
func (d *decoder) security(lab *Lab, tls, secrets *hcl.Block) {
	if tls != nil {
		lab.TLS.Decl, lab.TLS.On = d.declare(tls), true
		decode(d, d.language.tls, tls.Body, &lab.TLS.Decl, &lab.TLS)
	}
	if secrets != nil {
		lab.SecretFiles.Decl, lab.SecretFiles.On = d.declare(secrets), true
		decode(d, d.language.secrets, secrets.Body, &lab.SecretFiles.Decl, &lab.SecretFiles)
	}
}

// reported reports whether a diagnostic with that summary has been shown.
func (d *decoder) reported(summary string) bool {
	for _, diag := range d.diags {
		if diag.Summary == summary {
			return true
		}
	}
	return false
}

// block decodes one block that a lab may have several of.
func (d *decoder) block(lab *Lab, b *hcl.Block) {
	switch b.Type {
	case "network":
		n := &Network{Decl: d.declare(b)}
		decode(d, d.language.network, b.Body, &n.Decl, n)
		lab.Networks = append(lab.Networks, n)
	case "arbiter":
		a := &Arbiter{d.service(b)}
		decode(d, d.language.arbiter, b.Body, &a.Decl, a)
		lab.Arbiters = append(lab.Arbiters, a)
	case "mirror":
		lab.Mirrors = append(lab.Mirrors, d.mirror(lab, b))
	case "application_server":
		a := &ApplicationServer{Service: d.service(b), Instance: lab.IRIS.Instance}
		a.Merge = ""
		decode(d, d.language.applicationServer, b.Body, &a.Decl, a)
		lab.ApplicationServers = append(lab.ApplicationServers, a)
	case "web_gateway":
		g := &WebGateway{Service: d.service(b), ServerResponseTimeout: 30, Username: "CSPSystem", Password: "SYS"}
		decode(d, d.language.webGateway, b.Body, &g.Decl, g)
		lab.WebGateways = append(lab.WebGateways, g)
	case "nginx":
		n := &NGINX{
			Service: d.service(b), MaxFails: 1, FailTimeout: Duration{"5s", 5000},
			WebSocketTimeout: Duration{"1h", 3_600_000},
			ConnectTimeout:   Duration{"1s", 1000}, ReadTimeout: Duration{"60s", 60_000},
		}
		decode(d, d.language.nginx, b.Body, &n.Decl, n)
		lab.NGINX = append(lab.NGINX, n)
	case "haproxy":
		h := &HAProxy{
			Service: d.service(b), HealthCheck: "auto",
			CheckInterval: Duration{"1s", 1000}, IdleTimeout: Duration{"24h", 86_400_000}, MaxConn: 4000,
		}
		decode(d, d.language.haproxy, b.Body, &h.Decl, h)
		lab.HAProxy = append(lab.HAProxy, h)
	case "service":
		c := &Container{Service: d.service(b)}
		decode(d, d.language.container, b.Body, &c.Decl, c)
		lab.Containers = append(lab.Containers, c)
	case "monitoring":
		if lab.Monitoring == nil {
			lab.Monitoring = d.monitoring(b)
		}
	case "profile":
		p := &Profile{Decl: d.declare(b)}
		decode(d, d.language.profile, b.Body, &p.Decl, p)
		lab.Profiles = append(lab.Profiles, p)
	case "moved":
		m := &Move{Decl: d.declare(b)}
		decode(d, d.language.moved, b.Body, &m.Decl, m)
		lab.Moves = append(lab.Moves, m)
	}
}

// mirror decodes a mirror with its databases and members.
func (d *decoder) mirror(lab *Lab, b *hcl.Block) *Mirror {
	m := &Mirror{Decl: d.declare(b), Durable: lab.IRIS.Durable}
	blocks := decode(d, d.language.mirror, b.Body, &m.Decl, m)
	defer d.leave(d.enter(&m.Decl))
	for _, inner := range blocks {
		switch inner.Type {
		case "database":
			db := &Database{Decl: d.declare(inner), Mirrored: true}
			decode(d, d.language.database, inner.Body, &db.Decl, db)
			m.Databases = append(m.Databases, db)
		case "namespace":
			n := &Namespace{Decl: d.declare(inner), Interop: lab.IRIS.Interop}
			decode(d, d.language.namespace, inner.Body, &n.Decl, n)
			m.Namespaces = append(m.Namespaces, n)
		case "member":
			member := &Member{Service: d.service(inner), Instance: lab.IRIS.Instance, Mirror: m}
			member.Merge = ""
			decode(d, d.language.member, inner.Body, &member.Decl, member)
			m.Members = append(m.Members, member)
		}
	}
	return m
}

// declare notes where a block stands and checks its label.
func (d *decoder) declare(b *hcl.Block) Decl {
	decl := Decl{Range: b.DefRange, NameRange: b.DefRange}
	d.trace(b, &decl)
	if len(b.Labels) == 0 {
		return decl
	}
	decl.Name, decl.NameRange = b.Labels[0], b.LabelRanges[0]
	d.checkLabel(b, decl)
	return decl
}

// checkLabel reports a name that breaks its rule.
func (d *decoder) checkLabel(b *hcl.Block, decl Decl) {
	switch {
	case b.Type == "database" && databaseName(decl.Name), b.Type == "namespace" && namespaceName(decl.Name) == "",
		b.Type != "database" && b.Type != "namespace" && ServiceName(decl.Name) &&
			!(b.Type == "mirror" && len(decl.Name) > 32):
		return
	}
	about := decl // most names are right, and need no copy that outlives this
	defer d.leave(d.enter(&about))
	switch {
	case b.Type == "database":
		if !databaseName(decl.Name) {
			d.errorf(decl.NameRange, "Unsuitable name",
				"%q is not a database name: a letter or _, then up to 61 letters, digits, - and _.", decl.Name)
		}
	case b.Type == "namespace":
		if problem := namespaceName(decl.Name); problem != "" {
			d.errorf(decl.NameRange, "Unsuitable name", "%s", problem)
		}
	case !ServiceName(decl.Name):
		remedy := ""
		if fixed := serviceNameFrom(decl.Name); fixed != "" {
			remedy = " For example: \"" + fixed + "\"."
		}
		d.errorf(decl.NameRange, "Unsuitable name",
			"%q is not a name: 1 to 63 lower-case letters, digits and -, with a letter or digit at both "+
				"ends.%s", decl.Name, remedy)
	case b.Type == "mirror" && len(decl.Name) > 32:
		d.errorf(decl.NameRange, "Unsuitable name",
			"The name of a mirror has at most 32 characters; %q has %d. Shorten it.", decl.Name, len(decl.Name))
	}
}

// trace notes from which dynamic block a block comes, itself or with the block
// around it.
func (d *decoder) trace(b *hcl.Block, decl *Decl) {
	around := ""
	if d.about != nil && d.about.path != "" {
		decl.of, around = d.about.of, " in "+d.about.path
	}
	if d.expanded[b.DefRange] {
		decl.of = b.DefRange
	}
	if decl.of != (hcl.Range{}) {
		decl.path = fmt.Sprintf("%s %q", b.Type, strings.Join(b.Labels, " ")) + around
	}
}

// serviceNameFrom makes a name of what was meant as one, or "".
func serviceNameFrom(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case r == '-' || r == '_' || r == '.' || r == ' ':
			return '-'
		}
		return -1
	}, strings.ToLower(s))
	if s = strings.Trim(s, "-"); ServiceName(s) {
		return s
	}
	return ""
}

// reserved are the names that would hide a path of IRIS or a section of
// HAProxy and CSP.ini.
var reserved = []string{"csp", "api", "isc", "oauth2", "ui", "system", "local", "stats", "default"}

// service declares a service; service names are unique in the whole lab.
func (d *decoder) service(b *hcl.Block) *Service {
	s := &Service{Decl: d.declare(b), Kind: b.Type, Compose: cty.NilVal, Kubernetes: cty.NilVal}
	defer d.leave(d.enter(&s.Decl))
	if first := d.names[s.Name]; first != nil {
		d.errorf(s.NameRange, "Duplicate name",
			"%q is already the name of the %s at %s. Service names are unique in the whole lab; rename one.", s.Name,
			first.Kind, first.NameRange)
		// A later lookup by name must not find two services.
	} else {
		d.names[s.Name] = s
	}
	d.notReserved(&s.Decl)
	d.services = append(d.services, s)
	return s
}

func (d *decoder) notReserved(decl *Decl) {
	for _, name := range reserved {
		if decl.Name == name {
			d.errorf(decl.NameRange, "Reserved name",
				"%q is a path of InterSystems IRIS or a section of a configuration file. Take another name, "+
					"for example %q.", name, name+"1")
		}
	}
}
