// Package impact reports what a build means for a lab that runs: what the lab's own
// start.sh does with each service once other artifacts lie in its directory, and
// what of that endangers data which a durable lab keeps.
//
// It compares the artifacts of before and after, and asks neither Docker nor the
// topology: whatever is mounted, and how, is what the compose files say.
package impact

import (
	"mirrorgen/internal/lab"
)

// Effect is what happens to one service.
type Effect string

// The effects, the gravest last.
const (
	Nothing Effect = "nothing"
	Create  Effect = "create" // start.sh makes its container
	Leave   Effect = "leave"  // it is no longer part of the lab; its container stays until somebody removes it
	// what it mounts has changed, and reaches it when stop.sh and start.sh stop and start it
	Restart Effect = "restart"
	// on Kubernetes its pods stay; start.sh changes its Service, or what makes its pods
	Apply Effect = "apply"
	// on Kubernetes a new pod takes its place before it goes
	Roll     Effect = "roll"
	Recreate Effect = "recreate" // start.sh makes its container anew; nothing that it keeps is in there
	// its mirror, or the lab, has to be started afresh as a whole; start.sh refuses where it sees that
	Purge Effect = "purge"
)

// A Service is one container of the lab.
type Service struct {
	Name    string   `json:"name"`
	Effect  Effect   `json:"effect"`
	Reasons []string `json:"reasons"` // e.g. "image" or "nginx/web.conf"; none for nothing
}

// A Report is all that a build means for a lab that runs.
type Report struct {
	Services []Service `json:"services"` // in the order of the compose file, those that go last
	// Dangers are sentences about what would cost data, or a mirror.
	Dangers []string `json:"dangers"`
	// Commands are what has to be run in the directory of a lab that runs, so that it becomes
	// the new one. None deletes data that could be kept.
	Commands []Command `json:"commands"`
}

// A Command is one line for a shell in the lab's directory.
type Command struct {
	When string `json:"when"` // "before" the build, or "after" it
	Run  string `json:"run"`
}

// Of compares the artifacts that a lab was started from with those that are to
// be there. Both are whole labs.
func Of(before, after []lab.Artifact) (*Report, error) {
	old, err := read(before)
	if err != nil {
		return nil, err
	}
	now, err := read(after)
	if err != nil {
		return nil, err
	}
	c := &comparison{old: old, now: now, purged: map[string]string{}, report: &Report{Services: []Service{},
		Dangers: []string{}, Commands: []Command{}}}
	c.lab()
	c.findRenamed()
	c.mirrors()
	for _, s := range now.services {
		c.service(s)
	}
	for _, s := range old.services {
		if now.byName[s.name] == nil {
			c.gone(s)
		}
	}
	c.commands()
	return c.report, nil
}

// comparison is one comparison of two labs.
type comparison struct {
	old, now *labFacts
	// purged are the mirrors that have to be started afresh, by what they are called
	// after the build, with the reason.
	purged map[string]string
	// all is the reason why the whole lab has to be, "" for none.
	all string
	// renamed are the services that were renamed, by the name of before, and earlier by the one
	// of after.
	renamed, earlier map[string]string
	report           *Report
}

func (c *comparison) add(name string, effect Effect, reasons ...string) {
	if reasons == nil {
		reasons = []string{}
	}
	c.report.Services = append(c.report.Services, Service{name, effect, reasons})
}

func (c *comparison) danger(text string) { c.report.Dangers = append(c.report.Dangers, text) }
