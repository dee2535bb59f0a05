package schema

import (
	"sync"

	"github.com/hashicorp/hcl/v2"
)

// grammar is the whole language, one table a block type.
type grammar struct {
	root              *block[Lab]
	lab               *block[Lab]
	images            *block[Images]
	network           *block[Network]
	arbiter           *block[Arbiter]
	iris              *block[IRIS]
	tls               *block[TLS]
	secrets           *block[SecretFiles]
	mirror            *block[Mirror]
	database          *block[Database]
	namespace         *block[Namespace]
	member            *block[Member]
	applicationServer *block[ApplicationServer]
	webGateway        *block[WebGateway]
	nginx             *block[NGINX]
	haproxy           *block[HAProxy]
	container         *block[Container]
	monitoring        *block[Monitoring]
	profile           *block[Profile]
	kubernetes        *block[Kubernetes]
	moved             *block[Move]
}

// maxPort is the highest TCP port.
const maxPort = 65535

// language builds the tables once.
var language = sync.OnceValue(func() *grammar {
	return &grammar{
		root: (&block[Lab]{blocks: []hcl.BlockHeaderSchema{
			{Type: "lab", LabelNames: []string{"name"}},
			{Type: "images"},
			{Type: "network", LabelNames: []string{"name"}},
			{Type: "arbiter", LabelNames: []string{"name"}},
			{Type: "iris"},
			{Type: "tls"},
			{Type: "secrets"},
			{Type: "mirror", LabelNames: []string{"name"}},
			{Type: "application_server", LabelNames: []string{"name"}},
			{Type: "web_gateway", LabelNames: []string{"name"}},
			{Type: "nginx", LabelNames: []string{"name"}},
			{Type: "haproxy", LabelNames: []string{"name"}},
			{Type: "service", LabelNames: []string{"name"}},
			{Type: "monitoring"},
			{Type: "profile", LabelNames: []string{"name"}},
			{Type: "kubernetes"},
			{Type: "moved"},
		}}).ready(),
		lab:               labBlock().ready(),
		images:            imagesBlock().ready(),
		network:           networkBlock().ready(),
		arbiter:           arbiterBlock().ready(),
		iris:              irisBlock().ready(),
		tls:               tlsBlock().ready(),
		secrets:           secretsBlock().ready(),
		mirror:            mirrorBlock().ready(),
		database:          databaseBlock().ready(),
		namespace:         namespaceBlock().ready(),
		member:            memberBlock().ready(),
		applicationServer: applicationServerBlock().ready(),
		webGateway:        webGatewayBlock().ready(),
		nginx:             nginxBlock().ready(),
		haproxy:           haproxyBlock().ready(),
		container:         containerBlock().ready(),
		monitoring:        monitoringBlock().ready(),
		profile:           profileBlock().ready(),
		kubernetes:        kubernetesBlock().ready(),
		moved:             movedBlock().ready(),
	}
})

