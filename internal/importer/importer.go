// Package importer makes topologies of labs that were written by hand: a Docker Compose file, with
// what its services are built from and mount: Dockerfiles, merge files, and the configuration of
// Web Gateways, HAProxy and nginx.
//
// It carries over what the language has an argument for: services and their roles, networks,
// addresses, published ports, images, environment. For everything else, the topology has a comment.
// What the language refuses becomes a comment too, so that the result builds.
package importer

import (
	"errors"
	"fmt"
	"net/netip"
	"path"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/format/compose"
	"mirrorgen/internal/plan"
)

// A Reader returns the contents of a file beside the compose file, by its relative path with
// slashes. ok is false where there is none.
type Reader func(name string) (content []byte, ok bool)

// A Source is a lab as it is found on disk.
type Source struct {
	Directory string // base name of its directory: Compose's name for a lab that has none
	Name      string // of the compose file
	Content   []byte
	// Chosen are the paths of the compose file and of those that override it from the directory, where
	// ComposeFiles has them; nil where the file is alone, or has a usual name.
	Chosen []string
	Read   Reader                           // nil for a compose file alone
	List   func(directory string) []string  // names of the files in a directory below; nil for none
	Lookup func(name string) (string, bool) // variables of the environment, which win over .env; nil for none
}

// A Result is a topology, and what is not in it.
type Result struct {
	Topology []byte          // laid out
	Lost     int             // comments on what is not carried over
	Plan     *plan.Plan      // of the topology; nil where Errors has any
	Errors   hcl.Diagnostics // why the topology does not build, at its lines; the file is ResultName
}

// ResultName is the name of the topology in the positions of its errors.
const ResultName = "import.hcl"

// maxSize bounds a compose file in bytes: of 3,000 services it takes 2 MB.
const maxSize = 4 << 20

// ComposeFiles are the files that the environment or the file .env of a directory name as the lab's,
// in COMPOSE_FILE; nil where neither does.
func ComposeFiles(read Reader, lookup func(name string) (string, bool)) []string {
	return compose.Chosen(newVariables(newFiles(read), lookup).get)
}

// Import makes a topology of a lab. An error says why there is none: text that is no compose file,
// or that has no instance of IRIS.
func Import(source Source) (*Result, error) {
	result, err := imported(source)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", source.Name, err)
	}
	return result, nil
}

func imported(source Source) (*Result, error) {
	if len(source.Content) > maxSize {
		return nil, errors.New("it is larger than 4 MB; thousands of services take less")
	}
	files := newFiles(source.Read)
	files.names = source.List
	file, err := parse(source, files)
	if err != nil {
		return nil, err
	}
	d := &discovery{compose: file, files: files, source: path.Base(source.Name), text: &topology{},
		labels: map[string]bool{}}
	d.resolveImages()
	d.classify()
	d.groupMirrors()
	if len(d.mirrors) == 0 {
		return nil, errors.New("it has no instance of InterSystems IRIS: no service has an image of it, a merge " +
			"file, " +
			"or a variable such as MIRRORROLE")
	}
	d.chooseNetworks()
	d.readConfigurations()
	d.nameMirrors()
	d.write(source.Directory)
	return d.text.settle()
}

// A discovery is what is known of the lab so far.
type discovery struct {
	compose *composeFile
	files   *files
	source  string // base name of the compose file
	text    *topology
	notes   []string // on the lab as a whole

	parts    []*part
	others   []*service // not carried over
	mirrors  []*mirror
	networks []*network
	labels   map[string]bool  // names that are taken
	hosts    map[string]*part // by service name, host name, container name, alias and address
	release  release          // of the image of IRIS
	gone     map[string]bool  // names of services that are not carried over
	virtual  map[string]bool  // virtual addresses of mirrors
	prefixes []netip.Prefix   // of the compose file's networks

	withoutDatabases             []string // mirrors
	mirrorNetwork, clientNetwork string
}

// A part is a service that the topology has a block for.
type part struct {
	*service
	kind       kind
	label      string // its name in the topology
	role       string // of a member, "" until it is known
	roleRemark string // how the role was found, where nothing states it
	merge      *mergeFacts
	mirror     *mirror // of a member or application server
	group      int     // of a member with Member=auto: which of the mirrors that share its merge file

	// Of a gateway: its CSP.ini, nil for none, and where /csp goes, "" where it is disabled.
	ini           *ini
	defaultServer string
	servers       []string // of its own, nil where it knows every server of the lab

	// Of an nginx: what its configuration says, and which paths of its container that was made of.
	proxy    proxySettings
	included []string

	// Of a HAProxy: that its configuration is known, the host port of its statistics, 0 for none, and
	// the host ports that are carried over or commented on.
	isConfigured bool
	statsPort    int
	told         []int
}

// A mirror is a mirror to be.
type mirror struct {
	name    string
	setName string
	key     string // setKey of the member that it was made for
	members []*part
	isAlone bool // nothing says that its instance is mirrored

	balanced         []listener // ports of HAProxy that serve it
	served, reported *listener  // those for its primary and its reporting members, nil for none
}

func (d *discovery) note(format string, values ...any) {
	d.notes = append(d.notes, fmt.Sprintf(format, values...))
}

// ofKind returns the services of a kind, in the order of the compose file.
func (d *discovery) ofKind(k kind) []*part {
	var list []*part
	for _, p := range d.parts {
		if p.kind == k {
			list = append(list, p)
		}
	}
	return list
}
