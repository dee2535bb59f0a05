// Package origin finds out which raw text of a topology a finding in the generated files
// comes from. It does not follow texts into files, because what raw text breaks may stand
// somewhere else: it leaves pieces of it out, and looks which findings go with them.
package origin

import (
	"regexp"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/schema"
)

// A Check compiles the lab as it is now and returns the findings in its files; ok is false
// where it does not get that far.
type Check func() (findings hcl.Diagnostics, ok bool)

// mostWork bounds the trials of one lab: each compiles all its services.
const mostWork = 100_000

// mostTrials bounds them where there are few services.
const mostTrials = 300

// Trace returns the findings at their origins: those that go with a piece of raw text become
// one error at that piece, and the others stay as they are. All of them are in the order in
// which Trace has found them. The lab is changed for each check, and in the end as it was.
func Trace(lab *schema.Lab, findings hcl.Diagnostics, check Check) hcl.Diagnostics {
	t := &tracer{
		check: check, pieces: piecesOf(lab), left: slices.Clone(findings),
		trials: min(mostTrials, 10+mostWork/(len(lab.Services)+1)),
	}
	if len(t.pieces) == 0 {
		return findings
	}
	defer t.set(func(*piece) state { return present })
	own, _ := t.findings(func(*piece) state { return absent })
	kept := t.take(own)
	t.alone(t.pieces)
	t.together()
	traced := append(kept, t.left...)
	for _, p := range t.pieces {
		if len(p.findings) > 0 {
			traced = append(traced, t.explain(p)...)
		}
	}
	return traced
}

// tracer is one run of Trace.
type tracer struct {
	check  Check
	pieces []*piece
	left   hcl.Diagnostics // findings without an origin so far
	trials int             // that may still be made
}

// set gives every piece its state, and writes what that leaves into the lab.
func (t *tracer) set(of func(*piece) state) {
	for _, p := range t.pieces {
		p.state = of(p)
	}
	done := map[*source]bool{}
	for _, p := range t.pieces {
		for _, s := range p.sources {
			if !done[s] {
				done[s] = true
				s.write()
			}
		}
	}
}

// findings are those of the lab with pieces in these states; ok is false where they cannot be
// had.
func (t *tracer) findings(of func(*piece) state) (found hcl.Diagnostics, ok bool) {
	if t.trials == 0 {
		return nil, false
	}
	t.trials--
	t.set(of)
	return t.check()
}

// take removes from the findings without an origin those that are among others.
func (t *tracer) take(others hcl.Diagnostics) (taken hcl.Diagnostics) {
	taken, t.left = split(t.left, others)
	return taken
}

// alone finds the pieces that cause findings by themselves, by halves.
func (t *tracer) alone(pieces []*piece) {
	if len(t.left) == 0 || len(pieces) == 0 || t.trials == 0 {
		return
	}
	if len(pieces) < len(t.pieces) { // with all of them they are known
		found, ok := t.findings(func(p *piece) state {
			if slices.Contains(pieces, p) {
				return present
			}
			return absent
		})
		if len(pieces) == 1 {
			pieces[0].findings = append(pieces[0].findings, t.take(found)...)
			return
		}
		if caused, _ := split(t.left, found); ok && len(caused) == 0 {
			return
		}
	}
	if len(pieces) == 1 {
		return // the only one: together finds it
	}
	t.alone(pieces[:len(pieces)/2])
	t.alone(pieces[len(pieces)/2:])
}

// together finds the pieces without which what is left would not be there: the last of those
// that cause it together.
func (t *tracer) together() {
	for i := len(t.pieces) - 1; i >= 0 && len(t.left) > 0 && t.trials > 0; i-- {
		p := t.pieces[i]
		p.findings = append(p.findings, t.gone(t.left, p, absent)...)
		_, t.left = split(t.left, p.findings)
	}
}

// gone are the findings that are not there once a piece has another state.
func (t *tracer) gone(findings hcl.Diagnostics, p *piece, other state) hcl.Diagnostics {
	p.state = other
	found, ok := t.findings(func(q *piece) state {
		if q == p {
			return other
		}
		return present
	})
	p.state = present
	if !ok {
		return nil
	}
	_, gone := split(findings, found)
	return gone
}

// number is a line number in a message, or part of an address: with other text in a file the
// same finding has another.
var number = regexp.MustCompile(`\bline \d+`)

// key tells findings apart, whatever line they are on.
func key(d *hcl.Diagnostic) string {
	return d.Subject.Filename + "\n" + d.Summary + "\n" + number.ReplaceAllString(d.Detail, "line")
}

// split divides findings into those that are among others, as often as there, and the rest.
func split(findings, others hcl.Diagnostics) (among, rest hcl.Diagnostics) {
	count := map[string]int{}
	for _, d := range others {
		count[key(d)]++
	}
	for _, d := range findings {
		if k := key(d); count[k] > 0 {
			count[k]--
			among = append(among, d)
		} else {
			rest = append(rest, d)
		}
	}
	return among, rest
}
