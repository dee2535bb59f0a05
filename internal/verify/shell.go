package verify

import (
	"errors"
	"net/netip"
	"path"
	"strings"
	"sync"

	"mvdan.cc/sh/v3/syntax"

	"mirrorgen/internal/verify/text"
)

// instancesPath is the table of instances that the container's hooks source.
const instancesPath = "iris/instances.sh"

// parseScripts begins to parse every script as bash, beside whatever the caller
// does next: scripts are half of a lab's text. The function that it returns
// waits for them and gives one error, or nil, for each file.
func parseScripts(files []*file) func() []error {
	errs := make([]error, len(files))
	var parsing sync.WaitGroup
	for i, f := range files {
		if path.Ext(f.path) == ".sh" {
			parsing.Go(func() {
				_, errs[i] = syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(f.text), f.path)
			})
		}
	}
	return func() []error {
		parsing.Wait()
		return errs
	}
}

// reportScripts reports what parseScripts found.
func (l *lab) reportScripts(files []*file, errs []error) {
	for i, err := range errs {
		if err == nil {
			continue
		}
		at, reason := place{}, err.Error()
		var broken syntax.ParseError
		var foreign syntax.LangError
		switch {
		case errors.As(err, &broken):
			at, reason = place{int(broken.Pos.Line()), int(broken.Pos.Col())}, broken.Text
		case errors.As(err, &foreign):
			at, reason = place{int(foreign.Pos.Line()), int(foreign.Pos.Col())}, foreign.Feature+" is no part of bash"
		}
		l.report(files[i], at, "Invalid shell script", "The shell reader says: "+reason+".", "Correct the line, or the argument of the topology that it prints.")
	}
}

// readInstances collects the IPv4 addresses and the names of the mirrors from
// the table of instances, outside its comments.
func (l *lab) readInstances(f *file) {
	for number, line := range text.Lines(f.text) {
		if strings.HasPrefix(strings.TrimLeft(line, " \t"), "#") {
			continue
		}
		for i := 0; i < len(line); {
			if i > 0 && isAddressByte(line[i-1]) {
				i++
				continue
			}
			if rest, found := strings.CutPrefix(line[i:], "mirror="); found {
				name, _, _ := strings.Cut(rest, " ")
				l.mirrors[name] = true
			}
			word := addressAt(line[i:])
			if word != "" {
				l.uses = append(l.uses, use{file: f, at: place{number, i + 1}, host: word, what: "The table of instances"})
			}
			i += max(len(word), 1)
		}
	}
}

// addressAt returns the IPv4 address at the beginning of s, "" where there is
// none. A subnet, which has "/" after its address, is none.
func addressAt(s string) string {
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == '.') {
		end++
	}
	if strings.Count(s[:end], ".") != 3 || end < len(s) && (s[end] == '/' || isAddressByte(s[end])) {
		return ""
	}
	if _, err := netip.ParseAddr(s[:end]); err != nil {
		return ""
	}
	return s[:end]
}

func isAddressByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '.' || c == '-' || c == '_'
}
