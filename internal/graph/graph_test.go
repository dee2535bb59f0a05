package graph

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"mirrorgen/internal/explain"
	"mirrorgen/internal/plan/plantest"
)

// lab is a topology with so many of each.
func lab(networks, mirrors, members, gateways, servers int) string {
	var b strings.Builder
	b.WriteString("lab \"l\" {}\narbiter \"arbiter\" {}\nnetwork \"zone\" {\nsubnet = \"10.0.0.0/10\"\n}\n")
	for n := 1; n < networks; n++ {
		fmt.Fprintf(&b, "network \"network-%d\" {\nsubnet = \"10.%d.0.0/10\"\n}\n", n, 64*n)
	}
	for m := range mirrors {
		fmt.Fprintf(&b, "mirror \"m%d\" {\n", m)
		for i := range members {
			role := []string{"primary", "backup", "drasync", "rorasync", "rwrasync"}[min(i, 4)]
			fmt.Fprintf(&b, "member \"member-with-a-long-name-%d-%d\" { role = %q }\n", m, i, role)
		}
		b.WriteString("}\n")
	}
	for g := range gateways {
		fmt.Fprintf(&b, "web_gateway \"webgw%d\" {}\n", g)
	}
	for a := range servers {
		fmt.Fprintf(&b, "application_server \"app%d\" { mirror = \"m0\" }\n", a)
	}
	b.WriteString("nginx \"web\" {}\nhaproxy \"sql\" { stats_port = 8404 }\n")
	return b.String()
}

// Whatever the lab, no box lies on another, every text has room in its box, members are in
// their mirror and services in their networks, no edge goes through a box that is not its
// own, and all of it is within the picture.
func TestLayout(t *testing.T) {
	for _, networks := range []int{1, 2, 3} {
		for _, mirrors := range []int{1, 2, 4, 5, 8, 9, 50, 70} {
			for _, members := range []int{1, 3, 5} {
				for _, gateways := range []int{1, 3, 7} {
					for _, servers := range []int{0, 2} {
						name := fmt.Sprint(networks, mirrors, members, gateways, servers)
						p := plantest.Make(t, "lab.hcl", lab(networks, mirrors, members, gateways, servers))
						pic := draw(p)
						pic.layout(p)
						checkLayout(t, name, pic)
						if t.Failed() {
							t.Fatalf("%s\n%s", name, pic.svg())
						}
					}
				}
			}
		}
	}
}

func checkLayout(t *testing.T, name string, pic *picture) {
	t.Helper()
	whole := rect{0, 0, pic.width, pic.height}
	within := func(what string, r, in rect) {
		t.Helper()
		if r.x < in.x || r.y < in.y || r.right() > in.right()+.01 || r.bottom() > in.bottom()+.01 {
			t.Errorf("%s: %s at %v is not within %v", name, what, r, in)
		}
	}
	var check func(boxes []*box, in rect)
	check = func(boxes []*box, in rect) {
		for i, b := range boxes {
			within(strings.Join(b.title, " "), b.rect, in)
			for _, line := range slices.Concat(b.title, b.lines) {
				if widthOf(line)+padding > b.w {
					t.Errorf("%s: %q does not fit", name, line)
				}
			}
			for _, other := range boxes[:i] {
				if b.overlaps(other.rect) {
					t.Errorf("%s: %v lies on %v", name, b.title, other.title)
				}
			}
			check(b.inside, b.rect)
		}
	}
	check(pic.boxes, whole)
	for i, a := range pic.areas {
		within(a.network.Name, a.rect, whole)
		label := rect{a.label.x, a.label.y - 12, widthOf(areaName(a)), lineHeight}
		within("name of "+a.network.Name, label, a.rect)
		for _, b := range pic.boxes {
			if b.overlaps(label) {
				t.Errorf("%s: the name of %s lies on %v", name, a.network.Name, b.title)
			}
			if b.row != rowClients && isOn(b.on, a.network) && !a.overlaps(b.rect) && len(pic.areas) == 1 {
				t.Errorf("%s: %v is outside %s", name, b.title, a.network.Name)
			}
		}
		for _, e := range pic.edges {
			if e.crosses(label) {
				t.Errorf("%s: the name of %s is crossed out", name, a.network.Name)
			}
		}
		for _, other := range pic.areas[:i] {
			o := rect{other.label.x, other.label.y - 12, widthOf(areaName(other)), lineHeight}
			if label.overlaps(o) {
				t.Errorf("%s: the names of two networks lie on each other", name)
			}
		}
	}
	for _, e := range pic.edges {
		for _, b := range pic.boxes {
			inner := rect{b.x + 1, b.y + 1, b.w - 2, b.h - 2}
			if b != e.from && b != e.to && e.crosses(inner) {
				t.Errorf("%s: the edge from %v to %v goes through %v", name, e.from.title, e.to.title, b.title)
			}
		}
	}
}

