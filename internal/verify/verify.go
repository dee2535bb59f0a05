// Package verify reads the artifacts of a lab back, each with a reader of its
// own format, and checks each and all against each other, before anything is
// written.
//
// The readers fill one [lab] with facts; independent rules then look at it. A
// new rule is a function of its own in a rules_*.go file and a line in rules.
package verify

import (
	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/lab"
	"mirrorgen/schema"
)

// rules are independent of each other and of their order. They run only where
// there is a readable compose file, because nearly all of them refer to it.
var rules = []func(*facts){
	checkSubnets,
	checkAddresses,
	checkHostPorts,
	checkContainerPorts,
	checkMounts,
	checkUnmounted,
	checkNames,
	checkDependencies,
	checkIgnored,
	checkUses,
	checkGatewayIndexes,
	checkGatewayPaths,
	checkGatewayServers,
	checkBinds,
	checkSections,
	checkServers,
	checkHealthChecks,
	checkHealthPaths,
	checkUpstreams,
	checkUpstreamNames,
	checkSingleDirectives,
	checkLocations,
	checkMirrorActions,
	checkDatabases,
	checkSuperserver,
	checkMergeApplications,
	checkRoster,
	checkAccounts,
	checkMirrors,
	checkRosterMerges,
	checkECP,
	checkAlike,
	checkContainerFiles,
	checkStart,
	checkHookFiles,
	checkConfigurationTargets,
	checkLicense,
	checkHostNames,
	checkData,
	checkMemberOrder,
	checkHealthPorts,
	checkShutdown,
	checkHealthTimes,
	checkResponseTimeouts,
	checkProxyTimeouts,
	checkBalancerTimeouts,
	checkLogs,
	checkPathNames,
	checkManagementPages,
	checkManagementClosed,
	checkMirrorSections,
	checkFailoverSections,
	checkTables,
	checkPages,
}

// Check returns everything that is wrong with the artifacts of one lab, sorted
// by file, line and column; the same artifacts give the same diagnostics. The
// subject of each is a place in an artifact.
func Check(artifacts []lab.Artifact) hcl.Diagnostics {
	l := read(artifacts)
	if l.compose != nil {
		l.link()
		for _, rule := range rules {
			rule(l)
		}
	}
	schema.Sort(l.diagnostics)
	return l.diagnostics
}
