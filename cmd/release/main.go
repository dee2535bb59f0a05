// Command release makes a directory with every file of a release: programs in archives,
// packages, container images, what each was made from, and checksums. It writes no directory
// unless all of it could be made.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	r := &release{}
	flag.StringVar(&r.output, "o", filepath.Join("bin", "release"), "write the release to this directory")
	flag.StringVar(&r.root, "root", ".", "the directory of mirrorgen's sources")
	flag.BoolVar(&r.snapshot, "snapshot", false, "make what is there now: no tag is needed, changes are allowed")
	only := flag.String("platforms", "", "make these alone, GOOS/GOARCH, separated by commas")
	flag.Parse()
	if *only != "" {
		r.platforms = strings.Split(*only, ",")
	}
	if err := r.make(); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}
