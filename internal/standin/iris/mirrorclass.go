package iris

import (
	"fmt"
	"strings"

	"mirrorgen/internal/standin/mirror"
	"mirrorgen/internal/standin/objectscript"
	"mirrorgen/internal/standin/wire"
)

// mirrorMethods are those of SYS.Mirror. A key of an array that the method does not
// know is an error.
func mirrorMethods() map[string]method {
	member := func(act func(*mirror.Member) error) method {
		return func(c call) (objectscript.Value, error) {
			if m := c.i.Member(); m != nil {
				return status(act(m))
			}
			return status(fmt.Errorf("ERROR #2122: this instance is in no mirror"))
		}
	}
	distance := func(c call) (objectscript.Value, error) {
		if _, s := c.i.status(); s == mirror.Waiting || s == "" {
			return "0", nil
		}
		return "1", nil
	}
	return map[string]method{
		"CreateNewMirrorSet":         createMirror,
		"JoinMirrorAsFailoverMember": func(c call) (objectscript.Value, error) { return c.join(mirror.Failover, 5) },
		"JoinMirrorAsAsyncMember":    joinAsync,
		"AddDatabase": func(c call) (objectscript.Value,
			error) {
			return status(c.i.addToMirror(c.arg(0), c.arg(1), ""))
		},
		"AuthorizePendingMembers": func(c call) (objectscript.Value, error) {
			if m := c.i.Member(); m != nil {
				return status(m.Authorize(c.arg(0)))
			}
			return status(fmt.Errorf("ERROR #2122: this instance is in no mirror"))
		},
		"Promote":                      member((*mirror.Member).Promote),
		"PromoteWithNoPartner":         promoteAlone,
		"Demote":                       member((*mirror.Member).Demote),
		"DistanceFromPrimaryDatabases": distance, "DistanceFromPrimaryJournalFiles": distance,
		"BecomePrimary": func(c call) (objectscript.Value, error) {
			if m := c.i.Member(); m != nil && m.BecomePrimary() {
				return "1", nil
			}
			return "0", nil
		},
	}
}

// promoteAlone is PromoteWithNoPartner: its argument, by reference, gets the names of the
// members that could not be told. That they are nodes 1, 2 and so on is inferred.
func promoteAlone(c call) (objectscript.Value, error) {
	m := c.i.Member()
	if m == nil {
		return status(fmt.Errorf("ERROR #2122: this instance is in no mirror"))
	}
	missed, err := m.PromoteWithNoPartner()
	if unavailable := c.array(0); unavailable != nil {
		clear(unavailable)
		for n, name := range missed {
			unavailable[fmt.Sprint(n+1)] = name
		}
	}
	return status(err)
}

// mapMirror is Config.MapMirrors.Get: a member's line of [MapMirrors.SET], by name.
func mapMirror(c call) (objectscript.Value, error) {
	if m := c.i.Member(); m != nil {
		table := m.State().Table
		if p, known := table.Find(c.arg(1)); known && c.arg(0) == table.Set {
			properties := c.array(2)
			if properties == nil {
				return nil, objectscript.Error("<UNDEFINED> *Properties")
			}
			properties["AgentAddress"], properties["ECPAddress"] = recordedAgent(p), p.Superserver
			properties["MirrorAddress"], properties["GUID"] = p.Mirror, p.GUID
			properties["SSLComputerName"] = p.Subject
			return ok, nil
		}
	}
	return status(fmt.Errorf("ERROR #425: [MapMirrors.%s] has no member %s", c.arg(0), c.arg(1)))
}

// recordedAgent is the agent address in a member's line of [MapMirrors.SET]. Documents
// disagree on asyncs: the line omits it (CPF), and JoinMirrorAsAsyncMember takes it. So
// labs meet both here: a reporting member has none, a DR async has what it was given.
func recordedAgent(p mirror.Peer) string {
	if p.Type == mirror.ReadOnly || p.Type == mirror.ReadWrite {
		return ""
	}
	return p.Agent
}

