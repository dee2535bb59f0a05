package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"mirrorgen/internal/format/text"
)

// printGitHub prints notices as workflow commands, which GitHub shows beside the
// lines that they are about:
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
func (t *tool) printGitHub(notices []notice) {
	workspace := os.Getenv("GITHUB_WORKSPACE")
	shown := notices[:min(len(notices), mostShown)]
	for _, n := range shown {
		message := n.Detail
		var properties []string
		property := func(name, value string) { properties = append(properties, name+"="+escapeProperty(value)) }
		if n.source != "" {
			property("file", inWorkspace(workspace, n.source))
		}
		switch {
		case n.Range == nil:
		case n.Generated:
			message = fmt.Sprintf("%s line %d: %s", n.File, n.Range.Start.Line, message)
		default:
			property("line", strconv.Itoa(n.Range.Start.Line))
			property("endLine", strconv.Itoa(n.Range.End.Line))
			if n.Range.Start.Line == n.Range.End.Line { // GitHub takes columns of one line only
				property("col", strconv.Itoa(n.Range.Start.Column))
				property("endColumn", strconv.Itoa(n.Range.End.Column))
			}
		}
		property("title", n.Summary)
		fmt.Fprintf(t.out, "::%s %s::%s\n", n.Severity, strings.Join(properties, ","), escapeData(message))
	}
	if rest := len(notices) - len(shown); rest > 0 {
		fmt.Fprintf(t.out, "::notice title=mirrorgen::%s\n",
			escapeData(fmt.Sprintf("Not shown: %s more. Deal with those above first.", text.Plural(rest,
				"diagnostic"))))
	}
}

// inWorkspace is a path as GitHub knows it, relative to the checkout; "" for no
// workspace, where the path stays as it is.
func inWorkspace(workspace, name string) string {
	if workspace == "" {
		return filepath.ToSlash(name)
	}
	absolute, err := filepath.Abs(name)
	if err == nil {
		if rel, err := filepath.Rel(workspace, absolute); err == nil && filepath.IsLocal(rel) {
			return filepath.ToSlash(rel)
		}
	}
	return filepath.ToSlash(name)
}

// escapeData writes text as the message of a workflow command.
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// escapeProperty writes text as a property of a workflow command.
func escapeProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