func labBlock() *block[Lab] {
	return &block[Lab]{
		kind: "lab", label: "NAME",
		doc: "Exactly one. NAME is the compose project name, and the default output directory beside the file.",
		arguments: []argument[Lab]{
			{"host", "string", `"localhost"`, "host name printed in endpoint lists", false,
				func(v value, l *Lab) { v.text(&l.Host, hostName) }},
			{"publish_address", "string", `"127.0.0.1"`,
				`host interface that published ports bind to; "0.0.0.0" opens the lab to the network`, false,
				func(v value, l *Lab) { v.text(&l.PublishAddress, hostAddress) }},
			{"timezone", "string", `"UTC"`, "`TZ` of every container", false,
				func(v value, l *Lab) { v.text(&l.Timezone, timezone) }},
			{"license_key", "string", `"iris.key"`,
				"licence file, path relative to the generated directory; mounted read-only", false,
				func(v value, l *Lab) { v.text(&l.LicenseKey, relativeFile) }},
			{"mirror_network", "string", "the first network",
				"network of journal, agent and member-to-member traffic", false,
				func(v value, l *Lab) { v.text(&l.MirrorNetwork) }},
			{"client_network", "string", "the last network",
				"network of the superserver traffic of gateways and application servers, and of the arbiter", false,
				func(v value, l *Lab) { v.text(&l.ClientNetwork) }},
			{"mirror_setup", "string", `"auto"`,
				"how members join: `\"config_mirror\"` in the merge file, `\"sys_mirror\"` from " +
					"after-start.sh; `\"auto\"` takes `sys_mirror` below 2023.2 or on two networks", false,
				func(v value, l *Lab) { v.text(&l.MirrorSetup, oneOf("auto", "config_mirror", "sys_mirror")) }},
			{"languages", "list(string)", `["en"]`, "languages of the generated pages: `\"en\"`, `\"ja\"`", false,
				func(v value, l *Lab) { v.someList(&l.Languages, oneOf("en", "ja")) }},
			{"restart", "string", `"no"`,
				"Compose restart policy of every service but members, which never come back by themselves: `\"no\"`, " +
					"`\"always\"`, `\"unless-stopped\"`, `\"on-failure\"` or `\"on-failure:N\"`", false,
				func(v value, l *Lab) { v.text(&l.Restart, restartPolicy) }},
		},
	}
}

func imagesBlock() *block[Images] {
	return &block[Images]{
		kind: "images",
		doc:  "At most one. Image references, and the InterSystems IRIS release that they hold.",
		arguments: []argument[Images]{
			{"registry", "string", `"containers.intersystems.com/intersystems"`,
				"registry and path of the three vendor images", false,
				func(v value, i *Images) { v.text(&i.Registry, imagePath) }},
			{"tag", "string", `"2025.1"`, "tag of the three vendor images", false,
				func(v value, i *Images) { v.text(&i.Tag, imageTag) }},
			{"iris", "string", `"<registry>/iris:<tag>"`,
				"image of members and application servers; a Community image is refused, it can neither mirror " +
					"nor serve ECP", false,
				func(v value, i *Images) { v.text(&i.IRIS, imageReference) }},
			{"arbiter", "string", `"<registry>/arbiter:<tag>"`, "image of arbiters", false,
				func(v value, i *Images) { v.text(&i.Arbiter, imageReference) }},
			{"webgateway", "string", `"<registry>/webgateway:<tag>"`,
				"image of Web Gateways; below 2022.1 its tag is `2025.1` by default, because a gateway may be " +
					"newer than IRIS and those of that time do not read the lab's files", false,
				func(v value, i *Images) { v.text(&i.WebGateway, imageReference) }},
			{"nginx", "string", `"nginx:1.30"`, "image of nginx", false,
				func(v value, i *Images) { v.text(&i.NGINX, imageReference) }},
			{"haproxy", "string", `"haproxy:3.2"`, "image of HAProxy", false,
				func(v value, i *Images) { v.text(&i.HAProxy, imageReference) }},
			{"prometheus", "string", `"prom/prometheus:v3.5.0"`, "image of Prometheus, for `monitoring`", false,
				func(v value, i *Images) { v.text(&i.Prometheus, imageReference) }},
			{"grafana", "string", `"grafana/grafana:12.0.2"`, "image of Grafana, for `monitoring`", false,
				func(v value, i *Images) { v.text(&i.Grafana, imageReference) }},
			{"iris_version", "string", "from the tag of `iris`",
				"release of the iris image, 2020.1 or later; must be given where the tag does not start with a " +
					"year", false,
				func(v value, i *Images) { v.text(&i.IRISVersion, releaseName) }},
		},
	}
}