const addressKeys = " MirrorAddress ECPAddress AgentAddress ArbiterNode AllowParallelDejournaling UseSSL QOSTimeout " +
	"CompressionForFailoverMembers CompressionForAsyncMembers "

func checkKeys(info map[string]string) error {
	for key := range info {
		if !strings.Contains(addressKeys, " "+key+" ") {
			return fmt.Errorf("ERROR #2103: unknown key %q", key)
		}
	}
	return nil
}

func createMirror(c call) (objectscript.Value, error) {
	info := c.array(2)
	if err := checkKeys(info); err != nil {
		return status(err)
	}
	if c.i.Member() != nil {
		return status(fmt.Errorf("ERROR #2104: this instance is in a mirror already"))
	}
	// A bar, where a URL has a colon.
	arbiter := info["ArbiterNode"]
	if arbiter != "" && strings.Count(arbiter, "|") != 1 {
		return status(fmt.Errorf("ERROR #2126: ArbiterNode %q is not host|port", arbiter))
	}
	if err := checkSSLInfo(c.array(3)); err != nil {
		return status(err)
	}
	return status(c.i.found(founding{c.arg(0), strings.Replace(arbiter, "|", ":", 1), info["QOSTimeout"],
		c.i.peer(c.arg(1), info), info["UseSSL"] == "1", c.array(3)}))
}

func joinAsync(c call) (objectscript.Value, error) {
	kind, known := map[string]mirror.Type{"0": mirror.DR, "1": mirror.ReadOnly, "2": mirror.ReadWrite}[c.arg(5)]
	if !known {
		return status(fmt.Errorf("ERROR #2105: %q is no type of async member", c.arg(5)))
	}
	return c.join(kind, 6)
}

// join: mirror name, system name, instance, agent's address and port, ..., LocalInfo.
func (c call) join(kind mirror.Type, local int) (objectscript.Value, error) {
	info := c.array(local)
	if err := checkKeys(info); err != nil {
		return status(err)
	}
	if c.arg(2) != "IRIS" {
		return status(fmt.Errorf("ERROR #2106: the instance is IRIS, not %q", c.arg(2)))
	}
	if c.i.Member() != nil {
		return status(fmt.Errorf("ERROR #2104: this instance is in a mirror already"))
	}
	self := c.i.peer(c.arg(1), info)
	self.Type = kind
	if err := checkSSLInfo(c.array(local + 1)); err != nil {
		return status(err)
	}
	return status(c.i.join(c.arg(0), wire.Address(c.arg(3), 2188), self, c.array(local+1)))
}

// systemMirror are the methods of $system.Mirror.
func systemMirror() map[string]method {
	is := func(test func(mirror.Type, mirror.Status) string) method {
		return func(c call) (objectscript.Value, error) { return test(c.i.status()), nil }
	}
	truth := map[bool]string{true: "1", false: "0"}
	return map[string]method{
		"IsMember": is(func(t mirror.Type, _ mirror.Status) string {
			switch t {
			case "":
				return "0"
			case mirror.Failover:
				return "1"
			}
			return "2"
		}),
		"IsPrimary": is(func(_ mirror.Type, s mirror.Status) string { return truth[s == mirror.Primary] }),
		"IsBackup":  is(func(_ mirror.Type, s mirror.Status) string { return truth[s == mirror.Backup] }),
		"IsAsyncMember": is(func(t mirror.Type, _ mirror.Status) string {
			return truth[t != "" &&
				t != mirror.Failover]
		}),
		"GetMemberType": is(func(t mirror.Type, _ mirror.Status) string { return orText(string(t), "Not Member") }),
		"GetStatus": is(func(_ mirror.Type, s mirror.Status) string {
			return strings.ToUpper(orText(string(s), "Not Initialized"))
		}),
		"GetMemberStatus": func(c call) (objectscript.Value, error) {
			_, s := c.i.status()
			return objectscript.List{orText(string(s), "Not Initialized")}, nil
		},
	}
}

func orText(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
