// Package image reads what the name of a container image says: what it is for, and which release it
// holds.
package image

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// A Kind is what an image is for.
type Kind int

// The kinds of the images that a lab of IRIS is made of. Every other image is of UnknownKind.
const (
	UnknownKind Kind = iota
	ArbiterKind
	InstanceKind // InterSystems IRIS, or a product made with it
	GatewayKind
	NGINXKind
	HAProxyKind
)

// Repository is the last part of an image's name, in lower case: without registry, path, tag and
// digest.
func Repository(image string) string {
	image, _, _ = strings.Cut(strings.ToLower(image), "@")
	name, _, _ := strings.Cut(path.Base(image), ":")
	if name == "." || name == "/" {
		return ""
	}
	return name
}

// KindOf returns what an image is for, by its name.
func KindOf(image string) Kind {
	name := Repository(image)
	has := func(part string) bool { return strings.Contains(name, part) }
	switch {
	case name == "", has("exporter"), has("operator"), has("passwordhash"):
		return UnknownKind
	case has("arbiter"):
		return ArbiterKind
	case IsGatewayName(name):
		return GatewayKind
	case has("haproxy"):
		return HAProxyKind
	case has("nginx"):
		return NGINXKind
	case has("healthconnect"), has("healthshare"), beginsPart(name, "iris"), name == "sam" && isVendor(image):
		return InstanceKind
	}
	return UnknownKind
}

// beginsPart reports whether one of the words of a name, between hyphens, underscores and dots,
// begins so.
func beginsPart(name, begin string) bool {
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	return slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, begin) })
}

// isVendor reports whether an image lies in a registry or path of InterSystems.
func isVendor(image string) bool { return strings.Contains(strings.ToLower(image), "intersystems") }

// gatewayNames are the parts of a name by which people call a Web Gateway, in lower case.
var gatewayNames = []string{"webgateway", "web-gateway", "web_gateway", "webgw", "cspgateway", "csp-gateway"}

// IsGatewayName reports whether an image or a service has the name of a Web Gateway.
func IsGatewayName(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(gatewayNames, func(part string) bool { return strings.Contains(name, part) })
}

// Release returns the release of IRIS that the tag of an image names, as 2023 and 1 for
// iris:2023.1.0.229.0, iris:v2023.1 or iris:2023.1-linux-amd64; ok is false where it names none.
func Release(image string) (year, minor int, ok bool) {
	image, _, _ = strings.Cut(image, "@")
	at := strings.LastIndexByte(image, ':')
	if at < 0 || strings.Contains(image[at:], "/") {
		return 0, 0, false
	}
	first, rest, dotted := strings.Cut(strings.TrimPrefix(image[at+1:], "v"), ".")
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	if !dotted || len(first) != 4 || digits == 0 || digits > 2 {
		return 0, 0, false
	}
	year, err := strconv.Atoi(first)
	minor, err2 := strconv.Atoi(rest[:digits])
	return year, minor, err == nil && err2 == nil
}
