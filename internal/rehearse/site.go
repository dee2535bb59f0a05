package rehearse

import (
	"context"
	"io"
	"time"

	"mirrorgen/internal/plan"
)

// A site is where a lab is rehearsed: a Docker engine, or a cluster of Kubernetes.
type site interface {
	// name is what a sentence calls it, as in "cannot start on this host".
	name() string
	// check refuses what is in the way, before anything is made.
	check(ctx context.Context) error
	// supply makes the images available that the lab is to run on.
	supply(ctx context.Context) error
	// claim makes sure that the lab is rehearsed once at a time there, and removes what an
	// earlier rehearsal left.
	claim(ctx context.Context) error
	// adapt writes, beside the lab, what puts the stand-ins in the vendor's place.
	adapt() error
	// environment is what the lab's scripts are told of it, "NAME=value".
	environment() []string
	// watch begins to follow how the lab starts. What it returns ends that, and returns
	// what judges it.
	watch(ctx context.Context) func() func(r *record)
	// unhealthy lists the services that are not as they should be, each with its state.
	unhealthy(ctx context.Context) ([]string, error)
	// exec runs a program where an instance runs, and returns what it printed.
	exec(ctx context.Context, service string, in io.Reader, args ...string) (string, error)
	// log is what a service has printed since then: its last lines, or with 0 all.
	log(ctx context.Context, service string, since time.Time, last int) (string, error)
	// address is where nginx finds a gateway, as its log has it.
	address(ctx context.Context, to *plan.Backend) (string, error)
	// open makes ways into the lab, once it has started.
	open(ctx context.Context) error
	// at is where this host reaches a port of the lab's endpoints, "address:port".
	at(port int) string
	// opened is when the way to a port was last opened anew; zero for never.
	opened(port int) time.Time
	// remains lists what there is of the lab, and kinds names what that can be.
	remains(ctx context.Context) ([]string, error)
	kinds() string
	// clear removes everything that the rehearsal has made there but images.
	clear(ctx context.Context) error
	// kept says how to use a lab that stays.
	kept() string
}
