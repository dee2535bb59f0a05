package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
	"golang.org/x/mod/module"
)

// What cmd/release has the linker put here; "" in every other build.
var releaseVersion, releaseCommit, releaseModified string

// licences are those of all that is in the program, as TestLicences collects them.
//
//go:embed licences.txt
var licences string

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

// readVersion returns the version that the program was released as; else what the toolchain
// knows: of a build in a clone the tag and the commit, of go install the version that was asked
// for, which names a commit where no tag does.
func readVersion() version {
	v := version{Format: 1, Version: "(devel)", Language: 1, Go: runtime.Version(), Platform: runtime.GOOS + "/" +
		runtime.GOARCH}
	if releaseVersion != "" {
		v.Version, v.Revision, v.Modified = releaseVersion, releaseCommit, releaseModified == "true"
		return v
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		v.recorded(info)
	}
	return v
}

// recorded takes over what the toolchain wrote into the program.
func (v *version) recorded(info *debug.BuildInfo) {
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	if revision, err := module.PseudoVersionRev(v.Version); err == nil {
		v.Revision = revision
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
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
	var full bool
	command := &cobra.Command{
		Use:   "version",
		Short: "Print the version of mirrorgen",
		Long: `Version prints which release of mirrorgen this is, the commit that it was built from, and
whether the source had changes on top of that.`,
		Args: cobra.NoArgs,
		PreRunE: func(*cobra.Command, []string) error {
			return oneOf("--format", format, "text", "json")
		},
		RunE: func(*cobra.Command, []string) error {
			switch {
			case full:
				t.printf("%s", licences)
				return nil
			case format == "json":
				return t.printJSON(readVersion())
			}
			fmt.Fprintln(t.out, readVersion())
			return nil
		},
	}
	command.Flags().StringVar(&format, "format", "text", "`text` or json")
	command.Flags().BoolVar(&full, "licenses", false, "print the licences of all that is in the program")
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