func networkBlock() *block[Network] {
	return &block[Network]{
		kind: "network", label: "NAME",
		doc: "Any number; without one the lab has a single network named `lab`. Every service has a fixed address " +
			"on each of its networks.",
		arguments: []argument[Network]{
			{"subnet", "string", "the smallest prefix from /24 to /18 that fits, at 10.X.(64 n).0",
				"IPv4 subnet in CIDR form; X = 200 + crc32(lab NAME) mod 50, n counts the network blocks from 0", false,
				func(v value, n *Network) { v.text(&n.Subnet, subnet) }},
		},
	}
}

// restartArgument is what every service block has but that of members.
func restartArgument[T any](service func(*T) *Service) argument[T] {
	return argument[T]{"restart", "string", "as in `lab`", "Compose restart policy", false,
		func(v value, t *T) { v.text(&service(t).Restart, restartPolicy) }}
}

// serviceArguments are the arguments of every service block.
func serviceArguments[T any](service func(*T) *Service, networks string) []argument[T] {
	return []argument[T]{
		{"networks", "list(string)", networks, "networks that it is on", false,
			func(v value, t *T) { v.list(&service(t).Networks) }},
		{"host_number", "number", "handed out in order", "host part of its address on every network, from 2 up", false,
			func(v value, t *T) { v.whole(&service(t).HostNumber, 2, 1<<24-2) }},
		{"addresses", "map(string)", "none",
			`pins the address on one network: { "iris-tier" = "10.0.1.2" }; the number elsewhere is unaffected`, false,
			func(v value, t *T) {
				v.pairs(&service(t).Addresses, func(string) string { return "" }, ipv4)
			}},
		{"environment", "map(string)", "none", "extra environment variables", false,
			func(v value, t *T) { v.pairs(&service(t).Environment, environmentName) }},
		{"compose", "any", "none",
			"raw keys merged into the compose service: objects merge deep, other values replace; " +
				"`\"volumes+\" = [...]` adds to a list", false,
			func(v value, t *T) { v.compose(&service(t).Compose) }},
		{"kubernetes", "any", "none",
			"raw keys merged into the StatefulSet or Deployment on Kubernetes, in the same way", false,
			func(v value, t *T) { v.workload(&service(t).Kubernetes, workloadKind(service(t).Kind)) }},
	}
}

// instanceArguments are what a member or application server may override.
func instanceArguments[T any](instance func(*T) *Instance, inherited string) []argument[T] {
	or := func(def string) string {
		if inherited != "" {
			return inherited
		}
		return def
	}
	return []argument[T]{
		{"globals", "number", or("128"), "database cache in MB", false,
			func(v value, t *T) { v.whole(&instance(t).Globals, 8, 16_777_216) }},
		{"cpus", "number", or("none"), "cores that the container may use: not more than the licence covers", false,
			func(v value, t *T) { v.cores(&instance(t).CPUs) }},
		{"demo_application", "bool", or("true"), "a small REST application and a table to query", false,
			func(v value, t *T) { v.flag(&instance(t).Demo) }},
		{"merge", "string", "none", "raw CPF text appended to the merge file; the last value of a key wins", false,
			func(v value, t *T) { v.merge(&instance(t).Merge) }},
	}
}

func arbiterBlock() *block[Arbiter] {
	return &block[Arbiter]{
		kind: "arbiter", label: "NAME",
		doc: "Any number. A mirror uses the only arbiter, or the one that its `arbiter` argument names.",
		arguments: append(serviceArguments(func(a *Arbiter) *Service { return a.Service }, "the client network"),
			restartArgument(func(a *Arbiter) *Service { return a.Service })),
	}
}

