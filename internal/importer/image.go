package importer

import (
	"cmp"
	"path"
	"strings"

	"mirrorgen/internal/format/compose"
	"mirrorgen/internal/format/dockerfile"
	"mirrorgen/internal/format/image"
	"mirrorgen/schema"
)

// A build says how the image of a service is made.
type build struct {
	context    string // directory, with slashes
	dockerfile string // path below it
	inline     string // the Dockerfile itself, "" where it is a file
	target     string
	args       map[string]string
	image      *dockerfile.Image // nil where its Dockerfile could not be read
}

// build takes how a service is built.
func (d *decoder) build(from *compose.Build) *build {
	b := &build{
		context:    path.Join(d.base, from.Context),
		dockerfile: from.Dockerfile,
		inline:     from.Inline,
		target:     from.Target,
		args:       map[string]string{},
	}
	if from.Context == "" || d.base == "." {
		b.context = cmp.Or(from.Context, ".")
	}
	for _, a := range from.Args {
		if value, ok := d.valueOf(a); ok {
			b.args[a.Name] = value
		}
	}
	return b
}

// file is the path of the Dockerfile beside the compose file.
func (b *build) file() string { return path.Join(b.context, b.dockerfile) }

// resolveImages reads the Dockerfiles of the services that are built. A service whose image another
// one builds has that build as well.
func (d *discovery) resolveImages() {
	parsed := map[string]*dockerfile.File{} // nil for one that could not be read
	byImage := map[string]*build{}
	for _, s := range d.compose.services {
		if s.build == nil {
			continue
		}
		d.readDockerfile(s, parsed)
		if s.image != "" && byImage[s.image] == nil {
			byImage[s.image] = s.build
		}
	}
	for _, s := range d.compose.services {
		if s.build == nil && s.image != "" {
			s.build = byImage[s.image]
		}
		if s.build == nil || s.build.image == nil {
			continue
		}
		image := s.build.image
		for _, v := range image.Environment {
			if s.env(v.Name) == "" {
				s.inImage = append(s.inImage, v)
			}
		}
		if s.entrypoint == nil {
			s.entrypoint = image.Entrypoint
		}
		if s.command == nil {
			s.command = image.Command
		}
	}
}

// readDockerfile finds out what the image of a service is built from.
func (d *discovery) readDockerfile(s *service, parsed map[string]*dockerfile.File) {
	b := s.build
	key := b.file()
	content, ok := b.inline, b.inline != ""
	if ok {
		key = "inline of " + s.name
	} else {
		content, ok = d.files.get(b.file())
	}
	if ok && !s.isReadable(b.dockerfile, content) {
		return
	}
	if !ok {
		s.remark("%s is built in %s, whose %s cannot be read; the lab takes the vendor's image.", s.name, b.context,
			b.dockerfile)
		return
	}
	file, known := parsed[key]
	var err error
	if !known {
		if file, err = dockerfile.Parse(content); err != nil {
			file = nil
			s.remark("%s of %s is not read: %s.", b.file(), s.name, err)
		}
		parsed[key] = file
	}
	if file == nil {
		return
	}
	image, err := file.Image(b.target, b.args)
	if err != nil {
		s.remark("%s of %s is not read: %s.", b.file(), s.name, err)
		return
	}
	for _, name := range image.Missing {
		s.remark("The image that %s starts from has the variable %s in its name, which has no value.", b.file(), name)
	}
	b.image = image
}

// base is the image that a service runs, or that its own starts from: "" where it is not known.
func (s *service) base() string {
	if s.build == nil {
		return s.image
	}
	if image := s.build.image; image != nil {
		if len(image.Missing) > 0 {
			return strings.TrimRight(image.Base, ":@/")
		}
		return image.Base
	}
	return s.image
}

// isComplete reports whether the name of the image has no variable without a value.
func (s *service) isComplete() bool {
	if s.build != nil && s.build.image != nil {
		return len(s.build.image.Missing) == 0
	}
	return s.image != "" && s.imageKnown
}

// sources returns the paths beside the compose file that a file of the container may come from: by
// the mounts, and by what is copied into its image.
func (s *service) sources(target string) []string {
	if target == "" {
		return nil
	}
	var list []string
	if m, rest := s.mountOf(target); m != nil {
		if !isLocal(m.source) {
			return nil
		}
		list = append(list, path.Join(m.source, rest))
	}
	if s.build != nil && s.build.image != nil {
		for _, source := range s.build.image.Sources(target) {
			list = append(list, path.Join(s.build.context, source))
		}
	}
	return list
}

// mountOf is the mount that brings a path of the container, and the rest of the path below it; nil
// for none.
func (s *service) mountOf(target string) (brings *mount, rest string) {
	for i := range s.mounts {
		m := &s.mounts[i]
		below, ok := strings.CutPrefix(target, strings.TrimSuffix(m.target, "/"))
		if ok && (below == "" || below[0] == '/') && (brings == nil || len(m.target) > len(brings.target)) {
			brings, rest = m, below
		}
	}
	return brings, rest
}

// A release is the one of an image, and whether its tag names it.
type release struct {
	schema.Version
	known bool
}

// releaseOf reads the release off the tag of an image.
func releaseOf(name string) release {
	year, minor, ok := image.Release(name)
	return release{schema.Version{Year: year, Minor: minor}, ok}
}
