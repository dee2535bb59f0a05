package importer

import (
	"path"
	"regexp"
	"strings"
)

var roleWords = map[string]string{
	"primary": "PRIMARY MAIN MASTER LEADER FAILOVERPRIMARY PRIMARYFAILOVER PRIMARYMEMBER MIRRORPRIMARY",
	"backup": "BACKUP FAILOVER SLAVE SECONDARY STANDBY FAILOVERBACKUP BACKUPFAILOVER BACKUPMEMBER MIRRORBACKUP " +
		"FAILOVERMEMBER",
	"drasync": "DR DRASYNC ASYNC ASYNCDR DISASTERRECOVERY DISASTERRECOVERYASYNC ASYNCDISASTERRECOVERY " +
		"DRASYNCMEMBER DRMEMBER",
	"rorasync": "REPORT REPORTR REPORTRO REPORTING REPORTINGRO REPORTINGASYNC ASYNCREPORTING REPORTASYNC RO " +
		"ROASYNC ROR RORASYNC READONLY " +
		"READONLYREPORTING READONLYREPORTINGASYNC ROREPORTING ROREPORT REPORTREADONLY REPORTINGREADONLY REPORTER",
	"rwrasync": "REPORTRW REPORTINGRW RW RWASYNC RWR RWRASYNC READWRITE READWRITEREPORTING READWRITEREPORTINGASYNC " +
		"RWREPORTING RWREPORT " +
		"REPORTREADWRITE REPORTINGREADWRITE",
}

var notLetters = regexp.MustCompile(`[^A-Z]`)

// roleOf returns the language's name for a role, "" for a word that is none.
func roleOf(word string) string {
	letters := notLetters.ReplaceAllString(strings.ToUpper(word), "")
	for role, words := range roleWords {
		if letters != "" && strings.Contains(" "+words+" ", " "+letters+" ") {
			return role
		}
	}
	return ""
}

// roleVariables are the names of variables whose value is a role, by their letters in upper case
// and without a vendor's prefix. The first group speaks of mirrors: it makes a service a member,
// whatever its image is called.
const (
	mirrorRoleVariables = " MIRRORROLE MIRRORMEMBERROLE MIRRORMEMBERTYPE MIRRORTYPE MIRRORMODE MIRRORMEMBER " +
		"MIRRORFUNCTION "
	otherRoleVariables = " ROLE NODEROLE MEMBERROLE INSTANCEROLE SERVERROLE HAROLE FAILOVERROLE STARTROLE " +
		"INITIALROLE MEMBERTYPE NODETYPE " +
		"INSTANCETYPE SERVERTYPE "
)

// variableLetters is the name of a variable for a look-up in those lists.
func variableLetters(name string) string {
	letters := notLetters.ReplaceAllString(strings.ToUpper(name), "")
	for _, prefix := range []string{"IRIS", "ISC", "INTERSYSTEMS", "HC"} {
		if rest, ok := strings.CutPrefix(letters, prefix); ok && rest != "" {
			return rest
		}
	}
	return letters
}

func isMirrorRoleVariable(name string) bool {
	return strings.Contains(mirrorRoleVariables, " "+variableLetters(name)+" ")
}

// A statement is what something says of a role.
type statement struct {
	role string // "" where the value is not known
	text string // where it stands, for a comment: MIRRORROLE=xyz
}

// statesMirrorRole reports whether a variable of a service gives it a role in a mirror.
func (s *service) statesMirrorRole() bool {
	for _, v := range s.variables() {
		if isMirrorRoleVariable(v.Name) && (roleOf(v.Value) != "" || strings.EqualFold(v.Value, "auto")) {
			return true
		}
	}
	return false
}

// variableRole is the role that variables and the command of an instance state.
func (s *service) variableRole() statement {
	var unknown statement
	for _, kindOfName := range []string{mirrorRoleVariables, otherRoleVariables} {
		for _, v := range s.variables() {
			letters := variableLetters(v.Name)
			if v.Value == "" || !strings.Contains(kindOfName, " "+letters+" ") {
				continue
			}
			text := v.Name + "=" + v.Value
			if role := roleOf(v.Value); role != "" {
				return statement{role, text}
			}
			if unknown.text == "" && letters != "MIRRORMEMBER" && !strings.EqualFold(v.Value,
				"auto") { // else a member's name
				unknown.text = text
			}
		}
	}
	if role := s.flaggedRole(); role.role != "" || unknown.text == "" {
		return role
	}
	return unknown
}

// flaggedRole is the role that a variable such as IS_PRIMARY=1 or the command states.
func (s *service) flaggedRole() statement {
	for _, v := range s.variables() {
		name, isFlag := strings.CutPrefix(variableLetters(v.Name), "IS")
		name = strings.TrimPrefix(strings.TrimPrefix(name, "MIRROR"), "IS")
		if role := roleOf(name); role != "" && (isFlag || strings.Contains(strings.ToUpper(v.Name), "MIRROR")) &&
			isTrue(v.Value) {
			return statement{role, v.Name + "=" + v.Value}
		}
	}
	if value := s.flag("--role", "--mirror-role", "--member", "--mirror-member"); value != "" {
		return statement{roleOf(value), "the command's role " + value}
	}
	for _, item := range s.command { // the argument of a script
		for _, word := range strings.Fields(item) {
			word = strings.Trim(word, `"'`)
			if role := roleOf(word); len(word) > 4 && role != "" && !strings.ContainsAny(word, "/=.") {
				return statement{role, "the command's argument " + word}
			}
		}
	}
	return statement{}
}

func isTrue(value string) bool {
	switch strings.ToLower(value) {
	case "1", "true", "yes", "y", "on":
		return true
	}
	return false
}

// An ending states a role where labs call members ap1a, iris-b or node1-dr.
var ending = regexp.MustCompile(`(?i)[-_.]?(primary|main|backup|master|slave|failover|standby|secondary|async|dr|` +
	`rwr?|ror?|report(?:ing|er)?(?:rw|ro?)?|[a-dr]|\d{1,3})$`)

var letterRoles = map[string]string{"a": "primary", "b": "backup", "d": "drasync", "r": "rorasync"}

// nameParts splits the name of an instance into the stem that it shares with the other members of
// its mirror, and the ending that sets it apart.
func nameParts(name string) (stem, end string) {
	m := ending.FindStringSubmatchIndex(name)
	if m == nil {
		return strings.ToLower(name), ""
	}
	return strings.ToLower(name[:m[0]]), strings.ToLower(name[m[2]:m[3]])
}

// wordRole is the role that an ending of more than a letter or number states, "" for none.
func wordRole(end string) string {
	if len(end) < 2 {
		return ""
	}
	return roleOf(end)
}

// agentName is the program that an arbiter runs.
const agentName = "startISCAgent.sh"

// runsAgent reports whether a service runs nothing but the agent of an arbiter.
func (s *service) runsAgent() bool {
	words := strings.Fields(strings.Join(append(append([]string{}, s.entrypoint...), s.command...), " "))
	for _, word := range words {
		word = strings.Trim(word, `"'`)
		switch base := path.Base(word); {
		case base == agentName:
			return true
		case base == "sh", base == "bash", base == "exec", base == "tini", word == "-c", word == "-lc", word == "--",
			base == "env":
		default:
			return false
		}
	}
	return false
}
