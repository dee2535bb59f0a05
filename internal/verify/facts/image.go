package facts

import (
	"path"
	"strings"

	"mirrorgen/internal/format/dockerfile"
	"mirrorgen/internal/format/image"
)

// Build is how a service's image is built.
type Build struct {
	context string // relative to the lab
	target  string
	file    string // of the Dockerfile, relative to the lab
	inline  string
	image   *dockerfile.Image // nil where the Dockerfile is not to be had

	arguments []setting
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
	arguments := map[string]string{}
	for _, a := range l.inherit(b.arguments) {
		arguments[a.Name] = a.Text
	}
	if made, err := parsed.Image(b.target, arguments); err == nil && len(made.Missing) == 0 {
		b.image = made
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
			return Word{Text: v.Value, At: s.At}
		}
	}
	return Word{}
}

// kinds are what services with images of each kind are.
var kinds = map[image.Kind]Kind{
	image.ArbiterKind:  ArbiterKind,
	image.InstanceKind: InstanceKind,
	image.GatewayKind:  GatewayKind,
	image.NGINXKind:    NGINXKind,
	image.HAProxyKind:  HAProxyKind,
}

// imageKind returns what a service with that image is.
func imageKind(name string) Kind { return kinds[image.KindOf(name)] }

// Community reports whether a service runs a Community Edition, which can be no mirror member.
func (s *Service) Community() bool { return strings.Contains(s.BaseImage(), "community") }

// WebServer reports whether an instance may have a web server of its own: images up to
// 2023.1 do, later ones only in the Community Edition.
func WebServer(s *Service) bool {
	year, minor, ok := image.Release(s.BaseImage())
	return !ok || year < 2023 || year == 2023 && minor < 2 || s.Community()
}
