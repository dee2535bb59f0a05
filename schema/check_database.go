package schema

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// unmirrorable are the databases that cannot be mirrored (GHA).
var unmirrorable = []string{"IRISSYS", "IRISSECURITY", "IRISLIB", "IRISLOCALDATA", "IRISTEMP", "IRISAUDIT",
	"IRISMETRICS", "ENSLIB", "USER"}

// productPaths are the namespaces whose path below /csp is the product's own:
// the demo application would take the place of the portal or the gateway.
var productPaths = []string{"SYS", "BIN", "BROKER", "DOCBOOK", "DOCUMATIC"}

// checkDatabases supplies the default database and the namespaces, and resolves the
// databases of namespace blocks.
func (d *decoder) checkDatabases(m *Mirror) {
	if len(m.Databases) == 0 {
		m.Databases = []*Database{{Decl: Decl{Name: "MIRRORDB", Range: m.Range, NameRange: m.NameRange},
			Namespace: "MIRRORNS", Mirrored: true}}
	}
	databases, namespaces := map[string]*Database{}, map[string]*Decl{}
	defer d.leave(d.enter(&m.Decl))
	for _, db := range m.Databases {
		d.about = &db.Decl
		d.defaultNamespace(db)
		name := strings.ToUpper(db.Name)
		if slices.Contains(unmirrorable, name) {
			d.errorf(db.NameRange, "Database that cannot be mirrored",
				"%s belongs to the instance itself. Take another name, for example \"MIRRORDB\".", name)
		}
		d.checkNamespaceName(db.Namespace, db.At("namespace"))
		first, twice := databases[name]
		databases[name] = db
		if twice {
			d.errorf(db.NameRange, "Duplicate name",
				"%q is already the name of the database at %s; case does not count. Rename one.", db.Name,
				first.NameRange)
		} else if first := namespaces[db.Namespace]; first != nil && db.Namespace != "" {
			d.errorf(db.At("namespace"), "Duplicate namespace",
				"%s is already the namespace of database %q at %s. Give one of them another namespace.", db.Namespace,
				first.Name, first.NameRange)
		}
		namespaces[db.Namespace] = &db.Decl
	}
	delete(namespaces, "")
	for _, n := range m.Namespaces {
		d.about = &n.Decl
		d.checkNamespace(m, n, databases, namespaces)
	}
	if len(namespaces) == 0 {
		d.about = &m.Decl
		d.errorf(m.NameRange, "No namespace",
			"No database of mirror %q has a namespace, so nothing could reach its data. Add: namespace \"APP\" { "+
				"globals = %q }", m.Name, strings.ToUpper(m.Databases[0].Name))
	}
}

// defaultNamespace gives a database the namespace of its own name, where it does not
// say which, or that it has none.
func (d *decoder) defaultNamespace(db *Database) {
	if db.Namespace == "" && !db.Given("namespace") {
		db.Namespace = db.Name
		if databaseName(db.Name) && namespaceName(db.Name) != "" {
			d.errorf(db.NameRange, "Unsuitable namespace",
				"The namespace made from the database's name: %s Set namespace.", namespaceName(db.Name))
		}
	}
	db.Namespace = strings.ToUpper(db.Namespace)
}

// checkNamespaceName refuses the names of namespaces that the product has itself.
func (d *decoder) checkNamespaceName(name string, at hcl.Range) {
	if slices.Contains(productPaths, name) {
		d.errorf(at, "Namespace of the product",
			"/csp/%s is a path of the product itself. Take another name, for example \"MIRRORNS\".",
			strings.ToLower(name))
	}
	if name == "USER" || name == "%SYS" {
		d.errorf(at, "Namespace of the instance",
			"%s belongs to the instance itself. Take another name, for example \"MIRRORNS\".", name)
	}
}

// checkNamespace looks at a namespace block.
func (d *decoder) checkNamespace(m *Mirror, n *Namespace, databases map[string]*Database, namespaces map[string]*Decl) {
	n.Name = strings.ToUpper(n.Name)
	d.checkNamespaceName(n.Name, n.NameRange)
	if first := namespaces[n.Name]; first != nil {
		d.errorf(n.NameRange, "Duplicate namespace",
			"%s is already a namespace of mirror %q, by the block at %s. Rename one; a database has none of its own "+
				"with namespace = \"\".", n.Name, m.Name, first.NameRange)
	} else {
		namespaces[n.Name] = &n.Decl
	}
	if !n.Given("routines") {
		n.Routines = n.Globals
	}
	for _, part := range []struct {
		argument string
		database *string
	}{{"globals", &n.Globals}, {"routines", &n.Routines}} {
		*part.database = strings.ToUpper(*part.database)
		if !n.Given(part.argument) || n.refused(part.argument) || databases[*part.database] != nil {
			continue
		}
		var names []string
		for _, db := range m.Databases {
			names = append(names, strings.ToUpper(db.Name))
		}
		d.errorf(n.At(part.argument), "Unknown database", "%s: mirror %q has no database %s.%s",
			part.argument, m.Name, shown(*part.database), d.hint(*part.database, names, "databases"))
	}
}
