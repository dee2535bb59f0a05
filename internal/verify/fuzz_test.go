package verify

import (
	"slices"
	"testing"

	"mirrorgen/internal/lab"
)

// Whatever one artifact of a lab holds, Check ends, and its findings lie in the
// file.
func FuzzCheck(f *testing.F) {
	good := goodLab(f)
	for _, a := range good {
		f.Add(a.Path, string(a.Content))
	}
	f.Fuzz(func(t *testing.T, path, content string) {
		artifacts := slices.Clone(good)
		which := max(0, slices.IndexFunc(good, func(a lab.Artifact) bool { return a.Path == path }))
		artifacts[which] = lab.Artifact{Path: good[which].Path, Mode: good[which].Mode, Content: []byte(content)}
		for _, d := range Check(artifacts) {
			size := -1
			for _, a := range artifacts {
				if a.Path == d.Subject.Filename {
					size = len(a.Content)
				}
			}
			if r := d.Subject; r.Start.Byte < 0 || r.Start.Byte > r.End.Byte || r.End.Byte > size || r.Start.Line < 1 ||
				r.Start.Column < 1 {
				t.Errorf("%s: %s %+v of %d bytes", d.Summary, r, r, size)
			}
		}
	})
}
