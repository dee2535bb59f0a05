package rehearse

// Modelled is what the stand-ins do as the vendor's programs do it, a sentence or two
// each, in Markdown.
var Modelled = []string{
	"**Mirror**: primary, backup, DR and reporting asyncs; agent and arbiter controlled mode; every row of \"Mirror " +
		"Responses to Lost Connections\" (High Availability Guide); a planned stop hands over at once; trouble, " +
		"waiting, return as backup; promotion with and without a partner, demotion, `ValidatedMember`; a member with " +
		"journal data that the mirror does not know is refused. A write is accepted by the primary alone, and " +
		"with an active backup only when that has acknowledged it.",
	"**IRIS**: `iris-main` with its key, hooks and merge files; `iris.cpf`, kept with the instance; " +
		"`ISC_DATA_DIRECTORY` and its owner; the commands qlist, list, start, stop, restart, force and session; the " +
		"classes and methods that the lab's scripts and README use; accounts, web applications, databases and " +
		"namespaces as far as the lab makes them; ECP, which follows the primary; the web server of releases up to " +
		"2023.1.",
	"**Web Gateway**: the longest path wins; mirror-aware servers learn the members and follow the primary; a server " +
		"that is down makes a request wait until `Server_Response_Timeout`; `System_Manager`; a wrong password is " +
		"refused.",
	"**TLS**: real handshakes with the lab's own certificates, of members with each other, of application servers, " +
		"gateways and clients with superservers: who has signed, how long it is valid and what for; the primary lets " +
		"a member in by the name that it has authorized, a data server an application server. `--password-file`.",
	"**Grafana**: data sources and dashboards from its provisioning, and queries through them. It draws nothing.",
	"**Metrics**: those of `/api/monitor/metrics` that alerts and dashboards ask for.",
}

// NotModelled is what a rehearsal says nothing about, a sentence each, in Markdown.
var NotModelled = []string{
	"ObjectScript beyond the statements that the lab's scripts send, SQL, globals and their contents, transactions, " +
		"locks.",
	"Journal files and their recovery: a journal is a number here, and a backup that takes over from a lost " +
		"primary takes ten seconds.",
	"Cipher lists, limits of protocols, revoked certificates and keys other than RSA; virtual addresses, " +
		"`^ZMIRROR`, the ISCAgent's own settings, an instance that hangs.",
	"`ConfigMirror` with `Member=auto`, `[Startup] Mirror*`, the actions `Execute` and `Modify*` other than " +
		"`ModifyService` and `ModifyServer`, the watch over a changed merge file.",
	"ECP beyond reaching the primary.",
	"`Alternative_Servers`, the gateway's management pages beyond who may see them, `CSP.conf` beyond its presence, " +
		"the pages of the portal.",
	"Licences: any key that is not empty will do. Memory, CPU and speed.",
}
