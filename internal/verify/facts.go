package verify

import (
	"io/fs"
	"path"
	"unsafe"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/format/cpf"
	"mirrorgen/internal/format/haproxy"
	"mirrorgen/internal/format/nginx"
	"mirrorgen/internal/lab"
)

// composePath is the artifact that all others are related to.
const composePath = "docker-compose.yaml"

// facts is all that was read from the artifacts.
type facts struct {
	// generated is set for what mirrorgen writes, which keeps to its conventions
	// too; a lab that was written by hand only has to work.
	generated bool
	// composeName is the path of the compose file.
	composeName string
	files       map[string]*file
	compose     *compose // nil where it is missing or unreadable
	gateways    []gatewayFile
	nginx       []nginxFile
	haproxy     []haproxyFile
	merges      []mergeFile
	ignored     *file // .gitignore
	scripts     []*script
	tables      []table // of the scripts
	roster      *roster // nil where there is none
	pages       []*page
	// duties are what the services do, and instances those that are an IRIS.
	duties    map[*service]duty
	instances []*service
	// copied are configurations without a mount, and done the files that were read,
	// of a lab that was written by hand.
	copied []copiedFile
	done   map[*file]bool
	// publishers are the services by their host ports, made when first needed.
	publishers map[int]*service
	// unpublished are the ports that URLs go to and nobody publishes, made when first
	// needed.
	unpublished map[unpublished]*repeated
	// listeners are the mirrors that a haproxy serves by host port, made when first
	// needed.
	listeners map[*service]map[int]*entry
	// mirrors are the names of the mirrors, which the table of instances holds.
	mirrors map[string]bool

	diagnostics hcl.Diagnostics
}

// file is one artifact.
type file struct {
	path  string
	mode  fs.FileMode
	text  string
	lines []int // offsets of the lines' first characters, made when first needed
}

type gatewayFile struct {
	*file
	ini *ini
}

type nginxFile struct {
	*file
	directives []*nginx.Directive
}

type haproxyFile struct {
	*file
	sections []*haproxy.Section
	proxies  []proxy
	binds    map[int][]haproxy.Bind // of all proxies, by port
}

// proxy is a section with its binds and servers.
type proxy struct {
	*haproxy.Section
	binds   []haproxy.Bind
	servers []haproxy.Server
}

type mergeFile struct {
	*file
	service *service // whose it is: the one that mounts it; nil for none
	merge   *cpf.File
	// membership is made when first asked for.
	membership *membership
	asked      bool
}

// read reads every artifact with the reader of its format.
func read(artifacts []lab.Artifact) *facts {
	l := &facts{generated: true, composeName: composePath, files: make(map[string]*file, len(artifacts)), mirrors: map[string]bool{}}
	files := make([]*file, 0, len(artifacts))
	for _, artifact := range artifacts {
		files = append(files, &file{path: artifact.Path, mode: artifact.Mode, text: view(artifact.Content)})
	}
	scripts := l.parseScripts(files)
	for _, f := range files {
		if _, twice := l.files[f.path]; twice {
			l.report(f, place{}, "Duplicate artifact", "Two artifacts have the path "+f.path+", and the second would overwrite the first.",
				"Rename one of the blocks that they are named after.")
		}
		l.files[f.path] = f
	}
	for _, f := range files {
		l.checkText(f)
		l.readFormat(f)
	}
	l.readScripts(scripts())
	if l.files[composePath] == nil {
		l.report(&file{path: composePath}, place{}, "Missing compose file", "The lab has no "+composePath+".", "Generate it with the other artifacts.")
	}
	return l
}

// view is content as a string, without a copy: nobody writes to an artifact once it is
// rendered. Copies would be a seventh of what a build of 4,000 members has in memory.
func view(content []byte) string { return unsafe.String(unsafe.SliceData(content), len(content)) }

// readFormat reads a file with the reader that its path calls for. Scripts are
// read beside it, by parseScripts.
func (l *facts) readFormat(f *file) {
	directory, name := path.Split(f.path)
	extension := path.Ext(name)
	switch {
	case f.path == composePath:
		l.readCompose(f)
	case f.path == ".gitignore":
		l.ignored = f
	case extension == ".md":
		l.readMarkdown(f)
	case extension == ".cls":
		l.readClass(f)
	case extension == ".cpf":
		l.readMerge(f)
	case directory == "nginx/" && extension == ".conf":
		l.readNGINX(f)
	case directory == "haproxy/" && extension == ".cfg":
		l.readHAProxy(f)
	case directory == "webgateway/" && extension == ".ini":
		l.readGateway(f)
	case directory == "webgateway/" && extension == ".conf":
		l.readApache(f)
	}
}

func (l *facts) readMerge(f *file) {
	merge, problems := cpf.Parse(f.text)
	l.reportAll(f, problems)
	l.merges = append(l.merges, mergeFile{file: f, merge: merge})
}

func (l *facts) readNGINX(f *file) {
	directives, problems := nginx.Parse(f.text)
	l.reportAll(f, problems)
	l.nginx = append(l.nginx, nginxFile{f, directives})
}

func (l *facts) readHAProxy(f *file) {
	config, problems := haproxy.Parse(f.text)
	l.reportAll(f, problems)
	h := haproxyFile{file: f, sections: config.Sections, binds: map[int][]haproxy.Bind{}}
	for _, section := range config.Sections {
		if section.Proxy() {
			p := proxy{section, section.Binds(), section.Servers()}
			h.proxies = append(h.proxies, p)
			for _, bind := range p.binds {
				h.binds[bind.Port] = append(h.binds[bind.Port], bind)
			}
		}
	}
	l.haproxy = append(l.haproxy, h)
}
