//go:build peers

package internal_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path/filepath"
	"testing"
	"time"
)

// mostPatience is how long a run of a peer may take to be repeated; of a slower one the
// first run is its figure.
const mostPatience = 5 * time.Second

// TestPeers holds builds without verification, which print all files of a lab, against
// programs that print three of them: the compose file with its parts, haproxy.cfg and
// CSP.ini. All print the same bytes. It compares the time for each byte printed, and fails
// where a template engine takes less.
func TestPeers(t *testing.T) {
	programs := map[string]string{}
	for _, p := range peers {
		if p.module != "" {
			programs[p.name] = p.build(t)
		}
	}
	mirrorgen := compile(t, memory(t), "mirrorgen", "mirrorgen/cmd/mirrorgen")
	for _, size := range []struct{ mirrors, members, rounds, turns int }{{100, 4, 5, 3}, {1000, 4, 5, 1}} {
		comparePeers(t, mirrorgen, programs, topologyOf(size.mirrors, size.members), size.rounds, size.turns)
	}
}

// comparePeers runs all programs on one lab, in rounds of several turns.
func comparePeers(t *testing.T, mirrorgen string, programs map[string]string, s sized, rounds, turns int) {
	t.Helper()
	work := memory(t)
	data, want := peerFiles(t, s)
	content, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	file(t, work, "data.json", content)
	directory := filepath.Join(work, "build")
	build := &command{fresh: directory}
	build.argv = []string{mirrorgen, "build", "--no-verify", file(t, work, s.name, s.source), "-o", directory}
	repeated, measured := []*command{build}, map[string]*command{}
	for _, p := range peers {
		if p.module != "" && programs[p.name] == "" {
			continue
		}
		c := p.command(t, programs[p.name], work, data)
		if c == nil {
			continue
		}
		measured[p.name] = c
		c.once(t, true)
		checkPeer(t, p.name, c.out, want)
		if c.times[0] < mostPatience {
			c.times, c.cpu, c.warm = nil, nil, true
			repeated = append(repeated, c)
		}
	}
	for range rounds {
		interleave(t, repeated, turns)
	}
	printed := sizeOf(t, directory)
	fmt.Printf("\n%s: %d bytes in all files, %d in the three that peers print; medians of %d runs\n"+
		"(of one where that takes more than %v). Nanoseconds for each byte:\n\n", s.name, printed, len(want),
		rounds*turns,
		mostPatience)
	fmt.Printf("%-40s %9s %9s  %8s\n", "", "mirrorgen", "peer", "ratio")
	ours := float64(median(build.times)) / float64(printed)
	for _, p := range peers {
		c := measured[p.name]
		if c == nil {
			t.Errorf("%s could not be had", p.name)
			continue
		}
		theirs := float64(median(c.times)) / float64(len(want))
		atMost := 1.0
		if p.noGoal {
			atMost = 0
		}
		text := p.name + " " + p.version
		fmt.Printf("%-40s %9.1f %9.1f  %8.2f  %s\n", text, ours, theirs, ours/theirs,
			report{t}.verdict(s.name+": a byte, against "+text, ours/theirs, atMost))
	}
}

// sizeOf is the number of bytes in the files of a directory.
func sizeOf(t *testing.T, directory string) int64 {
	t.Helper()
	var size int64
	err := filepath.WalkDir(directory, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return size
}
