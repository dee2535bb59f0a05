// Package lab has what the stages pass on once a lab is printed: its artifacts.
package lab

import "io/fs"

// An Artifact is one file of a generated lab.
type Artifact struct {
	Path    string      // relative to the lab's directory, slash-separated
	Mode    fs.FileMode // 0644, or 0755 for a script
	Content []byte      // ends with a newline
	// Sensitive are the numbers, from 1 and ascending, of the lines that hold the value of a
	// sensitive variable.
	Sensitive []int
}
