package artifact

import (
	"strings"
	"testing"

	"mirrorgen/internal/lab"
)

// secretOf is a lab of one file, of which lines hold sensitive values.
func secretOf(content string, lines ...int) []lab.Artifact {
	return []lab.Artifact{{Path: "a.ini", Mode: 0o644, Content: []byte(content), Sensitive: lines}}
}

// A removed line that held a sensitive value is shown nowhere, whatever takes its place.
func TestSensitiveLines(t *testing.T) {
	const before = "[s]\nname=x\npassword=OLD\nport=1\n[t]\npassword=OLD\nend=1\n"
	for name, test := range map[string]struct {
		present  string // "" for what was written
		now      []lab.Artifact
		unlisted bool // the manifest knows no lines, as that of an earlier mirrorgen
		want     []string
	}{
		"rotated": {now: secretOf(strings.ReplaceAll(before, "OLD", "NEW"), 3, 6),
			want: []string{" name=x\n-(sensitive value)\n+password=NEW\n", "-(sensitive value)\n+password=NEW\n " +
				"end=1\n"}},
		"rotated, not in the manifest": {now: secretOf(strings.ReplaceAll(before, "OLD", "NEW"), 3, 6), unlisted: true,
			want: []string{" name=x\n-(sensitive value)\n+password=NEW\n"}},
		"no longer sensitive": {now: secretOf(strings.ReplaceAll(before, "OLD", "public")),
			want: []string{"-(sensitive value)\n+password=public\n"}},
		"gone": {now: secretOf("[s]\nname=y\nport=1\n"),
			want: []string{"-name=x\n-(sensitive value)\n+name=y\n port=1\n"}},
		"the whole file": {now: artifactsOf("b", "b\n"), want: []string{"-name=x\n-(sensitive value)\n-port=1\n"}},
		"edited": {present: "[s]\npassword=OLD\nmine=1\n", now: secretOf(strings.ReplaceAll(before, "OLD",
			"NEW"), 3, 6),
			want: []string{"-(sensitive value)\n-(sensitive value)\n+name=x\n"}},
		"line ends": {present: strings.ReplaceAll(before, "\n", "\r\n"), now: secretOf("[s]\nname=x\nport=1\n"),
			want: []string{" name=x\n-(sensitive value)\n port=1\n"}},
		"no end": {present: before + "mine=1", now: secretOf("[s]\nname=x\n"),
			want: []string{"-(sensitive value)\n\\ No newline"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			old := secretOf(before, 3, 6)
			if test.unlisted {
				old[0].Sensitive = nil
			}
			mustWrite(t, dir, old)
			if test.present != "" {
				put(t, test.present, dir, "a.ini")
			}
			c, err := Compare(dir, test.now)
			if err != nil {
				t.Fatal(err)
			}
			for i := range c.Changes {
				if c.Changes[i].Path != "a.ini" {
					continue
				}
				c.Changes[i].Kind = max(c.Changes[i].Kind, Update)
				text, err := c.Diff(&c.Changes[i])
				if err != nil {
					t.Fatal(err)
				}
				if strings.Contains(string(text), "OLD") {
					t.Errorf("the old value is shown:\n%s", text)
				}
				for _, want := range test.want {
					if !strings.Contains(string(text), want) {
						t.Errorf("the diff lacks %q:\n%s", want, text)
					}
				}
				return
			}
			t.Fatal("a.ini does not differ")
		})
	}
}

// A build that was cut short knows the lines of either manifest.
func TestSensitiveLinesOfJournal(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, secretOf("password=OLD\n", 1))
	put(t, string(manifestOf(secretOf("x\npassword=OLDER\n", 2)).content), dir, pendingName)
	put(t, "x\npassword=OLDER\n", dir, "a.ini")
	c, err := Compare(dir, secretOf("x\n"))
	if err != nil || len(c.Changes) != 1 {
		t.Fatalf("%v, %v", c, err)
	}
	if text, err := c.Diff(&c.Changes[0]); err != nil || !strings.Contains(string(text), " x\n-(sensitive value)\n") {
		t.Errorf("%v\n%s", err, text)
	}
}
