package text

import (
	"strconv"
	"strings"
)

// Milliseconds reads a duration as Compose, nginx and HAProxy write one: numbers
// with ms, s, m, h or d, one after the other. A number without a unit counts in
// the given one, which is in milliseconds. ok is false for anything else.
func Milliseconds(s string, unit int64) (total int64, ok bool) {
	if s == "" {
		return 0, false
	}
	for s != "" {
		digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
		n, err := strconv.ParseInt(s[:digits], 10, 40)
		if err != nil {
			return 0, false
		}
		s = s[digits:]
		letters := len(s) - len(strings.TrimLeft(s, "abcdefghijklmnopqrstuvwxyz"))
		scale := unit
		switch s[:letters] {
		case "":
		case "ms":
			scale = 1
		case "s":
			scale = 1000
		case "m":
			scale = 60_000
		case "h":
			scale = 3_600_000
		case "d":
			scale = 86_400_000
		default:
			return 0, false
		}
		total += n * scale
		s = s[letters:]
	}
	return total, true
}
