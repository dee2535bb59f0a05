package schema_test

import (
	"strings"
	"testing"

	"mirrorgen/schema"
)

// A conflict within a file names the line, and one between two files names the other file too.
func TestPositionOfOtherFile(t *testing.T) {
	_, diags := schema.Load("labs", []schema.Source{
		{Name: "labs/a.hcl", Content: []byte("lab \"l\" {}\n" +
			"mirror \"m\" {\n  member \"one\" { role = \"primary\" }\n}\n")},
		{Name: "labs/b.hcl", Content: []byte("arbiter \"one\" {}\nweb_gateway \"two\" {}\nweb_gateway \"two\" {}\n")},
	})
	if len(diags) != 2 {
		t.Fatal(diags)
	}
	for i, want := range []string{"member at labs/a.hcl line 3. ", "web_gateway at line 2. "} {
		if !strings.Contains(diags[i].Detail, want) {
			t.Errorf("%q does not have %q", diags[i].Detail, want)
		}
	}
}
