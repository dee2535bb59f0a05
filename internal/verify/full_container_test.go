package verify

// What the containers find.
var containerCases = []brokenLab{
	{
		"container file",
		"File that is not mounted",
		swap(composeFile, "ISC_CPF_MERGE_FILE: /lab/merge.cpf", "ISC_CPF_MERGE_FILE: /lab/merged.cpf"),
	},
	{
		"container key",
		"File that is not mounted",
		swap(composeFile, "    - /lab/iris.key\n", "    - /lab/licence.key\n"),
	},
	{
		"container hook",
		"File that is not mounted",
		swap(composeFile, "    - bash /lab/after-start.sh", "    - bash /lab/after.sh"),
	},
	{
		"container file of a hook",
		"File that is not mounted",
		swap("iris/health.sh", ". /lab/instances.sh", ". /lab/instance.sh"),
	},
	{
		"container data not mounted",
		"Data directory that is not mounted",
		swap(composeFile, "./data/ap1b/sys, target: /durable,", "./data/ap1b/sys, target: /durables,"),
	},
	{
		"container data is the mount",
		"Data directory that is the mount itself",
		swap(composeFile, "./data/ap1b/sys, target: /durable,", "./data/ap1b/sys, target: /durable/iris,"),
	},
	{
		"container directory of another",
		"Directory of another instance",
		swap(composeFile, "./data/ap1b/db", "./data/ap1d/db"),
	},
	{
		"container directories differ",
		"Members with different directories",
		swap(
			composeFile,
			"./data/ap1b/db, target: /home/irisowner/db",
			"./data/ap1b/db, target: /home/irisowner/database",
		),
	},
	{
		"container nginx",
		"Configuration at the wrong place",
		swap(composeFile, "target: /etc/nginx/conf.d/default.conf", "target: /etc/nginx/conf.d/web.conf"),
	},
	{
		"container haproxy",
		"Configuration at the wrong place",
		swap(composeFile, "target: /usr/local/etc/haproxy/haproxy.cfg", "target: /etc/haproxy/haproxy.cfg"),
	},
	{
		"container licence",
		"Licence key where none is needed",
		swap(
			composeFile,
			"./nginx/web.conf, target: /etc/nginx/conf.d/default.conf",
			"./iris.key, target: /lab/iris.key",
		),
	},
	{
		"container host name",
		"Host name that is not the service's",
		swap(composeFile, "hostname: webgw1", "hostname: gateway"),
	},
	{
		"container host name of another",
		"Host name of another service",
		swap(composeFile, "hostname: webgw1", "hostname: web"),
	},
	{
		"container waits for a stranger",
		"Dependency on a stranger",
		swap(
			composeFile,
			"    hostname: app1\n    depends_on:\n",
			"    hostname: app1\n    depends_on:\n      ap2a: { condition: service_healthy }\n",
		),
	},
	{
		"container does not wait for its mirror",
		"Instance that does not wait for its mirror",
		swap(
			composeFile,
			"    hostname: ap2b\n    depends_on:\n      arbiter: { condition: service_started }\n"+
				"      ap2a: { condition: service_healthy }",
			"    hostname: ap2b\n    depends_on:\n      arbiter: { condition: service_started }\n"+
				"      ap2a: { condition: service_started }",
		),
	},
	{
		"container does not wait for its arbiter",
		"Member that does not wait for its arbiter",
		swap(
			composeFile,
			"    hostname: ap2b\n    depends_on:\n      arbiter: { condition: service_started }",
			"    hostname: ap2b\n    depends_on:",
		),
	},
	{"container device", "Unknown device", swap(composeFile, `"/dev/null"`, `"/dev/nul"`)},
	{
		"container command",
		"Unknown command",
		swap(composeFile, "/usr/local/etc/irissys/startISCAgent.sh", "/usr/irissys/startISCAgent.sh"),
	},
	{
		"health of another",
		"Health check of another service",
		swap(composeFile, "http://127.0.0.1/nginx-health", "http://10.0.100.10/nginx-health"),
	},
	{
		"health port",
		"Health check that nothing answers",
		swap(composeFile, "</dev/tcp/127.0.0.1/2188", "</dev/tcp/127.0.0.1/2189"),
	},
	{
		"health location",
		"Health check that nothing answers",
		swap(composeFile, "http://127.0.0.1/nginx-health", "http://127.0.0.1/health"),
	},
	{
		"gateway without its variable",
		"Configuration that nothing names",
		swap(composeFile, "      ISC_CSP_INI_FILE: /lab/CSP.ini\n", ""),
	},
	{
		"health of haproxy on another port",
		"Health check that nothing answers",
		swap(composeFile, `"bash", "-c", "</dev/tcp/127.0.0.1/1972"`, `"wget", "http://127.0.0.1:1972/health"`),
	},
	{
		"health of haproxy on two ports",
		"Health check that asks two ports",
		swap(composeFile, `"</dev/tcp/127.0.0.1/1972"`,
			`"</dev/tcp/127.0.0.1/1972 || wget http://127.0.0.1:8404/health"`),
	},
	{
		"health of haproxy on another page",
		"Health check that nothing answers",
		swap(composeFile, `"bash", "-c", "</dev/tcp/127.0.0.1/1972"`, `"wget", "http://127.0.0.1:8404/alive"`),
	},
}

