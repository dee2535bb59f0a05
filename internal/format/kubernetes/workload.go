package kubernetes

import (
	_ "embed" // the schema
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"mirrorgen/internal/format/compose"
	"mirrorgen/internal/format/text"
)

// schemaRelease is the release of Kubernetes whose StatefulSets and Deployments are known.
const schemaRelease = "1.34"

// workloads is the schema of StatefulSets and Deployments, made by .ci/kubernetes.d/workloads.
//
//go:embed workloads.json
var workloads []byte

// A node is a part of the schema.
type node struct {
	Ref        string           `json:"$ref"`
	Type       oneOrMore        `json:"type"`
	Properties map[string]*node `json:"properties"`
	Others     closed           `json:"additionalProperties"`
	Names      *node            `json:"propertyNames"`
	Items      *node            `json:"items"`
	Enum       []string         `json:"enum"`
	Format     string           `json:"format"`
}

// oneOrMore is a text, or a list of them.
type oneOrMore []string

// UnmarshalJSON reads one text, or several.
func (o *oneOrMore) UnmarshalJSON(content []byte) error {
	if content[0] == '[' {
		return json.Unmarshal(content, (*[]string)(o))
	}
	*o = []string{""}
	return json.Unmarshal(content, &(*o)[0])
}

// closed is the schema of the values of other keys than those that are listed, or false.
type closed struct {
	node   *node
	closed bool
}

// UnmarshalJSON reads false, or the schema.
func (c *closed) UnmarshalJSON(content []byte) error {
	if c.closed = string(content) == "false"; c.closed {
		return nil
	}
	return json.Unmarshal(content, &c.node)
}

// definitions reads the schema once, where it is first needed.
var definitions = sync.OnceValue(func() map[string]*node {
	var schema struct {
		Definitions map[string]*node `json:"$defs"`
	}
	if err := json.Unmarshal(workloads, &schema); err != nil {
		panic(err) // it is a part of the program
	}
	return schema.Definitions
})

// CheckWorkload checks keys that are merged into a workload of a kind, StatefulSet or Deployment:
// objects as map[string]any, lists as []any, texts, booleans, and numbers as json.Number. That a
// key is missing does not count: the keys are a part. Problems are sorted by their paths.
func CheckWorkload(kind string, keys map[string]any) []compose.Problem {
	c := workloadCheck{definitions: definitions()}
	c.value(nil, c.definitions[kind], keys)
	slices.SortStableFunc(c.problems, func(a, b compose.Problem) int { return slices.Compare(a.Path, b.Path) })
	return c.problems
}

// workloadCheck is one check.
type workloadCheck struct {
	definitions map[string]*node
	problems    []compose.Problem
}

func (c *workloadCheck) report(path []string, summary, what, remedy string) {
	c.problems = append(c.problems, compose.Problem{Path: slices.Clone(path), Summary: summary, Text: what,
		Remedy: remedy})
}

// unsuitable reports a value that Kubernetes does not take.
func (c *workloadCheck) unsuitable(path []string, what, remedy string) {
	c.report(path, "Unsuitable Kubernetes key", compose.Path(path)+" is "+what+".", remedy)
}

// value checks a value by a part of the schema.
func (c *workloadCheck) value(path []string, n *node, v any) {
	if n.Ref != "" {
		n = c.definitions[strings.TrimPrefix(n.Ref, "#/$defs/")]
	}
	if got := typeOf(v); !slices.Contains(n.Type, got) && (got != "integer" || !slices.Contains(n.Type, "number")) {
		c.unsuitable(path, compose.GotName(got), "Kubernetes takes "+compose.Types(n.Type)+".")
		return
	}
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			c.key(append(slices.Clip(path), key), n, v[key])
		}
	case []any:
		for i, item := range v {
			c.value(append(slices.Clip(path), strconv.Itoa(i)), n.Items, item)
		}
	case string:
		c.text(path, n, v)
	}
}

