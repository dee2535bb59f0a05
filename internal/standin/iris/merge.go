package iris

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

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
var modelled = []string{"CreateSSLConfig", "ModifyServer", "ModifyService", "CreateECPServer", "ConfigMirror",
	"CreateResource", "CreateDatabase", "CreateNamespace", "CreateUser", "CreateApplication"}

func (i *Instance) mergeKeys(file *cpf.File) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, section := range file.Sections {
		for _, key := range section.Keys {
			switch {
			case strings.EqualFold(section.Name, "ECPServers"):
				part := append(strings.Split(key.Value, ","), "", "", "", "")
				i.store.ECPServers[key.Name] = map[string]string{"Address": part[0], "Port": part[1],
					"MirrorConnection": part[2], "SSLConfig": part[3]}
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
	case "CreateSSLConfig":
		err = i.createTLS(name, values)
	case "ModifyServer":
		err = i.modifyServer(values)
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
	ssl := directoryInfo(a.Value("SSLDir"))
	if a.Value("Member") == "primary" {
		return i.found(founding{a.Value("Name"), a.Value("ArbiterURL"), a.Value("QOSTimeout"), self,
			a.Value("UseSSL") == "1", ssl})
	}
	kind, known := map[string]mirror.Type{"backup": mirror.Failover, "drasync": mirror.DR, "rorasync": mirror.ReadOnly,
		"rwrasync": mirror.ReadWrite}[a.Value("Member")]
	if !known {
		return fmt.Errorf("the stand-in does not model Member=%s", a.Value("Member"))
	}
	self.Type = kind
	return i.join(a.Value("Name"), a.Value("Primary")+":2188", self, ssl)
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

// A founding is what a new mirror is made of. It uses TLS where secured says so; ssl is ignored
// otherwise.
type founding struct {
	set, arbiter string
	qos          string // QOSTimeout in milliseconds; "" is the product's
	self         mirror.Peer
	secured      bool
	ssl          map[string]string
}

// found makes a new mirror.
func (i *Instance) found(f founding) error {
	if !i.enabled("%Service_Mirror") {
		return fmt.Errorf("ERROR #2100: %%Service_Mirror is not enabled")
	}
	// Inferred: what is no number of milliseconds is refused.
	qos, err := strconv.Atoi(cmp.Or(f.qos, "0"))
	if err != nil || qos < 0 {
		return fmt.Errorf("ERROR #2127: QOSTimeout %q is no number of milliseconds", f.qos)
	}
	if f.secured {
		name, err := i.secureMirror(f.ssl)
		if err != nil {
			return err
		}
		f.self.Subject = name
	}
	state, err := mirror.Found(f.set, f.arbiter, f.self)
	if err != nil {
		return err
	}
	state.Table.Secured, state.Table.QoS = f.secured, qos
	i.enroll(state)
	if m := i.Member(); !m.WaitSettled(4 * m.Times().QoS()) {
		return fmt.Errorf("ERROR #2120: the member does not become primary")
	}
	return nil
}

// join makes the instance a member of a mirror. Where that uses TLS, the call returns at
// once and the member waits until the primary has authorized its name (observed on 2021.1).
func (i *Instance) join(set, agent string, self mirror.Peer, ssl map[string]string) error {
	if !i.enabled("%Service_Mirror") {
		return fmt.Errorf("ERROR #2100: %%Service_Mirror is not enabled")
	}
	if len(ssl) > 0 {
		name, err := i.secureMirror(ssl)
		if err != nil {
			return err
		}
		self.Subject = name
	}
	state, err := i.agent.Join(set, agent, self)
	if errors.Is(err, mirror.ErrPending) {
		i.Say("mirror: %s waits to be authorized by the primary", self.Subject)
		go i.joinLater(set, agent, self)
		return nil
	}
	if err != nil {
		return err
	}
	i.enroll(state)
	m := i.Member()
	m.WaitSettled(4 * m.Times().QoS())
	return nil
}

// joinLater asks until the primary has authorized this member, or the instance is down.
func (i *Instance) joinLater(set, agent string, self mirror.Peer) {
	for i.Running() {
		time.Sleep(i.Times.Retry())
		state, err := i.agent.Join(set, agent, self)
		switch {
		case errors.Is(err, mirror.ErrPending):
		case err != nil:
			i.Say("mirror: %v", err)
		default:
			i.enroll(state)
			return
		}
	}
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
	}, m.Times().Trouble())
	if !r.Accepted {
		return fmt.Errorf("ERROR #5001: %s", r.Reason)
	}
	return nil
}
