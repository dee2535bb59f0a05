package facts

import (
	"path"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/format/dockerfile"
)

// Build is how a service's image is built.
type Build struct {
	context string // relative to the lab
	target  string
	file    string // of the Dockerfile, relative to the lab
	inline  string
	args    map[string]string
	image   *dockerfile.Image // nil where the Dockerfile is not to be had
}

// build reads the build of a service.
func (y *yamlReader) build(node *yaml.Node) *Build {
	b := &Build{context: y.text(node), args: map[string]string{}}
	if b.context == "" {
		b.context = y.text(y.get(node, "context"))
	}
	b.target = y.text(y.get(node, "target"))
	b.inline = y.text(y.get(node, "dockerfile_inline"))
	b.context = path.Join(y.base, b.context)
	name := y.text(y.get(node, "dockerfile"))
	if name == "" {
		name = "Dockerfile"
	}
	b.file = path.Join(b.context, name)
	for _, a := range y.settings(y.get(node, "args")) {
		b.args[a.Name] = a.Text
	}
	return b
}

// readBuild reads the Dockerfile of a service. What it cannot tell stays unknown.
func (l *Facts) readBuild(b *Build) {
	text := b.inline
	if text == "" {
		f := l.Files[b.file]
		if f == nil {
			return
		}
		text = f.Text
	}
	parsed, err := dockerfile.Parse(text)
	if err != nil {
		return
	}
	if image, err := parsed.Image(b.target, b.args); err == nil && len(image.Missing) == 0 {
		b.image = image
	}
}

// BaseImage is the image that a service runs, or that its own is built from; "" where the
// latter is unknown.
func (s *Service) BaseImage() string {
	switch {
	case s.Build == nil:
		return s.Image
	case s.Build.image != nil:
		return s.Build.image.Base
	}
	return ""
}

// copied is the file of the lab that a path of a built image comes from; nil for none.
func (l *Facts) copied(s *Service, name string) *File {
	if s.Build == nil || s.Build.image == nil {
		return nil
	}
	for _, source := range s.Build.image.Sources(name) {
		if f := l.Files[path.Join(s.Build.context, source)]; f != nil {
			return f
		}
	}
	return nil
}

// Variable is the value of an environment variable, of the service or of the image that it
// is built from, without a position where it has none.
func (s *Service) Variable(name string) Word {
	if w := s.Setting(name); w.Text != "" || s.Build == nil || s.Build.image == nil {
		return w
	}
	for _, v := range s.Build.image.Environment {
		if v.Name == name {
			return Word{v.Value, s.At}
		}
	}
	return Word{}
}

// imageKind returns what an image is for, by the last part of its name.
func imageKind(image string) Kind {
	name, _, _ := strings.Cut(path.Base(image), ":")
	name, _, _ = strings.Cut(name, "@")
	switch {
	case strings.HasPrefix(name, "arbiter"):
		return ArbiterKind
	case strings.HasPrefix(name, "webgateway"):
		return GatewayKind
	case strings.HasPrefix(name, "iris"), strings.HasPrefix(name, "healthconnect"):
		return InstanceKind
	case name == "nginx" || strings.HasPrefix(name, "nginx-"):
		return NGINXKind
	case name == "haproxy" || strings.HasPrefix(name, "haproxy-"):
		return HAProxyKind
	}
	return OtherKind
}

// imageRelease is the release in the tag of a vendor's image, such as 2023.1 of
// iris:2023.1.0.229.0 or of iris:2023.1-linux-amd64; ok is false where the tag names none.
func imageRelease(image string) (year, minor int, ok bool) {
	image, _, _ = strings.Cut(image, "@")
	_, tag, found := CutLast(image, ":")
	first, rest, dotted := strings.Cut(tag, ".")
	if !found || !dotted || len(first) != 4 || strings.Contains(tag, "/") {
		return 0, 0, false
	}
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	year, err := strconv.Atoi(first)
	minor, err2 := strconv.Atoi(rest[:digits])
	return year, minor, err == nil && err2 == nil
}

// Community reports whether a service runs a Community Edition, which can be no mirror member.
func (s *Service) Community() bool { return strings.Contains(s.BaseImage(), "community") }

// WebServer reports whether an instance may have a web server of its own: images up to
// 2023.1 do, later ones only in the Community Edition.
func WebServer(s *Service) bool {
	year, minor, ok := imageRelease(s.BaseImage())
	return !ok || year < 2023 || year == 2023 && minor < 2 || s.Community()
}
