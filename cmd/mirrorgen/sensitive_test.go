package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// Whatever the secret is, what is left is JSON, and holds it in no value.
func TestRedactJSON(t *testing.T) {
	for _, test := range []struct{ secret, document, want string }{
		{"x", `{"a": "x", "b": [1, "yx", "x y"]}`, `{"a": "(hidden)", "b": [1, "y(hidden)", "(hidden) y"]}`},
		{`"`, `{"a": "\"", "b": "c\\"}`, `{"a": "(hidden)", "b": "c\\"}`},
		{`\`, `{"a": "\"", "b": "c\\"}`, `{"a": "\"", "b": "c(hidden)"}`},
		{"<", `{"a": "<&>"}`, `{"a": "(hidden)&>"}`},
		{"}", `{"a": {"b": "}"}}`, `{"a": {"b": "(hidden)"}}`},
		{"a", `{"a": "a", "c": null}`, `{"a": "(hidden)", "c": null}`},
		{"1972", `{"a": 1972, "b": [19720, -1972, 1], "c": "1972"}`,
			`{"a": null, "b": [null, null, 1], "c": "(hidden)"}`},
		{"1", `{"a": 1, "b": "1"}`, `{"a": 1, "b": "(hidden)"}`},
		{"true", `{"a": true}`, `{"a": true}`},
	} {
		got := string(redactJSON([]byte(test.document), func(text string) string {
			return strings.ReplaceAll(text, test.secret, "(hidden)")
		}))
		if got != test.want || !json.Valid([]byte(got)) {
			t.Errorf("%s without %s is %s, want %s", test.document, test.secret, got, test.want)
		}
	}
}
