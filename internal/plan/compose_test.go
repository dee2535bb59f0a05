package plan

import (
	"fmt"
	"slices"
	"testing"

	"mirrorgen/schema"
)

// Every service of a large lab stands in one part, that of its mirror.
func TestComposeParts(t *testing.T) {
	p := manyMirrors(t, 130, 15)
	parts := p.ComposeParts()
	if !p.SplitCompose() || len(parts) != 4 {
		t.Fatalf("%d services in %d parts", len(p.Services), len(parts))
	}
	var got []string
	for i, part := range parts {
		if want := fmt.Sprintf("compose/part-%d.yaml", i+1); part.Path != want {
			t.Errorf("part %d is %s, want %s", i+1, part.Path, want)
		}
		if n := len(part.Services); n > partServices+15 {
			t.Errorf("%s has %d services", part.Path, n)
		}
		var whole []string
		for _, m := range part.Mirrors {
			for _, member := range m.Members {
				whole = append(whole, member.Name)
			}
		}
		for _, s := range part.Services {
			if s.Kind == KindMember && !slices.Contains(whole, s.Name) {
				t.Errorf("%s has %s, but not its mirror", part.Path, s.Name)
			}
			got = append(got, s.Name)
		}
	}
	var want []string
	for _, s := range p.Services {
		want = append(want, s.Name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the parts hold %d services, the lab has %d", len(got), len(want))
	}
}

func TestOneComposeFile(t *testing.T) {
	p := manyMirrors(t, 100, 14)
	parts := p.ComposeParts()
	if p.SplitCompose() || len(parts) != 1 || parts[0].Path != ComposePath ||
		len(parts[0].Services) != len(p.Services) {
		t.Errorf("%d services in %d parts", len(p.Services), len(parts))
	}
}

// manyMirrors plans a lab of equal mirrors with one of everything around them.
func manyMirrors(t *testing.T, mirrors, members int) *Plan {
	t.Helper()
	source := "lab \"large\" {}\narbiter \"arbiter\" {}\nweb_gateway \"webgw\" {}\nnginx \"web\" {}\nhaproxy " +
		"\"sql\" {}\n"
	for m := range mirrors {
		source += fmt.Sprintf("mirror \"m%03d\" {\n", m)
		for i := range members {
			role := "rwrasync"
			if i < 2 {
				role = [...]string{"primary", "backup"}[i]
			}
			source += fmt.Sprintf("  member \"m%03d%c\" { role = %q }\n", m, 'a'+i, role)
		}
		source += "}\n"
	}
	lab, diags := schema.Load("large.hcl", []schema.Source{{Name: "large.hcl", Content: []byte(source)}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	p, diags := Make(lab, nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return p
}
