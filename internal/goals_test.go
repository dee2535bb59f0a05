//go:build goals

package internal_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"

	"mirrorgen/internal/toolstest"
)

// A measured lab is a size with the commands that are run on it. Each build writes into a
// directory that is not there yet.
type measured struct {
	sized
	members           int
	build, unverified *command
	checks            []*command // of the built lab: Docker Compose, nginx, HAProxy
	around            []*command // shellcheck of its scripts, and consul-template, which prints three of its files
}

// TestGoals measures the goals of docs/performance.md, except those against its peers
// (TestPeers), and fails where one is missed.
func TestGoals(t *testing.T) {
	work := memory(t)
	mirrorgen := compile(t, work, "mirrorgen", "mirrorgen/cmd/mirrorgen")
	source := file(t, work, "empty.go", []byte("package main\n\nfunc main() {}\n"))
	empty := &command{argv: []string{compile(t, work, "empty", source)}}
	help := &command{argv: []string{mirrorgen, "--help"}}

	small, large := measure(t, work, mirrorgen, 2, 2), measure(t, work, mirrorgen, 100, 4)
	huge, greatest := measure(t, work, mirrorgen, 1000, 4), measure(t, work, mirrorgen, 4000, 4)
	labs := []*measured{small, large, huge, greatest}
	floor, peaks := empty.peak(t), map[*measured]float64{} // before anything makes this process large
	for _, m := range labs {
		peaks[m] = m.build.peak(t)
	}
	small.addChecks(t, work, mirrorgen)
	large.addChecks(t, work, mirrorgen)
	rounds := 10
	if testing.Short() { // to try the test itself
		rounds = 1
	}
	for range rounds {
		interleave(t, append([]*command{empty, help, small.build, small.unverified}, small.checks...), 4)
		interleave(t, append([]*command{large.build, large.unverified}, large.checks...), 2)
		interleave(t, []*command{huge.build, huge.unverified}, 1)
	}
	for range min(rounds, 3) { // shellcheck takes long
		interleave(t, append([]*command{small.build}, small.around...), 1)
		interleave(t, append([]*command{large.build}, large.around...), 1)
	}
	few := &command{argv: large.build.argv, fresh: large.build.fresh} // in the same minutes as many
	many := greatest.build
	for range min(rounds, 5) {
		interleave(t, []*command{few, many}, 1)
	}

	r := report{t}
	fmt.Printf("Medians of interleaved runs on a memory file system: %d with 4 members, %d with 400,\n"+
		"%d with 4,000, %d with 16,000, %d of shellcheck and consul-template.\n\n",
		4*rounds, 2*rounds, rounds, min(rounds, 5), min(rounds, 3))
	r.heading()
	for _, goal := range []struct {
		*measured
		checks, whole float64
	}{{small, 1. / 4, 1. / 60}, {large, 1. / 12, 1. / 30}} {
		build, checks := costOf(goal.build), costOf(goal.measured.checks...)
		whole := costOf(append(goal.around, goal.measured.checks...)...)
		r.ratio(goal.name+": build / Compose, nginx, HAProxy", build, checks, goal.checks)
		r.ratio(goal.name+": build / these, shellcheck, consul-template", build, whole, goal.whole)
		for _, c := range append(goal.around, goal.measured.checks...) {
			r.ratio("  build / "+filepath.Base(c.argv[0]), build, costOf(c), 0)
		}
	}
	for _, m := range []*measured{small, large, huge} {
		r.ratio(m.name+": build --no-verify / build", costOf(m.unverified), costOf(m.build), 0)
	}
	r.ratio("--help / empty Go program", costOf(help), costOf(empty), 4)
	r.figure("growth of time, 400 to 16,000 members", "exponent",
		exponent(400, 16000, float64(median(few.times)), float64(median(many.times))), 1.05)
	for _, m := range labs {
		r.figure(m.name+": peak memory of a build", "MiB", peaks[m], 24+24*float64(m.members)/1024)
	}
	r.figure("peak memory, empty Go program", "MiB", floor, 0)
	fmt.Println("\nGrowth of allocations, and no file opened for writing where nothing changed: go test ./...")
	fmt.Println("Time per byte printed, against other programs: make peers.")
}

// measure prepares the commands that build a lab where none is.
func measure(t *testing.T, work, mirrorgen string, mirrors, members int) *measured {
	t.Helper()
	m := &measured{sized: topologyOf(mirrors, members), members: mirrors * members}
	source := file(t, work, m.name, m.source)
	build := func(name string, flags ...string) *command {
		directory := filepath.Join(work, name)
		return &command{
			argv:  append([]string{mirrorgen, "build", source, "-o", directory}, flags...),
			fresh: directory,
		}
	}
	m.build, m.unverified = build("build"), build("unverified", "--no-verify")
	return m
}

// addChecks adds the commands that a user would otherwise run.
func (m *measured) addChecks(t *testing.T, work, mirrorgen string) {
	t.Helper()
	finished := filepath.Join(work, m.name+".finished")
	run(t, mirrorgen, "build", filepath.Join(work, m.name), "-o", finished)
	for _, argv := range checksOf(t, finished) {
		m.checks = append(m.checks, &command{argv: argv, in: finished})
	}
	scripts := append(filesOf(t, finished, "*.sh"), filesOf(t, finished, "iris/*.sh")...)
	shellcheck := append([]string{toolstest.Need(t, "shellcheck"), "--norc"}, scripts...)
	data, want := peerFiles(t, m.sized)
	content, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	directory := memory(t)
	file(t, directory, "data.json", content)
	consul := peers[0]
	program := consul.build(t)
	if program == "" {
		t.Fatalf("%s cannot be had, and a goal is set against it", consul.name)
	}
	print := consul.command(t, program, directory, data)
	print.once(t, false)
	checkPeer(t, consul.name, print.out, want)
	m.around = []*command{{argv: shellcheck, in: finished}, print}
}
