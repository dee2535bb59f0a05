//go:build !race

package templates_test

// slower is how many times as long templates may take in this process.
const slower = 1