// ownLab is a lab with services of the user's own, which talk to each other, to what the lab has
// and, beyond the mirrors, to the arbiter, and with monitoring.
func ownLab(networks, mirrors, own int) string {
	var b strings.Builder
	b.WriteString(lab(networks, mirrors, 2, 2, 1) + "monitoring {}\n")
	for i := range own {
		fmt.Fprintf(&b, "service \"own%d\" {\n  image = \"own:1\"\n"+
			"  after = [\"arbiter\", \"member-with-a-long-name-0-0\"]\n"+
			"  command = [\"run\", \"http://web/m0/\", \"sql:1972\"]\n  environment = { NEXT = \"own%d\" }\n"+
			"  ports = [\"%d:90\"]\n}\n", i, (i+1)%own, 9200+i)
	}
	return b.String()
}

// Services of one's own and the monitoring have places, and what they talk to is drawn, in the
// same way.
func TestOwnServices(t *testing.T) {
	for _, networks := range []int{1, 2, 3} {
		for _, mirrors := range []int{1, 3, 9} {
			for _, own := range []int{0, 1, 3, 7} {
				name := fmt.Sprint(networks, mirrors, own)
				p := plantest.Make(t, "lab.hcl", ownLab(networks, mirrors, own))
				pic := draw(p)
				pic.layout(p)
				checkLayout(t, name, pic)
				if t.Failed() {
					t.Fatalf("%s\n%s", name, pic.svg())
				}
			}
		}
	}
	p := plantest.Make(t, "lab.hcl", ownLab(1, 1, 2))
	pic := draw(p)
	pic.layout(p)
	var have []string
	for _, e := range pic.edges {
		have = append(have, strings.Join(e.from.title, "")+" "+e.class+" "+strings.Join(e.to.title, ""))
	}
	for _, want := range []string{"own0 data web", "own0 data sql", "own0 data own1", "own1 data own0",
		"own0 waits arbiter", "own0 waits mirror m0", "prometheus metrics web", "prometheus metrics sql",
		"prometheus metrics webgw0", "prometheus metrics webgw1", "grafana data prometheus"} {
		if !slices.Contains(have, want) {
			t.Errorf("%q is not in %q", want, have)
		}
	}
	if want := "dotted: metrics"; !strings.Contains(strings.Join(pic.caption, ";"), want) {
		t.Errorf("%q is not in %q", want, pic.caption)
	}
	if dot := string(DOT(p)); !strings.Contains(dot, `[label="metrics", style=dotted]`) {
		t.Error(dot)
	}
}

