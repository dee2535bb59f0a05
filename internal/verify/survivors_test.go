package verify

import "mirrorgen/internal/verify/facts"

// Patterns of lines that survivors have in common.
const (
	anyURL     = ".*http://.*"
	anyRow     = `\|.*`
	anyCommand = `\$ docker compose .*`
)

// survivors are the mutations that Check does not find. Those that break the lab
// are ones that nothing in the artifacts contradicts.
var survivors = []survivor{
	// Pages.
	{path: `README.*`, kind: "port", line: anyURL, reason: "the port of another gateway leads to the same instances"},
	{
		path:   `README.*`,
		kind:   "name",
		line:   anyCommand,
		breaks: true,
		reason: "which service of its kind a command is for stands in the prose around it",
	},
	{path: `README.*`, kind: "path", line: anyCommand, reason: "a scratch file of a command may have any name"},
	{
		path:   `README.*`,
		kind:   "name",
		line:   `\| .[a-z]+. \| [^|]*\b(ap1|ap2)\b[^|]*\| arbiter, .*`,
		reason: "the description of a profile is the user's own text",
	},
	{
		path:   `README.*`,
		kind:   "name",
		line:   anyRow,
		change: "(arbiter|nginx|lab) -> .*",
		reason: "the word means the thing, and no service",
	},

	{
		path:   `README.*`,
		kind:   "name",
		line:   `\| (any|任意) \| .* MIRRORSET:.*`,
		reason: "two mirror sets of one name have members of one name",
	},

	// Compose.
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

	{
		path:   composeFile,
		kind:   "port",
		line:   `test: .*127\.0\.0\.1/8404.*`,
		change: "8404 -> 8405",
		breaks: true,
		reason: "the health check may ask any port on which HAProxy listens, also one without a page /health",
	},

	// Scripts.
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
		path:   `iris/instances\.sh`,
		kind:   "path",
		line:   `(ready|joined)=.*`,
		reason: "all scripts take a marker's name from this line",
	},
	{path: `iris/merge/.*`, kind: "name", line: `CreateResource:.*`, reason: "a description is text"},
	{
		path:   `iris/merge/.*`,
		kind:   "address",
		line:   `[A-Z0-9]+=.*,1972,1`,
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
	{
		path:   `haproxy/.*`,
		kind:   "path",
		line:   "monitor-uri /health",
		breaks: true,
		reason: "which page the health check asks HAProxy for stands in its command",
	},
	{path: `haproxy/.*`, kind: "name", line: "http-check send .*", reason: "a gateway serves any host name"},
}
