package rehearse

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/plan"
)

// Labels of Compose on what belongs to a project.
const (
	projectLabel   = "com.docker.compose.project"
	directoryLabel = "com.docker.compose.project.working_dir"
)

// check refuses to rehearse beside the lab itself: both would need the
// same subnets, and running ones the same host ports. Everything else that can be in
// the way start.sh finds, and names.
func (l dockerSite) check(ctx context.Context) error {
	out, err := l.engine.docker(ctx, "ps", "--all", "--filter", "label="+projectLabel+"="+l.plan.Name,
		"--format", `{{.Label "`+directoryLabel+`"}}|{{.State}}`)
	if err != nil {
		return err
	}
	containers := lines(out)
	if len(containers) == 0 {
		return nil
	}
	running, directory := 0, ""
	for _, line := range containers {
		dir, state, _ := strings.Cut(line, "|")
		if state == "running" {
			running++
		}
		directory = dir
	}
	state := "it is stopped, but its networks stay"
	if running > 0 {
		state = fmt.Sprintf("%d of its %d containers run", running, len(containers))
	}
	return fmt.Errorf("lab %s itself is on this Docker engine, in %s (%s), and a rehearsal needs the same subnets and "+
		"host ports\n"+
		"Rehearse on another engine (DOCKER_HOST, or docker context use), or rehearse a copy of the topology with "+
		"other subnets and ports; "+
		"a lab that is not needed any more is deleted with %s/stop.sh --purge", l.plan.Name, directory, state,
		directory)
}

// Labels of the container that is a rehearsal's lock.
const (
	pidLabel  = "mirrorgen.rehearsal.pid"
	hostLabel = "mirrorgen.rehearsal.host"
	workLabel = "mirrorgen.rehearsal.directory"
)

// claim makes sure that this lab is rehearsed once at a time on this engine, and
// removes what a rehearsal left that was killed or kept its lab. The lock is
// a container that never runs: the engine lets only one have its name.
func (l dockerSite) claim(ctx context.Context) error {
	host, err := os.Hostname()
	if err != nil {
		return fmt.Errorf("this host has no name: %w", err)
	}
	take := func() error {
		_, err := l.engine.docker(ctx, "create", "--name", l.project, "--network", "none",
			"--label", pidLabel+"="+strconv.Itoa(os.Getpid()), "--label", hostLabel+"="+host, "--label",
			workLabel+"="+l.work,
			"--entrypoint", "/mirrorgen", l.images[plan.KindArbiter])
		return err
	}
	err = take()
	var failed *commandError
	if errors.As(err, &failed) && strings.Contains(failed.output, "already in use") {
		if err := l.breakLock(ctx, host); err != nil {
			return err
		}
		err = take()
	}
	if err != nil {
		return fmt.Errorf("marking the rehearsal as running: %w", err)
	}
	l.locked = true
	left, err := l.remains(ctx)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		l.logf("removing what an earlier rehearsal of this lab left or kept: %s", strings.Join(left, ", "))
	}
	return l.sweep(ctx)
}

// breakLock removes the lock of a rehearsal whose process has ended.
func (l dockerSite) breakLock(ctx context.Context, host string) error {
	out, err := l.engine.docker(ctx, "container", "inspect", "--format",
		fmt.Sprintf(`{{index .Config.Labels %q}}|{{index .Config.Labels %q}}|{{index .Config.Labels %q}}`, pidLabel,
			hostLabel, workLabel), l.project)
	if err != nil {
		return err
	}
	field := strings.Split(out, "|")
	if len(field) != 3 || field[0] == "" {
		return fmt.Errorf("a container that is not a rehearsal's has the name %s: remove it (docker rm %s) or rename "+
			"the lab", l.project, l.project)
	}
	pid, err := strconv.Atoi(field[0])
	if err != nil || field[1] != host {
		return fmt.Errorf("this lab is being rehearsed by process %s on host %s; where that is gone: docker rm %s",
			field[0], field[1], l.project)
	}
	if alive(pid) && pid != os.Getpid() {
		return fmt.Errorf("this lab is being rehearsed already, by process %d: wait until it has ended (docker rm %s, "+
			"if it is no mirrorgen)", pid, l.project)
	}
	if field[2] != "" {
		os.RemoveAll(field[2]) // what durable members own goes when its container can be had; see deleteFiles
	}
	return l.unlock(ctx)
}

func (l dockerSite) unlock(ctx context.Context) error {
	_, err := l.engine.docker(ctx, "rm", "--force", l.project)
	return err
}

// projectKinds are what Compose makes for a project, in the order in which it can be
// removed: how each is listed, and how removed.
var projectKinds = []struct {
	noun         string
	list, remove []string
}{
	{"container", []string{"ps", "--all", "--quiet"}, []string{"rm", "--force", "--volumes"}},
	{"network", []string{"network", "ls", "--quiet"}, []string{"network", "rm"}},
	{"volume", []string{"volume", "ls", "--quiet"}, []string{"volume", "rm", "--force"}},
}

// remains counts what there is of the lab's Compose project, as in "9 containers".
func (l dockerSite) remains(ctx context.Context) ([]string, error) {
	var list []string
	for _, kind := range projectKinds {
		out, err := l.engine.docker(ctx, append(kind.list, "--filter", "label="+projectLabel+"="+l.project)...)
		if err != nil {
			return nil, err
		}
		if n := len(lines(out)); n > 0 {
			list = append(list, text.Plural(n, kind.noun))
		}
	}
	return list, nil
}

// sweep removes everything of the lab's Compose project, whatever state it is in.
func (l dockerSite) sweep(ctx context.Context) error {
	for _, kind := range projectKinds {
		out, err := l.engine.docker(ctx, append(kind.list, "--filter", "label="+projectLabel+"="+l.project)...)
		if err != nil {
			return err
		}
		found := lines(out)
		if len(found) == 0 {
			continue
		}
		if _, err := l.engine.docker(ctx, append(kind.remove, found...)...); err != nil {
			return err
		}
	}
	return nil
}
