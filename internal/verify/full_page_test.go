package verify

// Scripts.
var scriptCases = []brokenLab{
	{"script table", "Uneven table", swap(startPath, "  journal 10.0.1.0/24", "  journal")},
	{
		"script service",
		"Unknown service",
		swap(statusPath, "  app1 'application server'", "  app2 'application server'"),
	},
	{
		"script service of another kind",
		"Service of another kind",
		swap(statusPath, "  app1 'application server'", "  web 'application server'"),
	},
	{"script row twice", "Duplicate row", swap(statusPath, "  ap2r ap2 rorasync", "  ap2b ap2 backup")},
	{"script row missing", "Missing row", swap(statusPath, "  ap2r ap2 rorasync\n", "")},
	{"script role", "Table that disagrees", swap(statusPath, "  ap2r ap2 rorasync", "  ap2r ap2 rwrasync")},
	{"script mirror", "Table that disagrees", swap(statusPath, "  ap2r ap2 rorasync", "  ap2r ap1 rorasync")},
	{"script mirror unknown", "Unknown mirror", swap(statusPath, "  ap2r ap2 rorasync", "  ap2r ap3 rorasync")},
	{"script network", "Unknown network", swap(startPath, "  journal 10.0.1.0/24", "  journals 10.0.1.0/24")},
	{"script subnet", "Table that disagrees", swap(startPath, "  journal 10.0.1.0/24", "  journal 10.0.2.0/24")},
	{"script port", "Table that disagrees", swap(drillPath, "  webgw1 8080 30", "  webgw1 8088 30")},
	{"script gateways", "Table that disagrees", swap(drillPath, "  web 80 1", "  web 80 2")},
	{
		"script page",
		"Page that nobody serves",
		swap(statusPath, "  web nginx 80 /nginx-health", "  web nginx 80 /health"),
	},
	{"script mirror port", "Port of another mirror", swap(drillPath, "  ap2 sql 11972", "  ap2 sql 1972")},
	{"script namespace", "Unknown namespace", swap(startPath, "  sql 11972 MIRRORNS", "  sql 11972 USER")},
	{"script durable", "Table that disagrees", swap("stop.sh", "  ap2 true", "  ap2 false")},
	{"script arbiter", "Table that disagrees", swap(drillPath, "  ap2 arbiter ap2b", "  ap2 web ap2b")},
	{"script backup", "Table that disagrees", swap(drillPath, "  ap2 arbiter ap2b", "  ap2 arbiter ap2r")},
	{"script async", "Table that disagrees", swap(drillPath, "  ap1 arbiter ap1b ap1d", "  ap1 arbiter ap1b ''")},
	{"script application", "Table that disagrees", swap(drillPath, "/ap2/csp/mirrorns/get", "/ap2/csp/user/get")},
	{"script failover member", "Table that disagrees", swap(drillPath, "  ap2r ap2 false", "  ap2r ap2 true")},
	{
		"script profile",
		"Scripts that disagree",
		swap(
			statusPath,
			"        webgw1\n        web\n        sql\n      )\n      ;;\n    *)",
			"        webgw1\n        sql\n      )\n      ;;\n    *)",
		),
	},
	{
		"script publish address",
		"Address that nothing is published on",
		swap(startPath, "publish_address=127.0.0.1", "publish_address=10.1.2.3"),
	},
	{"script instance", "Unknown instance", swap("stop.sh", "iris_service=ap1a", "iris_service=web")},
	{
		"script licence key",
		"Licence key that nothing mounts",
		swap(startPath, "license_key=iris.key", "license_key=licence.key"),
	},
}

