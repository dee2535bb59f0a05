package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
)

// The help of inspect lists every note that an endpoint may have.
func TestNotesOfHelp(t *testing.T) {
	source, err := os.ReadFile("../../internal/plan/endpoints.go")
	if err != nil {
		t.Fatal(err)
	}
	notes := regexp.MustCompile(`EndpointNote += "(\w+)"`).FindAllSubmatch(source, -1)
	if len(notes) < 6 {
		t.Fatalf("only %d notes are found", len(notes))
	}
	var out bytes.Buffer
	run([]string{"inspect", "--help"}, nil, &out, &out)
	_, help, _ := strings.Cut(out.String(), `note ("" or `)
	help, _, _ = strings.Cut(help, ")")
	for _, note := range notes {
		if !regexp.MustCompile(`\b` + string(note[1]) + `\b`).MatchString(help) {
			t.Errorf("%s is not among %q", note[1], help)
		}
	}
}
