package iris

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mirrorgen/internal/format/cpf"
	"mirrorgen/internal/standin/mirror"
)

// merge applies the merge files, and returns what can be done only once the instance
// is up. A file that is absent is an error that the start survives (ADOCK); one with a
// section, parameter or action that IRIS does not know keeps it from starting (CPF).
func (i *Instance) merge(paths []string) (later []func() error, err error) {
	for _, path := range paths {
		if path == "" {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			i.Say("[ERROR] configuration merge: %v", err)
			continue
		}
		file, problems := cpf.Parse(string(content))
		if len(problems) > 0 {
			p := problems[0]
			return nil, fmt.Errorf("configuration merge: %s line %d: %s: %s", path, p.Line, p.Summary, p.Text)
		}
		i.mergeKeys(file)
		// The order of the lines does not matter, that of the actions does (CPF
		// [Actions]): the mirror comes before its databases.
		for action := range file.Actions {
			if !slices.Contains(modelled, action.Name) {
				i.Say("stand-in: the action %s of %s is not modelled, and has no effect here", action.Name, path)
			}
		}
		for _, group := range modelled {
			for action := range file.Actions {
				if action.Name == group {
					later = append(later, func() error { return i.act(action) })
				}
			}
		}
	}
	return later, nil
}

// modelled are the actions that have an effect, in the order in which they are done.
var modelled = []string{"ModifyService", "CreateECPServer", "ConfigMirror", "CreateResource", "CreateDatabase",
	"CreateNamespace", "CreateUser", "CreateApplication"}

func (i *Instance) mergeKeys(file *cpf.File) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, section := range file.Sections {
		for _, key := range section.Keys {
			switch {
			case strings.EqualFold(section.Name, "ECPServers"):
				part := append(strings.Split(key.Value, ","), "", "", "")
				i.store.ECPServers[key.Name] = map[string]string{"Address": part[0], "Port": part[1],
					"MirrorConnection": part[2]}
			case strings.EqualFold(section.Name, "config"):
				i.store.Config["config."+key.Name] = key.Value
			case strings.EqualFold(section.Name, "Startup") && key.Name == "PasswordHash":
				i.setHash(key.Value)
			case strings.EqualFold(section.Name, "Startup"):
				i.store.Config["Startup."+key.Name] = key.Value
			}
		}
	}
}

// setHash gives the predefined accounts with a role a password, once (CPF [Startup]
// PasswordHash): CSPSystem is none of them. i.mu is held.
func (i *Instance) setHash(hash string) {
	if i.store.Hashed {
		return
	}
	i.store.Hashed = true
	for name, u := range i.store.Users {
		if u.Roles != "" && u.Change {
			u.Hash, u.Change = hash, false
			i.store.Users[name] = u
		}
	}
}

// act does one action of [Actions]. All of them can be repeated.
func (i *Instance) act(a cpf.Action) error {
	name := a.Value("Name")
	values := map[string]string{}
	for _, argument := range a.Arguments {
		values[argument.Name] = argument.Value
	}
	var err error
	switch a.Name {
	case "ModifyService":
		i.change(func(s *store) { s.Services[strings.ToLower(name)] = a.Value("Enabled") == "1" })
	case "CreateECPServer":
		i.change(func(s *store) { s.ECPServers[name] = values })
	case "ConfigMirror":
		err = i.configMirror(a)
	case "CreateResource":
		i.change(func(s *store) { s.Resources[name] = a.Value("Description") })
	case "CreateDatabase":
		err = i.createDatabase(values)
	case "CreateNamespace":
		i.change(func(s *store) { s.Namespaces[strings.ToUpper(name)] = values })
	case "CreateUser":
		i.change(func(s *store) {
			s.Users[strings.ToLower(name)] = user{Name: name, Hash: a.Value("PasswordHash"), Roles: a.Value("Roles")}
		})
	case "CreateApplication":
		i.change(func(s *store) { s.Applications[strings.ToLower(name)] = values })
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", a.Name, name, err)
	}
	return nil
}

