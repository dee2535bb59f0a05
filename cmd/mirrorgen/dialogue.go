package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"mirrorgen/internal/scaffold"
)

// ask lets somebody at a terminal say what a lab shall have. Questions go to
// stderr, so that stdout has the topology alone.
func (t *tool) ask(o *scaffold.Options) error {
	d := &dialogue{in: bufio.NewReader(t.in), out: t.err}
	fmt.Fprint(t.err, "Enter takes the answer in brackets; Ctrl-D ends without writing.\n")
	d.text("Name of the lab", &o.Name, unsuitableName)
	d.text("Release of InterSystems IRIS", &o.Version, unsuitableRelease)
	d.number("Mirrors", &o.Mirrors, 1, scaffold.MaxMirrors)
	backup := o.Members > 1
	d.choice("Does each have a backup, to fail over to", &backup)
	d.choice("Does each have a disaster recovery member", &o.DR)
	d.choice("Does each have a reporting member", &o.Reporting)
	d.number("ECP application servers", &o.ApplicationServers, 0, scaffold.MaxApplicationServers)
	d.number("Web Gateways", &o.Gateways, 0, scaffold.MaxGateways)
	twoNetworks := o.Networks == 2
	d.choice("Are mirror and client traffic on two networks", &twoNetworks)
	d.choice("Shall data outlive the containers", &o.Durable)
	d.choice("Are pages in Japanese wanted too", &o.Japanese)
	o.Members, o.Networks = 1, 1
	if backup {
		o.Members = 2
	}
	if twoNetworks {
		o.Networks = 2
	}
	return d.err
}

// A dialogue asks one question after the other. After an error it asks no more.
type dialogue struct {
	in  *bufio.Reader
	out io.Writer
	err error
}

// question asks until take accepts the answer. An empty one leaves the default.
func (d *dialogue) question(text, preset string, take func(answer string) error) {
	for d.err == nil {
		fmt.Fprintf(d.out, "%s [%s]: ", text, preset)
		answer, err := d.in.ReadString('\n')
		if err != nil {
			fmt.Fprintln(d.out)
			d.err = errAborted
			return
		}
		answer = strings.TrimSpace(answer)
		if answer == "" {
			return
		}
		if err := take(answer); err != nil {
			fmt.Fprintf(d.out, "  %s\n", printable(err.Error()))
			continue
		}
		return
	}
}

// text asks for a text; unsuitable says why one cannot be taken, "" where it can.
func (d *dialogue) text(text string, to *string, unsuitable func(string) string) {
	d.question(text, *to, func(answer string) error {
		if problem := unsuitable(answer); problem != "" {
			return errors.New(problem)
		}
		*to = answer
		return nil
	})
}

func (d *dialogue) number(text string, to *int, least, most int) {
	d.question(text, strconv.Itoa(*to), func(answer string) error {
		n, err := strconv.Atoi(answer)
		if err != nil || n < least || n > most {
			return fmt.Errorf("a number from %d to %d, please", least, most)
		}
		*to = n
		return nil
	})
}

func (d *dialogue) choice(text string, to *bool) {
	preset := "no"
	if *to {
		preset = "yes"
	}
	d.question(text, preset, func(answer string) error {
		switch strings.ToLower(answer) {
		case "y", "yes":
			*to = true
		case "n", "no":
			*to = false
		default:
			return fmt.Errorf("yes or no, please")
		}
		return nil
	})
}
