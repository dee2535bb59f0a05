//go:build race

package templates_test

// slower is how many times as long templates may take in this process: the race
// detector makes them ten times as slow, and takes several times the memory.
const slower = 10
