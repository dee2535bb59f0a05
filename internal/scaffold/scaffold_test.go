package scaffold_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"mirrorgen/internal/plan"
	"mirrorgen/internal/scaffold"
	"mirrorgen/internal/verify"
	"mirrorgen/schema"
	"mirrorgen/templates"
)

// Every combination is laid out as fmt does, and valid. It is warned of only what
// comes of its size.
func TestTopologies(t *testing.T) {
	n := 0
	for _, mirrors := range []int{1, 2, scaffold.MaxMirrors} {
		for _, members := range []int{1, 2, 3, scaffold.MaxMembers} {
			for _, gateways := range []int{0, 1, 3} {
				for _, networks := range []int{1, 2} {
					for _, version := range []string{"2022.1", "2023.1", "2025.1", "2026.1"} {
						for flags := range 1 << 5 {
							n++
							// 25 meets every value with every other
							if n%25 > 0 || mirrors == scaffold.MaxMirrors && n%1000 > 0 {
								continue
							}
							o := scaffold.Options{
								Name: "x", Version: version, Mirrors: mirrors, Members: members, Gateways: gateways,
								Networks: networks,
								DR:       flags&1 > 0, Reporting: flags&2 > 0, ApplicationServers: flags & 4 / 2,
								Durable: flags&8 > 0, Japanese: flags&16 > 0,
							}
							if err := check(o, n%225 == 0); err != nil {
								t.Fatalf("%+v:\n%s\n%v", o, scaffold.Topology(o), err)
							}
						}
					}
				}
			}
		}
	}
}

// ofSize are the warnings that a large lab gives.
var ofSize = []string{"Check interval raised", "Much memory", "Many gateway connections",
	"Network larger than a bridge", "Many connections"}

func check(o scaffold.Options, whole bool) error {
	if err := o.Check(); err != nil {
		return err
	}
	text := scaffold.Topology(o)
	if !bytes.Equal(hclwrite.Format(text), text) || !bytes.HasSuffix(text, []byte("}\n")) {
		return errors.New("not laid out")
	}
	lab, diags := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: text}})
	if len(diags) > 0 {
		return diags
	}
	p, diags := plan.Make(lab, nil)
	for _, d := range diags {
		if d.Severity == hcl.DiagError || !slices.Contains(ofSize, d.Summary) {
			return diags
		}
	}
	if len(p.Mirrors) != o.Mirrors || len(p.Gateways) != o.Gateways || len(p.Mirrors[0].Members) < o.Members {
		return errors.New("something is missing")
	}
	if whole {
		if diags := verify.Check(templates.Render(p)); len(diags) > 0 {
			return diags
		}
	}
	return nil
}

// What is asked for is there, and no more than one role more than that.
func TestRoles(t *testing.T) {
	for want, o := range map[string]scaffold.Options{
		"primary":                          {Members: 1},
		"primary backup":                   {Members: 2},
		"primary backup drasync":           {Members: 3},
		"primary backup rorasync":          {Members: 2, Reporting: true},
		"primary backup drasync rorasync":  {Members: 3, DR: true, Reporting: true},
		"primary drasync":                  {Members: 1, DR: true},
		"primary backup rorasync rorasync": {Members: 4, Reporting: true},
	} {
		o.Name, o.Version, o.Mirrors, o.Networks = "x", "2025.1", 1, 1
		lab, diags := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: scaffold.Topology(o)}})
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		have := ""
		for _, m := range lab.Mirrors[0].Members {
			have += " " + m.Role
		}
		if have[1:] != want {
			t.Errorf("%s, want %s", have[1:], want)
		}
	}
}

func TestLimits(t *testing.T) {
	for want, change := range map[string]func(o *scaffold.Options){
		"mirrors: 0 is not among 1 to 50":              func(o *scaffold.Options) { o.Mirrors = 0 },
		"members: 17 is not among 1 to 16":             func(o *scaffold.Options) { o.Members = 17 },
		"gateways: -1 is not among 0 to 20":            func(o *scaffold.Options) { o.Gateways = -1 },
		"application-servers: 21 is not among 0 to 20": func(o *scaffold.Options) { o.ApplicationServers = 21 },
		"networks: 3 is not among 1 to 2":              func(o *scaffold.Options) { o.Networks = 3 },
	} {
		o := scaffold.Default()
		change(&o)
		if err := o.Check(); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
