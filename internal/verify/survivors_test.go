package verify

import "mirrorgen/internal/verify/facts"

// Patterns of lines that survivors have in common.
const (
	anyURL      = ".*http://.*"
	anyRow      = `\|.*`
	anyCommand  = `\$ docker compose .*`
	pagePattern = `(README|ENDPOINTS|DRILLS)\..*`
)

// survivors are the mutations that Check does not find. Those that break the lab
// are ones that nothing in the artifacts contradicts.
var survivors = []survivor{
	// Pages.
	{path: pagePattern, kind: "port", line: anyURL, reason: "the port of another gateway leads to the same instances"},
	{
		path:   pagePattern,
		kind:   "name",
		line:   anyCommand,
		breaks: true,
		reason: "which service of its kind a command is for stands in the prose around it",
	},
	{path: pagePattern, kind: "path", line: anyCommand, reason: "a scratch file of a command may have any name"},
	{
		path:   pagePattern,
		kind:   "name",
		line:   `\| .[a-z]+. \| [^|]*\b(ap1|ap2)\b[^|]*\| arbiter, .*`,
		reason: "the description of a profile is the user's own text",
	},
	{
		path:   pagePattern,
		kind:   "name",
		line:   anyRow,
		change: "(arbiter|nginx|lab) -> .*",
		reason: "the word means the thing, and no service",
	},

	{
		path:   pagePattern,
		kind:   "name",
		line:   `\| demo application \| .*`,
		change: "demo -> .*",
		reason: "the word means the demo application, and no mirror",
	},

	{
		path:   pagePattern,
		kind:   "name",
		line:   `\| (any|任意) \| .* MIRRORSET:.*`,
		reason: "two mirror sets of one name have members of one name",
	},
	{
		path:   pagePattern,
		kind:   "timeout",
		line:   "Prometheus asks every instance and balancer every .*",
		breaks: true,
		reason: "how often Prometheus asks, the page says in prose",
	},

	// Manifests.
	{
		path:   `(arbiter|nginx|haproxy|gateways|services|monitoring)\.yaml`,
		kind:   "name",
		line:   `- name: (arbiter|nginx|haproxy|webgateway|watcher|prometheus|grafana)`,
		reason: "only the container of an instance is looked for by its name",
	},
	{
		path:   `nginx\.yaml`,
		kind:   "timeout",
		line:   `args: \[nginx, .*`,
		reason: "how long nginx lets old connections end nobody waits for but the kubelet",
	},
	{
		path:   `drill\.sh`,
		kind:   "address",
		line:   `address=127\.0\.0\.1`,
		breaks: true,
		reason: "where kubectl listens stands nowhere else",
	},

	{
		path:   `(mirrors/.*|application-servers\.yaml)`,
		kind:   "port",
		line:   "image: .*",
		breaks: true,
		reason: "an async or an application server may run a later release than the failover members",
	},
	{
		path:   `(mirrors/.*|(arbiter|gateways|nginx|haproxy|services|monitoring)\.yaml)`,
		kind:   "name",
		line:   "name: .*",
		reason: "the name of a policy is a label",
	},
	{
		path:   `mirrors/.*`,
		kind:   "name",
		line:   "podSelector: .*",
		breaks: true,
		reason: "a policy that speaks of another mirror leaves its own open to all",
	},
	{
		path:   `haproxy\.yaml`,
		kind:   "name",
		line:   "- { name: .*, port: .*",
		reason: "the name of a Service's port is a label",
	},
	{
		path:   `nginx\.yaml`,
		kind:   "path",
		line:   "httpGet: .*",
		breaks: true,
		reason: "the page that a probe asks nginx for is not compared with its locations",
	},
	{
		path:   `services\.yaml`,
		kind:   "port",
		line:   "image: .*",
		reason: "who waits needs no more of an image than a shell",
	},
	{
		path:   `(services|monitoring)\.yaml`,
		kind:   "(port|path)",
		line:   "(httpGet: .*|exec: .*|args: .*)",
		breaks: true,
		reason: "nothing but its image says on which port and page a container of no role answers",
	},
	{
		path:   `monitoring\.yaml`,
		kind:   "path",
		line:   `(- "--(config\.file|storage\.tsdb\.path)=.*|- { name: (files|data|GF_DASHBOARDS_.*), .*)`,
		breaks: true,
		reason: "where Prometheus and Grafana read their files is their images' to say",
	},
	{
		path:   `haproxy/.*`,
		kind:   "timeout",
		line:   "hold valid .*",
		breaks: true,
		reason: "how long an address of a name is kept is HAProxy's own choice",
	},
	{
		path:   `nginx/.*`,
		kind:   "timeout",
		line:   "keepalive_time .*",
		reason: "how long a connection to a gateway lives is nginx's own choice",
	},

	// Gateways of their own, and reporting members.
	{
		path:   pagePattern,
		kind:   "name",
		line:   `\|.*Web Gateway of its own, for .*`,
		breaks: true,
		reason: "the servers of a gateway of its own stand in its CSP.ini",
	},
	{
		path:   `webgateway/CSP-\d+\.ini`,
		kind:   "timeout",
		line:   "Server_Response_Timeout=.*",
		reason: "no health check asks through a gateway of its own, so nothing bounds its patience",
	},
	{
		path:   `status\.sh`,
		line:   `haproxy \w+_reporting \d+`,
		breaks: true,
		reason: "nothing else of the scripts knows the port of reporting members",
	},

	// Compose.
	{
		path:   facts.ComposePath,
		kind:   "name",
		line:   "(web|ap1a): { condition: service_healthy }|command: \\[sh, .*",
		reason: "what a container of the user's own does and waits for is the user's to say",
	},
	{
		path:   facts.ComposePath,
		kind:   "(port|path)",
		line:   "(test: \\[CMD, wget, .*|command: \\[sh, .*)",
		breaks: true,
		reason: "nothing but its image says on which port and page a container of no role answers",
	},
	{
		path:   facts.ComposePath,
		kind:   "path",
		line:   `(- { type: bind, source: \./monitoring/.*|command: \["--config.file=.*|GF_DASHBOARDS_.*)`,
		breaks: true,
		reason: "where Prometheus and Grafana read their files is their images' to say",
	},
	{
		path:   facts.ComposePath,
		kind:   "timeout",
		line:   "stop_grace_period: .*",
		reason: "a longer grace costs nothing while IRIS stops in time",
	},
	{
		path:   facts.ComposePath,
		kind:   "timeout",
		line:   "(interval|timeout): .*",
		reason: "a health check may come more often, and give up sooner",
	},
	{
		path:   facts.ComposePath,
		kind:   "timeout",
		line:   "start_period: .*",
		change: ".* -> 1800",
		reason: "a start that fails is reported after half an hour, one that succeeds at once",
	},
	{
		path:   facts.ComposePath,
		kind:   "timeout",
		line:   "start_period: .*",
		change: ".* -> 1",
		breaks: true,
		reason: "how long a gateway or balancer takes to start is not in the artifacts",
	},

	{
		path:   composeFile,
		kind:   "timeout",
		line:   `options: \{ max-size: .*`,
		reason: "how much of a log is kept is a choice",
	},
	{
		path:   composeFile,
		kind:   "timeout",
		line:   `command: .*worker_shutdown_timeout .*`,
		reason: "requests and WebSockets may be cut sooner when nginx stops, and Docker kills what takes longer",
	},

	// Scripts.
	{
		path:   `start\.sh`,
		kind:   "path",
		line:   `text=\$\(timeout 20 .* bash /lab/health\.sh .*`,
		breaks: true,
		reason: "what start.sh runs in a pod that it waits for, and where its errors go, is in no other artifact",
	},
	{
		path:   `(start|status|drill)\.sh`,
		kind:   "timeout",
		line:   "[a-z]+_limit=.*",
		breaks: true,
		reason: "how long a script waits is its own choice; too short, it reports a failure that is none",
	},
	{
		path:   `status\.sh`,
		kind:   "name",
		line:   "(arbiter arbiter|nginx nginx 80 /nginx-health)",
		reason: "the second column is a word that is printed",
	},
	{path: `stop\.sh`, kind: "name", line: "iris_service=.*", reason: "any instance lends its image"},

	// Instances.
	{
		path:   `iris/instances\.sh`,
		kind:   "path",
		line:   `.*databases=.*`,
		reason: "after-start.sh creates the database wherever this one table says, on every member alike",
	},
	{
		path:   `iris/instances(/.*)?\.sh`,
		kind:   "path",
		line:   `(ready|joined|admission_log)=.*`,
		reason: "all scripts take a marker's name from this line",
	},
	{path: `iris/merge/.*`, kind: "name", line: `CreateResource:.*`, reason: "a description is text"},
	{
		path:   `iris/merge/.*`,
		kind:   "address",
		line:   `[A-Z0-9]+=.*,1972,1(,1)?`,
		reason: "either failover member tells an application server who is primary",
	},

	{
		path:   `iris/instances\.sh`,
		kind:   "address",
		line:   `.*data_server=.*`,
		reason: "either failover member tells the hook's application servers who is primary",
	},

	// Gateways and balancers.
	{
		path:   `haproxy/.*`,
		kind:   "timeout",
		line:   "(timeout check 2s|default-server check port 52773 .*)",
		breaks: true,
		reason: "checks of a member's own web server have no gateway whose patience bounds them",
	},
	{
		path:   `webgateway/.*`,
		kind:   "address",
		line:   "Ip_Address=.*",
		reason: "a mirror-aware server may begin with either failover member",
	},
	{
		path:   `webgateway/.*`,
		kind:   "address",
		line:   "System_Manager=.*",
		reason: "nobody opens the management pages from inside the gateway",
	},
	{
		path:   `nginx/.*`,
		kind:   "timeout",
		line:   "proxy_.*",
		change: "60 -> 3600",
		reason: "nginx may wait for longer than the gateway does",
	},
	{
		path:   `nginx/.*`,
		kind:   "timeout",
		line:   "proxy_(read|send)_timeout 1h;",
		change: "1 -> 60",
		reason: "an idle WebSocket may live for longer",
	},
	{
		path:   `nginx/.*`,
		kind:   "timeout",
		line:   "limit_conn_zone .*",
		change: "1 -> 60",
		reason: "the size of a zone is no time",
	},
	{
		path:   `nginx/.*`,
		kind:   "timeout",
		line:   "ssl_session_(cache|timeout) .*",
		reason: "how many TLS sessions are kept, and for how long, only saves handshakes",
	},
	{
		path:   `nginx/.*`,
		kind:   "timeout",
		line:   "keepalive_timeout .*",
		change: ".* -> 1",
		reason: "idle connections to the gateways may end sooner",
	},
	{
		path:   `nginx/.*`,
		kind:   "timeout",
		line:   "server .*",
		reason: "how long a gateway that failed is passed by is a choice",
	},
	{
		path:   `haproxy/.*`,
		kind:   "timeout",
		line:   "(clitcpka|srvtcpka|stats refresh).*",
		reason: "keepalive and refresh are tuned by taste",
	},
	{
		path:   `haproxy/.*`,
		kind:   "timeout",
		line:   "hard-stop-after .*",
		change: ".* -> 1",
		reason: "sessions may be cut sooner when HAProxy stops",
	},
	{
		path:   `haproxy/.*`,
		kind:   "timeout",
		line:   "timeout (connect|http-request) .*",
		reason: "a second is enough to connect, and minutes do no harm to a statistics page",
	},
	{
		path:   `haproxy/.*`,
		kind:   "timeout",
		line:   "timeout (client|server) 1m",
		reason: "once connected timeout tunnel counts",
	},
	{
		path:   `haproxy/.*`,
		kind:   "timeout",
		line:   "timeout tunnel .*",
		reason: "how long an idle session lives is the user's choice",
	},
	{
		path:   `haproxy/.*`,
		kind:   "timeout",
		line:   "server .* inter 2s .*",
		change: "2 -> 1",
		reason: "gateways may be checked more often",
	},
	{path: `haproxy/.*`, kind: "name", line: "http-check send .*", reason: "a gateway serves any host name"},
	{
		path:   `nginx/.*`,
		kind:   "(path|name)",
		line:   `(location = /(metrics|stub_status) \{|return 200 "# TYPE .*)`,
		breaks: true,
		reason: "where Prometheus looks for metrics, and what their names are, is said nowhere else",
	},
	{
		path:   `haproxy/.*`,
		kind:   "path",
		line:   "http-request use-service prometheus-exporter .*",
		breaks: true,
		reason: "Prometheus asks for /metrics where nothing else is said",
	},
	{
		path:   `monitoring/prometheus\.yml`,
		kind:   "(address|port)",
		line:   `- targets: \["127.0.0.1:9090"\]`,
		breaks: true,
		reason: "on which port Prometheus asks itself is its image's to say",
	},
	{
		path:   facts.ComposePath,
		kind:   "address",
		line:   `- "127.0.0.1:(9090|3000):.*`,
		breaks: true,
		reason: "no script asks Prometheus or Grafana at the address that they are published on",
	},
	{
		path:   "status.sh",
		kind:   "name",
		line:   "(prometheus prometheus|grafana grafana)",
		reason: "the second word is what the table calls the service",
	},
}
