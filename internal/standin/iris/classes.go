package iris

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"mirrorgen/internal/standin/mirror"
	"mirrorgen/internal/standin/objectscript"
)

// ok is a %Status; an error is "0 TEXT".
const ok = "1"

func status(err error) (objectscript.Value, error) {
	if err != nil {
		return "0 " + err.Error(), nil
	}
	return ok, nil
}

// a call is one class method's.
type call struct {
	i         *Instance
	namespace string
	args      []objectscript.Argument
}

func (c call) arg(n int) string {
	if n < len(c.args) {
		return c.args[n].Value
	}
	return ""
}

func (c call) array(n int) map[string]string {
	if n < len(c.args) {
		return c.args[n].Array
	}
	return nil
}

// Variable is a special variable.
func (i *Instance) Variable(name string) (string, bool) {
	switch name {
	case "$system":
		return i.Host + ":IRIS", true
	case "$username":
		return "irisowner", true
	case "$zversion":
		return "IRIS stand-in " + i.Version, true
	}
	return "", false
}

// Call calls a class method. The classes and methods are those that the generated
// scripts and READMEs use.
func (i *Instance) Call(namespace, class, method string, args []objectscript.Argument) (objectscript.Value, error) {
	c := call{i, namespace, args}
	methods, known := vocabulary()[class]
	if known {
		if run := methods[method]; run != nil {
			return run(c)
		}
	} else if v, err, found := c.loaded(class, method); found {
		return v, err
	} else {
		return nil, objectscript.Error(objectscript.NoClass + class)
	}
	return nil, objectscript.Error(objectscript.NoMethod + method + "," + class)
}

type method func(call) (objectscript.Value, error)

func vocabulary() map[string]map[string]method {
	type items func(*store) map[string]map[string]string
	collection := func(of items, fold func(string) string, properties string) map[string]method {
		put := func(c call) (objectscript.Value, error) {
			for key := range c.array(1) {
				if !strings.Contains(" "+properties+" ", " "+key+" ") {
					return status(fmt.Errorf("ERROR #5802: property %q does not exist", key))
				}
			}
			c.i.change(func(s *store) {
				values := map[string]string{}
				for k, v := range of(s)[fold(c.arg(0))] {
					values[k] = v
				}
				for k, v := range c.array(1) {
					values[k] = v
				}
				of(s)[fold(c.arg(0))] = values
			})
			c.i.startECP()
			return ok, nil
		}
		return map[string]method{
			"Create": put, "Modify": put,
			"Exists": func(c call) (objectscript.Value, error) {
				c.i.mu.Lock()
				defer c.i.mu.Unlock()
				_, known := of(c.i.store)[fold(c.arg(0))]
				return map[bool]string{true: "1", false: "0"}[known], nil
			},
		}
	}
	same := func(s string) string { return s }
	return map[string]map[string]method{
		"Security.Services":  {"Modify": modifyService},
		"Security.Servers":   serversMethods(),
		"Security.System":    {"Modify": modifySystem},
		"SYS.ECP":            {"AddAuthorizedCN": authorizeECP},
		"Security.Resources": {"Create": createResource, "Exists": resourceExists},
		"Security.Users":     {"Exists": userExists, "Modify": modifyUser},
		"Security.Applications": collection(func(s *store) map[string]map[string]string { return s.Applications },
			strings.ToLower, "NameSpace DispatchClass Enabled AutheEnabled MatchRoles Description Resource Type"),
		"Config.Databases": collection(func(s *store) map[string]map[string]string { return s.Databases }, same,
			"Directory Server MountRequired MountAtStartup"),
		"Config.Namespaces": collection(func(s *store) map[string]map[string]string { return s.Namespaces },
			strings.ToUpper, "Globals Routines TempGlobals Library"),
		"Config.ECPServers": collection(func(s *store) map[string]map[string]string { return s.ECPServers }, same,
			"Address Port MirrorConnection SSLConfig BatchMode"),
		"SYS.Database": {
			"CreateDatabase": func(c call) (objectscript.Value, error) {
				// Directory, Size, BlockSize, EncryptedDB, Resource, GlobalJournalState,
				// MirrorDBName, MirrorSetName.
				return status(c.i.createFile(c.arg(0), c.arg(6), orText(c.arg(4), "%DB_%DEFAULT")))
			},
			"%OpenId": func(c call) (objectscript.Value, error) {
				return &database{i: c.i, directory: c.arg(0)}, nil
			},
		},
		"Config.MapMirrors": {"Get": mapMirror},
		"SYS.Mirror":        mirrorMethods(),
		"%SYSTEM.Mirror":    systemMirror(),
		"%SYSTEM.CSP": {"SetConfig": func(c call) (objectscript.Value, error) {
			if c.arg(0) != "CSPConfigName" {
				return status(fmt.Errorf("ERROR: unknown setting %s", c.arg(0)))
			}
			c.i.change(func(s *store) { s.CSPConfig = c.arg(1) })
			return ok, nil
		}},
		"%SYSTEM.OBJ": {"Load": loadClass},
		"%SYSTEM.Status": {"GetErrorText": func(c call) (objectscript.Value, error) {
			_, text, _ := strings.Cut(c.arg(0), " ")
			return text, nil
		}},
		"%Library.EnsembleMgr": {"EnableNamespace": func(c call) (objectscript.Value, error) {
			_, mirrored := c.i.databaseOf(strings.ToUpper(c.arg(0)), "Globals")
			if m := c.i.Member(); mirrored && m != nil && !m.IsPrimary() {
				return status(fmt.Errorf("ERROR #5001: the database of namespace %s is read-only", c.arg(0)))
			}
			return ok, nil
		}},
	}
}

