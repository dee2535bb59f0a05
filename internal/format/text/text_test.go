package text

import (
	"slices"
	"strings"
	"testing"
)

// A word is in a list if it is one of its fields, and no other part of it is.
func TestHas(t *testing.T) {
	for _, list := range []string{
		"bind server server-template",
		"fcgi-app listen resolvers",
		"ijcbuff globals jrnbufs",
		"aa aaa a aab",
		"one",
		"",
	} {
		words := strings.Fields(list)
		for begin := range len(list) + 1 {
			for end := begin; end <= len(list); end++ {
				part := list[begin:end]
				if want := slices.Contains(words, part); Has(list, part) != want {
					t.Errorf("%q, %q: %v", list, part, !want)
				}
			}
		}
		if Has(list, "other") {
			t.Errorf("%q has a word that is not in it", list)
		}
	}
}

func TestNearest(t *testing.T) {
	const list = "gmheap globals Port MirrorAddress"
	for word, want := range map[string]string{
		"gmheep": "gmheap", "GMHEAP": "gmheap", "MirrorAdres": "MirrorAddress", "port": "Port",
		"Pot": "Port", "Boot": "", "routines": "",
	} {
		if got := Nearest(list, word); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestLines(t *testing.T) {
	var got []string
	for number, line := range Lines("a\n\nb") {
		if number != len(got)+1 {
			t.Errorf("line %q has the number %d", line, number)
		}
		got = append(got, line)
	}
	if len(got) != 3 || got[0] != "a" || got[1] != "" || got[2] != "b" {
		t.Errorf("lines %q", got)
	}
	for range Lines("") {
		t.Error("an empty text has a line")
	}
}
