package rules

import (
	"strconv"
	"strings"

	"mirrorgen/internal/format/cpf"
	"mirrorgen/internal/format/text"
	"mirrorgen/internal/verify/facts"
)

// checkMirrorActions: a member declares its mirror once, with its own
// addresses, in a role that exists, and founds it only as its primary.
func checkMirrorActions(l *checker) {
	for i := range l.Merges {
		m, declared := l.Merges[i], false
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
		if former := l.MembershipOf(&l.Merges[i]); former != nil && former.Former {
			l.checkRole(m.File, former.Values["Member"])
			l.checkName(m.File, former.Values["Name"])
			l.checkFounds(m, former.Text("Member"), former.Values["Primary"])
		}
	}
}

func (l *checker) checkMirrorAction(m facts.MergeFile, action cpf.Action) {
	for _, a := range action.Arguments {
		if check := mirrorArguments[a.Name]; check != nil {
			check(l, m, action, a)
		}
	}
	l.checkFounder(m, action)
}

// mirrorArguments are what is checked of an argument of ConfigMirror, by its name.
var mirrorArguments = map[string]func(*checker, facts.MergeFile, cpf.Action, cpf.Argument){
	"Member":                  (*checker).checkMemberRole,
	"Name":                    (*checker).checkSetName,
	"MirrorAddress":           (*checker).checkOwnAddress,
	"AgentAddress":            (*checker).checkOwnAddress,
	"ECPAddress":              (*checker).checkOwnAddress,
	"VirtualAddress":          (*checker).checkVirtualAddress,
	"VirtualAddressInterface": (*checker).checkVirtualAddress,
}

func (l *checker) checkMemberRole(m facts.MergeFile, action cpf.Action, a cpf.Argument) {
	l.checkRole(m.File, wordOf(action, a))
}

// wordOf is the value of an argument.
func wordOf(action cpf.Action, a cpf.Argument) facts.Word {
	return facts.Word{Text: a.Value, At: facts.PositionAt(action.Line, a.ValueColumn)}
}

func (l *checker) checkRole(f *facts.File, role facts.Word) {
	given := role.At != (facts.Position{})
	if given && !text.Has(facts.MemberRoles, role.Text) && (l.Generated || role.Text != autoRole) {
		l.Report(f, role.At, "Unknown mirror role",
			`The role "`+role.Text+`" does not exist.`, "Use primary, backup, drasync, rorasync or rwrasync.")
	}
}

// autoRole lets an instance take its role from its host name (CPF reference: ConfigMirror,
// with Map); mirrorgen names every role.
const autoRole = "auto"

func (l *checker) checkSetName(m facts.MergeFile, action cpf.Action, a cpf.Argument) {
	l.checkName(m.File, wordOf(action, a))
}

func (l *checker) checkName(f *facts.File, name facts.Word) {
	if len(name.Text) < 1 || len(name.Text) > 15 || strings.ContainsFunc(name.Text, notAlphanumeric) {
		l.Report(f, name.At, "Invalid mirror set name",
			`The name "`+name.Text+`" is not 1 to 15 letters and digits.`,
			l.Remedy("Set set_name of the mirror block.",
				"Give the mirror such a name, in the files of all its members."))
	}
}

func (l *checker) checkOwnAddress(m facts.MergeFile, action cpf.Action, a cpf.Argument) {
	owner, self := l.Compose.ByIP[facts.ParseAddr(a.Value)], m.Service
	if owner != nil && self != nil && owner != self {
		l.Report(m.File, facts.PositionAt(action.Line, a.ValueColumn), "Address of another service",
			"The "+a.Name+" of "+self.Name+" is "+a.Value+", which belongs to "+owner.Name+".",
			"Use an address of "+self.Name+".")
	}
}

func (l *checker) checkVirtualAddress(m facts.MergeFile, action cpf.Action, a cpf.Argument) {
	l.Report(m.File, facts.PositionAt(action.Line, a.Column), "Virtual address in a container",
		"An instance in a container cannot take over a virtual address.",
		"Remove it; clients reach the primary through haproxy or a web gateway.")
}

// checkFounder: the primary names itself as the primary, and nobody else does.
func (l *checker) checkFounder(m facts.MergeFile, action cpf.Action) {
	primary, _ := action.Argument("Primary")
	l.checkFounds(m, action.Value("Member"), wordOf(action, primary))
}

