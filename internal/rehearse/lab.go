package rehearse

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"mirrorgen/internal/artifact"
	"mirrorgen/internal/certs"
	"mirrorgen/internal/plan"
)

// rehearsedLab is the lab of a rehearsal: a directory of its own in the temporary one, under
// a name of its own.
type rehearsedLab struct {
	Options
	plan    *plan.Plan
	engine  *engine
	site    site
	scripts commands // in the lab's directory, in an environment that names the stand-ins

	project string // "<lab>-rehearsal": the Compose project, or the namespace
	work    string // temporary directory, "" where there is none
	dir     string // the lab's
	locked  bool

	images  map[plan.Kind]string     // of the services whose image is another here
	notices map[string]time.Duration // by haproxy service: see noticeLimit

	idlers []idler // from the start to their trial

	trust *x509.CertPool // the authority of the lab's certificates, nil where it has none

	refused error // the host cannot run the lab: start.sh says why
}

func (l *rehearsedLab) logf(format string, args ...any) {
	fmt.Fprintf(l.Progress, format+"\n", args...)
}

// dummyKey is what stands in for a licence key: to the scripts it is a file that is
// there.
const dummyKey = "[ConfigFile]\n; A rehearsal needs no licence. This file only has to be there.\n"

// prepare makes the images and writes the lab.
func (l *rehearsedLab) prepare(ctx context.Context) error {
	if err := l.readNotices(); err != nil {
		return err
	}
	if err := l.site.supply(ctx); err != nil {
		return err
	}
	if err := l.makeWork(); err != nil {
		return err
	}
	l.dir = filepath.Join(l.work, l.plan.Name)
	if err := l.site.claim(ctx); err != nil {
		return err
	}
	if err := l.write(); err != nil {
		return fmt.Errorf("writing the lab to %s: %w; TMPDIR chooses another directory", l.work, artifact.Cause(err))
	}
	l.scripts = commands{l.dir, l.environment()}
	l.logf("%s: %d services in %s, time scale %g", l.plan.Name, len(l.plan.Services), l.dir, l.TimeScale)
	return nil
}

// makeWork makes the temporary directory, once.
func (l *rehearsedLab) makeWork() error {
	if l.work != "" {
		return nil
	}
	var err error
	if l.work, err = os.MkdirTemp("", "mirrorgen-rehearsal-"); err != nil {
		return fmt.Errorf("making a temporary directory: %w; TMPDIR chooses another directory", artifact.Cause(err))
	}
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
	if err := l.copyOwn(); err != nil {
		return err
	}
	if err := l.certify(); err != nil {
		return err
	}
	if err := os.Mkdir(l.temporary(), 0o755); err != nil {
		return err
	}
	return l.site.adapt()
}

// copyOwn copies what containers of the user's own mount and mirrorgen does not write.
func (l *rehearsedLab) copyOwn() error {
	for _, c := range l.plan.OwnContainers() {
		for _, file := range c.Files {
			target := filepath.Join(l.dir, file.Source)
			if _, err := os.Stat(target); err == nil {
				continue // generated, or another container's too
			}
			if err := copyTree(filepath.Join(l.Directory, file.Source), target); err != nil {
				return fmt.Errorf("service %s mounts %s: %w; put it there, or name the lab's directory with -o",
					c.Name, file.Source, err)
			}
		}
	}
	return nil
}

// copyTree copies a file, or a directory with all that is in it.
func copyTree(source, target string) error {
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	if info.IsDir() {
		return os.CopyFS(target, os.DirFS(source))
	}
	content, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	return os.WriteFile(target, content, info.Mode().Perm())
}

// certify makes the lab's certificates, as mirrorgen certs does. The password is start.sh's to
// make.
func (l *rehearsedLab) certify() error {
	if l.plan.TLS == nil {
		return nil
	}
	if _, err := certs.Issue(l.dir, l.plan.TLS, certs.Options{Days: certs.DefaultDays, Now: time.Now()}); err != nil {
		return err
	}
	content, err := os.ReadFile(filepath.Join(l.dir, l.plan.TLS.Directory, plan.CAFile))
	if err != nil {
		return err
	}
	l.trust = x509.NewCertPool()
	l.trust.AppendCertsFromPEM(content)
	return nil
}

// environment is that of the lab's scripts. Other settings of the user for
// Compose are meant for other projects.
func (l *rehearsedLab) environment() []string {
	var list []string
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, "COMPOSE_") && !strings.HasPrefix(name, "LAB_TIME_") && name != "TMPDIR" {
			list = append(list, variable)
		}
	}
	list = append(list, l.site.environment()...)
	return append(append(list, "TMPDIR="+l.temporary()), l.Limits()...)
}

// Limits are what the lab's scripts are told of their limits of time, "NAME=value".
func (o Options) Limits() []string {
	return []string{
		"LAB_TIME_SCALE=" + strconv.Itoa(int(math.Ceil(o.TimeScale*100))),
		"LAB_TIME_SLACK=" + strconv.Itoa(o.Slack),
	}
}

// temporary is where the scripts may put files while they run.
func (l *rehearsedLab) temporary() string { return filepath.Join(l.work, "tmp") }

// takeDown removes everything that the rehearsal made but its images, also when ctx
// is done, and says what it could not remove.
func (l *rehearsedLab) takeDown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), takeDownLimit)
	defer cancel()
	began := time.Now()
	left := []error{l.site.clear(ctx)}
	if l.work != "" {
		left = append(left, os.RemoveAll(l.work))
	}
	if err := errors.Join(left...); err != nil {
		return fmt.Errorf("the rehearsal left something behind: %w", err)
	}
	if l.dir != "" {
		l.logf("taken down (%.1f s)", time.Since(began).Seconds())
	}
	return nil
}
