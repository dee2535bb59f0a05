//go:build goals

package internal_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// rounds is how often each group of commands gets its turns.
const rounds = 10

// A measured lab is a size with the commands that are run on it.
type measured struct {
	sized
	members                    int
	build, unverified, copied  *command // into a directory that is not there yet
	unchanged                  *command // into one that holds the lab already; nil where it is not measured
	rewritten, same, overwrite *command // on ext4: all files differ; none does; cp over the same tree
}

// commands are those of the lab that are measured.
func (m *measured) commands() []*command {
	list := []*command{m.build, m.unverified, m.copied}
	for _, c := range []*command{m.unchanged, m.rewritten, m.same, m.overwrite} {
		if c != nil {
			list = append(list, c)
		}
	}
	return list
}

// TestGoals measures what a user waits for against the least that could be
// waited for: an empty program, and copying the finished directory. It fails
// where a goal is missed. (Goal 8, peers, is TestPeers.)
func TestGoals(t *testing.T) {
	work := memory(t)
	mirrorgen := compile(t, work, "mirrorgen", "mirrorgen/cmd/mirrorgen")
	nothing := &command{argv: []string{compile(t, work, "empty", file(t, work, "empty.go",
		[]byte("package main\n\nfunc main() {}\n")))}}
	help := &command{argv: []string{mirrorgen, "--help"}}

	labs := []*measured{
		measure(t, work, mirrorgen, seed(t), 4),
		measure(t, work, mirrorgen, topologyOf(10, 3), 30),
		measure(t, work, mirrorgen, topologyOf(100, 4), 400),
		measure(t, work, mirrorgen, topologyOf(1000, 4), 4000),
		measure(t, work, mirrorgen, topologyOf(4000, 4), 16000),
	}
	labs[2].again(t, work, mirrorgen)
	labs[3].again(t, work, mirrorgen)
	labs[2].onDisk(t, mirrorgen)
	labs[3].onDisk(t, mirrorgen)

	small := append([]*command{nothing, help}, append(labs[0].commands(), labs[1].commands()...)...)
	for range rounds {
		interleave(t, small, 10)
		interleave(t, labs[2].commands(), 5)
		interleave(t, labs[3].commands(), 3)
	}
	for range 3 {
		interleave(t, labs[4].commands(), 3)
	}
	// Last, because they make this process large, and no program that it starts has a
	// smaller peak than it.
	readers := labs[2].libraries(t)
	for range rounds {
		for _, l := range readers {
			l.once(t, true)
		}
		interleave(t, []*command{labs[2].copied}, 3)
	}

	r := newReport(t)
	fmt.Printf("Medians of interleaved runs on a memory file system: 100 of the small labs,\n50, 30 and 9 of those " +
		"with 400, 4,000 and 16,000 members.\n\n")
	r.heading()
	r.ratio(1, "--help / empty Go program", help, nothing, 3)
	for i, m := range labs {
		goal, verified, unverified := 2, 5.0, 3.5
		if i >= 2 {
			goal, verified, unverified = 3, 4, 2.2
		}
		r.ratio(goal, "build "+m.name+" / cp -r", m.build, m.copied, verified)
		r.ratio(goal, "build --no-verify "+m.name+" / cp -r", m.unverified, m.copied, unverified)
	}
	for _, l := range readers {
		r.figure(0, l.name+" library alone, "+labs[2].name+" / cp -r", "", float64(median(l.times))/float64(
			median(labs[2].copied.times)), 0)
	}
	for _, m := range labs[2:4] {
		r.ratio(4, "unchanged "+m.name+" / fresh build", m.unchanged, m.build, 1)
		r.ratio(4, "unchanged "+m.name+" on ext4 / rewriting all", m.same, m.rewritten, 0.4)
		r.ratio(0, "unchanged "+m.name+" on ext4 / cp -r over it", m.same, m.overwrite, 0)
	}
	few, many := labs[2], labs[4]
	r.figure(5, "growth of time, 400 to 16,000 members", "exponent",
		exponent(400, 16000, float64(median(few.build.times)), float64(median(many.build.times))), 1.05)
	smallBytes, smallCount := allocations(t, few.sized)
	largeBytes, largeCount := allocations(t, many.sized)
	r.figure(5, "growth of allocations", "exponent", exponent(400, 16000, smallCount, largeCount), 1.02)
	r.figure(5, "growth of allocated bytes", "exponent", exponent(400, 16000, smallBytes, largeBytes), 1.02)
	bytes, count := allocations(t, labs[3].sized)
	r.figure(6, "allocated a member, 4,000 members", "KiB", bytes/1024/4000, mostBytes/1024)
	r.figure(6, "allocations a member, 4,000 members", "", count/4000, mostAllocations)
	for _, m := range labs {
		limit := 20 + 16*float64(m.members)/1024
		r.figure(7, "peak memory, build "+m.name, "MiB", float64(m.build.peak)/1024, limit)
	}
	r.figure(0, "peak memory, empty Go program", "MiB", float64(nothing.peak)/1024, 0)
	fmt.Println("\nGoal 4, no file opened for writing where nothing changed: a test in cmd/mirrorgen.")
	fmt.Println("Goal 8, faster than its peers: make peers.")
}

