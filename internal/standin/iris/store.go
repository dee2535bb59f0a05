// Package iris stands in for an InterSystems IRIS container: iris-main, the iris
// command, the instance with its superserver, and its ISCAgent. Rules come from the
// documentation: ADOCK (running InterSystems products in containers), CPF
// (configuration parameter file reference), GSA (system administration), GCGI (Web
// Gateway). What is inferred says so.
package iris

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mirrorgen/internal/format/cpf"
	"mirrorgen/internal/standin/mirror"
)

// A store is what an instance keeps on disk: its configuration and security settings,
// and its place in a mirror.
type store struct {
	Services     map[string]bool              // by name in lower case: enabled
	Resources    map[string]string            // name to description
	Users        map[string]user              // by name in lower case
	Applications map[string]map[string]string // by path in lower case
	Databases    map[string]map[string]string
	Namespaces   map[string]map[string]string
	ECPServers   map[string]map[string]string
	ECPNames     map[string]bool // application servers that may come with TLS
	SSLConfigs   map[string]map[string]string
	Superserver  map[string]string            // of Security.Servers: SSLSupportLevel, SSLConfig
	Classes      map[string]map[string]string // of local databases: database, class, superclass
	Config       map[string]string            // [config] and [Startup], as section.key
	CSPConfig    string
	Hashed       bool // [Startup] PasswordHash, or --password-file, has had its effect
	Mirror       *mirror.State
}

// A user logs in with a password, or with the hash of one.
type user struct {
	Name     string
	Password string
	Hash     string // hash,salt,work factor,algorithm
	Change   bool   // has to change the password at first login
	Roles    string
}

func freshStore() *store {
	s := &store{
		Services: map[string]bool{"%service_mirror": false, "%service_ecp": false, "%service_webgateway": true,
			"%service_bindings": true, "%service_console": true, "%service_terminal": true},
		Resources: map[string]string{"%DB_USER": "USER database", "%DB_IRISSYS": "IRISSYS database",
			"%DB_%DEFAULT": "default"},
		Users: map[string]user{"cspsystem": {Name: "CSPSystem", Password: "SYS"}},
		Applications: map[string]map[string]string{
			"/csp/sys": {"NameSpace": "%SYS", "AutheEnabled": "32"}, "/csp/user": {"NameSpace": "USER",
				"AutheEnabled": "32"},
			"/api/mgmnt": {"NameSpace": "%SYS", "AutheEnabled": "32"}, "/api/monitor": {"NameSpace": "%SYS",
				"AutheEnabled": "64"},
		},
		Databases:  map[string]map[string]string{"IRISSYS": {}, "USER": {}},
		Namespaces: map[string]map[string]string{"%SYS": {"Globals": "IRISSYS"}, "USER": {"Globals": "USER"}},
		ECPServers: map[string]map[string]string{}, ECPNames: map[string]bool{},
		SSLConfigs: map[string]map[string]string{}, Superserver: map[string]string{},
		Classes: map[string]map[string]string{},
		Config: map[string]string{"config.MaxServerConn": "1", "config.MaxServers": "2",
			"Startup.DefaultPort": "1972"},
		CSPConfig: "iris",
	}
	// GSA: the predefined accounts have the password SYS, and must change it.
	for _, name := range []string{"SuperUser", "_SYSTEM", "Admin"} {
		s.Users[strings.ToLower(name)] = user{Name: name, Password: "SYS", Change: true, Roles: "%All"}
	}
	return s
}

