package internal_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"mirrorgen/schema"
)

// A sized lab is a topology to measure with.
type sized struct {
	name   string // base name of its file
	source []byte
}

// seed is the lab that mirrorgen grew from: two mirrors of two members.
func seed(t testing.TB) sized {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "examples", "simplemirror.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	return sized{"simplemirror.hcl", content}
}

// topologyOf writes a topology of equal mirrors, with the services around them that
// every lab has. A mirror has at most one backup, so the third member and those
// after it are async.
func topologyOf(mirrors, members int) sized {
	name := fmt.Sprintf("lab-%dx%d", mirrors, members)
	var b bytes.Buffer
	fmt.Fprintf(&b, "lab %q {}\n\nnetwork \"iris-tier\" {}\nnetwork \"web-tier\" {}\n\narbiter \"arbiter\" {}\n", name)
	for m := range mirrors {
		fmt.Fprintf(&b, "\nmirror \"m%04d\" {\n", m)
		for i := range members {
			role := "rwrasync"
			if i < 3 {
				role = [...]string{"primary", "backup", "drasync"}[i]
			}
			fmt.Fprintf(&b, "  member \"m%04d%c\" { role = %q }\n", m, 'a'+i, role)
		}
		b.WriteString("}\n")
	}
	b.WriteString("\nweb_gateway \"webgw1\" {}\nweb_gateway \"webgw2\" {}\nnginx \"nginx\" {}\nhaproxy " +
		"\"haproxy\" {}\n")
	return sized{name + ".hcl", b.Bytes()}
}

func (s sized) sources() []schema.Source {
	return []schema.Source{{Name: s.name, Content: s.source}}
}

// memory makes a directory on the memory file system, so that what is measured
// is mirrorgen and not a disk.
func memory(t testing.TB) string {
	t.Helper()
	directory, err := os.MkdirTemp("/dev/shm", "mirrorgen-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(directory) })
	return directory
}

// exponent is the power of the size with which a cost grows.
func exponent(small, large, smallCost, largeCost float64) float64 {
	return math.Log(largeCost/smallCost) / math.Log(large/small)
}
