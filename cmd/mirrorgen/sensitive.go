package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/lab"
	"mirrorgen/schema"
)

// markSensitive notes which lines of artifacts hold the values of sensitive variables.
func (t *tool) markSensitive(artifacts []lab.Artifact) {
	if len(t.stdout.secrets) == 0 {
		return
	}
	for i := range artifacts {
		artifacts[i].Sensitive = t.stdout.lines(artifacts[i].Content)
	}
}

// name matches what a diagnostic may quote of raw text: names, hosts, parts of paths.
var name = regexp.MustCompile(`[\pL\pN_]{2,}`)

// hideNames takes out of diagnostics about artifacts the names that stand in sensitive raw
// text and nowhere else in the artifacts. Such a text as a whole is hidden wherever it is
// printed, but a diagnostic quotes parts of it.
func (t *tool) hideNames(diags hcl.Diagnostics, artifacts []lab.Artifact) {
	names := map[string]bool{}
	for _, secret := range t.stdout.secrets {
		for _, n := range name.FindAllString(secret, -1) {
			names[n] = true
		}
	}
	if len(names) == 0 || len(diags) == 0 {
		return
	}
	for i := range artifacts {
		number := 0
		for line := range bytes.Lines(artifacts[i].Content) {
			number++
			if _, sensitive := slices.BinarySearch(artifacts[i].Sensitive, number); sensitive {
				continue
			}
			for _, n := range name.FindAll(line, -1) {
				delete(names, string(n))
			}
		}
	}
	hide := func(n string) string {
		if names[n] {
			return schema.Hidden
		}
		return n
	}
	for _, d := range diags {
		d.Summary = name.ReplaceAllStringFunc(d.Summary, hide)
		d.Detail = name.ReplaceAllStringFunc(d.Detail, hide)
	}
}

// shortestNumber is the length from which a number in JSON is compared with secrets: shorter
// ones are line numbers and the like.
const shortestNumber = 4

// redactJSON takes secrets out of a JSON document, which stays one: out of its strings, and
// null takes the place of a number. Keys are not looked at.
func redactJSON(document []byte, redact func(string) string) []byte {
	var out bytes.Buffer
	for at := 0; at < len(document); {
		switch c := document[at]; {
		case c == '"':
			end := at + 1
			for document[end] != '"' {
				if document[end] == '\\' {
					end++
				}
				end++
			}
			end++
			token := document[at:end]
			if end < len(document) && document[end] == ':' {
				out.Write(token)
			} else {
				out.Write(redactString(token, redact))
			}
			at = end
		case c == '-' || c >= '0' && c <= '9':
			end := at + 1
			for end < len(document) && strings.IndexByte("0123456789.eE+-", document[end]) >= 0 {
				end++
			}
			number := string(document[at:end])
			if len(number) >= shortestNumber && redact(number) != number {
				number = "null"
			}
			out.WriteString(number)
			at = end
		default:
			out.WriteByte(c)
			at++
		}
	}
	return out.Bytes()
}

// redactString takes secrets out of a JSON string.
func redactString(token []byte, redact func(string) string) []byte {
	var text string
	if err := json.Unmarshal(token, &text); err != nil {
		return token
	}
	shown := redact(text)
	if shown == text {
		return token
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(shown); err != nil {
		return token
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}