// Pages.
var pageCases = []brokenLab{
	{"page service", "Unknown service", swap(pagePath, "| `app1` | 10.0.1.9 |", "| `app2` | 10.0.1.9 |")},
	{"page address", "Page that disagrees", swap(pagePath, "| `app1` | 10.0.1.9 |", "| `app1` | 10.0.1.99 |")},
	{
		"page network",
		"Page that disagrees",
		swap(pagePath, "| Service | journal (10.0.1.0/24)", "| Service | journals (10.0.1.0/24)"),
	},
	{"page gateway", "Page that disagrees", swap(pagePath, "| Docker | 10.0.1.1 |", "| Docker | 10.0.1.2 |")},
	{"page image", "Page that disagrees", swap(pagePath, "`haproxy:3.2`", "`haproxy:3.0`")},
	{"page ports", "Page that disagrees", swap(pagePath, "| 8404:8404, 1972:1972", "| 8404:8404, 1973:1972")},
	{
		"page mirror of a service",
		"Page that disagrees",
		swap(pagePath, "read-only reporting async of mirror ap2", "read-only reporting async of mirror ap1"),
	},
	{
		"page row twice",
		"Duplicate row",
		swap(pagePath, "| `app1` | 10.0.1.9 | 10.0.100.9 |", "| `ap1a` | 10.0.1.3 | 10.0.100.3 |"),
	},
	{"page set", "Page that disagrees", swap(pagePath, "| `ap2` | `AP2` |", "| `ap2` | `AP1` |")},
	{"page mirror", "Unknown mirror", swap(pagePath, "| `ap2` | `AP2` |", "| `ap3` | `AP2` |")},
	{"page members", "Page that disagrees", swap(pagePath, "ap2r (AP2R)", "ap2r (AP2X)")},
	{
		"page arbiter",
		"Page that disagrees",
		swap(pagePath, "ap2r (AP2R) | MIRRORDB (MIRRORNS) | arbiter", "ap2r (AP2R) | MIRRORDB (MIRRORNS) | web"),
	},
	{"page port of a service that moved", "Port that nothing publishes", swap(composeFile, "8080:80", "8089:80")},
	{
		"page port",
		"Port that nothing publishes",
		swap(
			endpointsPath,
			"[8080](http://localhost:8080/ap2r/api/mgmnt/)",
			"[8088](http://localhost:8088/ap2r/api/mgmnt/)",
		),
	},
	{
		"page port of another",
		"Port of another service",
		swap(
			endpointsPath,
			"[8080](http://localhost:8080/ap2r/api/mgmnt/)",
			"[8404](http://localhost:8404/ap2r/api/mgmnt/)",
		),
	},
	{
		"page path",
		"Page that nobody serves",
		swap(
			endpointsPath,
			"`/ap2r/api/mgmnt/` | [8080](http://localhost:8080/ap2r/api/mgmnt/)",
			"`/ap2x/api/mgmnt/` | [8080](http://localhost:8080/ap2x/api/mgmnt/)",
		),
	},
	{
		"page of an instance",
		"Page that nobody serves",
		swap(
			endpointsPath,
			"`/ap2r/api/mgmnt/` | [8080](http://localhost:8080/ap2r/api/mgmnt/)",
			"`/ap2r/api/mgmt/` | [8080](http://localhost:8080/ap2r/api/mgmt/)",
		),
	},
	{
		"page path of another row",
		"Page that disagrees",
		swap(endpointsPath, "| `/ap2r/api/mgmnt/` |", "| `/ap2b/api/mgmnt/` |"),
	},
	{
		"page text of a link",
		"Page that disagrees",
		swap(
			endpointsPath,
			"[8080](http://localhost:8080/ap2r/api/mgmnt/)",
			"[8081](http://localhost:8080/ap2r/api/mgmnt/)",
		),
	},
	{
		"page column",
		"Unknown service",
		swap(
			endpointsPath,
			"| Path | `webgw1` | Answers | At first start |",
			"| Path | `webgw` | Answers | At first start |",
		),
	},
	{
		"page of haproxy",
		"Page that nobody serves",
		swap(endpointsPath, "<http://localhost:8404/metrics>", "<http://localhost:8404/metric>"),
	},
	{
		"page answers",
		"Page that disagrees",
		swap(
			endpointsPath,
			"[8080](http://localhost:8080/ap2r/api/mgmnt/) | ap2r",
			"[8080](http://localhost:8080/ap2r/api/mgmnt/) | ap2b",
		),
	},
	{
		"page portal",
		"Portal through a mirror-aware server",
		swap(endpointsPath, "the primary of mirror ap2; **unfit**:", "the primary of mirror ap2; unfit:"),
	},
	{
		"page health",
		"Health check of a whole mirror",
		swap(
			endpointsPath,
			"`/ap2r/csp/mirror_status.cxw` | [8080](http://localhost:8080/ap2r/csp/mirror_status.cxw) | ap2r",
			"`/ap2/csp/mirror_status.cxw` | [8080](http://localhost:8080/ap2/csp/mirror_status.cxw) | ap2",
		),
	},
	{
		"page front service",
		"Unknown service",
		swap(pagePath, "| demo application | `web` |", "| demo application | `webs` |"),
	},
	{
		"page front port",
		"Port of another service",
		swap(pagePath, "| demo application | `web` |", "| demo application | `webgw1` |"),
	},
	{
		"page front gateway",
		"Page that disagrees",
		swap(pagePath, "Module.cxw> | webgw1 |", "Module.cxw> | web |"),
	},
	{
		"page front answers",
		"Page that disagrees",
		swap(pagePath, "mirrorns/get> | the primary of mirror ap1 |", "mirrorns/get> | the primary of mirror ap2 |"),
	},
	{
		"page front sql",
		"Port of another service",
		swap(pagePath, "| SQL | `sql` |", "| SQL | `web` |"),
	},
	{
		"page front jdbc",
		"Page that disagrees",
		swap(pagePath, "MIRRORNS` | the primary of mirror ap1 |", "MIRRORNS` | the primary of mirror ap2 |"),
	},
	{
		"page link",
		"Link to nothing",
		swap(pagePath, "[every endpoint](ENDPOINTS.md)", "[every endpoint](ENDPOINT.md)"),
	},
	{
		"page link in a table",
		"Link to nothing",
		swap(pagePath, "see [drills](DRILLS.md) |", "see [drills](DRILL.md) |"),
	},
	{
		"page link to a heading",
		"Link to nothing",
		swap(pagePath, "[images](#containers)", "[images](#container)"),
	},
	{
		"page link to a heading of another page",
		"Link to nothing",
		swap(pagePath, "[every endpoint](ENDPOINTS.md)", "[every endpoint](ENDPOINTS.md#mysql)"),
	},
	{"page back", "Page that disagrees", swap(endpointsPath, "`ap2b:1972` (10.0.100.7)", "`ap2b:1972` (10.0.100.6)")},
	{"page front", "Port of another mirror", swap(endpointsPath, "`localhost:11972`", "`localhost:1972`")},
	{"page balancer", "Unknown service", swap(endpointsPath, "| `ap2` | `sql` |", "| `ap2` | `web` |")},
	{
		"page jdbc port",
		"Port that nothing publishes",
		swap(
			endpointsPath,
			"jdbc:IRIS://localhost:11972/MIRRORNS` | the",
			"jdbc:IRIS://localhost:11973/MIRRORNS` | the",
		),
	},
	{
		"page jdbc mirror",
		"Page that disagrees",
		swap(
			endpointsPath,
			"jdbc:IRIS://localhost:11972/MIRRORNS` | the primary of mirror ap2",
			"jdbc:IRIS://localhost:11972/MIRRORNS` | the primary of mirror ap1",
		),
	},
	{
		"page jdbc namespace",
		"Page that disagrees",
		swap(endpointsPath, "jdbc:IRIS://localhost:11972/MIRRORNS` | the", "jdbc:IRIS://localhost:11972/USER` | the"),
	},
	{"page log", "Page that disagrees", swap(endpointsPath, "`Server ap1/ap1a is UP", "`Server ap1/ap1c is UP")},
	{
		"page status",
		"Page that disagrees",
		swap(drillsPath, "| any | ap2 | AP2:AP2B | Failover |", "| any | ap2 | AP2:AP2B | Primary |"),
	},
	{"page status mirror", "Unknown mirror", swap(drillsPath, "| any | ap2 | AP2:AP2B |", "| any | ap3 | AP2:AP2B |")},
	{"page client", "Page that disagrees", swap(pagePath, "| `app1` | mirror `ap1` |", "| `app1` | mirror `ap2` |")},
	{
		"page client unknown",
		"Unknown service",
		swap(pagePath, "| `app1` | mirror `ap1` |", "| `app2` | mirror `ap1` |"),
	},
	{
		"page profile",
		"Page that disagrees",
		swap(pagePath, "arbiter, ap1a, ap1b, webgw1, web, sql", "arbiter, ap1a, webgw1, web, sql"),
	},
	{"page table unknown", "Unknown table", swap(pagePath, "<!-- table: mirrors -->", "<!-- table: mirror -->")},
	{
		"page table elsewhere",
		"Marker of another table",
		swap(pagePath, "<!-- table: mirrors -->\n", "<!-- table: mirrors -->\n\n"),
	},
	{
		"page table of another",
		"Marker of another table",
		swap(
			endpointsPath,
			"<!-- table: sql -->\n| JDBC URL | Answers | A query that answers |\n|:--|:--|:--|\n",
			"<!-- table: listeners -->\n| JDBC URL | Answers | A query that answers |\n|:--|:--|:--|\n",
		),
	},
	{
		"page command",
		"Unknown service",
		swap(pagePath, "docker compose logs ap1a | grep 'LMF", "docker compose logs ap1 | grep 'LMF"),
	},
	{
		"page command of another",
		"Command for another service",
		swap(drillsPath, "$ docker compose restart webgw1", "$ docker compose exec webgw1 iris list"),
	},
}
