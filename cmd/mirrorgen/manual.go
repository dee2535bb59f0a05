package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"mirrorgen/internal/format/text"
)

// dateForm is how the man command is told the date of its pages.
const dateForm = "2006-01-02"

// manCommand writes what a package installs into share/man/man1. Its pages carry the date of
// the release and not that of the day, so that two builds are equal.
func (t *tool) manCommand() *cobra.Command {
	var date string
	command := &cobra.Command{
		Use:    "man DIR",
		Short:  "Write the manual's pages, for a package",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			day, err := time.Parse(dateForm, date)
			if err != nil {
				return fmt.Errorf("--date %s: give the day of the release, such as 2026-01-31", text.ShellWord(date))
			}
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return failed(err)
			}
			header := &doc.GenManHeader{Section: "1", Date: &day, Source: "mirrorgen", Manual: "mirrorgen"}
			root := command.Root()
			forPages(root)
			if err := doc.GenManTree(root, header, args[0]); err != nil {
				return failed(err)
			}
			return nil
		},
	}
	command.Flags().StringVar(&date, "date", "", "`DAY` of the release")
	return command
}

// forPages makes Markdown of the help texts, which are laid out for a terminal.
func forPages(command *cobra.Command) {
	command.DisableAutoGenTag = true
	command.Long = markdown(command.Long)
	for _, c := range command.Commands() {
		forPages(c)
	}
}

// markdown makes code blocks of indented lines, and takes the meaning from the characters
// that Markdown has one for elsewhere.
func markdown(help string) string {
	var b strings.Builder
	code := false
	for line := range strings.Lines(help) {
		indented := strings.HasPrefix(line, "  ")
		switch {
		case indented && !code:
			b.WriteString("\n")
		case code && !indented && line != "\n":
			b.WriteString("\n")
		}
		if line != "\n" {
			code = indented
		}
		if indented {
			b.WriteString("    " + strings.TrimPrefix(line, "  "))
		} else {
			b.WriteString(special.ReplaceAllString(line, `\$0`))
		}
	}
	return strings.ReplaceAll(b.String(), "\n\n\n", "\n\n")
}

// special are the characters with a meaning inside a line of Markdown.
var special = regexp.MustCompile("[*_<`\\[\\]]")
