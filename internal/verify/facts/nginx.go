package facts

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/format/image"
	"mirrorgen/internal/format/nginx"
	"mirrorgen/internal/format/text"
)

// NGINXFile is a configuration of nginx. Of a lab that was written by hand it is that of a service,
// with what it includes in the place of each include: positions of it may lie in those files.
type NGINXFile struct {
	*File
	Directives []*nginx.Directive
	// Partial is set where some of it is not to be had: nobody can say what it does not hold.
	Partial bool
	// Unreached are files for nginx that the service has and that nothing includes.
	Unreached []*File
}

// nginxFiles is what was read of nginx's configurations in a lab that was written by hand.
type nginxFiles struct {
	parsed map[*File][]*nginx.Directive
	made   map[string]*NGINXFile // by all that they are made of
	of     map[*Service]*NGINXFile
}

// parseNGINX reads a file that a configuration of nginx is made of.
func (l *Facts) parseNGINX(f *File) {
	l.Rule = "nginx"
	directives, problems := nginx.Parse(l.unmarked(f))
	l.reportAll(f, problems)
	if l.nginx.parsed == nil {
		l.nginx.parsed = map[*File][]*nginx.Directive{}
	}
	l.nginx.parsed[f] = directives
}

// configureNGINX makes the configuration of a service of the files that it has for nginx.
func (l *Facts) configureNGINX(s *Service) {
	own := slices.DeleteFunc(slices.Clone(l.found[s]), func(f *File) bool { return l.nginx.parsed[f] == nil })
	name, named := nginxCommand(s)
	main := l.hostFile(s, name)
	if len(own) == 0 && (main == nil || !named) {
		return
	}
	r := nginxReader{Facts: l, service: s, prefix: path.Dir(name), partial: scripted(s)}
	r.list()
	n := &NGINXFile{}
	if main != nil {
		n.Directives = r.whole(r.file(main))
	} else {
		r.partial = r.partial || named || !official(s) || r.opens(name)
		n.Directives = r.whole(imageConfiguration)
	}
	for _, f := range own {
		if !slices.Contains(r.files, f) {
			n.Unreached = append(n.Unreached, f)
		}
	}
	if r.root == nil || r.partial { // what else is there may well be included
		for _, f := range n.Unreached {
			n.Directives = append(n.Directives, r.whole(r.file(f))...)
		}
	}
	if r.root == nil {
		return
	}
	if main == nil {
		n.Directives = append(n.Directives, imageDirectives...)
	}
	for d := range Walk(n.Directives, "listen") {
		r.partial = r.partial || strings.Contains(d.Arg(0), "$") // a template
	}
	n.File, n.Partial = r.root, r.partial
	l.keepNGINX(s, n, &r)
}

// keepNGINX gives a service its configuration, that of another service where both are the same.
func (l *Facts) keepNGINX(s *Service, n *NGINXFile, r *nginxReader) {
	var key strings.Builder
	for _, f := range r.files {
		key.WriteString(f.Path + "\n")
	}
	key.WriteString(strconv.FormatBool(n.Partial) + strconv.Itoa(r.welcome))
	for _, f := range n.Unreached {
		key.WriteString("\n" + f.Path)
	}
	if l.nginx.of == nil {
		l.nginx.of, l.nginx.made = map[*Service]*NGINXFile{}, map[string]*NGINXFile{}
	}
	if same := l.nginx.made[key.String()]; same != nil {
		n = same
	} else {
		l.nginx.made[key.String()] = n
		l.NGINX = append(l.NGINX, n)
	}
	l.nginx.of[s] = n
}

// What nginx's own image has: the file that it reads, and what that includes and declares.
const (
	nginxMain     = nginxDirectory + "nginx.conf"
	imageIncludes = nginxDirectory + "conf.d/*.conf"
)

var (
	imageConfiguration, _ = nginx.Parse("include " + imageIncludes + ";")
	imageDirectives, _    = nginx.Parse("log_format main;")
)

// welcomePage is the image's own default.conf, with the port that it listens on. Its directives have no
// line.
func welcomePage(port int) []*nginx.Directive {
	directive := func(name, argument string) *nginx.Directive {
		return &nginx.Directive{Name: name, Args: []nginx.Arg{{Text: argument}}}
	}
	return []*nginx.Directive{{Name: "server", HasBlock: true, Block: []*nginx.Directive{
		directive("listen", strconv.Itoa(port)), directive("server_name", "localhost"),
	}}}
}

// official reports whether a service runs nginx's own image, or one that is built from it.
func official(s *Service) bool {
	name := image.Repository(s.BaseImage())
	return name == "nginx" || name == "nginx-unprivileged"
}

// nginxCommand is the file that nginx reads, and whether the command of the service names it.
func nginxCommand(s *Service) (name string, named bool) {
	var words []string
	for _, w := range s.Command {
		words = append(words, strings.Fields(w.Text)...)
	}
	for i, w := range words {
		if path.Base(w) != "nginx" {
			continue
		}
		for j := i + 1; j+1 < len(words); j++ {
			if words[j] == "-c" && path.IsAbs(words[j+1]) {
				return strings.Trim(words[j+1], `"';`), true
			}
		}
	}
	return nginxMain, false
}

