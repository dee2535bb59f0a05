package schema

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/format/cpf"
)

// checkMerge makes sure that raw merge text does not create what the lab creates: IRIS skips
// a Create action for what exists, without a word (configuration merge guide).
func (d *decoder) checkMerge(lab *Lab) {
	shared, _ := cpf.Parse(lab.IRIS.Merge)
	reported := map[string]bool{} // in the merge text of all instances
	defer d.leave(d.enter(nil))
	for _, m := range lab.Mirrors {
		made := creations(m)
		d.about = nil
		d.checkCreations(shared, made, lab.IRIS.At("merge"), reported)
		for _, member := range m.Members {
			d.about = &member.Decl
			own, _ := cpf.Parse(member.Merge)
			d.checkCreations(own, made, member.At("merge"), map[string]bool{})
		}
	}
	for _, a := range lab.ApplicationServers {
		if a.Mirror != nil {
			d.about = &a.Decl
			own, _ := cpf.Parse(a.Merge)
			d.checkCreations(own, creations(a.Mirror), a.At("merge"), map[string]bool{})
		}
	}
}

// creations are the actions that every instance of a mirror runs, "CreateDatabase APP", with
// the database block that each is for.
func creations(m *Mirror) map[string]*Database {
	made := map[string]*Database{}
	for _, db := range m.Databases {
		name := strings.ToUpper(db.Name)
		made["CreateDatabase "+name] = db
		made["CreateNamespace "+db.Namespace] = db
		made["CreateResource %DB_"+name] = db
	}
	return made
}

// checkCreations reports each action of a merge text that is among those made.
func (d *decoder) checkCreations(f *cpf.File, made map[string]*Database, at hcl.Range, reported map[string]bool) {
	for action := range f.Actions {
		key := action.Name + " " + strings.ToUpper(action.Value("Name"))
		db := made[key]
		if db == nil || reported[key] {
			continue
		}
		reported[key] = true
		d.errorf(at, "Created already",
			"Line %d of merge: IRIS skips %s:Name=%s, because the lab creates it for database %q at %s. Write %s "+
				"with the "+
				"arguments to change.", action.Line, action.Name, action.Value("Name"), db.Name, db.NameRange,
			"Modify"+strings.TrimPrefix(action.Name, "Create"))
	}
}
