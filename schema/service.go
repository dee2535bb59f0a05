package schema

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// command decodes what a container runs, in one of Compose's two forms.
func (v value) command(words *[]string, line *string) {
	if v.v.Type() == cty.String {
		v.text(line, notEmpty, oneLine)
		return
	}
	*words = v.words("a text, or a list of words")
}

// words decodes a list of strings in which a word may stand several times; nil where it is
// none.
func (v value) words(want string) []string {
	converted, ok := v.as(cty.List(cty.String), want)
	if !ok {
		return nil
	}
	list := make([]string, 0, converted.LengthInt())
	for _, element := range converted.AsValueSlice() {
		if element.IsNull() {
			v.d.errorf(v.at(), "Missing value", "%s has an element that is null. Remove it.", v.name)
			return nil
		}
		if !v.d.accept(v.at(), v.name, element.AsString(), nil) {
			return nil
		}
		list = append(list, element.AsString())
	}
	if len(list) == 0 {
		v.d.errorf(v.at(), "Empty list", "%s must have at least one word, or be left out.", v.name)
		return nil
	}
	return list
}

// published decodes a list of ports, each "HOST:CONTAINER".
func (v value) published(to *[]PublishedPort) {
	var refs []Ref
	v.list(&refs, publishedPort)
	for _, ref := range refs {
		host, container, _ := strings.Cut(ref.Name, ":")
		*to = append(*to, PublishedPort{portNumber(host), portNumber(container), ref.At})
	}
}

// publishedPort is a port of the host and one of the container.
func publishedPort(s string) string {
	host, container, found := strings.Cut(s, ":")
	switch {
	case found && portNumber(host) > 0 && portNumber(container) > 0:
		return ""
	case strings.Count(s, ":") > 1:
		return fmt.Sprintf("%s names more than a port of the host and one of the container. Ports of a lab are "+
			"published on its publish_address: write \"HOST:CONTAINER\", for example \"8090:80\".", shown(s))
	}
	return fmt.Sprintf("%s is not \"HOST:CONTAINER\", two ports from 1 to 65535, for example \"8090:80\". Ranges and "+
		"other protocols than TCP are for compose.", shown(s))
}

// portNumber is the port that a text is, 0 for none.
func portNumber(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxPort || !made(s, 1, 5, digit) {
		return 0
	}
	return n
}

// containerPath is an absolute path of a container, without what any file naming it would have
// to escape.
func containerPath(s string) string {
	plain := made(s, 2, 255,
		func(c byte) bool { return letter(c) || digit(c) || strings.IndexByte("/_-.+@", c) >= 0 })
	if !plain || s[0] != '/' || !cleanPath(s[1:]) {
		return fmt.Sprintf("%s is not the path of a file in a container: an absolute one such as "+
			"\"/etc/app.conf\", of "+
			"letters, digits, -, _, +, @, dots and /.", shown(s))
	}
	return ""
}

// cleanPath reports whether no part of a relative path is empty, "." or "..".
func cleanPath(s string) bool {
	for part := range strings.SplitSeq(s, "/") {
		if part == "" || part == "." || part == ".." {
			return false
		}
	}
	return true
}

// labFile is a path below the generated directory: of a file that mirrorgen writes, or that the
// user puts there.
func labFile(s string) string {
	plain := made(s, 1, 200,
		func(c byte) bool { return letter(c) || digit(c) || strings.IndexByte("/_-.", c) >= 0 })
	switch first, _, _ := strings.Cut(s, "/"); {
	case !plain:
		return fmt.Sprintf("%s is not a plain relative path: use letters, digits, -, _, dots and /.", shown(s))
	case !cleanPath(s):
		return fmt.Sprintf("%s must stay below the generated directory: no leading /, no empty part, no . and no .. "+
			"between the slashes.", shown(s))
	case first == ".git" || first == "data":
		return fmt.Sprintf("%s is not for services: the directory data holds what members keep, and .git what git "+
			"does. Take another name, for example \"app/app.conf\".", shown(s))
	}
	return ""
}

// composeDurations are the units of Compose's durations.
var composeDurations = []string{"us", "ms", "s", "m", "h"}