// Times.
var timeCases = []brokenLab{
	{
		"time to stop",
		"Killed before it has shut down",
		swap(composeFile, "stop_grace_period: 320s", "stop_grace_period: 5m"),
	},
	{
		"time to stop in the merge file",
		"Killed before it has shut down",
		swap(mergePath, "[config]\n", "[Startup]\nShutdownTimeout=600\n\n[config]\n"),
	},
	{
		"time to stop haproxy",
		"Killed before it has shut down",
		swap(haproxyPath, "hard-stop-after 8s", "hard-stop-after 1m"),
	},
	{"time of a health check", "Health check that takes minutes", swap(composeFile, "interval: 3s", "interval: 3m")},
	{
		"time of a failing start",
		"Health check that takes minutes",
		swap(composeFile, "start_period: 60s", "start_period: 60m"),
	},
	{
		"time of a first start",
		"Health check that gives up too soon",
		swap(composeFile, "start_period: 240s", "start_period: 60s"),
	},
	{
		"time of a response",
		"Response timeout too short",
		swap(
			gatewayPath,
			"[SYSTEM]\nREGISTRY_METHODS=Disabled\nServer_Response_Timeout=30",
			"[SYSTEM]\nREGISTRY_METHODS=Disabled\nServer_Response_Timeout=3",
		),
	},
	{
		"time nginx waits",
		"Timeouts that do not nest",
		swap(fullNginxPath, "    proxy_read_timeout 60s", "    proxy_read_timeout 30s"),
	},
	{
		"time nginx connects",
		"Timeouts that do not nest",
		swap(fullNginxPath, "proxy_connect_timeout 1s", "proxy_connect_timeout 1m"),
	},
	{
		"time nginx tries",
		"Timeouts that do not nest",
		swap(fullNginxPath, "proxy_next_upstream_timeout 60s", "proxy_next_upstream_timeout 1s"),
	},
	{
		"time gateway waits",
		"Timeouts that do not nest",
		swap(
			gatewayPath,
			"[ap1]\nIp_Address=10.0.100.3\nTCP_Port=1972\n"+
				"Mirror_Aware=1\nMinimum_Server_Connections=3\nServer_Response_Timeout=30",
			"[ap1]\nIp_Address=10.0.100.3\nTCP_Port=1972\n"+
				"Mirror_Aware=1\nMinimum_Server_Connections=3\nServer_Response_Timeout=90",
		),
	},
	{
		"time haproxy connects",
		"Timeouts that do not nest",
		swap(haproxyPath, "timeout connect 2s", "timeout connect 1m"),
	},
	{"time of a check", "Timeouts that do not nest", swap(haproxyPath, "timeout check 2s", "timeout check 20s")},
	{
		"time of two tries",
		"Timeouts that do not nest",
		swap(haproxyPath, "timeout server 900ms", "timeout server 1500ms"),
	},
	{
		"time of one try",
		"Health check without patience",
		swap(haproxyPath, "timeout server 900ms", "timeout server 9ms"),
	},
	{"time of the section", "Timeouts that do not nest", swap(haproxyPath, "timeout queue 1s", "timeout queue 30s")},
	{
		"time of the section's client",
		"Timeouts that do not nest",
		swap(haproxyPath, "timeout client 3s", "timeout client 1s"),
	},
	{
		"time between checks",
		"Check interval too long",
		swap(
			haproxyPath,
			"http-check expect status 200\n"+
				"    default-server check addr 127.0.0.1 port 8405 inter 1s fall 2 rise 1 "+
				"on-marked-down shutdown-sessions\n"+
				"    server ap2a",
			"http-check expect status 200\n"+
				"    default-server check addr 127.0.0.1 port 8405 inter 2m fall 2 rise 1 "+
				"on-marked-down shutdown-sessions\n"+
				"    server ap2a",
		),
	},
	{
		"time that dead members hold",
		"Dead members that fill the gateways",
		swap(
			gatewayPath,
			"[ap1d]\nIp_Address=10.0.100.5\nTCP_Port=1972\nMinimum_Server_Connections=3\nServer_Response_Timeout=10",
			"[ap1d]\nIp_Address=10.0.100.5\nTCP_Port=1972\nMinimum_Server_Connections=3\nServer_Response_Timeout=900",
		),
	},
	{"bound on what dead members hold", "Health checks without a bound", swap(haproxyPath, " maxconn 100", "")},
	{
		"time of a drill",
		"Timeout that the gateway does not have",
		swap(drillPath, "  webgw1 8080 30", "  webgw1 8080 60"),
	},

	{"member command", "Incomplete command", swap(composeFile, "    - --after\n    - bash /lab/after-start.sh\n", "")},
}
