// Package rules holds what must be true of a lab, of the facts that were read from its
// files. A rule is a function and a row of the table; docs/verify.md is printed from it.
package rules

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/verify/facts"
)

// Rule is one thing that must be true of a lab.
type Rule struct {
	Name string
	// ByHand is set for a rule that what mirrorgen writes cannot break: only a lab that was
	// written by hand is held to it.
	ByHand bool
	check  func(*checker)
	// Doc says in one or two sentences what must be true.
	Doc string
}

// All lists the rules. They are independent of each other and of their order.
func All() []Rule { return table }

// Run reports what the facts of a lab break, as diagnostics that name the rule. Nearly all
// rules refer to the compose file, so none runs where there is no readable one.
func Run(f *facts.Facts) {
	if f.Compose == nil {
		return
	}
	c := &checker{Facts: f}
	for _, rule := range All() {
		if rule.ByHand && f.Generated || !rule.concerns(f) {
			continue
		}
		f.Rule = rule.Name
		rule.check(c)
	}
	if f.Generated {
		return
	}
	for _, d := range f.Diagnostics {
		if slices.Contains(advice, d.Summary) {
			d.Severity = hcl.DiagWarning
		}
	}
}

// concerns reports whether a rule is about the packaging that a lab has.
func (r Rule) concerns(f *facts.Facts) bool {
	if f.Cluster == nil {
		return !strings.HasPrefix(r.Name, manifestRules)
	}
	return !slices.Contains(composeAlone, r.Name)
}

// manifestRules is how the names of rules begin that are about manifests of Kubernetes alone.
const manifestRules = "manifest-"

// composeAlone are the rules about what Docker Compose alone has.
var composeAlone = []string{
	"addresses", "compose-resources", "container-names", "dependencies", "health-times", "host-ports", "member-order",
	"subnets",
}

// advice are the findings that are warnings of a lab that was written by hand: it works as it
// is, and an expert would change it. Of what mirrorgen writes every finding is an error.
var advice = []string{
	"Application without authentication",
	"Comment in CSP.ini",
	"Cookie in TCP mode",
	"Created twice",
	"Data server without room for a failover",
	"Default server that is no alternative",
	"Default server without a section",
	"Dynamic address beside fixed ones",
	"External check that may not start",
	"File that was not read",
	"Health check that takes minutes",
	"Host that may not be there yet",
	"Host name of another service",
	"Instance that does not wait for its mirror",
	"Killed before it has shut down",
	"Licence key where none is needed",
	"Management pages open through nginx",
	"Management pages open to everybody",
	"Mirror that is only declared",
	"Mirror without a mirror-aware server",
	"Mirror-aware server of a reporting member",
	"Mount of the whole lab",
	"Password that could be committed",
	"Path without a section",
	"Private key that could be committed",
	"Public subnet",
	"Response timeout too short",
	"Script that forgets a service",
	"Secret not ignored",
	"Server behind the image's own",
	"Server that never becomes primary",
	"Server without a check",
	"Sessions that outlive a failover",
	"System name in lower case",
	"Timeouts that do not nest",
	"Two databases in one directory",
	"Two mirror sets of one name",
	"Unknown argument",
	"Variable without a value",
	"Virtual address in a container",
	"Web server that the image does not have",
}