// Every service and connection of a small lab is in the picture.
func TestEverythingIsDrawn(t *testing.T) {
	p := plantest.Make(t, "lab.hcl", lab(2, 2, 3, 2, 1))
	image := string(SVG(p))
	for _, s := range p.Services {
		if !strings.Contains(image, `data-name="`+s.Name+`"`) {
			t.Errorf("%s is not drawn", s.Name)
		}
		for _, a := range s.Addresses {
			if !strings.Contains(image, a.IP) {
				t.Errorf("%s of %s is not there", a.IP, s.Name)
			}
		}
	}
	pic := draw(p)
	var have []string
	for _, e := range pic.edges {
		have = append(have, strings.Join(e.from.title, "")+" "+e.class+" "+strings.Join(e.to.title, ""))
	}
	for _, want := range []string{"HTTP clients data web", "SQL clients data sql", "web data webgw1",
		"sql data mirror m1", "sql health webgw0", "webgw0 data mirror m0", "webgw0 data app0", "app0 ecp mirror m0",
		"arbiter vote mirror m1"} {
		if !slices.Contains(have, want) {
			t.Errorf("%q is not in %q", want, have)
		}
	}
}

// The caption tells of the journal's way where it is drawn.
func TestJournal(t *testing.T) {
	for members, drawn := range map[int]bool{1: false, 2: true, 4: true, 5: false} {
		image := string(SVG(plantest.Make(t, "lab.hcl", lab(1, 6, members, 1, 0))))
		way, told := strings.Contains(image, `class="edge journal"`), strings.Contains(image, "green: journal")
		if way != drawn || told != drawn {
			t.Errorf("%d members: drawn or told of otherwise than %v", members, drawn)
		}
	}
}

// The images are well-formed, the same each time, and what could be markup is text.
func TestMarkup(t *testing.T) {
	p := plantest.Make(t, "lab.hcl", lab(2, 2, 3, 2, 1))
	const hostile = `</text><script>alert(1)</script>"'&<![CDATA[`
	for _, s := range p.Services {
		s.Name = hostile + s.Name
	}
	p.Name, p.Networks[0].Name = hostile, hostile
	for _, m := range p.Mirrors {
		m.Name = hostile + m.Name
	}
	image := SVG(p)
	if !bytes.Equal(image, SVG(p)) {
		t.Error("drawn twice it is another picture")
	}
	decoder := xml.NewDecoder(bytes.NewReader(image))
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "script" {
			t.Error("a name is a script")
		}
	}
	page := string(HTML(p, []explain.Detail{{Name: hostile, Lines: []string{hostile}}}))
	if n := strings.Count(page, "<script"); n != 2 {
		t.Errorf("%d scripts", n)
	}
	if dot := string(DOT(p)); strings.Contains(strings.ReplaceAll(dot, `\"`, ""), `"'`) {
		t.Errorf("an unquoted quote in %s", dot)
	}
}

func TestDOT(t *testing.T) {
	dot := string(DOT(plantest.Make(t, "lab.hcl", lab(1, 1, 2, 1, 1))))
	for _, want := range []string{"digraph \"l\" {", "label=\"mirror m0\"", "lhead=\"cluster_m1\"",
		"label=\"health\", style=dashed", "web\\nnginx\\n80:80"} {
		if !strings.Contains(dot, want) {
			t.Errorf("%q is not in\n%s", want, dot)
		}
	}
	if large := string(DOT(plantest.Make(t, "lab.hcl", lab(1, 70, 1, 7, 0)))); !strings.Contains(large, "58 more") {
		t.Error(large)
	}
}

// A lab of thousands is drawn at once, and the picture stays of a size that can be looked at.
func TestLarge(t *testing.T) {
	p := plantest.Make(t, "lab.hcl", lab(1, 4000, 1, 40, 9))
	pic := draw(p)
	pic.layout(p)
	if pic.width > 3000 || pic.height > 2000 || len(pic.boxes) > 20 {
		t.Errorf("%v x %v, %d boxes", pic.width, pic.height, len(pic.boxes))
	}
	if len(SVG(p)) > 200<<10 {
		t.Errorf("%d bytes", len(SVG(p)))
	}
}
