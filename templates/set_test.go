package templates

import (
	"io/fs"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// All templates share one set of definitions, where a second one of the same
// name would replace the first.
func TestDefinitionsHaveNamesOfTheirOwn(t *testing.T) {
	define := regexp.MustCompile(`\{\{-? *(?:define|block) "([^"]+)"`)
	where := map[string]string{}
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".tmpl") {
			return err
		}
		content, err := files.ReadFile(path)
		if err != nil {
			return err
		}
		for _, found := range define.FindAllStringSubmatch(string(content), -1) {
			if other, twice := where[found[1]]; twice {
				t.Errorf("%q is defined in %s and in %s", found[1], other, path)
			}
			where[found[1]] = path
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(where) == 0 {
		t.Error("no definition found")
	}
}

// Every language has a word for the same things.
func TestWordsAreComplete(t *testing.T) {
	want := reflect.ValueOf(english)
	for code, w := range languages {
		got := reflect.ValueOf(*w)
		for i := range want.NumField() {
			name := want.Type().Field(i).Name
			switch field := got.Field(i); field.Kind() {
			case reflect.String:
				if field.Len() == 0 {
					t.Errorf("%s: %s is empty", code, name)
				}
				if a, b := strings.Count(field.String(), "%"), strings.Count(want.Field(i).String(), "%"); a != b {
					t.Errorf("%s: %s has %d placeholders, and %d in English", code, name, a, b)
				}
			case reflect.Map:
				if a, b := sortedKeys(field), sortedKeys(want.Field(i)); !slices.Equal(a, b) {
					t.Errorf("%s: %s is for %q, and for %q in English", code, name, a, b)
				}
			default:
				t.Errorf("%s: a %s", name, field.Kind())
			}
		}
	}
}

func sortedKeys(m reflect.Value) []string {
	keys := map[string]bool{}
	for _, key := range m.MapKeys() {
		keys[key.String()] = true
	}
	return slices.Sorted(maps.Keys(keys))
}
