package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is what the Go toolchain recorded about this program, and with it the
// JSON of `mirrorgen version`.
type version struct {
	Format   int    `json:"format"` // of this object: 1
	Version  string `json:"version"`
	Revision string `json:"revision"` // commit, "" where it is not known
	Modified bool   `json:"modified"` // built from a tree with changes on top of it
	Language int    `json:"language"` // version of the topology language
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func readVersion() version {
	v := version{Format: 1, Version: "(devel)", Language: 1, Go: runtime.Version(), Platform: runtime.GOOS + "/" +
		runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}

// String is one line, e.g. "mirrorgen v1.2.0 (language 1, go1.26.0, linux/amd64)".
func (v version) String() string {
	text := fmt.Sprintf("mirrorgen %s (language %d, %s, %s", v.Version, v.Language, v.Go, v.Platform)
	if v.Revision != "" {
		text += ", commit " + v.Revision
		if v.Modified {
			text += " with changes"
		}
	}
	return text + ")"
}

func (t *tool) versionCommand() *cobra.Command {
	var format string
	command := &cobra.Command{
		Use:   "version",
		Short: "Print the version of mirrorgen",
		Args:  cobra.NoArgs,
		PreRunE: func(*cobra.Command, []string) error {
			return oneOf("--format", format, "text", "json")
		},
		RunE: func(*cobra.Command, []string) error {
			if format == "json" {
				return t.printJSON(readVersion())
			}
			fmt.Fprintln(t.out, readVersion())
			return nil
		},
	}
	command.Flags().StringVar(&format, "format", "text", "`text` or json")
	complete(command, "format", "text", "json")
	return command
}

// oneOf refuses a flag's value that is not among the allowed ones.
func oneOf(flag, value string, allowed ...string) error {
	for _, a := range allowed {
		if value == a {
			return nil
		}
	}
	return fmt.Errorf("%s %q: must be one of %q", flag, value, allowed)
}

func (t *tool) printJSON(v any) error {
	var document bytes.Buffer
	encoder := json.NewEncoder(&document)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return failed(err)
	}
	return t.printRedacted(redactJSON(document.Bytes(), t.redacted))
}
