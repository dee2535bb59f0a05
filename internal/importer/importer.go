// Package importer makes topologies of mirror labs that were written by hand: a
// Docker Compose file, with the configuration of the Web Gateways, HAProxy and
// nginx that its services mount.
//
// It carries over what the language has a word for: services and their roles,
// networks, addresses, published ports, images, environment. For everything else
// that it meets, the topology has a comment. What the language refuses becomes a
// comment too, so that the result is valid.
package importer

import (
	"errors"
	"fmt"
	"path"
	"regexp"

	"mirrorgen/schema"
)

// A Reader returns the contents of a file beside the compose file, by its
// relative path with slashes. ok is false where there is none.
type Reader func(name string) (content []byte, ok bool)

// A Result is a topology, and what is not in it.
type Result struct {
	Topology []byte // laid out and valid
	Lost     int    // comments on what was not carried over
}

// Import makes a topology of the compose file of that name. directory is the
// base name of its directory, from which Compose takes the name of a lab that has
// none.
func Import(directory, name string, content []byte, read Reader) (*Result, error) {
	if read == nil {
		read = func(string) ([]byte, bool) { return nil, false }
	}
	compose, err := parse(content, read)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	l := &findings{compose: compose, read: read, source: path.Base(name), text: &topology{}}
	l.classify()
	l.groupMirrors()
	if len(l.mirrors) == 0 {
		return nil, fmt.Errorf("%s: no service of it is a member of a mirror: none has an InterSystems IRIS image or a variable such as MIRRORROLE", name)
	}
	l.chooseNetworks()
	l.readBeside()
	l.write(directory)
	result, err := l.text.settle()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return result, nil
}

// errUnsettled is a topology that stays wrong whatever is left out.
var errUnsettled = errors.New("what it describes cannot be said in a topology")

// maxNotes bounds the comments on one thing.
const maxNotes = 40

// inThisFile is a place that means nothing to a reader of the topology: lines
// move.
var inThisFile = regexp.MustCompile(` at import\.hcl:\d+,\d+-\d+(,\d+)?`)

// accepts reports whether the language takes a topology, and what it says.
func accepts(text []byte) (mistakes []mistake) {
	lab, diags := schema.Load("import.hcl", []schema.Source{{Name: "import.hcl", Content: text}})
	for _, d := range append(diags, planned(lab, diags)...) {
		if d.Severity == severityError && d.Subject != nil {
			mistakes = append(mistakes, mistake{d.Subject.Start.Line, inThisFile.ReplaceAllString(d.Detail, "")})
		}
	}
	return mistakes
}

// A mistake is an error of the language at a line of a topology.
type mistake struct {
	line   int
	detail string
}
