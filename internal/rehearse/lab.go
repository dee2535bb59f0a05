package rehearse

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"mirrorgen/internal/artifact"
	"mirrorgen/internal/plan"
)

// rehearsedLab is the lab of a rehearsal: a directory of its own in the temporary one, under
// a Compose project of its own.
type rehearsedLab struct {
	Options
	plan    *plan.Plan
	engine  *engine
	scripts commands // in the lab's directory, with the override in the environment of Compose

	project string // "<lab>-rehearsal"
	work    string // temporary directory, "" where there is none
	dir     string // the lab's
	locked  bool

	images  map[plan.Kind]string     // of the services whose image is another here
	notices map[string]time.Duration // by haproxy service: see noticeLimit

	idlers []idler // from the start to their trial

	refused error // the host cannot run the lab: start.sh says why
}

func newLab(o Options, e *engine) *rehearsedLab {
	return &rehearsedLab{Options: o, plan: o.Plan, engine: e, project: o.Plan.Name + "-rehearsal"}
}

func (l *rehearsedLab) logf(format string, args ...any) {
	fmt.Fprintf(l.Progress, format+"\n", args...)
}

// dummyKey is what stands in for a licence key: to the scripts it is a file that is
// there.
const dummyKey = "[ConfigFile]\n; A rehearsal needs no licence. This file only has to be there.\n"

// prepare makes the images and writes the lab.
func (l *rehearsedLab) prepare(ctx context.Context) error {
	var err error
	if err = l.readNotices(); err != nil {
		return err
	}
	if err := l.makeImages(ctx); err != nil {
		return err
	}
	if l.work, err = os.MkdirTemp("", "mirrorgen-rehearsal-"); err != nil {
		return fmt.Errorf("making a temporary directory: %w; TMPDIR chooses another directory", artifact.Cause(err))
	}
	l.dir = filepath.Join(l.work, l.plan.Name)
	if err := l.lock(ctx); err != nil {
		return err
	}
	if err := l.write(); err != nil {
		return fmt.Errorf("writing the lab to %s: %w; TMPDIR chooses another directory", l.work, artifact.Cause(err))
	}
	l.scripts = commands{l.dir, l.environment()}
	l.logf("%s: %d services in %s, time scale %g", l.plan.Name, len(l.plan.Services), l.dir, l.TimeScale)
	return nil
}

// readNotices finds out how soon each HAProxy must notice a change.
func (l *rehearsedLab) readNotices() error {
	l.notices = map[string]time.Duration{}
	for _, a := range l.Artifacts {
		service, found := strings.CutPrefix(a.Path, "haproxy/")
		if !found {
			continue
		}
		limit, err := noticeLimit(string(a.Content))
		if err != nil {
			return fmt.Errorf("%s: %w", a.Path, err)
		}
		l.notices[strings.TrimSuffix(service, ".cfg")] = limit
	}
	return nil
}

// write puts the lab, a licence key and the override into the temporary directory.
func (l *rehearsedLab) write() error {
	if _, err := artifact.Write(l.dir, l.Artifacts, artifact.Options{}); err != nil {
		return err
	}
	key := l.plan.LicenseKey
	if !filepath.IsAbs(key) {
		key = filepath.Join(l.dir, key)
		if err := os.MkdirAll(filepath.Dir(key), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(key, []byte(dummyKey), 0o644); err != nil {
			return err
		}
	}
	if err := os.Mkdir(l.temporary(), 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(l.work, overrideFile), override(l.plan, l.images, l.TimeScale), 0o644)
}

// environment is that of the lab's scripts. Other settings of the user for
// Compose are meant for other projects.
func (l *rehearsedLab) environment() []string {
	var list []string
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, "COMPOSE_") && name != "LAB_TIME_SCALE" && name != "TMPDIR" {
			list = append(list, variable)
		}
	}
	return append(list,
		"COMPOSE_PATH_SEPARATOR=:",
		"COMPOSE_FILE=docker-compose.yaml:"+filepath.Join(l.work, overrideFile),
		"COMPOSE_PROJECT_NAME="+l.project,
		"COMPOSE_ANSI=never",
		"TMPDIR="+l.temporary(),
		"LAB_TIME_SCALE="+strconv.Itoa(int(math.Ceil(l.TimeScale*100))),
	)
}

// temporary is where the scripts may put files while they run.
func (l *rehearsedLab) temporary() string { return filepath.Join(l.work, "tmp") }

// takeDown removes everything that the rehearsal made but its images, also when ctx
// is done, and says what it could not remove.
func (l *rehearsedLab) takeDown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), takeDownLimit)
	defer cancel()
	began := time.Now()
	var left []error
	if l.locked {
		left = append(left, l.sweep(ctx, l.project))
	}
	if l.work != "" {
		left = append(left, l.deleteFiles(ctx))
	}
	if l.locked {
		left = append(left, l.unlock(ctx))
	}
	if err := errors.Join(left...); err != nil {
		return fmt.Errorf("the rehearsal left something behind: %w", err)
	}
	if l.work != "" {
		l.logf("taken down (%.1f s)", time.Since(began).Seconds())
	}
	return nil
}

// deleteFiles removes the temporary directory. Files of durable members belong to
// IRIS's user there; what this user may not delete goes through a container.
func (l *rehearsedLab) deleteFiles(ctx context.Context) error {
	if os.RemoveAll(l.work) == nil {
		return nil
	}
	if image := l.images[plan.KindMember]; image != "" {
		l.engine.docker(ctx, "run", "--rm", "--network", "none", "--user", "0:0", "--entrypoint", "sh",
			"--volume", l.dir+":/lab", image, "-c", "rm -rf /lab/data")
	}
	return os.RemoveAll(l.work)
}

// logKept explains how to use a lab that stays.
func (l *rehearsedLab) logKept() {
	l.logf("Kept: the lab runs in %s, as Compose project %s. For its scripts there:\n"+
		"  export COMPOSE_PROJECT_NAME=%s COMPOSE_FILE=docker-compose.yaml:%s LAB_TIME_SCALE=%d\n"+
		"The next rehearsal of this lab removes it; so does ./stop.sh --purge there.",
		l.dir, l.project, l.project, filepath.Join(l.work, overrideFile), int(math.Ceil(l.TimeScale*100)))
}
