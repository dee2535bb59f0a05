package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/plan"
	"mirrorgen/schema"
)

// name explains what bears a name, or the blocks of a type.
func (l *Lab) name(word string) []Answer {
	var answers []Answer
	if s := l.service(word); s != nil {
		answers = append(answers, l.serviceAnswer(s))
	}
	for _, m := range l.Plan.Mirrors {
		if m.Name == word || m.SetName == word {
			answers = append(answers, l.mirror(m))
		}
		for _, db := range m.Databases {
			if strings.EqualFold(db.Name, word) || strings.EqualFold(db.Namespace, word) {
				answers = append(answers, Answer{
					Subject: fmt.Sprintf("database %s with namespace %s, of mirror %s, in %s on every member", db.Name,
						db.Namespace, m.Name, db.Directory),
					Facts: l.declaration(l.databaseDeclaration(db.Name, m.Name),
						"the database of a mirror without database blocks"),
					Lines: l.find(word),
				})
			}
		}
	}
	for _, n := range l.Plan.Networks {
		if n.Name == word {
			answers = append(answers, l.network(n))
		}
	}
	for _, p := range l.Plan.Profiles {
		if p.Name == word {
			answers = append(answers, Answer{
				Subject: fmt.Sprintf("profile: ./start.sh %s starts %s", p.Name, strings.Join(p.Services, ", ")),
				Facts:   l.declaration(l.declared(word, "profile"), ""), Lines: l.find(word),
			})
		}
	}
	if word == l.Plan.Name {
		answers = append(answers, Answer{
			Subject: "the lab: the Compose project, and by default the name of its directory",
			Facts:   l.declaration(l.declared(word, "lab"), ""), Lines: l.find(word),
		})
	}
	if len(answers) == 0 {
		for _, d := range l.Lab.Declarations() {
			if d.Kind == word {
				answers = append(answers, l.block(d))
			}
		}
	}
	return answers
}

// databaseDeclaration is the block of a database, nil where there is none.
func (l *Lab) databaseDeclaration(name, mirror string) *schema.Declaration {
	for _, d := range l.Lab.Declarations() {
		if d.Kind == "database" && d.Name == name && d.Mirror == mirror {
			return &d
		}
	}
	return nil
}

// declaration says where something is declared, or why it is there without a block.
func (l *Lab) declaration(d *schema.Declaration, otherwise string) []Fact {
	if d == nil {
		return []Fact{{otherwise, nil}}
	}
	return []Fact{{fmt.Sprintf("declared as %s %q%s", d.Kind, d.Name, strings.TrimSuffix(d.Note(), ".")), at(d.Range)}}
}

// serviceAnswer explains a service: its numbers, its peers, its lines.
func (l *Lab) serviceAnswer(s *plan.Service) Answer {
	answer := Answer{
		Subject: "service, " + strings.TrimPrefix(l.described(s), s.Name+", "),
		Facts:   l.declaration(l.declared(s.Name, string(s.Kind)), ""),
		Peers:   l.peers(func(c *plan.Connection) bool { return c.From == s.Name || c.To == s.Name }),
		Lines:   l.find(s.Name),
	}
	for _, a := range s.Addresses {
		answer.Facts = append(answer.Facts, Fact{Text: fmt.Sprintf("address %s on network %s", a.IP, a.Network.Name)})
	}
	answer.Facts = append(answer.Facts, l.whyNumber(s), Fact{Text: "image " + s.Image})
	for _, p := range s.Ports {
		if p.Host > 0 {
			answer.Facts = append(answer.Facts, Fact{Text: fmt.Sprintf("host port %d: %s", p.Host, p.Purpose)})
		}
	}
	return answer
}

// mirror explains a mirror set.
func (l *Lab) mirror(m *plan.Mirror) Answer {
	var members []string
	for _, member := range m.Members {
		members = append(members, fmt.Sprintf("%s (%s)", member.Name, member.Role))
	}
	answer := Answer{
		Subject: fmt.Sprintf("mirror set %s: %s", m.SetName, strings.Join(members, ", ")),
		Facts:   l.declaration(l.declared(m.Name, "mirror"), ""),
		Peers: l.peers(func(c *plan.Connection) bool {
			inside := func(name string) bool {
				return slices.ContainsFunc(m.Members, func(member *plan.Member) bool { return member.Name == name })
			}
			return inside(c.To) && !inside(c.From) || inside(c.From) && !inside(c.To)
		}),
		Lines: l.find(m.Name),
	}
	if m.Arbiter != nil {
		fact := Fact{Text: "arbiter " + m.Arbiter.Name + ", the only one"}
		if r := l.argumentRange("mirror", m.Name, "arbiter"); r != nil {
			fact = Fact{"arbiter " + m.Arbiter.Name, r}
		}
		answer.Facts = append(answer.Facts, fact)
	}
	if m.Port != nil {
		answer.Facts = append(answer.Facts, Fact{Text: fmt.Sprintf("host port %d of %s serves the primary", m.Port.Host,
			m.HAProxy)})
	}
	return answer
}

// block explains a block by the arguments that it gives.
func (l *Lab) block(d schema.Declaration) Answer {
	answer := Answer{Subject: strings.TrimSpace(fmt.Sprintf("block %s %s", d.Kind, d.Name)),
		Facts: []Fact{{"declared", at(d.Range)}}}
	for _, a := range argumentsOf(d.Kind) {
		if d.Given(a.Name) {
			answer.Facts = append(answer.Facts, Fact{a.Name + " = " + shownValue(d.Value(a.Name)), at(d.At(a.Name))})
		}
	}
	return answer
}

// nameRange is where a block is named, nil where there is none.
func (l *Lab) nameRange(kind, name string) *hcl.Range {
	if d := l.declared(name, kind); d != nil {
		return at(d.NameRange)
	}
	return nil
}

// argumentRange is where an argument is given, nil where it is not.
func (l *Lab) argumentRange(kind, name, argument string) *hcl.Range {
	if d := l.declared(name, kind); d != nil && d.Given(argument) {
		return at(d.At(argument))
	}
	return nil
}