var table = []Rule{
	{"subnets", false, checkSubnets,
		"Every subnet is well-formed, holds its gateway, and overlaps no other."},
	{"addresses", false, checkAddresses,
		"Every fixed address lies on its network, is free for a container, and is given once."},
	{"host-ports", false, checkHostPorts,
		"No host port is published twice on one interface, across all services."},
	{"container-ports", false, checkContainerPorts,
		"What an nginx or haproxy service publishes is a port that its configuration listens on. Other images " +
			"may listen on more ports."},
	{"mounts", false, checkMounts,
		"Every bind mount of the lab's own files has an artifact as its source, read-only, and no two mounts " +
			"share a target. What a link leads to outside the lab's directory is not read."},
	{"compose-resources", false, checkResources,
		"The volumes, secrets and configs that a service takes by name are declared at the top level of the " +
			"compose file."},
	{"unmounted-files", false, checkUnmounted,
		"A configuration that is written for a service is mounted by one."},
	{"container-names", false, checkNames,
		"Names by which containers find each other are given once."},
	{"dependencies", false, checkDependencies,
		"Services wait for services that exist, for the health of those that have a health check, and never " +
			"in a circle."},
	{"ignored-files", false, checkIgnored,
		"What a lab's directory holds besides generated files stays out of version control."},
	{"references", false, checkReferences,
		"It belongs to a service, that service listens there, and whoever reads the artifact is on the same " +
			"network."},
	{"gateway-indexes", false, checkGatewayIndexes,
		"The indexes of servers and of paths list just the sections that there are."},
	{"gateway-paths", false, checkGatewayPaths,
		"Every enabled path goes to servers that exist and are enabled, and the default server is one of its " +
			"alternatives."},
	{"gateway-servers", false, checkGatewayServers,
		"A server that is named after a service has its address and is not mirror-aware; every server has " +
			"what the gateway needs; keys are spelt as documented. In a lab written by hand, names are labels: " +
			"a server with the name of a mirror and the address of a member follows the primary unless another " +
			"one does, and one that does has no reporting member's address, where merge files state the roles."},
	{"gateway-path-names", false, checkPathNames,
		"A path that has the name of a service or a mirror goes to the server of that name, and the servers " +
			"that a path lists begin with its own."},
	{"management-pages", false, checkManagementPages,
		"A gateway's management pages are not open to everybody."},
	{"management-through-nginx", false, checkManagementClosed,
		"Nginx does not pass on requests for the gateways' management pages, because all of them would come " +
			"from inside."},
	{"gateway-accounts", false, checkAccounts,
		"The gateways log in as the product's default account, or as one whose password the instances are " +
			"given."},
	{"response-timeouts", false, checkResponseTimeouts,
		"A gateway waits at least as long as the product lets it."},
	{"haproxy-binds", false, checkBinds,
		"No two binds of a file share an address and port. HAProxy would start, and spread the connections " +
			"over both sections."},
	{"haproxy-sections", false, checkSections,
		"Proxies have names of their own, listen somewhere, and have something to answer with."},
	{"haproxy-servers", false, checkServers,
		"Every server has a port, a health check, and a name and address that it shares with no other server " +
			"of its section; one that has the name of a service has its address."},
	{"haproxy-checks", false, checkHealthChecks,
		"An HTTP health check asks a web server, and one that goes to HAProxy itself finds a section there."},
	{"haproxy-check-paths", false, checkHealthPaths,
		"Where health checks ask the web gateways about one instance, every gateway that is asked has a path " +
			"for it which goes to just that instance. Such a check names the server in its path, or connects to " +
			"another address than the server's. No check of an instance connects to another one."},
	{"haproxy-clients", false, checkClients,
		"Who connects inside the container comes from 127.0.0.1, whatever address of the loopback interface is asked."},
	{"haproxy-mirrors", false, checkMirrorSections,
		"A section that serves members serves those of one mirror, just those that may become primary, and " +
			"cuts the sessions of one that is not. In a lab written by hand it has to ask several members whose " +
			"merge files state their roles for mirror_status.cxw: then it lists both failover members, and no " +
			"reporting one."},
	{"haproxy-failover", false, checkFailoverSections,
		"A section with several members of a mirror finds the primary by a check, sends clients to one server " +
			"only, and cuts old sessions."},
	{"haproxy-timeouts", false, checkBalancerTimeouts,
		"HAProxy's timeouts nest in each other and in those of the gateways that it asks, and what dead " +
			"members can hold on a gateway is bounded."},
	{"haproxy-bounds", false, checkConnectionBounds,
		"Health checks that go through HAProxy itself find room there, whatever clients do, and no gateway that " +
			"answers errors is believed alone."},
	{"nginx-upstreams", false, checkUpstreams,
		"An upstream has servers, each once, and chooses its balancing method before it says keepalive."},
	{"nginx-upstream-names", false, checkUpstreamNames,
		"Proxy_pass names an upstream of the configuration, an address, or a host with a domain."},
	{"nginx-single-directives", false, checkSingleDirectives,
		"What nginx takes once in a block stands there once, which raw text of the topology can break."},
	{"nginx-locations", false, checkLocations,
		"No location stands twice in a server block, and no server block listens on one address twice."},
	{"nginx-logs", false, checkLogs,
		"Logs go to a file, or to a device that a container has, in a format that is declared."},
	{"nginx-timeouts", false, checkProxyTimeouts,
		"Nginx waits longer for a gateway than the gateway for IRIS, so that the client sees the gateway's " +
			"error; and it gives up connecting long before."},
	{"nginx-bounds", false, checkGatewayBounds,
		"Nginx leaves workers of a gateway to the health checks that go through it, and closes idle connections " +
			"to it before the gateway does."},
	{"mirror-actions", false, checkMirrorActions,
		"A member declares its mirror once, with its own addresses, in a role that exists, and founds it only " +
			"as its primary."},
	{"mirror-members", false, checkMirrors,
		"What the merge files of a mirror's members say agrees: the set, its primary, its arbiter and its " +
			"databases; and no two members read one file that makes each of them the primary, or the backup."},
	{"databases", false, checkDatabases,
		"What a database or namespace refers to is made in the same file, or comes with the product, and no two " +
			"databases lie in one directory."},
	{"superserver-port", false, checkSuperserver,
		"The superserver listens where gateways, load balancers and application servers look for it. Of a key " +
			"that is given twice the last counts."},
	{"web-applications", false, checkMergeApplications,
		"A web application says how its users sign on, because without that anybody may use it."},
	{"created-once", false, checkCreatedOnce,
		"A merge file creates a thing once: IRIS skips the second Create of what exists already."},
	{"ecp", false, checkECP,
		"An application server connects to a failover member of the mirror whose databases it uses, as to a " +
			"mirror, and that member has them and admits it."},
	{"alike-members", false, checkAlike,
		"Members that can become primary have the same memory and admit the same number of application " +
			"servers."},
	{"instances-table", false, checkRoster,
		"The table of instances lists just the instances of the compose file, each with its own addresses, in " +
			"a role that its mirror has room for, and the demo table goes into a namespace of the mirror."},
	{"instances-and-merges", false, checkRosterMerges,
		"The table of instances and the merge files say the same of each member."},
	{"spellings", false, checkSpellings,
		"What IRIS and the Web Gateway expect by a fixed name is spelt so: pages, environment variables, " +
			"arguments of iris-main, methods. A name that is like none of them may be the user's own."},
	{"container-files", false, checkContainerFiles,
		"A file that a command, a variable, a health check or a gateway's password names is mounted."},
	{"start-arguments", false, checkStart,
		"An instance of a generated lab is started with its key and its hooks."},
	{"hook-files", false, checkHookFiles,
		"What a script of the containers names in /lab is mounted wherever the script is."},
	{"configuration-targets", false, checkConfigurationTargets,
		"A balancer's configuration is mounted where its image or its command reads it, or included from there, and " +
			"it runs the program of its image; a variable names that of a gateway or an instance."},
	{"tls", false, checkTLS,
		"Who is told to use a certificate has one of its own, both ends of a connection use TLS, and a member lets " +
			"in just the others of its mirror."},
	{"password-file", false, checkPasswordFile,
		"A lab whose password is in a file of its own has it in no other."},
	{"license-key", false, checkLicense,
		"Nothing but an IRIS has the licence key."},
	{"host-names", false, checkHostNames,
		"A service's host name is its own; an instance finds its line in the table of instances by it."},
	{"data-directories", false, checkData,
		"No two instances share a directory that they write to, and the members of a mirror keep the same " +
			"directories."},
	{"member-order", false, checkMemberOrder,
		"A member starts when its primary is up (ACMF: the primary must be running before others are added), " +
			"and waits for nobody outside its mirror."},
	{"health-checks", false, checkHealthPorts,
		"A health check connects to a port that the service listens on, asks nginx for a location that it has, and " +
			"HAProxy for the page that says that it runs."},
	{"health-times", false, checkHealthTimes,
		"Health checks come often enough for those who wait for them, and give an instance the time that its " +
			"first start takes."},
	{"shutdown-times", false, checkShutdown,
		"Docker or Kubernetes waits longer for IRIS than IRIS does for itself, and kills HAProxy only after its own " +
			"limit."},
	{"scrape-targets", false, checkScrapes,
		"Prometheus asks every instance on its own path, the labels of its targets say what they are, it has " +
			"the rules that it is to read, and logs in where HAProxy asks who it is."},
	{"script-tables", false, checkTables,
		"What the scripts say of the lab is what the other artifacts say."},
	{"readme-tables", false, checkPages,
		"What the marked tables of a page say of services, addresses, ports and paths is what the other " +
			"artifacts say, and so do the URLs and commands around them. A page without a marked table is the " +
			"user's own."},
	{"picture-and-lab", false, checkPicture,
		"What the picture of the lab says of services, mirrors, networks, addresses and ports is what the other " +
			"artifacts say, and what it does not fold is all there."},
	{"manifest-files", false, checkManifestFiles,
		"On Kubernetes, the kustomization names every manifest, and makes maps and secrets of files that there are."},
	{"manifest-names", false, checkManifestNames,
		"On Kubernetes, objects of one kind have names of their own, which Kubernetes takes, and kinds and API " +
			"versions that there are; so have the containers of a pod. No pod fetches its images with a secret that " +
			"the kustomization makes."},
	{"manifest-selectors", false, checkManifestSelectors,
		"On Kubernetes, every selector means just the pods that it is for: those of one workload, or the members of " +
			"a mirror."},
	{"manifest-ports", false, checkManifestPorts,
		"On Kubernetes, the ports of Services, containers and policies are those that programs listen on, and who " +
			"goes through a Service finds the port there."},
	{"manifest-admission", false, checkManifestAdmission,
		"On Kubernetes, network policies let in everybody whose configuration names the pod, and the members of a " +
			"mirror each other."},
	{"manifest-volumes", false, checkManifestVolumes,
		"On Kubernetes, every mount is of a volume of the pod, and every volume of a map that is made, or of a claim."},
	{"manifest-probes", false, checkManifestProbes,
		"On Kubernetes, every container says when it is ready, by a port or a script that there is, and no instance " +
			"is killed for being slow."},
	{"manifest-waits", false, checkManifestWaits,
		"On Kubernetes, who waits for a name waits for that of a Service which has an address only while its pod is " +
			"ready."},
	{"manifest-members", false, checkManifestMembers,
		"On Kubernetes, an instance is one pod, which is not replaced together with another of its mirror, is met " +
			"before it is ready, keeps its data in a volume of its own, and waits for who founded its mirror."},
	{"manifest-resources", false, checkManifestResources,
		"On Kubernetes, no container asks for more than its limit allows."},
	{"manifest-operator", false, checkManifestOperator,
		"On Kubernetes, an IrisCluster is a mirror of the lab, whose images, maps and secrets there are, and " +
			"Services, scripts, hooks and the merge file know what InterSystems' operator makes of it by the " +
			"operator's names."},
	{"public-subnets", true, checkPublicSubnets,
		"Subnets are private, and no service takes whatever address is free on a network where others have " +
			"fixed ones."},
	{"secrets", true, checkSecrets,
		"Private keys and passwords do not lie where they are committed."},
	{"environment-file", true, checkEnvironmentFile,
		"Compose runs no commands for the values of .env."},
	{"script-tests", true, checkScriptTests,
		"A comparison without blanks is one word, which is always true."},
	{"script-lines", true, checkScriptLines,
		"A script has the line ends of Unix."},
	{"script-targets", true, checkScriptTargets,
		"A script runs iris where there is one."},
	{"stop-scripts", true, checkStopScripts,
		"A script that stops instances one by one stops all of them."},
	{"missing-web-server", true, checkMissingWebServer,
		"Nothing asks an instance for the web server that its image no longer has."},
	{"web-server-checks", true, checkWebServerChecks,
		"Neither the health check of an instance nor one of its ports is that of a web server that its image no " +
			"longer has."},
	{"mirror-without-table", true, checkForeignMembers,
		"What members of a mirror owe each other where no table of instances says who they are."},
	{"mirror-configuration", true, checkMirrorConfiguration,
		"The configuration of a mirror holds identifiers that IRIS makes when the mirror is made."},
	{"community-members", true, checkCommunity,
		"No member of a mirror, and no application server, runs a Community Edition, which has neither mirroring " +
			"nor ECP."},
	{"external-checks", true, checkExternalChecks,
		"A section of HAProxy that checks by an external command finds it switched on in the global section, and " +
			"the command in its container."},
	{"late-hosts", true, checkLateHosts,
		"nginx and HAProxy look up the hosts of their servers when they start: they wait for those services, or " +
			"look them up later."},
	{"default-servers", true, checkDefaultServers,
		"The server that a gateway takes where nothing else names one exists."},
	{"declared-mirrors", true, checkDeclaredMirrors,
		"A mirror is set up by ConfigMirror: CreateMirror changes the configuration file alone."},
	{"cookies", true, checkCookies,
		"HAProxy sets cookies in HTTP mode only."},
}