// composeDuration is a length of time as Compose spells it: numbers with units, "1m30s".
func composeDuration(s string) bool {
	rest := s
	for rest != "" {
		digits := 0
		for digits < len(rest) && (digit(rest[digits]) || digits > 0 && rest[digits] == '.') {
			digits++
		}
		unit := digits
		for unit < len(rest) && lower(rest[unit]) {
			unit++
		}
		if digits == 0 || digits > 9 || strings.Count(rest[:digits], ".") > 1 || rest[digits-1] == '.' ||
			oneOf(composeDurations...)(rest[digits:unit]) != "" {
			return false
		}
		rest = rest[unit:]
	}
	return strings.ContainsAny(s, "123456789")
}

// healthCheck decodes a healthcheck as Compose has it, and refuses what Compose or Docker would.
func (v value) healthCheck(to **HealthCheck) {
	var object cty.Value
	before := v.d.errors
	if v.object(&object); v.d.errors != before {
		return
	}
	ranges := keyRanges(v.expr)
	h := &HealthCheck{}
	for it := object.ElementIterator(); it.Next(); {
		key, element := it.Element()
		if element.IsNull() {
			continue
		}
		at, ok := ranges[key.AsString()]
		if !ok {
			at = v.at()
		}
		v.healthField(h, key.AsString(), element, at)
	}
	if h.Disable && h.Test != nil && v.d.errors == before {
		v.d.errorf(v.at(), "Unsuitable value", "%s has both disable and a test. Keep one of the two.", v.name)
	}
	if v.d.errors == before {
		*to = h
	}
}

// healthFields are the fields of a healthcheck
// (https://docs.docker.com/reference/compose-file/services/#healthcheck).
var healthFields = []string{"test", "interval", "timeout", "retries", "start_period", "start_interval", "disable"}

func (v value) healthField(h *HealthCheck, key string, element cty.Value, at hcl.Range) {
	field := value{v.d, v.name + "." + key, element, hcl.StaticExpr(element, at)}
	switch key {
	case "test":
		field.healthTest(&h.Test)
	case "interval":
		field.composeDuration(&h.Interval)
	case "timeout":
		field.composeDuration(&h.Timeout)
	case "start_period":
		field.composeDuration(&h.StartPeriod)
	case "start_interval":
		field.composeDuration(&h.StartInterval)
	case "retries":
		var n int
		before := v.d.errors
		if field.whole(&n, 1, 1_000_000); v.d.errors == before {
			h.Retries = strconv.Itoa(n)
		}
	case "disable":
		field.flag(&h.Disable)
	default:
		v.d.errorf(at, "Unknown field", "%s: Compose knows no field %s there.%s", v.name, shown(key),
			v.d.hint(key, healthFields, "fields"))
	}
}

// composeDuration decodes a duration as Compose spells it.
func (v value) composeDuration(to *string) {
	v.text(to, func(s string) string {
		if composeDuration(s) {
			return ""
		}
		return fmt.Sprintf("%s is not a duration: numbers with the units us, ms, s, m or h, more than 0 in all, "+
			"for example \"5s\" or \"1m30s\".", shown(s))
	})
}

// healthTest decodes a test: a text for the shell, or a list that begins with the kind of it.
func (v value) healthTest(to *[]string) {
	if v.v.Type() == cty.String {
		var line string
		if v.text(&line, notEmpty); line != "" {
			*to = []string{"CMD-SHELL", line}
		}
		return
	}
	words := v.words("a text for the shell, or a list such as [\"CMD\", \"true\"]")
	switch {
	case words == nil:
	case words[0] == "NONE" && len(words) == 1, words[0] == "CMD" && len(words) > 1,
		words[0] == "CMD-SHELL" && len(words) == 2:
		*to = words
	default:
		v.d.errorf(v.at(), "Unsuitable value", "%s: Compose takes [\"CMD\", PROGRAM, ARGUMENT...], [\"CMD-SHELL\", "+
			"LINE] or [\"NONE\"], and not a list that begins with %s.", v.name, shown(words[0]))
	}
}