// key checks the key at the end of a path, and its value.
func (c *workloadCheck) key(path []string, n *node, v any) {
	name := path[len(path)-1]
	if n.Names != nil && !labelKey(name) {
		c.report(path, "Unsuitable Kubernetes key", fmt.Sprintf("%s has the key %q.",
			compose.Path(path[:len(path)-1]), name), "The key of a label or an annotation is 1 to 63 letters, digits, "+
			"-, _ and dots, a letter or digit first and last, and may have a domain and a slash before it.")
	}
	switch {
	case n.Properties[name] != nil:
		c.value(path, n.Properties[name], v)
	case n.Others.node != nil:
		c.value(path, n.Others.node, v)
	case n.Others.closed:
		names := slices.Sorted(maps.Keys(n.Properties))
		remedy := text.DidYouMean(strings.Join(names, " "), name, "")
		switch {
		case remedy != "":
		case len(names) <= 12:
			remedy = "It takes " + compose.Quoted(names, " and ") + "."
		default:
			remedy = "What is newer than Kubernetes " + schemaRelease + " goes into an overlay (LAB_KUSTOMIZATION of " +
				"start.sh)."
		}
		in := "a workload"
		if len(path) > 1 {
			in = compose.Path(path[:len(path)-1])
		}
		c.report(path, "Unknown Kubernetes key", fmt.Sprintf("Kubernetes knows no key %q in %s.", name, in), remedy)
	}
}

// text checks a text by what it may be.
func (c *workloadCheck) text(path []string, n *node, v string) {
	switch {
	case n.Enum != nil && !slices.Contains(n.Enum, v):
		c.unsuitable(path, fmt.Sprintf("%q", v), "Kubernetes takes "+compose.Quoted(n.Enum, " or ")+".")
	case n.Format == "quantity":
		if _, good := Quantity(v); !good {
			c.unsuitable(path, fmt.Sprintf("%q", v), `Kubernetes takes a number with a unit right behind it, such as `+
				`"8Gi", "512M" or "500m".`)
		}
	case n.Format == "label" && v != "" && !labelName(v):
		c.unsuitable(path, fmt.Sprintf("%q", v), "The value of a label is up to 63 letters, digits, -, _ and dots, "+
			"a letter or digit first and last.")
	}
}

// typeOf is the name that JSON Schema has for the type of a value.
func typeOf(v any) string {
	switch v := v.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case string:
		return "string"
	case bool:
		return "boolean"
	case json.Number:
		if !strings.ContainsAny(v.String(), ".eE") {
			return "integer"
		}
	}
	return "number"
}

// labelKey reports whether a text is the key of a label or of an annotation.
func labelKey(s string) bool {
	if domain, name, prefixed := strings.Cut(s, "/"); prefixed {
		return domain != "" && len(domain) <= 253 && strings.Trim(domain, letters+"-.") == "" && labelName(name)
	}
	return labelName(s)
}

// letters are what labels begin and end with.
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// labelName reports whether a text is what labels are made of.
func labelName(s string) bool {
	return s != "" && len(s) <= 63 && strings.Trim(s, letters+"-_.") == "" &&
		strings.Contains(letters, s[:1]) && strings.Contains(letters, s[len(s)-1:])
}

// units are the factors of the units of quantities.
var units = map[string]float64{
	"": 1, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
	"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50, "Ei": 1 << 60,
}

// Quantity is the number that a quantity of Kubernetes stands for, such as "8Gi", "1e3" or "500m";
// false where the text is none.
func Quantity(s string) (float64, bool) {
	unit := strings.TrimLeft(strings.TrimLeft(s, "+-"), "0123456789.")
	number, factor := s, 1.0
	if f, known := units[unit]; known {
		number, factor = strings.TrimSuffix(s, unit), f
	} else if exponent := strings.TrimLeft(unit, "eE"); len(unit)-len(exponent) != 1 ||
		strings.Trim(exponent, "+-0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(number, 64)
	return n * factor, err == nil
}