func modifyService(c call) (objectscript.Value, error) {
	name := strings.ToLower(c.arg(0))
	var err error
	c.i.change(func(s *store) {
		if _, known := s.Services[name]; !known {
			err = fmt.Errorf("ERROR #835: service %s does not exist", c.arg(0))
			return
		}
		s.Services[name] = c.array(1)["Enabled"] == "1"
	})
	return status(err)
}

func createResource(c call) (objectscript.Value, error) {
	c.i.change(func(s *store) { s.Resources[c.arg(0)] = c.arg(1) })
	return ok, nil
}

func resourceExists(c call) (objectscript.Value, error) {
	c.i.mu.Lock()
	defer c.i.mu.Unlock()
	if _, known := c.i.store.Resources[c.arg(0)]; known {
		return "1", nil
	}
	return "0", nil
}

func userExists(c call) (objectscript.Value, error) {
	c.i.mu.Lock()
	defer c.i.mu.Unlock()
	if _, known := c.i.store.Users[strings.ToLower(c.arg(0))]; known {
		return "1", nil
	}
	return "0", nil
}

func modifyUser(c call) (objectscript.Value, error) {
	for key := range c.array(1) {
		if key != "Password" && key != "ChangePassword" {
			return status(fmt.Errorf("ERROR #5802: property %q does not exist", key))
		}
	}
	c.i.change(func(s *store) {
		name := strings.ToLower(c.arg(0))
		u := s.Users[name]
		if password, given := c.array(1)["Password"]; given {
			u.Password, u.Hash, u.Change = password, "", false
		}
		if change, given := c.array(1)["ChangePassword"]; given {
			u.Change = change == "1"
		}
		s.Users[name] = u
	})
	return ok, nil
}

// A database is an object of SYS.Database, to be read only.
type database struct {
	i         *Instance
	directory string
}

func (d *database) mirrored() (mirror.Database, bool) {
	if m := d.i.Member(); m != nil {
		for _, database := range m.State().Content.Databases {
			if database.Directory == d.directory {
				return database, true
			}
		}
	}
	return mirror.Database{}, false
}

func (d *database) Get(property string) (objectscript.Value, error) {
	database, mirrored := d.mirrored()
	switch property {
	case "Mirrored":
		return map[bool]string{true: "1", false: "0"}[mirrored], nil
	case "ResourceName":
		return database.Resource, nil
	}
	return nil, objectscript.Error("<PROPERTY DOES NOT EXIST> *" + property + ",SYS.Database")
}

func (d *database) Set(property, _ string) error {
	return objectscript.Error("<CANNOT SET THIS PROPERTY> *" + property + ",SYS.Database")
}

func (d *database) Call(method string, _ []objectscript.Argument) (objectscript.Value, error) {
	return nil, objectscript.Error(objectscript.NoMethod + method + ",SYS.Database")
}

var classLine = regexp.MustCompile(`(?m)^Class ([%\w.]+) Extends ([%\w.]+)`)

// databaseOf is a database of a namespace, Globals or Routines, and whether it is mirrored.
func (i *Instance) databaseOf(namespace, part string) (name string, mirrored bool) {
	i.mu.Lock()
	of := i.store.Namespaces[namespace]
	if name = of[part]; name == "" {
		name = of["Globals"]
	}
	directory := i.store.Databases[name]["Directory"]
	i.mu.Unlock()
	if directory == "" {
		return name, false
	}
	_, mirrored = (&database{i: i, directory: filepath.Clean(directory) + "/"}).mirrored()
	return name, mirrored
}

// loadClass is $system.OBJ.Load: it compiles a class into the namespace's database,
// which must not be read-only.
func loadClass(c call) (objectscript.Value, error) {
	content, err := os.ReadFile(c.arg(0))
	if err != nil {
		return status(fmt.Errorf("ERROR #5012: File '%s' does not exist", c.arg(0)))
	}
	match := classLine.FindStringSubmatch(string(content))
	if match == nil {
		return status(fmt.Errorf("ERROR #5559: %s holds no class", c.arg(0)))
	}
	name, mirrored := c.i.databaseOf(c.namespace, "Routines")
	if !mirrored {
		c.i.change(func(s *store) {
			if s.Classes[name] == nil {
				s.Classes[name] = map[string]string{}
			}
			s.Classes[name][match[1]] = match[2]
		})
		return ok, nil
	}
	return c.update(name, func(d *mirror.Database) {
		if d.Classes == nil {
			d.Classes = map[string]string{}
		}
		d.Classes[match[1]] = match[2]
	})
}

func (c call) update(name string, change func(*mirror.Database)) (objectscript.Value, error) {
	m := c.i.Member()
	r := m.Update(func(content *mirror.Content) (mirror.Database, error) {
		d := content.Databases[name]
		change(&d)
		return d, nil
	}, m.Times().Trouble())
	if !r.Accepted {
		return status(fmt.Errorf("ERROR #5001: <PROTECT> %s", r.Reason))
	}
	return ok, nil
}

// loaded calls a method of a class that was loaded: of a persistent one, Fill adds its
// rows.
func (c call) loaded(class, name string) (objectscript.Value, error, bool) {
	code, mirrored := c.i.databaseOf(c.namespace, "Routines")
	if !mirrored || c.i.Member().State().Content.Databases[code].Classes[class] != "%Persistent" {
		return nil, nil, false
	}
	database, mirrored := c.i.databaseOf(c.namespace, "Globals")
	if !mirrored {
		return nil, nil, false
	}
	d := c.i.Member().State().Content.Databases[database]
	if name != "Fill" {
		return nil, objectscript.Error(objectscript.NoMethod + name + "," + class), true
	}
	if d.Rows > 0 {
		return ok, nil, true
	}
	v, err := c.update(database, func(d *mirror.Database) { d.Rows = 10 })
	return v, err, true
}
