package mirror

import (
	"maps"
	"slices"
)

// A Journal is how far a member has come. Of its records only the number is kept.
type Journal struct {
	Epoch    int   // which primary wrote last: each take-over begins a new one
	Position int64 // number of the last record
	History  []Turn
}

// A Turn is where a primary began to write.
type Turn struct {
	Epoch int
	Start int64 // position of the record before its first
}

// newer says whether j has records that other lacks.
func (j Journal) newer(other Journal) bool {
	if j.Epoch != other.Epoch {
		return j.Epoch > other.Epoch
	}
	return j.Position > other.Position
}

// follows says whether a member with the other journal can catch up from this one:
// everything that it has is here. Otherwise it holds transactions that the mirror
// does not know, and has to be rebuilt (GHA, "Rebuilding a Mirror Member").
func (j Journal) follows(other Journal) bool {
	if other.Epoch == 0 {
		return true
	}
	for i, turn := range j.History {
		if turn.Epoch != other.Epoch {
			continue
		}
		end := j.Position
		if i+1 < len(j.History) {
			end = j.History[i+1].Start
		}
		return other.Position <= end
	}
	return false
}

// begin starts a new primary's turn.
func (j *Journal) begin() {
	j.Epoch++
	j.History = append(slices.Clone(j.History), Turn{j.Epoch, j.Position})
}

// Content is what the mirrored databases hold.
type Content struct {
	Databases map[string]Database // by mirror database name
	Last      string              // what was written last
}

// A Database is a mirrored database.
type Database struct {
	Name      string // in the mirror
	Directory string // on the primary when it was created
	Resource  string
	Classes   map[string]string // name of a compiled class to its superclass
	Rows      int               // of its persistent classes
}

// clone copies deeply: contents are handed to other goroutines.
func (c Content) clone() Content {
	databases := make(map[string]Database, len(c.Databases))
	for name, d := range c.Databases {
		d.Classes = maps.Clone(d.Classes)
		databases[name] = d
	}
	c.Databases = databases
	return c
}

// A Change is one record of the journal: a write, or what a database has become.
type Change struct {
	Position int64
	Text     string    `json:",omitempty"`
	Database *Database `json:",omitempty"`
}

func (c *Content) apply(change Change) {
	if change.Database != nil {
		if c.Databases == nil {
			c.Databases = map[string]Database{}
		}
		c.Databases[change.Database.Name] = *change.Database
		return
	}
	c.Last = change.Text
}

// A State is all that a member keeps when it stops.
type State struct {
	Self    string // the member's name
	Table   Table
	Journal Journal
	Content Content
	Alone   bool // it was primary last, and no backup was active: nobody else can have taken over
	// false: the member has to ask for its type before it does anything (CPF [MirrorMember] ValidatedMember)
	Validated bool
}
