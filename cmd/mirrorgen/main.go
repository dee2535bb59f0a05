// Command mirrorgen compiles a topology of InterSystems IRIS mirrors into the
// directory of a Docker Compose lab.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
