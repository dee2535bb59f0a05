package plan

import "testing"

// A size is spelled as the API server spells it.
func TestCanonical(t *testing.T) {
	for size, want := range map[string]string{
		"20Gi": "20Gi", "20480Mi": "20Gi", "1536Mi": "1536Mi", "1048576Mi": "1Ti", "1024Pi": "1Ei",
		"1000M": "1G", "1500M": "1500M", "1024M": "1024M", "1000000G": "1P", "1000Gi": "1000Gi",
	} {
		if got := canonical(size); got != want {
			t.Errorf("%s: %s, want %s", size, got, want)
		}
	}
}