// configMirror declares the instance's mirror, where it has none yet. That a joining
// member's addresses are taken from the action is inferred.
func (i *Instance) configMirror(a cpf.Action) error {
	if i.Member() != nil {
		return nil
	}
	i.change(func(s *store) { s.Services["%service_mirror"] = true })
	info := map[string]string{"MirrorAddress": a.Value("MirrorAddress"), "ECPAddress": a.Value("ECPAddress"),
		"AgentAddress": a.Value("AgentAddress")}
	self := i.peer(a.Value("SystemName"), info)
	if a.Value("Member") == "primary" {
		return i.found(a.Value("Name"), a.Value("ArbiterURL"), self)
	}
	kind, known := map[string]mirror.Type{"backup": mirror.Failover, "drasync": mirror.DR, "rorasync": mirror.ReadOnly,
		"rwrasync": mirror.ReadWrite}[a.Value("Member")]
	if !known {
		return fmt.Errorf("the stand-in does not model Member=%s", a.Value("Member"))
	}
	self.Type = kind
	return i.join(a.Value("Name"), a.Value("Primary")+":2188", self)
}

// peer is this instance's line in a mirror's table; what info lacks is the host name.
func (i *Instance) peer(name string, info map[string]string) mirror.Peer {
	of := func(key string) string {
		if info[key] != "" {
			return info[key]
		}
		return i.Host
	}
	if name == "" {
		name = i.Host + "/IRIS"
	}
	return mirror.Peer{
		Name: strings.ToUpper(name), Mirror: of("MirrorAddress"), Superserver: of("ECPAddress"),
		Port:  i.setting("Startup.DefaultPort"),
		Agent: of("AgentAddress"), AgentPort: 2188, Directory: i.Data,
	}
}

func (i *Instance) found(set, arbiter string, self mirror.Peer) error {
	if !i.enabled("%Service_Mirror") {
		return fmt.Errorf("ERROR #2100: %%Service_Mirror is not enabled")
	}
	state, err := mirror.Found(set, arbiter, self)
	if err != nil {
		return err
	}
	i.enroll(state)
	if !i.Member().WaitSettled(4 * i.Times.QoS()) {
		return fmt.Errorf("ERROR #2120: the member does not become primary")
	}
	return nil
}

func (i *Instance) join(set, agent string, self mirror.Peer) error {
	if !i.enabled("%Service_Mirror") {
		return fmt.Errorf("ERROR #2100: %%Service_Mirror is not enabled")
	}
	state, err := i.agent.Join(set, agent, self)
	if err != nil {
		return err
	}
	i.enroll(state)
	i.Member().WaitSettled(4 * i.Times.QoS())
	return nil
}

// createDatabase makes a database of the merge file or of Config.Databases; a mirrored
// one gets its file too.
func (i *Instance) createDatabase(values map[string]string) error {
	i.change(func(s *store) { s.Databases[values["Name"]] = values })
	if values["MirrorDBName"] == "" {
		return nil
	}
	return i.createFile(values["Directory"], values["MirrorDBName"], values["ResourceName"])
}

// createFile makes IRIS.DAT, and on the primary puts the database into the mirror. On
// other members IRIS fetches the contents of a database of that name.
func (i *Instance) createFile(directory, name, resource string) error {
	file := filepath.Join(directory, "IRIS.DAT")
	if _, err := os.Stat(file); err != nil {
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			return fmt.Errorf("ERROR #5001: Cannot create target: %w", err)
		}
	}
	if name == "" {
		return nil
	}
	return i.addToMirror(directory, name, resource)
}

func (i *Instance) addToMirror(directory, name, resource string) error {
	m := i.Member()
	if m == nil {
		return fmt.Errorf("ERROR #2122: this instance is in no mirror")
	}
	if !m.IsPrimary() {
		if _, known := m.State().Content.Databases[name]; !known {
			i.Say("the mirror has no database %s: %s stays a local one", name, directory)
		}
		return nil
	}
	r := m.Update(func(c *mirror.Content) (mirror.Database, error) {
		d := c.Databases[name]
		d.Name, d.Directory, d.Resource = name, directory, resource
		return d, nil
	}, i.Times.Trouble())
	if !r.Accepted {
		return fmt.Errorf("ERROR #5001: %s", r.Reason)
	}
	return nil
}