func irisBlock() *block[IRIS] {
	return &block[IRIS]{
		kind: "iris",
		doc:  "At most one: defaults for every member and application server.",
		arguments: append(instanceArguments(func(i *IRIS) *Instance { return &i.Instance }, ""), []argument[IRIS]{
			{"gmheap", "number", "512000",
				"generic memory heap in KB; mirrors need more than the product default", false,
				func(v value, i *IRIS) { v.whole(&i.GMHeap, 256, 2_147_483_647) }},
			{"password_hash", "string", "none",
				"CPF `PasswordHash` of the predefined accounts: four fields, below 2022.1 two; none leaves the " +
					"image's accounts alone", false,
				func(v value, i *IRIS) { v.text(&i.PasswordHash, oneLine) }},
			{"durable", "bool", "false",
				"keep `%SYS` and databases in `data/MEMBER/` when containers are recreated", false,
				func(v value, i *IRIS) { v.flag(&i.Durable) }},
			{"interop", "bool", "false", "namespaces are enabled for interoperability", false,
				func(v value, i *IRIS) { v.flag(&i.Interop) }},
			{"stop_grace_period", "string", `"320s"`,
				"how long Docker waits for IRIS to stop, at least 130s; where it is not above IRIS's own limit " +
					"of 300 s, that limit is lowered too", false,
				func(v value, i *IRIS) { v.duration(&i.StopGracePeriod, "130s", "1d") }},
		}...),
	}
}

func tlsBlock() *block[TLS] {
	return &block[TLS]{
		kind: "tls",
		doc: "At most one: TLS everywhere it is not switched off. `mirrorgen certs` makes the certificates; see " +
			"docs/tls.md.",
		arguments: []argument[TLS]{
			{"directory", "string", `"certs"`,
				"where the certificates are, in the generated directory; git ignores it", false,
				func(v value, t *TLS) { v.text(&t.Directory, ownDirectory) }},
			{"mirror", "bool", "true", "members to each other; the primary admits the lab's own names alone", false,
				func(v value, t *TLS) { v.flag(&t.Mirror) }},
			{"superserver", "string", `"accept"`,
				"clients to superservers: `\"off\"`, `\"accept\"` (those with TLS and those without) or " +
					"`\"require\"`", false,
				func(v value, t *TLS) { v.text(&t.Superserver, oneOf("off", "accept", "require")) }},
			{"gateway", "bool", "true", "gateways to superservers", false,
				func(v value, t *TLS) { v.flag(&t.Gateway) }},
			{"https", "bool", "true", "nginx serves HTTPS on its `https_port`", false,
				func(v value, t *TLS) { v.flag(&t.HTTPS) }},
			{"ecp", "bool", "true", "application servers to their data servers", false,
				func(v value, t *TLS) { v.flag(&t.ECP) }},
		},
	}
}

func secretsBlock() *block[SecretFiles] {
	return &block[SecretFiles]{
		kind: "secrets",
		doc: "At most one: one password for the accounts of IRIS, for gateways and statistics pages, in a file that " +
			"start.sh makes or that you bring, and in no other. See docs/tls.md.",
		arguments: []argument[SecretFiles]{
			{"directory", "string", `"secrets"`, "where the file `password` is, in the generated directory; git " +
				"ignores it",
				false, func(v value, s *SecretFiles) { v.text(&s.Directory, ownDirectory) }},
		},
	}
}

func mirrorBlock() *block[Mirror] {
	return &block[Mirror]{
		kind: "mirror", label: "NAME",
		doc: "Any number: one mirror set. NAME is also the path of its primary on the gateways.",
		arguments: []argument[Mirror]{
			{"set_name", "string",
				"NAME in upper case, letters and digits only", "mirror set name: 1 to 15 letters and digits", false,
				func(v value, m *Mirror) { v.text(&m.SetName, setName) }},
			{"arbiter", "string", "the only arbiter", `arbiter that it uses; "" for none`, false,
				func(v value, m *Mirror) { v.text(&m.Arbiter) }},
			{"durable", "bool", "as in `iris`", "keep the data of its members when containers are recreated", false,
				func(v value, m *Mirror) { v.flag(&m.Durable) }},
			{"superserver_port", "number", "1972 for the first mirror, 11972 for the second, then one up",
				"host port on which haproxy serves the primary; 0 does not publish", false,
				func(v value, m *Mirror) { v.whole(&m.SuperserverPort, 0, maxPort) }},
			{"reporting_port", "number", "0",
				"host port on which haproxy serves the reporting members, the one with the fewest sessions first",
				false,
				func(v value, m *Mirror) { v.whole(&m.ReportingPort, 0, maxPort) }},
			{"qos_timeout", "number", "the product's 8000",
				"milliseconds after which a member that does not answer is taken for lost (`QOSTimeout`)", false,
				func(v value, m *Mirror) { v.whole(&m.QOSTimeout, 500, 600_000) }},
		},
		blocks: []hcl.BlockHeaderSchema{
			{Type: "database", LabelNames: []string{"name"}},
			{Type: "namespace", LabelNames: []string{"name"}},
			{Type: "member", LabelNames: []string{"name"}},
		},
	}
}

