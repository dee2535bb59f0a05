package rehearse

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"mirrorgen/internal/plan"
)

// dockerSite is a Docker engine. The lab is a Compose project of its own there.
type dockerSite struct{ *rehearsedLab }

func (l dockerSite) name() string { return "this host" }

func (l dockerSite) supply(ctx context.Context) error { return l.makeImages(ctx) }

// adapt writes the override file of Compose.
func (l dockerSite) adapt() error {
	content := override(l.plan, l.images, l.Images.Own, l.TimeScale, l.Slack)
	return os.WriteFile(filepath.Join(l.work, overrideFile), content, 0o644)
}

func (l dockerSite) environment() []string {
	return []string{
		"COMPOSE_PATH_SEPARATOR=:",
		"COMPOSE_FILE=docker-compose.yaml:" + filepath.Join(l.work, overrideFile),
		"COMPOSE_PROJECT_NAME=" + l.project,
		"COMPOSE_ANSI=never",
	}
}

func (l dockerSite) watch(ctx context.Context) func() func(*record) {
	watch := l.watchStarts(ctx)
	return func() func(*record) {
		events := watch.stop()
		return func(r *record) { l.checkOrder(r, events) }
	}
}

// unhealthy asks Docker for the health of every container.
func (l dockerSite) unhealthy(ctx context.Context) ([]string, error) {
	out, err := l.engine.docker(ctx, "ps", "--all", "--filter", "label="+projectLabel+"="+l.project,
		"--format", `{{.Label "com.docker.compose.service"}}|{{.Status}}`)
	if err != nil {
		return nil, err
	}
	status := map[string]string{}
	for _, line := range lines(out) {
		service, text, _ := strings.Cut(line, "|")
		status[service] = text
	}
	var ill []string
	for _, s := range l.plan.Services {
		// A container of the user's own may have no health check.
		unchecked := s.Kind == plan.KindContainer && strings.HasPrefix(status[s.Name], "Up") &&
			!strings.Contains(status[s.Name], "(")
		if !strings.Contains(status[s.Name], "(healthy)") && !unchecked {
			ill = append(ill, fmt.Sprintf("%s: %s", s.Name, cmp.Or(status[s.Name], "no container")))
		}
	}
	return ill, nil
}

func (l dockerSite) exec(ctx context.Context, service string, in io.Reader, args ...string) (string, error) {
	all := []string{"exec"}
	if in != nil {
		all = append(all, "--interactive")
	}
	out, err := l.engine.feed(ctx, in, "docker", append(append(all, l.container(service)), args...)...)
	return out, withRemedy(err)
}

// container is the name of a service's container: Compose's own rule.
func (l dockerSite) container(service string) string { return l.project + "-" + service + "-1" }

func (l dockerSite) log(ctx context.Context, service string, since time.Time, last int) (string, error) {
	tail := "all"
	if last > 0 {
		tail = strconv.Itoa(last)
	}
	return l.compose(ctx, "logs", "--no-color", "--no-log-prefix", "--since", since.UTC().Format(time.RFC3339),
		"--tail", tail, service)
}

// compose runs docker compose on the lab and returns all that it printed.
func (l dockerSite) compose(ctx context.Context, args ...string) (string, error) {
	return l.scripts.combined(ctx, "docker", append([]string{"compose"}, args...)...)
}

func (l dockerSite) address(_ context.Context, to *plan.Backend) (string, error) {
	return to.Address, nil
}

func (l dockerSite) open(context.Context) error { return nil }

// at is a published port of this host.
func (l dockerSite) at(port int) string {
	address := l.plan.PublishAddress
	switch address {
	case "0.0.0.0":
		address = "127.0.0.1"
	case "::":
		address = "::1"
	}
	return net.JoinHostPort(address, strconv.Itoa(port))
}

func (l dockerSite) opened(int) time.Time { return time.Time{} }

func (l dockerSite) kinds() string { return "container, network, volume or data" }

// clear removes the lab, its files of durable members, and the mark of the rehearsal.
func (l dockerSite) clear(ctx context.Context) error {
	if !l.locked {
		return l.deleteFiles(ctx)
	}
	return errors.Join(l.sweep(ctx), l.deleteFiles(ctx), l.unlock(ctx))
}

// deleteFiles removes what durable members have written, which belongs to IRIS's user:
// what this user may not delete goes through a container.
func (l dockerSite) deleteFiles(ctx context.Context) error {
	data := filepath.Join(l.dir, "data")
	if l.dir == "" || os.RemoveAll(data) == nil {
		return nil
	}
	if image := l.images[plan.KindMember]; image != "" {
		l.engine.docker(ctx, "run", "--rm", "--network", "none", "--user", "0:0", "--entrypoint", "sh",
			"--volume", l.dir+":/lab", image, "-c", "rm -rf /lab/data")
	}
	return os.RemoveAll(data)
}

func (l dockerSite) kept() string {
	return fmt.Sprintf("Kept: the lab runs in %s, as Compose project %s. For its scripts there:\n"+
		"  export COMPOSE_PROJECT_NAME=%s COMPOSE_FILE=docker-compose.yaml:%s %s\n"+
		"The next rehearsal of this lab removes it; so does ./stop.sh --purge there.",
		l.dir, l.project, l.project, filepath.Join(l.work, overrideFile), strings.Join(l.Limits(), " "))
}

// recreate throws the primary's container away while its set runs. start.sh must
// refuse to make another; made all the same, it must refuse to found a second set.
func recreate(ctx context.Context, l *rehearsedLab, r *record) {
	primary := r.mirror.Primary.Name
	docker := l.site.(dockerSite)
	if out, err := docker.compose(ctx, "rm", "--stop", "--force", primary); err != nil {
		r.checkf(false, out, "the container of %s can be removed", primary)
		return
	}
	out, err := l.script(ctx, "start.sh")
	r.checkf(err != nil && strings.Contains(out, "mirror "+r.mirror.Name+" would lose its identity"),
		strings.Join(endOf(out, 3), "\n"), "start.sh refuses: mirror %s would lose its identity", r.mirror.Name)
	r.attach("start.sh", out)
	docker.compose(ctx, "up", "--detach", "--no-deps", primary) // it is the container's log that counts
	const sentence = "again would make two primaries"
	log, end := "", time.Now().Add(20*time.Second)
	for !strings.Contains(log, sentence) && time.Now().Before(end) && ctx.Err() == nil {
		time.Sleep(500 * time.Millisecond)
		log, _ = docker.compose(ctx, "logs", "--no-color", "--no-log-prefix", primary)
	}
	r.checkf(strings.Contains(log, sentence), strings.Join(endOf(log, 3), "\n"), "before-start.sh on %s refuses to "+
		"found the set again", primary)
	if l.Keep {
		l.afresh(ctx, r) // otherwise all that follows is the lab's end
	}
}

// afresh starts the lab again from nothing.
func (l *rehearsedLab) afresh(ctx context.Context, r *record) {
	out, err := l.script(ctx, "stop.sh", "--purge", "--yes")
	if err == nil {
		out, err = l.script(ctx, "start.sh")
	}
	r.checkf(err == nil, strings.Join(endOf(out, 5), "\n"), "./stop.sh --purge && ./start.sh starts the lab afresh")
	if err == nil {
		l.setPasswords(ctx, r)
	}
}