// scripted reports whether something in the container may write configurations before nginx starts.
func scripted(s *Service) bool {
	if s.Build != nil && s.Build.image == nil {
		return true
	}
	for _, m := range s.Mounts {
		templates := strings.HasPrefix(m.Target+"/", nginxDirectory+"templates/")
		if templates || strings.HasPrefix(m.Target, "/docker-entrypoint") {
			return true
		}
	}
	return slices.ContainsFunc(s.Command, func(w Word) bool {
		return strings.Contains(w.Text, nginxDirectory) && strings.Contains(w.Text, ">") ||
			strings.Contains(w.Text, "envsubst") || strings.Contains(w.Text, "sed ")
	})
}

// nginxReader puts the files of one configuration together.
type nginxReader struct {
	*Facts
	service *Service
	root    *File  // the first one: those of the others are further sources of it
	prefix  string // directory that names of included files are relative to
	there   map[string]*File
	files   []*File // that were read
	welcome int     // the port of the image's own default.conf where that is included
	partial bool
}

// list finds out what files of the lab the container has, by their paths there.
func (r *nginxReader) list() {
	r.there = map[string]*File{}
	add := func(target, source string) {
		for _, name := range [...]string{target, path.Join(target, path.Base(source))} {
			if f := r.Files[source]; f != nil && r.hostFile(r.service, name) == f {
				r.there[name] = f
			}
		}
		for _, below := range r.Below(source) {
			name := path.Join(target, strings.TrimPrefix(below, source+"/"))
			if r.hostFile(r.service, name) == r.Files[below] {
				r.there[name] = r.Files[below]
			}
		}
	}
	for _, m := range r.service.Mounts {
		add(m.Target, m.Source)
	}
	if b := r.service.Build; b != nil && b.image != nil {
		for _, c := range b.image.Copies {
			add(c.Target, path.Join(b.context, c.Source))
		}
	}
}

// whole puts what is included in the place of each include.
func (r *nginxReader) whole(list []*nginx.Directive) []*nginx.Directive {
	list = nginx.Whole(list, r.prefix, r.include)
	for range Walk(list, "include") {
		r.partial = true // they do not end
	}
	return list
}

// file is what a file holds, at positions of the first one.
func (r *nginxReader) file(f *File) []*nginx.Directive {
	r.readFor(r.service, f, r.parseNGINX)
	r.Rule = "nginx"
	if r.root == nil {
		r.root = f
	}
	r.files = append(r.files, f)
	source := 0
	if f != r.root {
		source = r.root.addSource(f) << sourceBits
	}
	return inSource(r.nginx.parsed[f], source)
}

// inSource copies directives to positions in a further source.
func inSource(list []*nginx.Directive, source int) []*nginx.Directive {
	made := make([]*nginx.Directive, 0, len(list))
	for _, from := range list {
		d := *from
		d.Column = min(d.Column, 1<<sourceBits-1) + source
		d.Args = slices.Clone(from.Args)
		for i := range d.Args {
			d.Args[i].Column = min(d.Args[i].Column, 1<<sourceBits-1) + source
		}
		d.Block = inSource(from.Block, source)
		made = append(made, &d)
	}
	return made
}

// include is what the files hold that an include names, in the order of their names.
func (r *nginxReader) include(pattern string) (files [][]*nginx.Directive, ok bool) {
	var names []string
	for name := range r.there {
		if included(pattern, name) {
			names = append(names, name)
		}
	}
	if r.hasWelcome(pattern) {
		names = append(names, NGINXTarget)
	}
	slices.Sort(names)
	r.partial = r.partial || r.opens(pattern) ||
		len(names) == 0 && !ofNGINX(pattern) && (r.service.Build != nil || !strings.ContainsAny(pattern, "*?["))
	for _, name := range names {
		if f := r.there[name]; f != nil {
			files = append(files, r.file(f))
			continue
		}
		r.welcome = HTTPPort
		if strings.Contains(r.service.BaseImage(), "unprivileged") {
			r.welcome = unprivilegedPort
		}
		files = append(files, welcomePage(r.welcome))
	}
	return files, true
}

// unprivilegedPort is where the image for other users than root listens.
const unprivilegedPort = 8080

// included reports whether an include of a pattern means a file.
func included(pattern, name string) bool {
	matches, err := path.Match(pattern, name)
	hidden := strings.HasPrefix(path.Base(name), ".") && !strings.HasPrefix(path.Base(pattern), ".")
	return err == nil && matches && !hidden
}

// hasWelcome reports whether an include means the image's own default.conf.
func (r *nginxReader) hasWelcome(pattern string) bool {
	return official(r.service) && included(pattern, NGINXTarget) && r.there[NGINXTarget] == nil &&
		r.service.Target(NGINXTarget) == nil && !r.service.Volume(NGINXTarget)
}

// opens reports whether what an include means may have been brought from where nobody looks: by a
// volume, or from outside the lab.
func (r *nginxReader) opens(pattern string) bool {
	directory := path.Dir(pattern)
	if r.service.Volume(directory) || r.service.Volume(pattern) {
		return true
	}
	return slices.ContainsFunc(r.service.Mounts, func(m *Mount) bool {
		if !m.covers(directory) && !m.covers(pattern) && !included(pattern, m.Target) {
			return false
		}
		if r.Files[m.Source] != nil {
			return false
		}
		return len(r.UnreadBelow(m.Source)) > 0 || len(r.Below(m.Source)) == 0
	})
}

// ofNGINX reports whether an include names what nginx brings itself, which holds nothing of a lab.
func ofNGINX(name string) bool {
	base := path.Base(name)
	return text.Has("mime.types fastcgi.conf fastcgi_params scgi_params uwsgi_params koi-utf koi-win win-utf", base) ||
		strings.Contains(name, "/modules/") || strings.Contains(name, "/modules-enabled/")
}