func databaseBlock() *block[Database] {
	return &block[Database]{
		kind: "database", label: "NAME",
		doc: "Inside `mirror`, any number; with none the mirror has database `MIRRORDB` with namespace `MIRRORNS`.",
		arguments: []argument[Database]{
			{"namespace", "string", "NAME", `namespace of the database; "" for none of its own`, false,
				func(v value, db *Database) { v.text(&db.Namespace, orNone(namespaceName)) }},
			{"mirrored", "bool", "true", "false: made on every member, and not mirrored", false,
				func(v value, db *Database) { v.flag(&db.Mirrored) }},
		},
	}
}

func namespaceBlock() *block[Namespace] {
	return &block[Namespace]{
		kind: "namespace", label: "NAME",
		doc: "Inside `mirror`, any number: a namespace beside those of the databases, whose code may lie in another " +
			"database than its data.",
		arguments: []argument[Namespace]{
			{"globals", "string", "required", "database of the mirror that holds its data", true,
				func(v value, n *Namespace) { v.text(&n.Globals) }},
			{"routines", "string", "as `globals`", "database of the mirror that holds its code", false,
				func(v value, n *Namespace) { v.text(&n.Routines) }},
			{"interop", "bool", "as in `iris`", "the namespace is enabled for interoperability", false,
				func(v value, n *Namespace) { v.flag(&n.Interop) }},
		},
	}
}

func memberBlock() *block[Member] {
	arguments := []argument[Member]{
		{"role", "string", "required",
			"role at first start: `primary`, `backup`, `drasync` (disaster recovery), `rorasync` or `rwrasync` " +
				"(read-only or read-write reporting)", true,
			func(v value, m *Member) {
				v.text(&m.Role, oneOf("primary", "backup", "drasync", "rorasync", "rwrasync"))
			}},
		{"system_name", "string", "NAME in upper case",
			"mirror member name, unique in the set: 1 to 32 capital letters, digits, - and _", false,
			func(v value, m *Member) { v.text(&m.SystemName, systemName) }},
		{"web_port", "number", "0",
			"host port of the member's own web server, on images that have one (up to 2023.1)", false,
			func(v value, m *Member) { v.whole(&m.WebPort, 0, maxPort) }},
		{"superserver_port", "number", "0", "host port of the member's superserver", false,
			func(v value, m *Member) { v.whole(&m.SuperserverPort, 0, maxPort) }},
	}
	arguments = append(arguments,
		instanceArguments(func(m *Member) *Instance { return &m.Instance }, "as in `iris`")...)
	return &block[Member]{
		kind: "member", label: "NAME",
		doc: "Inside `mirror`, 1 to 16: exactly one primary, at most one backup, the others asynchronous.",
		arguments: append(arguments,
			serviceArguments(func(m *Member) *Service { return m.Service }, "all networks")...),
	}
}

