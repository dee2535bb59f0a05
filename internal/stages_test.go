package internal_test

import (
	"os"
	"path/filepath"
	"testing"

	"mirrorgen/internal/artifact"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/verify"
	"mirrorgen/schema"
	"mirrorgen/templates"
)

// stages runs a benchmark on labs of growing size.
func stages(b *testing.B, bench func(b *testing.B, s sized)) {
	b.Helper()
	for _, size := range []struct {
		name string
		lab  sized
	}{
		{"seed", seed(b)},
		{"10x3", topologyOf(10, 3)},
		{"100x4", topologyOf(100, 4)},
	} {
		b.Run(size.name, func(b *testing.B) {
			b.ReportAllocs()
			bench(b, size.lab)
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	stages(b, func(b *testing.B, s sized) {
		b.SetBytes(int64(len(s.source)))
		for b.Loop() {
			s.load(b)
		}
	})
}

func BenchmarkPlan(b *testing.B) {
	stages(b, func(b *testing.B, s sized) {
		lab := s.load(b)
		for b.Loop() {
			s.plan(b, lab)
		}
	})
}

func BenchmarkRender(b *testing.B) {
	stages(b, func(b *testing.B, s sized) {
		p := s.plan(b, s.load(b))
		for b.Loop() {
			templates.Render(p)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	stages(b, func(b *testing.B, s sized) {
		artifacts := templates.Render(s.plan(b, s.load(b)))
		for b.Loop() {
			if diags := verify.Check(artifacts); diags.HasErrors() {
				b.Fatal(diags)
			}
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	stages(b, func(b *testing.B, s sized) {
		artifacts := templates.Render(s.plan(b, s.load(b)))
		directory := filepath.Join(memory(b), "lab")
		for b.Loop() {
			if _, err := artifact.Write(directory, artifacts, artifact.Options{}); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			if err := os.RemoveAll(directory); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
	})
}

func (s sized) load(b testing.TB) *schema.Lab {
	b.Helper()
	lab, diags := schema.Load(s.name, s.sources())
	if diags.HasErrors() {
		b.Fatal(diags)
	}
	return lab
}

func (s sized) plan(b testing.TB, lab *schema.Lab) *plan.Plan {
	b.Helper()
	p, diags := plan.Make(lab, nil)
	if diags.HasErrors() {
		b.Fatal(diags)
	}
	return p
}