func (l *checker) checkFounds(m facts.MergeFile, role string, primary facts.Word) {
	if primary.Text == "" || role == "" || role == autoRole {
		return
	}
	if !l.Generated && m.Service == nil && role == "primary" {
		return // of several, any of which it may name
	}
	founds := primary.Text == "localhost" ||
		!l.Generated && m.Service != nil && l.ServiceAt(primary.Text) == m.Service
	if founds != (role == "primary") {
		l.Report(m.File, primary.At, "Primary at the wrong place",
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
// file, or comes with the product, and no two databases lie in one directory.
func checkDatabases(l *checker) {
	for _, m := range l.Merges {
		made := madeBy(m.Merge)
		directories := map[string]cpf.Action{} // by server and directory
		for action := range m.Merge.Actions {
			l.checkDirectory(m, action, directories)
			for _, a := range action.Arguments {
				l.checkMade(m.File, action, a, made)
			}
		}
	}
}

// checkDirectory: a database has a directory of its own, here or on its data server.
func (l *checker) checkDirectory(m facts.MergeFile, action cpf.Action, directories map[string]cpf.Action) {
	directory, given := action.Argument("Directory")
	if action.Name != "CreateDatabase" || !given || directory.Value == "" {
		return
	}
	key := strings.ToUpper(action.Value("Server")) + " " + strings.TrimSuffix(directory.Value, "/")
	first, taken := directories[key]
	if !taken {
		directories[key] = action
		return
	}
	if strings.EqualFold(first.Value("Name"), action.Value("Name")) {
		return // created twice
	}
	there, _ := first.Argument("Directory")
	l.ReportBoth(m.Location(facts.PositionAt(action.Line, directory.ValueColumn)),
		m.Location(facts.PositionAt(first.Line, there.ValueColumn)), "Two databases in one directory",
		"The databases "+first.Value("Name")+" and "+action.Value("Name")+" both lie in "+directory.Value+", and hold "+
			"the same.",
		"Give each database a directory of its own.")
}

// made are the names of what a merge file makes, in upper case.
type made struct{ databases, resources, servers map[string]bool }

func madeBy(merge *cpf.File) made {
	list := made{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	for action := range merge.Actions {
		name := strings.ToUpper(action.Value("Name"))
		switch action.Name {
		case "CreateDatabase":
			list.databases[name] = true
		case "CreateResource":
			list.resources[name] = true
		case "CreateECPServer":
			list.servers[name] = true
		}
	}
	for _, key := range merge.Keys("Databases") {
		list.databases[strings.ToUpper(key.Name)] = true
	}
	for _, key := range merge.Keys("ECPServers") {
		list.servers[strings.ToUpper(key.Name)] = true
	}
	return list
}

// checkMade looks at an argument that refers to a database, a resource or a server.
func (l *checker) checkMade(f *facts.File, action cpf.Action, a cpf.Argument, made made) {
	name, at := strings.ToUpper(a.Value), facts.PositionAt(action.Line, a.ValueColumn)
	switch action.Name + "." + a.Name {
	case "CreateNamespace.Globals", "CreateNamespace.Routines", "CreateNamespace.TempGlobals":
		if !made.databases[name] && !text.Has(ownDatabases, name) {
			l.Report(f, at, "Unknown database",
				"The namespace "+action.Value("Name")+" has its "+strings.ToLower(a.Name)+" in "+a.Value+
					", which the file does not create.",
				"Create the database with CreateDatabase.")
		}
	case "CreateDatabase.ResourceName":
		ofProduct := strings.HasPrefix(name, "%DB_%") || text.Has(ownDatabases, strings.TrimPrefix(name, "%DB_"))
		if !made.resources[name] && !ofProduct {
			l.Report(f, at, "Unknown resource",
				"The database "+action.Value("Name")+" is protected by "+a.Value+", which the file does not create.",
				"Create the resource with CreateResource.")
		}
	case "CreateDatabase.Server":
		if !made.servers[name] {
			l.Report(f, at, "Unknown ECP server",
				"The database "+action.Value("Name")+" lies on the ECP server "+a.Value+
					", which the file does not declare.",
				"Declare it in [ECPServers].")
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
		if last != nil && l.Generated && m.Service != nil && last.Value != strconv.Itoa(facts.SuperserverPort) {
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