func applicationServerBlock() *block[ApplicationServer] {
	arguments := []argument[ApplicationServer]{
		{"mirror", "string", "required", "mirror that is its data server", true,
			func(v value, a *ApplicationServer) { v.text(&a.mirror) }},
	}
	arguments = append(arguments,
		instanceArguments(func(a *ApplicationServer) *Instance { return &a.Instance }, "as in `iris`")...)
	return &block[ApplicationServer]{
		kind: "application_server", label: "NAME",
		doc: "Any number: an ECP application server, which reads and writes the databases of a mirror's primary.",
		arguments: append(arguments,
			append(serviceArguments(func(a *ApplicationServer) *Service { return a.Service }, "all networks"),
				restartArgument(func(a *ApplicationServer) *Service { return a.Service }))...),
	}
}

func webGatewayBlock() *block[WebGateway] {
	return &block[WebGateway]{
		kind: "web_gateway", label: "NAME",
		doc: "Any number. Every gateway serves every mirror (`/ap1`, following the primary), every member " +
			"(`/ap1a`) and every application server. One with `servers` is a gateway of its own, for those alone: " +
			"nginx, HAProxy's health checks, monitoring and drills leave it out.",
		arguments: append([]argument[WebGateway]{
			{"http_port", "number", "8080 for the first, then one up", "host port; 0 does not publish", false,
				func(v value, g *WebGateway) { v.whole(&g.HTTPPort, 0, maxPort) }},
			{"default_server", "string", "none",
				"member or application server that `/csp` goes to; none disables `/csp`", false,
				func(v value, g *WebGateway) { v.text(&g.DefaultServer) }},
			{"servers", "list(string)", "all", "mirrors, members and application servers that it knows", false,
				func(v value, g *WebGateway) { v.someList(&g.Servers) }},
			{"server_response_timeout", "number", "30",
				"seconds that a server may take to answer, 5 or more; below the read timeout of nginx, so that " +
					"the gateway answers first", false,
				func(v value, g *WebGateway) { v.whole(&g.ServerResponseTimeout, 5, 86_400) }},
			{"system_manager", "list(string)", "loopback and the client network",
				"who may open the management pages: address patterns with `*`", false,
				func(v value, g *WebGateway) { v.someList(&g.SystemManager, addressPattern) }},
			{"username", "string", `"CSPSystem"`, "account with which it logs in to the superserver", false,
				func(v value, g *WebGateway) { v.text(&g.Username, userName) }},
			{"password", "string", `"SYS"`,
				"password of that account; any other than the default is set on every instance", false,
				func(v value, g *WebGateway) { v.text(&g.Password, notEmpty, oneLine) }},
			{"ini", "map(map(string))", "none", "raw CSP.ini keys by section", false,
				func(v value, g *WebGateway) { v.sections(&g.INI, iniName, iniName, iniValue) }},
		}, append(serviceArguments(func(g *WebGateway) *Service { return g.Service }, "the client network"),
			restartArgument(func(g *WebGateway) *Service { return g.Service }))...),
	}
}

