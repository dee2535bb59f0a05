package schema_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"mirrorgen/schema"
)

// What the loader may take for any input of a fuzzer's size.
const (
	mostMemory = 512 << 20 // bytes, all that were ever allocated counted
	mostTime   = 10 * time.Second
)

// No input makes the loader panic, hang or take more memory than a machine has.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/invalid/*.hcl", "../examples/*.hcl"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			f.Fatalf("%d files match %s, %v", len(paths), pattern, err)
		}
		for _, path := range paths {
			content, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			if len(content) < 10_000 {
				f.Add(content)
			}
		}
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		began := time.Now()
		lab, diags := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: content}})
		took := time.Since(began)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > mostMemory {
			t.Errorf("loading allocates %d MB", used>>20)
		}
		if took > mostTime {
			t.Errorf("loading takes %s", took)
		}
		if lab == nil && !diags.HasErrors() {
			t.Error("neither a lab nor an error")
		}
		for _, d := range diags {
			if r := d.Subject; r != nil && (r.Start.Byte > r.End.Byte || r.End.Byte > len(content)) {
				t.Errorf("%s at %v of %d bytes", d.Summary, r, len(content))
			}
		}
	})
}
