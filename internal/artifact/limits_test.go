package artifact

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// A manifest that no mirrorgen wrote ends with an error, and takes little memory before.
func TestManifestLimits(t *testing.T) {
	const most = 96 << 20 // allocated bytes
	entry := func(path string) string {
		return fmt.Sprintf(`{"path": %q, "mode": "0644", "sha256": "%064d"}`, path, 0)
	}
	list := func(entries string) string { return `{"format": 1, "files": [` + entries + `]}` }
	var many strings.Builder
	for i := range maxFiles + 1 {
		fmt.Fprintf(&many, "%s,", entry(fmt.Sprint(i)))
	}
	for name, test := range map[string]struct{ text, want string }{
		"size":          {list(strings.Repeat(" ", maxManifest)), "it is larger than 16 MB"},
		"entries":       {list(strings.TrimSuffix(many.String(), ",")), "it lists more than 100000 files"},
		"empty entries": {list(strings.Repeat("{},", 5<<20) + "{}"), "it lists more than 100000 files"},
		"numbers":       {list(strings.Repeat("1,", 7<<20) + "1"), "cannot unmarshal number"},
		"path":          {list(entry(strings.Repeat("a", 100_000))), "is longer than 1024 bytes"},
		"depth":         {list(entry(strings.Repeat("a/", 50_000) + "x")), "deeper than 32 directories"},
		"some depth":    {list(entry(strings.Repeat("a/", 32) + "x")), "deeper than 32 directories"},
		"nesting":       {`{"other": ` + strings.Repeat("[", 4<<20), "exceeded max depth"},
		"nesting of files": {`{"format": 1, "files": ` + strings.Repeat("[", 4<<20),
			"exceeded max depth"},
		"lines": {list(`{"path": "a", "mode": "0644", "sha256": "` + sum(nil) + `", "sensitive": [2, 1]}`),
			"lines that are out of order"},
		"something after it": {list("") + "{}", "something follows its end"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, ManifestName), []byte(test.text), 0o644); err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := Write(dir, artifactsOf("a", "a\n"), Options{Force: true})
			runtime.ReadMemStats(&after)
			checkError(t, err, test.want, ManifestName+" is not a manifest of mirrorgen")
			if len(err.Error()) > 1000 {
				t.Errorf("an error of %d bytes", len(err.Error()))
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > most {
				t.Errorf("%d MB are allocated", got>>20)
			}
		})
	}
}

// The largest manifest that is read is one.
func TestLargestManifest(t *testing.T) {
	path := strings.Repeat("a/", maxDepth-1) + strings.Repeat("b", maxPath-2*(maxDepth-1))
	entries, err := decodeManifest(manifestOf(artifactsOf(path, "x\n")).content)
	if err != nil || len(entries) != 1 || entries[0].Path != path {
		t.Errorf("%v, %v", entries, err)
	}
}
