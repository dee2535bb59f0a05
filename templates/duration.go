package templates

// duration prints a duration of the topology, a whole number and one unit such
// as "1s" or "24h", as running text: "1 s", "24時間". A unit that is not in the
// words of the language stays as it is.
func duration(language, text string) string {
	digits := 0
	for digits < len(text) && text[digits] >= '0' && text[digits] <= '9' {
		digits++
	}
	unit, known := languages[language].units[text[digits:]]
	if !known {
		return text
	}
	return text[:digits] + unit
}
