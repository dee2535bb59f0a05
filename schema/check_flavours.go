package schema

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// checkFlavours looks at images of the vendor that are no drop-in for the one that a lab
// is written for, whether the images block or raw compose keys name them, and at what a
// mirror of theirs must not create. Mirrors have their defaults.
func (d *decoder) checkFlavours(lab *Lab) {
	defer d.leave(d.enter(nil))
	d.about = &lab.Images.Decl
	d.checkGatewayImage(lab, lab.Images.WebGateway, lab.Images.At("webgateway"))
	for _, g := range lab.WebGateways {
		d.about = &g.Decl
		d.checkGatewayImage(lab, g.rawImage(), g.AtPath("compose", "image"))
	}
	warned := false
	for _, m := range lab.Mirrors {
		about, image, at := m.healthImage(lab)
		if image == "" {
			continue
		}
		d.checkHealthDatabases(m, image)
		if warned {
			continue // one warning a lab
		}
		warned = true
		d.about = about
		d.warnf(at, "Mirror without HSSYS",
			"%s holds InterSystems IRIS for Health or Health Connect, whose mirrors InterSystems supports only with "+
				"the database HSSYS in them (High Availability Guide). A lab does not put it there: HSSYS exists on "+
				"every member already and would have to be added, not created. Add it by hand once the lab runs, or "+
				"take the lab for trying things out.", image)
	}
}

// healthImage is the image of a mirror's members that holds IRIS for Health or Health
// Connect, with the block and the place that name it; "" where none does.
func (m *Mirror) healthImage(lab *Lab) (*Decl, string, hcl.Range) {
	for _, member := range m.Members {
		if image := member.rawImage(); ofHealth(image) {
			return &member.Decl, image, member.AtPath("compose", "image")
		}
	}
	if ofHealth(lab.Images.IRIS) {
		return &lab.Images.Decl, lab.Images.IRIS, lab.Images.At("iris")
	}
	return nil, "", hcl.Range{}
}

// checkGatewayImage refuses the flavours of the Web Gateway (ADOCK): their web server
// listens elsewhere, or takes another CSP.conf.
func (d *decoder) checkGatewayImage(lab *Lab, image string, at hcl.Range) {
	name := imageName(image)
	if !strings.Contains(name, "webgateway") {
		return
	}
	reference, _, _ := strings.Cut(image, "@")
	_, tag, tagged := strings.Cut(reference[strings.LastIndexByte(reference, '/')+1:], ":")
	if !tagged {
		tag = defaultTag
	}
	apache := lab.Images.Registry + "/webgateway:" + tag
	switch {
	case strings.Contains(name, "-lockeddown"):
		d.errorf(at, "Locked-down Web Gateway",
			"%s listens on port 52773, and a lab asks its gateways on port 80: the published port, the health "+
				"check, nginx and HAProxy. Take the image without -lockeddown, for example %q.", image, apache)
	case strings.Contains(name, "-nginx"):
		d.errorf(at, "Web Gateway in nginx",
			"%s runs nginx and takes a CSP.conf of nginx, and a lab's CSP.conf is Apache's. Take the image with "+
				"Apache, for example %q; nginx stands before the gateways as the block nginx.", image, apache)
	}
}

// healthDatabases exist in every instance of IRIS for Health and Health Connect, most
// with a namespace of that name.
var healthDatabases = []string{"HSSYS", "HSSYSLOCALTEMP", "HSLIB", "HSCUSTOM"}

// checkHealthDatabases refuses to create what such an image has already.
func (d *decoder) checkHealthDatabases(m *Mirror, image string) {
	defer d.leave(d.enter(&m.Decl))
	for _, db := range m.Databases {
		d.about = &db.Decl
		switch name := strings.ToUpper(db.Name); {
		case name == "HSSYS":
			d.errorf(db.NameRange, "Database of the product",
				"HSSYS exists in %s already, and a lab creates its databases. Take another name, for example "+
					"\"MIRRORDB\". To mirror HSSYS itself, add it by hand once the lab runs, as the High "+
					"Availability Guide describes: SYS.Mirror.AddDatabase on the primary.", image)
		case slices.Contains(healthDatabases, name):
			d.errorf(db.NameRange, "Database of the product",
				"%s exists in %s already, and a lab creates its databases. Take another name, for example "+
					"\"MIRRORDB\".", name, image)
		case slices.Contains(healthDatabases, db.Namespace):
			d.errorf(db.At("namespace"), "Namespace of the product",
				"The namespace %s exists in %s already. Take another name, for example \"MIRRORNS\".",
				db.Namespace, image)
		}
	}
	for _, n := range m.Namespaces {
		d.about = &n.Decl
		if slices.Contains(healthDatabases, n.Name) {
			d.errorf(n.NameRange, "Namespace of the product",
				"The namespace %s exists in %s already. Take another name, for example \"MIRRORNS\".", n.Name, image)
		}
	}
}

// ofHealth reports whether an image holds IRIS for Health or Health Connect.
func ofHealth(image string) bool {
	name := imageName(image)
	return strings.Contains(name, "irishealth") || strings.Contains(name, "healthconnect")
}

// imageName is the last part of an image's path, without tag and digest.
func imageName(image string) string {
	name := image[strings.LastIndexByte(image, '/')+1:]
	name, _, _ = strings.Cut(name, "@")
	name, _, _ = strings.Cut(name, ":")
	return name
}
