package schema

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// defaultTag is the tag of the vendor's images where none is given.
const defaultTag = "2025.1"

// checkImages completes the image references and finds the release.
func (d *decoder) checkImages(lab *Lab) {
	i := &lab.Images
	complete := func(ref *string, name, tag string) {
		if *ref == "" {
			*ref = i.Registry + "/" + name + ":" + tag
		}
	}
	complete(&i.IRIS, "iris", i.Tag)
	complete(&i.Arbiter, "arbiter", i.Tag)
	d.checkCommunity(lab, i.IRIS, i.At("iris"))
	version, ok := d.release(lab)
	i.Version = version
	// A gateway may be newer than the instances that it serves, and never older
	// (supported version interoperability); an image as old as those could not
	// read the files that it is given.
	gateway := i.Tag
	if !i.Version.GatewayFiles() {
		gateway = defaultTag
	}
	complete(&i.WebGateway, "webgateway", gateway)
	if ok {
		d.checkRelease(lab)
	}
}

// checkCommunity refuses an image of an instance that can neither mirror nor serve ECP.
func (d *decoder) checkCommunity(lab *Lab, image string, at hcl.Range) {
	if name := image[strings.LastIndexByte(image, '/')+1:]; strings.Contains(name, "-community") {
		d.errorf(at, "Community image",
			"%s is a Community Edition, which has no mirroring and no ECP. Take a licensed image, for example "+
				"%q.", image, lab.Images.Registry+"/iris:"+lab.Images.Tag)
	}
}

// checkRawImage holds the image that raw compose keys name to what the images block is held to.
func (d *decoder) checkRawImage(lab *Lab, s *Service) {
	image, given := s.rawKey("image")
	if !given {
		return
	}
	at, name := s.AtPath("compose", "image"), image.AsString()
	if problem := imageReference(name); problem != "" {
		d.errorf(at, "Unsuitable value", "compose: image: %s", problem)
	} else if s.Kind == "member" || s.Kind == "application_server" {
		d.checkCommunity(lab, name, at)
	}
}

// release returns the release of the iris image, and whether it is known; where
// it is not, the default stands in, so that the other checks go on.
func (d *decoder) release(lab *Lab) (version Version, found bool) {
	i := &lab.Images
	standIn := Version{2025, 1}
	if i.refused("iris_version") || i.refused("iris") || i.refused("tag") {
		return standIn, false
	}
	at, release := i.At("iris"), i.IRISVersion
	switch {
	case release != "":
		at = i.At("iris_version")
	case len(i.given) == 0:
		at = lab.Range
	case !i.Given("iris"):
		at = i.At("tag")
	}
	if release == "" {
		name := i.IRIS[strings.LastIndexByte(i.IRIS, '/')+1:]
		name, _, _ = strings.Cut(name, "@")
		_, release, _ = strings.Cut(name, ":")
	}
	version, ok := ParseVersion(release)
	if !ok {
		d.errorf(at, "Unknown release",
			"The tag of %s does not say which release it holds. Set iris_version in the images block, for "+
				"example: iris_version = %q.", i.IRIS, defaultTag)
		return standIn, false
	}
	if !version.Supported() {
		d.errorf(at, "Unsupported release",
			"Labs can be made of InterSystems IRIS 2020.1 and later; this one is %s. Take an image of 2020.1 "+
				"or later.", version)
		return standIn, false
	}
	return version, true
}

// checkRelease checks that the release supports what the topology asks of it.
func (d *decoder) checkRelease(lab *Lab) {
	v := lab.Images.Version
	if lab.MirrorSetup == "config_mirror" && !v.Actions() {
		d.errorf(lab.At("mirror_setup"), "No ConfigMirror",
			"IRIS %s knows no ConfigMirror; it came with 2022.1. Take \"sys_mirror\", or leave mirror_setup "+
				"out.", v)
	}
	if hash := lab.IRIS.PasswordHash; hash != "" {
		if problem := passwordHash(hash, v); problem != "" {
			d.errorf(lab.IRIS.At("password_hash"), "Unsuitable value", "password_hash: %s", problem)
		}
	}
}
