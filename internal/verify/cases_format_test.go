package verify

import (
	"testing"

	"mirrorgen/internal/lab"
)

// formatCases break the other files.
var formatCases = []brokenLab{
	// CSP.ini.
	{"ini comment", "Comment in CSP.ini", swap(gatewayPath, "[SYSTEM]\n", "[SYSTEM]\n; by hand\n")},
	{"ini heading", "Malformed section heading", swap(gatewayPath, "[SYSTEM]\n", "[SYSTEM\n")},
	{"ini section twice", "Duplicate section", tail(gatewayPath, "[SYSTEM]\nSM_Timeout=1\n")},
	{
		"ini key twice",
		"Duplicate key",
		swap(gatewayPath, "REGISTRY_METHODS=Disabled\n", "REGISTRY_METHODS=Disabled\nREGISTRY_METHODS=Enabled\n"),
	},
	{"ini key outside", "Key outside a section", swap(gatewayPath, "[SYSTEM]\n", "")},
	{
		"ini no equals sign",
		"Malformed key",
		swap(gatewayPath, "REGISTRY_METHODS=Disabled", "REGISTRY_METHODS: Disabled"),
	},
	{
		"ini quoted value",
		"Ambiguous value",
		swap(gatewayPath, "REGISTRY_METHODS=Disabled", "REGISTRY_METHODS=`Disabled`"),
	},
	{
		"ini open quote",
		"Invalid INI file",
		swap(gatewayPath, "REGISTRY_METHODS=Disabled", "REGISTRY_METHODS=\"\"\"Disabled"),
	},
	{"ini misspelt key", "Misspelt key", swap(gatewayPath, "REGISTRY_METHODS", "REGISTRY_METHOD")},
	{"gateway no index", "Missing index", swap(gatewayPath, "[SYSTEM_INDEX]", "[SYSTEM_INDEX_2]")},
	{"gateway index value", "Invalid index entry", swap(gatewayPath, "app1=Enabled\n\n[ap1]", "app1=On\n\n[ap1]")},
	{
		"gateway index without section",
		"Index entry without a section",
		swap(gatewayPath, "/csp=Disabled", "/csp=Enabled"),
	},
	{"gateway section not listed", "Section missing from its index", swap(gatewayPath, "/app1=Enabled\n", "")},
	{
		"gateway server not listed",
		"Section missing from its index",
		swap(gatewayPath, "app1=Enabled\n\n[ap1]", "\n[ap1]"),
	},
	{
		"gateway unknown server",
		"Path to an unknown server",
		swap(gatewayPath, "Default_Server=app1", "Default_Server=app2"),
	},
	{"gateway unknown alternative", "Path to an unknown server", swap(gatewayPath, "1~~~~~~app1", "1~~~~~~app2")},
	{
		"gateway disabled server",
		"Path to a disabled server",
		swap(gatewayPath, "app1=Enabled\n\n[ap1]", "app1=Disabled\n\n[ap1]"),
	},
	{"gateway path without server", "Path without a server", swap(gatewayPath, "Default_Server=app1\n", "")},
	{"gateway path with a dot", "Invalid path", func(t *testing.T, a []lab.Artifact) []lab.Artifact {
		a = swap(gatewayPath, "/app1=Enabled", "/app.1=Enabled")(t, a)
		return swap(gatewayPath, "[APP_PATH:/app1]", "[APP_PATH:/app.1]")(t, a)
	}},
	{"gateway server without address", "Incomplete server", swap(gatewayPath, "Ip_Address=10.0.100.5\n", "")},
	{
		"gateway server port",
		"Invalid port",
		swap(gatewayPath, "Ip_Address=10.0.100.5\nTCP_Port=1972", "Ip_Address=10.0.100.5\nTCP_Port=none"),
	},
	{
		"gateway member mirror-aware",
		"Mirror-aware server of one instance",
		swap(
			gatewayPath,
			"Ip_Address=10.0.100.4\nTCP_Port=1972",
			"Ip_Address=10.0.100.4\nTCP_Port=1972\nMirror_Aware=1",
		),
	},
	{
		"gateway mirror not mirror-aware",
		"Mirror without a mirror-aware server",
		swap(gatewayPath, "Mirror_Aware=1\n", ""),
	},
	{
		"gateway address of another",
		"Address of another service",
		swap(gatewayPath, "Ip_Address=10.0.100.4", "Ip_Address=10.0.100.5"),
	},

	// CSP.conf.
	{"apache section open", "Unclosed section", swap(apachePath, "</Location>\n", "")},
	{
		"apache section closed twice",
		"Unbalanced section",
		swap(apachePath, "</Location>\n", "</Location>\n</Location>\n"),
	},
	{"apache section without bracket", "Malformed section", swap(apachePath, "<Location />", "<Location /")},
	{
		"apache quote",
		"Unclosed quote",
		swap(
			apachePath,
			`CSPModulePath "${ISC_PACKAGE_INSTALLDIR}/bin/"`,
			`CSPModulePath "${ISC_PACKAGE_INSTALLDIR}/bin/`,
		),
	},
	{
		"apache virtual host",
		"Directive inside a virtual host",
		tail(apachePath, "<VirtualHost *:443>\n    CSP On\n</VirtualHost>\n"),
	},

	// HAProxy.
	{"haproxy no final newline", "Missing newline at the end", tail(haproxyPath, "    mode http")},
	{"haproxy section", "Unknown section", swap(haproxyPath, "listen ap1\n", "listn ap1\n")},
	{"haproxy before a section", "Directive outside a section", swap(haproxyPath, "\nglobal\n", "\n")},
	{"haproxy quote", "Unclosed quote", swap(haproxyPath, "option tcplog", `option "tcplog`)},
	{"haproxy bind twice", "Duplicate bind", swap(haproxyPath, "bind *:8404", "bind 10.0.1.9:1972")},
	{"haproxy name twice", "Duplicate proxy name", swap(haproxyPath, "listen _stats", "listen ap1")},
	{"haproxy no name", "Section without a name", swap(haproxyPath, "listen _stats", "listen")},
	{"haproxy no bind", "Section without a bind", swap(haproxyPath, "    bind *:1972\n", "")},
	{
		"haproxy no server",
		"Section without a server",
		swap(
			haproxyPath,
			"    http-request use-service prometheus-exporter if { path /metrics }\n    stats enable\n    stats uri "+
				"/\n",
			"",
		),
	},
	{
		"haproxy unknown backend",
		"Unknown backend",
		swap(haproxyPath, "    stats enable\n", "    stats enable\n    default_backend missing\n"),
	},
	{"haproxy server without port", "Server without a port", swap(haproxyPath, "10.0.100.4:1972", "10.0.100.4")},
	{
		"haproxy server without check",
		"Server without a check",
		swap(haproxyPath, "server webgw2 10.0.100.7:80 check", "server webgw2 10.0.100.7:80"),
	},
	{
		"haproxy server without inherited check",
		"Server without a check",
		swap(haproxyPath, "server ap1b 10.0.100.4:1972", "server ap1b 10.0.100.4:1972 no-check"),
	},
	{"haproxy server name twice", "Duplicate server name", swap(haproxyPath, "server webgw2", "server webgw1")},
	{
		"haproxy server twice",
		"Duplicate server",
		swap(haproxyPath, "server webgw2 10.0.100.7", "server webgw2 10.0.100.6"),
	},
	{
		"haproxy address of another",
		"Address of another service",
		swap(haproxyPath, "server ap1b 10.0.100.4", "server ap1b 10.0.100.5"),
	},
	{
		"haproxy check of the superserver",
		"Health check on the superserver",
		swap(haproxyPath, "check addr 127.0.0.1 port 8405", "check"),
	},
	{
		"haproxy check of nothing",
		"Health check that nothing answers",
		swap(haproxyPath, "bind 127.0.0.1:8405", "bind 127.0.0.1:8406"),
	},
	{
		"haproxy check without path",
		"Health check without a path",
		swap(haproxyPath, "/%[srv_name]/csp", "/x/%[srv_name]/csp"),
	},
	{
		"haproxy check of a disabled path",
		"Health check without a path",
		swap(gatewayPath, "/ap1b=Enabled", "/ap1b=Disabled"),
	},
	{
		"haproxy check of a mirror",
		"Health check of a whole mirror",
		swap(gatewayPath, "Default_Server=ap1b", "Default_Server=ap1"),
	},
	{
		"haproxy check of another",
		"Health check of another instance",
		swap(gatewayPath, "Default_Server=ap1b", "Default_Server=ap1a"),
	},

	// nginx.
	{
		"nginx brace missing",
		"Unclosed block",
		swap(
			nginxPath,
			"    location / {\n        proxy_pass http://webgateways;\n    }\n",
			"    location / {\n        proxy_pass http://webgateways;\n",
		),
	},
	{"nginx brace too many", "Unbalanced brace", tail(nginxPath, "}\n")},
	{"nginx semicolon missing", "Missing semicolon", swap(nginxPath, "server_name _;", "server_name _")},
	{
		"nginx semicolon missing before a brace",
		"Missing semicolon",
		swap(nginxPath, "proxy_pass http://webgateways;", "proxy_pass http://webgateways"),
	},
	{"nginx semicolon alone", "Stray semicolon", swap(nginxPath, "server_name _;", "server_name _;;")},
	{"nginx block without name", "Block without a name", swap(nginxPath, "server_name _;", "server_name _;\n    { }")},
	{"nginx quote open", "Unclosed quote", swap(nginxPath, `return 200 "ok\n";`, `return 200 "ok\n;`)},
	{
		"nginx quote inside",
		"Unexpected character after a quote",
		swap(nginxPath, `return 200 "ok\n";`, `return 200 "ok"\n;`),
	},
	{
		"nginx upstream unknown",
		"Unknown upstream",
		swap(nginxPath, "proxy_pass http://webgateways;", "proxy_pass http://webgateway;"),
	},
	{"nginx upstream empty", "Upstream without a server", tail(nginxPath, "upstream spare { keepalive 2; }\n")},
	{"nginx upstream twice", "Duplicate upstream", tail(nginxPath, "upstream webgateways { server 10.0.100.6:80; }\n")},
	{"nginx server twice", "Duplicate server", swap(nginxPath, "server 10.0.100.7:80", "server 10.0.100.6:80")},
	{
		"nginx server twice by default port",
		"Duplicate server",
		swap(nginxPath, "server 10.0.100.7:80", "server 10.0.100.6"),
	},
	{
		"haproxy mirror unbounded",
		"Clients without a bound",
		swap(haproxyPath, "    maxconn 4000\n", ""),
	},
	{"haproxy process full", "Health checks without room", swap(haproxyPath, "    maxconn 4058", "    maxconn 4051")},
	{
		"haproxy second question",
		"Gateway that takes primaries down",
		swap(haproxyPath, "response-timeout 404 500 502 503 504", "response-timeout 404 500 502 504"),
	},
	{
		"nginx takes a gateway",
		"Gateway without room for health checks",
		swap(nginxPath, "10.0.100.7:80 max_conns=120", "10.0.100.7:80 max_conns=150"),
	},
	{
		"nginx gateway unbounded",
		"Gateway without room for health checks",
		swap(nginxPath, "10.0.100.6:80 max_conns=120", "10.0.100.6:80"),
	},
	{
		"nginx keeps connections",
		"Connections that the gateway closes first",
		swap(nginxPath, "keepalive_timeout 3s", "keepalive_timeout 6s"),
	},
	{
		"nginx keeps connections by default",
		"Connections that the gateway closes first",
		swap(nginxPath, "    keepalive_timeout 3s;\n", ""),
	},
	{
		"nginx method after keepalive",
		"Balancing method after keepalive",
		swap(nginxPath, "keepalive 16;", "keepalive 16;\n    ip_hash;"),
	},
	{
		"nginx directive twice",
		"Duplicate directive",
		swap(nginxPath, "    proxy_read_timeout 60s;\n", "    proxy_read_timeout 60s;\n    proxy_read_timeout 90s;\n"),
	},
	{
		"nginx location twice",
		"Duplicate location",
		swap(nginxPath, "location = /nginx-health {", "location / { return 404; }\n    location = /nginx-health {"),
	},
	{
		"nginx listen twice",
		"Duplicate listen",
		swap(nginxPath, "listen 80 default_server;", "listen 80 default_server;\n    listen 80;"),
	},

	// Merge files.
	{"merge section", "Unknown section", swap(mergePath, "[config]", "[configs]")},
	{"merge heading", "Malformed section heading", swap(mergePath, "[config]", "[config")},
	{"merge parameter", "Unknown parameter", swap(mergePath, "gmheap=", "gmheep=")},
	{"merge parameter without value", "Malformed setting", swap(mergePath, "gmheap=512000", "gmheap")},
	{"merge before a section", "Setting outside a section", swap(mergePath, "[config]\n", "")},
	{"merge action", "Unknown action", swap(mergePath, "ModifyService:", "ModfyService:")},
	{
		"merge action without colon",
		"Malformed action",
		swap(mergePath, "ModifyService:Name=%Service_ECP,Enabled=1", "ModifyService"),
	},
	{"merge argument", "Unknown argument", swap(mergePath, "MirrorAddress=", "MirrorAdress=")},
	{
		"merge argument twice",
		"Duplicate argument",
		swap(mergePath, "SystemName=AP1B", "SystemName=AP1B,SystemName=AP1B"),
	},
	{"merge argument missing", "Missing argument", swap(mergePath, "Member=backup,", "")},
	{
		"merge argument malformed",
		"Malformed argument",
		swap(mergePath, `Description="MIRRORDB database"`, `Description=MIRRORDB,database`),
	},
	{
		"merge quote",
		"Unclosed quote",
		swap(mergePath, `Description="MIRRORDB database"`, `Description="MIRRORDB database`),
	},
	{"merge comment in a value", "Comment inside a value", swap(mergePath, "SystemName=AP1B", "SystemName=AP1#B")},
	{"merge comment open", "Unclosed comment", tail(mergePath, "/* to be continued\n")},
	{
		"merge superserver port",
		"Superserver on another port",
		tail(mergePath, "[Startup]\nDefaultPort=1972\nDefaultPort=51773\n"),
	},
	{"merge second mirror", "Second mirror", tail(mergePath, "ConfigMirror:Name=AP2,Member=backup,Primary=10.0.1.3\n")},
	{"merge role", "Unknown mirror role", swap(mergePath, "Member=backup", "Member=standby")},
	{"merge set name", "Invalid mirror set name", swap(mergePath, "ConfigMirror:Name=AP1,", "ConfigMirror:Name=AP-1,")},
	{
		"merge address of another",
		"Address of another service",
		swap(mergePath, "AgentAddress=10.0.1.4", "AgentAddress=10.0.1.5"),
	},
	{
		"merge virtual address",
		"Virtual address in a container",
		swap(mergePath, "SystemName=AP1B", "VirtualAddress=10.0.1.4"),
	},
	{"merge backup founds", "Primary at the wrong place", swap(mergePath, "Primary=10.0.1.3", "Primary=localhost")},
	{
		"merge primary joins",
		"Primary at the wrong place",
		swap("iris/merge/ap1a.cpf", "Primary=localhost", "Primary=10.0.1.4"),
	},
	{"merge namespace without database", "Unknown database", swap(mergePath, "Globals=MIRRORDB", "Globals=MIRORDB")},
	{
		"merge database without resource",
		"Unknown resource",
		swap(mergePath, "ResourceName=%DB_MIRRORDB", "ResourceName=%DB_MIRROR"),
	},
	{"merge database on unknown server", "Unknown ECP server", swap(ecpPath, "Server=AP1", "Server=AP2")},
	{
		"merge application for anybody",
		"Application without authentication",
		tail(mergePath, "CreateApplication:Name=/csp/open,NameSpace=MIRRORNS\n"),
	},

	// Classes and Markdown.
	{
		"class name",
		"Class with another name than its file",
		swap(classPath, "Class MirrorLab.REST ", "Class MirrorLab.Rest "),
	},
	{"class missing", "Missing class", swap(classPath, "Class MirrorLab.REST Extends %CSP.REST", "Extends %CSP.REST")},
	{"class brace missing", "Unclosed block", swap(classPath, "    quit $$$OK\n}\n", "    quit $$$OK\n")},
	{"class brace too many", "Unbalanced brace", tail(classPath, "}\n")},
	{"class string", "Unclosed string", swap(classPath, `"OK"`, `"OK`)},
	{"markdown table", "Uneven table", swap("README.md", "| ap1b | backup |", "| ap1b | backup | second |")},
	{"markdown fence", "Unclosed code block", swap("README.md", "./start.sh\n```", "./start.sh\n")},
}
