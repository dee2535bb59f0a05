package templates

import (
	"encoding/binary"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mirrorgen/internal/plan"
)

// hostileArguments are what a function may be given in a template.
func hostileArguments() []any {
	self := map[string]any{}
	self["self"] = self
	inside := []any{nil}
	inside[0] = inside
	service := &plan.Service{Name: "a"}
	service.Addresses = []plan.Address{{Network: &plan.Network{Name: "n"}, IP: "10.0.0.1"}}
	return []any{
		nil, "", "text", "é\n\t日本語", "\xff", strings.Repeat("long ", 2000), "(", ".*", "a{1000}", "$1$2",
		"%!d%99999999d%*[1]s", "{{.}}", "0x1p-2", "-1", "1e999", "NaN",
		"08", "9223372036854775808", "1h", "v1.2.3", "http://[", "{\"a\":[1,{}]}", "?", "_0",
		0, 1, -1, 3, 1000, math.MaxInt, math.MinInt, int64(math.MinInt64), uint64(math.MaxUint64), uint8(7),
		0.0, 1.5, -2.5, 1e300, math.Inf(1), math.NaN(), true, false,
		[]any{}, []any{1, "a", nil}, []string{"b", "a", "b"}, []string(nil), []int{3, 1}, inside, [][]any{{1}, {2}},
		map[string]any{}, map[string]any(nil), map[string]any{"a": map[string]any{"b": 1}}, self,
		map[string]string{"_0": "x"},
		service, (*plan.Service)(nil), *service, []*plan.Service{service, nil}, &plan.Plan{}, []plan.Endpoint{{}},
		plan.KindNGINX,
		dot{Plan: &plan.Plan{}}, fmt.Errorf("an error"), &self, func() string { return "f" },
	}
}

var goWords = regexp.MustCompile(`0xc[0-9a-f]{6}|runtime error|reflect[.:]|interface conversion|goroutine`)

// checkCall calls a function, and fails where a panic, an address or Go's own
// words come out, or more than the budget admits.
func checkCall(t *testing.T, f *function, args []any) {
	t.Helper()
	b := budget{maxPasses, maxDepth, 1 << 20, 1 << 20}
	result, err := f.call(&b, slices.Clone(args))
	if b.text < 0 || b.work < 0 {
		t.Errorf("%s takes more than there is", f.Name)
	}
	if err != nil {
		if goWords.MatchString(err.Error()) {
			t.Errorf("%s: Go's words in %q", f.Name, err)
		}
		return
	}
	if text, ok := result.(string); ok && goWords.MatchString(text) {
		t.Errorf("%s prints %q", f.Name, text)
	}
	if printable(result) == nil {
		if text := fmt.Sprint(result); goWords.MatchString(text) {
			t.Errorf("%s prints %q", f.Name, text)
		}
	}
}

// Every function is called with every argument in every place, while the others
// are such as it takes.
func TestHostileArguments(t *testing.T) {
	fitting := map[kind]any{
		anything: 1, scalar: "a", texts: "a", whole: 2, numeric: int64(2), truth: true, list: []any{"a", 1},
		sliceable:  "abc",
		dictionary: map[string]any{"a": 1}, ownValue: 1, ownList: []any{"a"}, ownDictionary: map[string]any{"a": 1},
	}
	calls := 0
	for _, name := range sortedNames() {
		f := functions()[name]
		for i := range f.params {
			for _, hostile := range hostileArguments() {
				var args []any
				for _, p := range f.params {
					args = append(args, fitting[p.kind])
				}
				args[i] = hostile
				checkCall(t, f, args)
				checkCall(t, f, append(args, hostile))
				checkCall(t, f, args[:i])
				calls += 3
			}
		}
	}
	t.Logf("%d calls", calls)
}

func sortedNames() []string {
	var names []string
	for name, f := range functions() {
		if f.run != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// FuzzFunctions calls functions with arguments of its choice.
func FuzzFunctions(f *testing.F) {
	f.Add([]byte("abcdefgh"), "text", int64(3))
	f.Add([]byte{0, 0, 9, 9, 1}, "(a|b)*$", int64(-1))
	names := sortedNames()
	f.Fuzz(func(t *testing.T, choice []byte, text string, number int64) {
		if len(choice) < 3 {
			return
		}
		function := functions()[names[int(binary.LittleEndian.Uint16(choice))%len(names)]]
		values := append(
			hostileArguments(),
			text,
			number,
			int(number),
			float64(number),
			[]any{text, number},
			map[string]any{text: number},
		)
		var args []any
		for _, c := range choice[2:min(len(choice), 9)] {
			args = append(args, values[int(c)%len(values)])
		}
		checkCall(t, function, args)
	})
}