// load reads the store of a directory; a new one where there is none yet.
func load(mgr string) (*store, error) {
	content, err := os.ReadFile(filepath.Join(mgr, "stand-in.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return freshStore(), nil
	}
	if err != nil {
		return nil, err
	}
	s := freshStore()
	return s, json.Unmarshal(content, s)
}

// write replaces a file as a whole, so that a killed container leaves a complete one.
func write(path string, content []byte) error {
	next := path + ".new"
	if err := os.WriteFile(next, content, 0o644); err != nil {
		return err
	}
	return os.Rename(next, path)
}

func (s *store) save(mgr string) error {
	content, err := json.Marshal(s)
	if err != nil {
		panic(err) // maps of strings always encode
	}
	return write(filepath.Join(mgr, "stand-in.json"), content)
}

// readCPF reads what an administrator may write into iris.cpf before a start:
// ValidatedMember (CPF [MirrorMember]). A file with what IRIS does not know keeps it
// from starting.
func (s *store) readCPF(path string) error {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	file, problems := cpf.Parse(string(content))
	if len(problems) > 0 {
		return fmt.Errorf("%s line %d: %s: %s", path, problems[0].Line, problems[0].Summary, problems[0].Text)
	}
	for range file.Actions {
		return fmt.Errorf("%s: [Actions] is for merge files only", path)
	}
	if s.Mirror == nil {
		return nil
	}
	for _, key := range file.Keys("MirrorMember") {
		if key.Name == "ValidatedMember" {
			s.Mirror.Validated = key.Value != "0"
		}
	}
	return nil
}

// cpfText is iris.cpf. The line of a member in [MapMirrors] has agent, superserver and
// mirror address as its first, fourth and eighth value (CPF [MapMirrors]).
func (s *store) cpfText(version string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[ConfigFile]\nProduct=IRIS\nVersion=%s\n\n[Databases]\n", version)
	for _, name := range sorted(s.Databases) {
		directory := s.Databases[name]["Directory"]
		if server := s.Databases[name]["Server"]; server != "" {
			directory += "," + server
		}
		fmt.Fprintf(&b, "%s=%s\n", name, directory)
	}
	b.WriteString("\n[Namespaces]\n")
	for _, name := range sorted(s.Namespaces) {
		fmt.Fprintf(&b, "%s=%s\n", name, s.Namespaces[name]["Globals"])
	}
	if len(s.ECPServers) > 0 {
		b.WriteString("\n[ECPServers]\n")
		for _, name := range sorted(s.ECPServers) {
			e := s.ECPServers[name]
			fmt.Fprintf(&b, "%s=%s,%s,%s,%s\n", name, e["Address"], e["Port"], e["MirrorConnection"],
				orText(e["SSLConfig"], "0"))
		}
	}
	if m := s.Mirror; m != nil {
		host, port, _ := strings.Cut(m.Table.Arbiter, ":")
		fmt.Fprintf(&b, "\n[Mirrors]\n%s=%s,2,1,,%d,0,0,,0,%s|%s,0,0,2,0,0\n\n[MapMirrors.%s]\n", m.Table.Set,
			m.Table.GUID, cmp.Or(m.Table.QoS, 8000), host, port, m.Table.Set)
		async := 0
		for _, p := range m.Table.Members {
			kind := 2
			if p.Type == mirror.Failover {
				kind = 0
			}
			if p.Name == m.Self {
				async = map[mirror.Type]int{mirror.ReadOnly: 1, mirror.ReadWrite: 2}[p.Type]
			}
			fmt.Fprintf(&b, "%s=%s,%d,,%s,%s,%s,%d,%s,%d\n", p.Name, recordedAgent(p), p.AgentPort, p.Superserver,
				p.GUID, p.Directory, kind, p.Mirror, p.Port)
		}
		validated := 0
		if m.Validated {
			validated = 1
		}
		fmt.Fprintf(&b, "\n[MirrorMember]\nAsyncMemberType=%d\nJoinMirror=1\nSystemName=%s\nValidatedMember=%d\n",
			async, m.Self, validated)
	}
	for _, section := range []string{"Startup", "config"} {
		fmt.Fprintf(&b, "\n[%s]\n", section)
		for _, key := range sorted(s.Config) {
			if name, ok := strings.CutPrefix(key, section+"."); ok && name != "PasswordHash" {
				fmt.Fprintf(&b, "%s=%s\n", name, s.Config[key])
			}
		}
	}
	return b.String()
}

func sorted[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
