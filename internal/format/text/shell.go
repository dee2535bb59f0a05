package text

import (
	"strings"
	"unicode"
)

// ShellWord returns s as one word of bash or sh: as it is where no shell gives any
// of its characters a meaning, otherwise between apostrophes.
func ShellWord(s string) string {
	safe := func(r rune) bool {
		if r < unicode.MaxASCII {
			return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' ||
				strings.IndexByte("_-./:,@%+", byte(r)) >= 0
		}
		return unicode.In(r, unicode.L, unicode.M, unicode.N)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !safe(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
