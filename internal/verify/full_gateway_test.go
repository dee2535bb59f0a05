package verify

// Gateways and balancers.
var gatewayCases = []brokenLab{
	{
		"gateway mirror server",
		"Mirror-aware server of another mirror",
		swap(gatewayPath, "[ap2]\nIp_Address=10.0.100.6", "[ap2]\nIp_Address=10.0.100.3"),
	},
	{
		"gateway path elsewhere",
		"Path that leads elsewhere",
		swap(gatewayPath, "Default_Server=ap2r", "Default_Server=ap2b"),
	},
	{
		"gateway alternative",
		"Default server that is no alternative",
		swap(gatewayPath, "Alternative_Server_0=1~~~~~~ap2r", "Alternative_Server_0=1~~~~~~ap2b"),
	},
	{"gateway default path", "Default path left open", swap(gatewayPath, "/csp=Disabled\n", "")},
	{
		"gateway management",
		"Management pages open to everybody",
		swap(gatewayPath, "System_Manager=127.0.0.1,", "System_Manager=*.*.*.*,"),
	},
	{
		"nginx management",
		"Management pages open through nginx",
		swap(fullNginxPath, "location ~* /csp/bin/", "location ~* /csp/bim/"),
	},
	{"nginx log", "Unknown device", swap(fullNginxPath, "access_log /dev/stdout", "access_log /dev/out")},
	{"nginx log format", "Unknown log format", swap(fullNginxPath, "/dev/stdout lab;", "/dev/stdout main;")},
	{
		"haproxy server of another mirror",
		"Server of another mirror",
		swap(haproxyPath, "server ap2b 10.0.100.7:1972", "server ap1b 10.0.100.4:1972"),
	},
	{
		"haproxy reporting member",
		"Server that never becomes primary",
		swap(haproxyPath, "server ap2b 10.0.100.7:1972", "server ap2r 10.0.100.8:1972"),
	},
	{
		"haproxy server missing",
		"Missing server",
		swap(haproxyPath, "    server ap1d 10.0.100.5:1972 # drasync at first start\n", ""),
	},
	{
		"haproxy section name",
		"Section with another name than its mirror",
		swap(haproxyPath, "listen ap2", "listen AP2"),
	},
	{
		"haproxy server name",
		"Server with another name than its service",
		swap(haproxyPath, "server webgw1 10.0.100.10", "server gateway 10.0.100.10"),
	},
	{
		"haproxy health path of another",
		"Health check of another instance",
		swap(
			haproxyPath,
			"    bind *:11972\n    balance first\n    option httpchk\n    http-check send meth GET uri-lf /%[srv_name]",
			"    bind *:11972\n    balance first\n    option httpchk\n    http-check send meth GET uri-lf /ap1a",
		),
	},
	{
		"haproxy health path in the option",
		"Health check of another instance",
		swap(
			haproxyPath,
			"    bind *:11972\n    balance first\n    option httpchk\n"+
				"    http-check send meth GET uri-lf /%[srv_name]/csp/mirror_status.cxw ver HTTP/1.1 hdr Host sql\n",
			"    bind *:11972\n    balance first\n    option httpchk GET /ap1a/csp/mirror_status.cxw\n",
		),
	},
	{
		"haproxy tcp check",
		"Balancer that does not know the primary",
		swap(
			haproxyPath,
			"    bind *:11972\n    balance first\n    option httpchk\n",
			"    bind *:11972\n    balance first\n",
		),
	},
	{
		"haproxy sessions",
		"Sessions that outlive a failover",
		swap(haproxyPath, " on-marked-down shutdown-sessions\n    server ap2a", "\n    server ap2a"),
	},
}

// Spellings.
var spellingCases = []brokenLab{
	{"spelling page", "Misspelt name", swap(haproxyPath,
		"    bind *:11972\n    balance first\n    option httpchk\n    http-check send meth GET uri-lf "+
			"/%[srv_name]/csp/mirror_status.cxw",
		"    bind *:11972\n    balance first\n    option httpchk\n    http-check send meth GET uri-lf "+
			"/%[srv_name]/csp/mirror_statu.cxw")},
	{"spelling path of a page", "Misspelt name", swap(haproxyPath,
		"    bind *:11972\n    balance first\n    option httpchk\n    http-check send meth GET uri-lf "+
			"/%[srv_name]/csp/mirror_status.cxw",
		"    bind *:11972\n    balance first\n    option httpchk\n    http-check send meth GET uri-lf "+
			"/%[srv_name]/cps/mirror_status.cxw")},
	{"spelling variable", "Misspelt name", swap(composeFile, "ISC_CPF_MERGE_FILE: /lab/merge.cpf",
		"ISC_CPF_MERGEFILE: /lab/merge.cpf")},
	{"spelling argument", "Misspelt name", swap(composeFile, "    - --after\n", "    - --aftr\n")},
	{"spelling method", "Misspelt name", swap("iris/after-start.sh", "##class(SYS.Mirror).JoinMirrorAsAsyncMember(",
		"##class(SYS.Mirror).JoinMirrorAsAsyncMembr(")},
}
