package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The topology that the help shows is one that build accepts without a warning.
func TestTopologyOfHelp(t *testing.T) {
	_, rest, found := strings.Cut(about, "A whole topology, the smallest useful lab.hcl:\n")
	topology, _, ended := strings.Cut(rest, "\n\"mirrorgen build")
	if !found || !ended {
		t.Fatal("the help shows no topology")
	}
	name := filepath.Join(t.TempDir(), "lab.hcl")
	if err := os.WriteFile(name, []byte(topology), 0o644); err != nil {
		t.Fatal(err)
	}
	var out, errOut bytes.Buffer
	if code := run([]string{"validate", name}, nil, &out, &errOut); code != exitDone || errOut.Len() > 0 {
		t.Errorf("exit code %d\n%s", code, errOut.String())
	}
}
