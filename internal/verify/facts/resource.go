package facts

import (
	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/format/compose"
)

// Resource is what a service takes from the top level of the compose file by its name.
type Resource = compose.Resource

// declare takes the names that the top level of a file gives.
func (c *composeFacts) declare(y *reader, root *yaml.Node) {
	for _, kind := range []string{"configs", "secrets", "volumes"} {
		for _, field := range y.Fields(y.Get(root, kind)) {
			c.declared[Resource{Kind: kind, Word: Word{Text: field.Name}}] = true
		}
	}
}

// Declares reports whether the top level has what a service takes, or may have it in a file
// that was not read.
func (c *composeFacts) Declares(r Resource) bool {
	return c.partial || Unknown(r.Text) || c.declared[Resource{Kind: r.Kind, Word: Word{Text: r.Text}}]
}
