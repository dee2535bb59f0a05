package templates

import "testing"

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		for _, name := range builtinNames() {
			if _, err := parseTemplate(name, builtinText(name)); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkPrinter(b *testing.B) {
	b.ReportAllocs()
	s := builtin()
	for b.Loop() {
		s.printer()
	}
}
