// Package explain says of an address, a port, a path, a name or an argument of a lab what it
// is, who talks to it over what, why it has its value, and which lines of the generated files
// it stands in.
package explain

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/lab"
	"mirrorgen/internal/plan"
	"mirrorgen/schema"
)

// A Lab is a topology without errors, with everything that was made of it.
type Lab struct {
	Base      string // base name of the topology
	Sources   []schema.Source
	Settings  []schema.Setting
	Lab       *schema.Lab
	Lock      *plan.Lock // what the plan was made with, nil for none
	Plan      *plan.Plan
	Artifacts []lab.Artifact
	// Render prints a plan as it printed Artifacts. It is asked for variations of the topology;
	// nil finds the lines of arguments by their values alone.
	Render func(*plan.Plan) ([]lab.Artifact, error)
}

// An Answer is one thing that a word stands for.
type Answer struct {
	Subject string // what it is: one line
	Facts   []Fact // why it is as it is
	Peers   []plan.Connection
	Lines   []Line // of the generated files, by path, those for readers behind those for programs
}

// A Fact is a part of the reason.
type Fact struct {
	Text string
	At   *hcl.Range // in the topology or the lock file; nil where it is a default
}

// A Line is one line of an artifact.
type Line struct {
	Path   string
	Number int // from 1
	Text   string
}

// An UnknownError says that a word stands for nothing in the lab.
type UnknownError struct {
	Word string
	Near string // what was probably meant, "" for nothing
}

func (e *UnknownError) Error() string {
	hint := ""
	if e.Near != "" {
		hint = fmt.Sprintf("; did you mean %s?", e.Near)
	}
	return fmt.Sprintf("%s is no address, port, path, name or argument of this lab%s", strconv.Quote(e.Word), hint)
}

// Word explains what a word stands for: an address (10.0.1.3), a subnet, a port (11972), a
// path (/ap1a) or URL, the name of a service, mirror, network, database, namespace or
// profile, a block type (nginx), or an argument (read_timeout, nginx.read_timeout,
// web.read_timeout). There are several answers where it stands for several things, and an
// [UnknownError] where it stands for nothing.
func Word(l *Lab, word string) ([]Answer, error) {
	var answers []Answer
	address, addressErr := netip.ParseAddr(word)
	prefix, prefixErr := netip.ParsePrefix(word)
	number, numberErr := strconv.Atoi(word)
	switch {
	case addressErr == nil:
		answers = l.address(address)
	case prefixErr == nil:
		answers = l.subnet(prefix)
	case numberErr == nil:
		answers = l.port(number)
	case strings.HasPrefix(word, "/"):
		answers = l.path(word)
	case strings.Contains(word, "://"):
		answers = l.url(word)
	default:
		answers = l.spelt(word)
	}
	if len(answers) == 0 {
		return nil, &UnknownError{word, l.near(word)}
	}
	for _, a := range answers {
		slices.SortStableFunc(a.Lines, func(a, b Line) int { return pages(a) - pages(b) })
	}
	return answers, nil
}

// spelt explains a name, an argument or a block type.
func (l *Lab) spelt(word string) []Answer {
	if answers := l.name(word); len(answers) > 0 {
		return answers
	}
	if answers := l.argument(word); len(answers) > 0 {
		return answers
	}
	return absentBlock(word)
}

// pages is 1 for a line of a page that people read, 0 for one of a program's file.
func pages(l Line) int {
	if strings.HasSuffix(l.Path, ".md") {
		return 1
	}
	return 0
}

// url explains the port and the path of a URL.
func (l *Lab) url(word string) []Answer {
	u, err := url.Parse(strings.TrimPrefix(word, "jdbc:"))
	if err != nil {
		return nil
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		port = plan.HTTPPort
	}
	answers := l.port(port)
	if u.Path != "" && u.Path != "/" && strings.HasPrefix(u.Scheme, "http") {
		answers = append(answers, l.path(u.Path)...)
	}
	return answers
}

