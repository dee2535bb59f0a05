package templates

import (
	"encoding/base64"
	"slices"
	"strings"
)

// Spellings lists how a line of text is spelled in the artifacts: as it is, and
// as each quoting function and the Web Gateway's password format write it. Whoever
// must not show the text must not show these.
func Spellings(s string) []string {
	forms := []string{s}
	add := func(form string) {
		if form != "" && !slices.Contains(forms, form) {
			forms = append(forms, form)
		}
	}
	add(strings.Trim(yamlScalar(s), `"`))
	add(strings.ReplaceAll(s, "'", `'\''`))
	add(markdownText(s))
	add(strings.Trim(markdownCode(s), "` "))
	add(strings.ReplaceAll(s, `"`, `""`))
	add(base64.StdEncoding.EncodeToString([]byte(s)))
	return forms
}
