package text

import "fmt"

// Plural returns a number with its noun, e.g. "1 file" or "3 files". The noun is one whose
// plural ends in s.
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