func nginxBlock() *block[NGINX] {
	return &block[NGINX]{
		kind: "nginx", label: "NAME",
		doc: "Any number: an HTTP load balancer over gateways, by least connections.",
		arguments: append([]argument[NGINX]{
			{"http_port", "number", "80 for the first; the others must say", "host port; 0 does not publish", false,
				func(v value, n *NGINX) { v.whole(&n.HTTPPort, 0, maxPort) }},
			{"https_port", "number", "443 for the first where `tls` has `https`; the others must say",
				"host port of HTTPS, to which HTTP redirects; 0 for HTTP alone", false,
				func(v value, n *NGINX) { v.whole(&n.HTTPSPort, 0, maxPort) }},
			{"gateways", "list(string)", "every web gateway", "gateways that it balances over", false,
				func(v value, n *NGINX) { v.list(&n.Gateways) }},
			{"max_fails", "number", "1", "failures after which a gateway is left out; 0 never leaves one out", false,
				func(v value, n *NGINX) { v.whole(&n.MaxFails, 0, 1000) }},
			{"fail_timeout", "string", `"5s"`, "how long a failed gateway is left out", false,
				func(v value, n *NGINX) { v.duration(&n.FailTimeout, "1s", "1d") }},
			{"connect_timeout", "string", `"1s"`, "time to connect to a gateway", false,
				func(v value, n *NGINX) { v.duration(&n.ConnectTimeout, "1ms", "75s") }},
			{"read_timeout", "string", `"60s"`,
				"time between two reads of a gateway's answer; above the gateways' server_response_timeout", false,
				func(v value, n *NGINX) { v.duration(&n.ReadTimeout, "1s", "1d") }},
			{"sticky", "bool", "true where the image is nginx 1.30 or later", "a browser stays on one gateway, by " +
				"a cookie; clients without cookies go to one after the other", false,
				func(v value, n *NGINX) { v.flag(&n.Sticky) }},
			{"websocket_timeout", "string", `"1h"`, "how long an idle WebSocket lives", false,
				func(v value, n *NGINX) { v.duration(&n.WebSocketTimeout, "1s", "24d") }},
			{"config", "string", "none", "raw text added to the server block", false,
				func(v value, n *NGINX) { v.nginxText(&n.Config) }},
		}, append(serviceArguments(func(n *NGINX) *Service { return n.Service }, "the client network"),
			restartArgument(func(n *NGINX) *Service { return n.Service }))...),
	}
}

func haproxyBlock() *block[HAProxy] {
	return &block[HAProxy]{
		kind: "haproxy", label: "NAME",
		doc: "Any number: a TCP load balancer to the superserver of each mirror's primary.",
		arguments: append([]argument[HAProxy]{
			{"mirrors", "list(string)", "every mirror",
				"mirrors that it serves; a mirror is served by at most one haproxy", false,
				func(v value, h *HAProxy) { v.list(&h.Mirrors) }},
			{"health_check", "string", `"auto"`,
				"how it finds the primary: through the gateways (`\"web_gateway\"`), or on the member's own " +
					"port 52773 (`\"web_server\"`, images up to 2023.1)", false,
				func(v value, h *HAProxy) { v.text(&h.HealthCheck, oneOf("auto", "web_gateway", "web_server")) }},
			{"check_interval", "string", `"1s"`, "time between two checks of a member", false,
				func(v value, h *HAProxy) { v.duration(&h.CheckInterval, "100ms", "1h") }},
			{"idle_timeout", "string", `"24h"`, "how long an idle SQL connection lives", false,
				func(v value, h *HAProxy) { v.duration(&h.IdleTimeout, "1s", "24d") }},
			{"maxconn", "number", "4000", "connections of each mirror; further clients wait until one leaves. " +
				"Fewer by default where one process cannot hold as many for each of its mirrors", false,
				func(v value, h *HAProxy) { v.whole(&h.MaxConn, 1, 1_000_000) }},
			{"stats_port", "number", "0", "host port of the statistics page and `/metrics`", false,
				func(v value, h *HAProxy) { v.whole(&h.StatsPort, 0, maxPort) }},
			{"config", "string", "none", "raw text added to the defaults section", false,
				func(v value, h *HAProxy) { v.haproxyText(&h.Config) }},
		}, append(serviceArguments(func(h *HAProxy) *Service { return h.Service }, "all networks"),
			restartArgument(func(h *HAProxy) *Service { return h.Service }))...),
	}
}

func profileBlock() *block[Profile] {
	return &block[Profile]{
		kind: "profile", label: "NAME",
		doc: "Any number: a subset of the services that `./start.sh NAME` starts in order.",
		arguments: []argument[Profile]{
			{"services", "list(string)", "required", "names of services", true,
				func(v value, p *Profile) { v.list(&p.Services) }},
			{"description", "string", "none", "one line for the README and for start.sh --help", false,
				func(v value, p *Profile) { v.text(&p.Description, oneLine) }},
		},
	}
}