// measure prepares the commands that make a lab where none is, and copy it.
func measure(t *testing.T, work, mirrorgen string, s sized, members int) *measured {
	t.Helper()
	source := file(t, work, s.name, s.source)
	finished := source + ".finished"
	run(t, mirrorgen, "build", source, "-o", finished)
	cp, err := exec.LookPath("cp")
	if err != nil {
		t.Fatal(err)
	}
	target := func(name string) string { return filepath.Join(work, name) }
	m := &measured{sized: s, members: members}
	m.build = &command{fresh: target("build")}
	m.build.argv = []string{mirrorgen, "build", source, "-o", m.build.fresh}
	m.unverified = &command{fresh: target("unverified")}
	m.unverified.argv = []string{mirrorgen, "build", "--no-verify", source, "-o", m.unverified.fresh}
	m.copied = &command{fresh: target("copied")}
	m.copied.argv = []string{cp, "-r", finished, m.copied.fresh}
	return m
}

// again adds the command that builds what is there already.
func (m *measured) again(t *testing.T, work, mirrorgen string) {
	m.unchanged = &command{argv: []string{mirrorgen, "build", filepath.Join(work, m.name), "-o", filepath.Join(work,
		m.name+".finished")}}
}

// onDisk adds the commands that write over a lab on ext4, where a file that is
// written again costs several times what a new one does. Every artifact names
// its topology, so two equal topologies with different names, in turn, give two
// labs of which every file differs.
func (m *measured) onDisk(t *testing.T, mirrorgen string) {
	t.Helper()
	disk := ext4(t)
	if disk == "" {
		t.Errorf("goal 4 was not measured on ext4: neither %s nor the working directory is on such a file system",
			os.TempDir())
		return
	}
	source, other := file(t, disk, m.name, m.source), file(t, disk, "other-"+m.name, m.source)
	stays, changes, copied := filepath.Join(disk, "stays"), filepath.Join(disk, "changes"), filepath.Join(disk,
		"copied")
	for _, directory := range []string{stays, changes, copied} {
		run(t, mirrorgen, "build", source, "-o", directory)
	}
	m.same = &command{argv: []string{mirrorgen, "build", source, "-o", stays}}
	m.rewritten = &command{turns: [][]string{
		{mirrorgen, "build", other, "-o", changes},
		{mirrorgen, "build", source, "-o", changes},
	}}
	cp, err := exec.LookPath("cp")
	if err != nil {
		t.Fatal(err)
	}
	m.overwrite = &command{argv: []string{cp, "-rT", stays, copied}}
}

// ext4 makes a directory on a file system of that kind, "" where there is none.
func ext4(t *testing.T) string {
	t.Helper()
	const ext4Magic = 0xef53 // statfs(2)
	for _, parent := range []string{os.TempDir(), "."} {
		var system syscall.Statfs_t
		if err := syscall.Statfs(parent, &system); err != nil || system.Type != ext4Magic {
			continue
		}
		directory, err := os.MkdirTemp(parent, "mirrorgen-")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(directory) })
		if directory, err = filepath.Abs(directory); err != nil {
			t.Fatal(err)
		}
		return directory
	}
	return ""
}