// near is the name or argument that was probably meant.
func (l *Lab) near(word string) string {
	block, argument, dotted := strings.Cut(word, ".")
	var names, arguments []string
	for _, b := range schema.Reference() {
		names = append(names, b.Kind)
		for _, a := range b.Arguments {
			arguments = append(arguments, a.Name)
			if b.Kind == block {
				names = append(names, b.Kind+"."+a.Name)
			}
		}
	}
	for _, d := range l.Lab.Declarations() {
		names = append(names, d.Name)
		if d.Name == block {
			for _, a := range argumentsOf(d.Kind) {
				names = append(names, d.Name+"."+a.Name)
			}
		}
	}
	if !dotted {
		names = append(names, arguments...)
	} else if near := nearest(argument, arguments); near != "" && l.argument(block+"."+near) != nil {
		return block + "." + near
	}
	near := nearest(strings.TrimPrefix(word, "/"), names)
	if near != "" && len(l.spelt(near)) == 0 { // of the language, and not of this lab
		return ""
	}
	return near
}

func nearest(word string, names []string) string {
	if len(word) < 3 || !strings.ContainsAny(word, "abcdefghijklmnopqrstuvwxyz") {
		return ""
	}
	return text.Near(slices.Values(names), word, 1+len(word)/3)
}

// argumentsOf are the arguments of a block type.
func argumentsOf(kind string) []schema.ArgumentReference {
	for _, b := range schema.Reference() {
		if b.Kind == kind {
			return b.Arguments
		}
	}
	return nil
}

// service returns a service of the plan, nil where there is none of the name.
func (l *Lab) service(name string) *plan.Service {
	i := slices.IndexFunc(l.Plan.Services, func(s *plan.Service) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return l.Plan.Services[i]
}

// declared returns the first block of a name and one of some types; any type where none is
// given.
func (l *Lab) declared(name string, kinds ...string) *schema.Declaration {
	for _, d := range l.Lab.Declarations() {
		if d.Name == name && (len(kinds) == 0 || slices.Contains(kinds, d.Kind)) {
			return &d
		}
	}
	return nil
}

// described says what a service is, with its name: "ap1b, backup of mirror ap1".
func (l *Lab) described(s *plan.Service) string {
	for _, i := range l.Plan.Instances {
		switch {
		case i.Service != s:
		case i.Member != nil:
			return fmt.Sprintf("%s, %s of mirror %s", s.Name, i.Member.Role, i.Mirror.Name)
		default:
			return fmt.Sprintf("%s, application server of mirror %s", s.Name, i.Mirror.Name)
		}
	}
	return s.Name + ", " + strings.ReplaceAll(string(s.Kind), "_", " ")
}

// peers are the connections that have a part in something.
func (l *Lab) peers(has func(c *plan.Connection) bool) []plan.Connection {
	var list []plan.Connection
	for c := range l.Plan.Connections() {
		if has(&c) {
			list = append(list, c)
		}
	}
	return list
}

func at(r hcl.Range) *hcl.Range { return &r }

// Summary says in one line what a name is in the lab, "" where it is nothing there.
func Summary(l *Lab, name string) string {
	if s := l.service(name); s != nil {
		line := l.described(s)
		for _, a := range s.Addresses {
			line += fmt.Sprintf("; %s on %s", a.IP, a.Network.Name)
		}
		for _, p := range s.Ports {
			if p.Host > 0 {
				line += fmt.Sprintf("; host port %d (%s)", p.Host, p.Purpose)
			}
		}
		return line
	}
	for _, m := range l.Plan.Mirrors {
		if m.Name == name {
			return l.mirror(m).Subject
		}
	}
	for _, n := range l.Plan.Networks {
		if n.Name == name {
			return l.network(n).Subject
		}
	}
	return ""
}

// Contains reports whether a value is a text that holds a line.
func Contains(v cty.Value, line string) bool {
	if v == cty.NilVal || v.IsNull() || !v.IsKnown() || v.Type() != cty.String {
		return false
	}
	for text := range strings.SplitSeq(v.AsString(), "\n") {
		if strings.TrimSpace(text) == line {
			return true
		}
	}
	return false
}
