package text

import "testing"

func TestHas(t *testing.T) {
	const list = "bind server server-template"
	for word, want := range map[string]bool{"bind": true, "server": true, "server-template": true, "template": false, "serve": false, "": false} {
		if Has(list, word) != want {
			t.Errorf("Has(%q) = %v", word, !want)
		}
	}
}

func TestNearest(t *testing.T) {
	const list = "gmheap globals Port MirrorAddress"
	for word, want := range map[string]string{
		"gmheep": "gmheap", "GMHEAP": "gmheap", "MirrorAdres": "MirrorAddress", "port": "Port", "Pot": "Port", "Boot": "", "routines": "",
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
