package facts

import (
	"strconv"

	"mirrorgen/internal/format/text"
)

// Milliseconds reads a duration as Compose, nginx and HAProxy write one.
func Milliseconds(s string, unit int64) (total int64, ok bool) { return text.Milliseconds(s, unit) }

// FormatDuration prints milliseconds as a sentence does.
func FormatDuration(ms int64) string {
	if ms%1000 == 0 {
		return strconv.FormatInt(ms/1000, 10) + " s"
	}
	return strconv.FormatInt(ms, 10) + " ms"
}
