package rules

import (
	"net/netip"
	"strconv"
	"strings"

	"mirrorgen/internal/format/cpf"
	"mirrorgen/internal/format/text"
	"mirrorgen/internal/verify/facts"
)

// checkMirrorActions: a member declares its mirror once, with its own
// addresses, in a role that exists, and founds it only as its primary.
func checkMirrorActions(l *checker) {
	for _, m := range l.Merges {
		declared := false
		for action := range m.Merge.Actions {
			if action.Name != "ConfigMirror" {
				continue
			}
			if declared {
				l.Report(m.File, facts.PositionAt(action.Line, action.Column), "Second mirror",
					"The file declares a mirror twice, and an instance belongs to one.",
					"Keep one ConfigMirror.")
			}
			declared = true
			l.checkMirrorAction(m, action)
		}
	}
}

func (l *checker) checkMirrorAction(m facts.MergeFile, action cpf.Action) {
	for _, a := range action.Arguments {
		at := facts.PositionAt(action.Line, a.ValueColumn)
		switch a.Name {
		case "Member":
			if !text.Has("primary backup drasync rorasync rwrasync", a.Value) {
				l.Report(m.File, at, "Unknown mirror role", `The role "`+a.Value+`" does not exist.`,
					"Use primary, backup, drasync, rorasync or rwrasync.")
			}
		case "Name":
			if len(a.Value) < 1 || len(a.Value) > 15 || strings.ContainsFunc(a.Value, notAlphanumeric) {
				l.Report(m.File, at, "Invalid mirror set name",
					`The name "`+a.Value+`" is not 1 to 15 letters and digits.`,
					"Set set_name of the mirror block.")
			}
		case "MirrorAddress", "AgentAddress", "ECPAddress":
			addr, err := netip.ParseAddr(a.Value)
			owner, self := l.Compose.ByIP[addr], m.Service
			if err == nil && owner != nil && self != nil && owner != self {
				l.Report(m.File, at, "Address of another service",
					"The "+a.Name+" of "+self.Name+" is "+a.Value+", which belongs to "+owner.Name+".",
					"Use an address of "+self.Name+".")
			}
		case "VirtualAddress", "VirtualAddressInterface":
			l.Report(m.File, facts.PositionAt(action.Line, a.Column), "Virtual address in a container",
				"An instance in a container cannot take over a virtual address.",
				"Remove it; clients reach the primary through haproxy or a web gateway.")
		}
	}
	founds := action.Value("Primary") == "localhost" ||
		!l.Generated && m.Service != nil && l.ServiceAt(action.Value("Primary")) == m.Service
	if primary := action.Value("Member") == "primary"; primary != founds && action.Value("Member") != "" &&
		action.Value("Primary") != "" {
		primaryArgument, _ := action.Argument("Primary")
		l.Report(m.File, facts.PositionAt(action.Line, primaryArgument.ValueColumn), "Primary at the wrong place",
			"The primary member names itself as localhost, and every other member names the primary's address.",
			"Write localhost on the primary alone.")
	}
}

func notAlphanumeric(r rune) bool {
	return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
}

// ownDatabases come with every instance.
const ownDatabases = "IRISSYS IRISSECURITY IRISLIB IRISTEMP IRISLOCALDATA IRISAUDIT ENSLIB IRISMETRICS USER %DEFAULTDB"

// checkDatabases: what a database or namespace refers to is made in the same
// file, or comes with the product.
func checkDatabases(l *checker) {
	for _, m := range l.Merges {
		databases, resources, servers := map[string]bool{}, map[string]bool{}, map[string]bool{}
		for action := range m.Merge.Actions {
			name := strings.ToUpper(action.Value("Name"))
			switch action.Name {
			case "CreateDatabase":
				databases[name] = true
			case "CreateResource":
				resources[name] = true
			case "CreateECPServer":
				servers[name] = true
			}
		}
		for _, key := range m.Merge.Keys("Databases") {
			databases[strings.ToUpper(key.Name)] = true
		}
		for _, key := range m.Merge.Keys("ECPServers") {
			servers[strings.ToUpper(key.Name)] = true
		}
		for action := range m.Merge.Actions {
			for _, a := range action.Arguments {
				name, at := strings.ToUpper(a.Value), facts.PositionAt(action.Line, a.ValueColumn)
				switch {
				case action.Name == "CreateNamespace" && text.Has("Globals Routines TempGlobals", a.Name):
					if !databases[name] && !text.Has(ownDatabases, name) {
						l.Report(m.File, at, "Unknown database",
							"The namespace "+action.Value("Name")+" has its "+strings.ToLower(a.Name)+" in "+a.Value+
								", which the file does not create.",
							"Create the database with CreateDatabase.")
					}
				case action.Name == "CreateDatabase" && a.Name == "ResourceName":
					if !resources[name] && !strings.HasPrefix(name, "%DB_%") &&
						!text.Has(ownDatabases, strings.TrimPrefix(name,
							"%DB_")) {
						l.Report(m.File, at, "Unknown resource",
							"The database "+action.Value("Name")+" is protected by "+a.Value+", which the file does "+
								"not create.",
							"Create the resource with CreateResource.")
					}
				case action.Name == "CreateDatabase" && a.Name == "Server":
					if !servers[name] {
						l.Report(m.File, at, "Unknown ECP server",
							"The database "+action.Value("Name")+" lies on the ECP server "+a.Value+", which the "+
								"file does not declare.",
							"Declare it in [ECPServers].")
					}
				}
			}
		}
	}
}

// checkSuperserver: the superserver listens where gateways, load balancers and
// application servers look for it. Of a key that is given twice the last counts.
func checkSuperserver(l *checker) {
	for _, m := range l.Merges {
		var last *cpf.Key
		for _, key := range m.Merge.Keys("Startup") {
			if strings.EqualFold(key.Name, "DefaultPort") {
				last = &key
			}
		}
		if last != nil && last.Value != strconv.Itoa(facts.SuperserverPort) {
			l.Report(m.File, facts.PositionAt(last.Line, last.Column), "Superserver on another port",
				"The superserver of "+m.Service.Name+" would listen on "+last.Value+", where nobody in the lab looks "+
					"for it.",
				"Leave DefaultPort at "+strconv.Itoa(facts.SuperserverPort)+"; superserver_port publishes it on "+
					"another port of the host.")
		}
	}
}

// checkMergeApplications: a web application says how its users sign on, because
// without that anybody may use it.
func checkMergeApplications(l *checker) {
	for _, m := range l.Merges {
		for action := range m.Merge.Actions {
			if _, given := action.Argument("AutheEnabled"); action.Name == "CreateApplication" && !given {
				l.Report(m.File, facts.PositionAt(action.Line, action.Column), "Application without authentication",
					"The web application "+action.Value("Name")+" does not say AutheEnabled, and would serve anybody.",
					"Add AutheEnabled=32 for passwords.")
			}
		}
	}
}
