// The runtime's look for a CPU quota reads five files, and takes 3 % of the time
// of a small build. A program that runs for milliseconds needs none.
//
//go:debug containermaxprocs=0
//go:debug updatemaxprocs=0

// Command mirrorgen compiles a topology of InterSystems IRIS mirrors into the
// directory of a Docker Compose lab.
package main

import (
	"os"
	"runtime/debug"
)

func main() {
	debug.SetGCPercent(250) // a build of a small lab then ends before the first collection
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
