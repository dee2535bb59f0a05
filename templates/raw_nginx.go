package templates

import (
	"bytes"
	"slices"
	"strings"

	"mirrorgen/internal/format/nginx"
)

// replaceDirectives takes out of the server blocks of an nginx configuration what raw text at
// their end replaces, each with the comment that is about it alone.
func replaceDirectives(raw string, content []byte) []byte {
	given, _ := nginx.Parse(raw)
	file, _ := nginx.Parse(string(content))
	replaced := map[int]bool{} // by line
	for _, server := range file {
		if server.Name != "server" {
			continue
		}
		own := len(server.Block) - len(given)
		if own < 0 || !slices.EqualFunc(server.Block[own:], given, func(a, b *nginx.Directive) bool {
			return a.Name == b.Name
		}) {
			continue // a template of the user's puts the text elsewhere
		}
		for _, d := range server.Block[:own] {
			if slices.ContainsFunc(given, func(raw *nginx.Directive) bool { return raw.Replaces(d) }) {
				replaced[d.Line] = true
			}
		}
	}
	if len(replaced) == 0 {
		return content
	}
	lines := bytes.SplitAfter(content, []byte("\n"))
	comment := func(i int) bool { return i >= 0 && strings.HasPrefix(strings.TrimSpace(string(lines[i])), "#") }
	blank := func(i int) bool { return len(bytes.TrimSpace(lines[i])) == 0 }
	drop := map[int]bool{} // by index
	for number := range replaced {
		drop[number-1] = true
	}
	for number := range replaced {
		first, last := number-1, number-1
		for drop[first-1] {
			first--
		}
		for drop[last+1] {
			last++
		}
		if !comment(first-1) || !blank(last+1) && !comment(last+1) {
			continue // the comment is about other directives too, or there is none
		}
		for first--; comment(first); first-- {
			drop[first] = true
		}
	}
	var out bytes.Buffer
	for i, line := range lines {
		if !drop[i] && !(blank(i) && i > 0 && i < len(lines)-1 && drop[i-1] && blankBefore(lines, drop, i)) {
			out.Write(line)
		}
	}
	return out.Bytes()
}

// blankBefore reports whether the last line before one that is not dropped is blank.
func blankBefore(lines [][]byte, drop map[int]bool, i int) bool {
	for i--; i >= 0; i-- {
		if !drop[i] {
			return len(bytes.TrimSpace(lines[i])) == 0
		}
	}
	return false
}
