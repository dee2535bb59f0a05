package rehearse

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// engine is a Docker engine, through the client that the generated scripts use too:
// the same context, the same Compose.
type engine struct {
	commands
	platform string // "linux/amd64"
}

// The oldest versions that the generated labs promise to work with; start.sh
// checks the same.
var (
	oldestEngine  = [3]int{20, 10, 0}
	oldestCompose = [3]int{2, 20, 3}
)

// docker runs the client and returns what it printed, without the last newline.
func (e *engine) docker(ctx context.Context, args ...string) (string, error) {
	out, err := e.output(ctx, "docker", args...)
	return strings.TrimRight(out, "\n"), withRemedy(err)
}

// lines are those of an output; none for an empty one.
func lines(text string) []string {
	if text = strings.TrimSpace(text); text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// connect finds what a rehearsal needs of this host, Compose among it where the lab runs
// there. The error names the remedy.
func connect(ctx context.Context, c commands, runs bool) (*engine, error) {
	e := &engine{commands: c}
	for _, need := range []struct{ program, remedy string }{
		{"docker", "install Docker Engine with its Compose plugin, https://docs.docker.com/engine/install"},
		{"bash", "install bash; the lab's own scripts start and break it"},
		{"curl", "install curl; the lab's drills ask with it"},
	} {
		if _, err := exec.LookPath(need.program); err != nil {
			return nil, fmt.Errorf("%s was not found: %s", need.program, need.remedy)
		}
	}
	answer, err := e.docker(ctx, "version", "--format", "{{.Server.Version}} {{.Server.Os}}/{{.Server.Arch}}")
	if err != nil {
		return nil, err
	}
	version, platform, _ := strings.Cut(strings.TrimSpace(answer), " ")
	if olderThan(version, oldestEngine) {
		return nil, fmt.Errorf("this Docker engine is %s, and %s or later is needed", version, dotted(oldestEngine))
	}
	if !strings.HasPrefix(platform, "linux/") {
		return nil, fmt.Errorf("this Docker engine runs %s containers: the lab's are Linux ones; switch Docker to "+
			"Linux containers", platform)
	}
	e.platform = platform
	if !runs {
		return e, nil
	}
	return e, e.checkCompose(ctx)
}

func (e *engine) checkCompose(ctx context.Context) error {
	version, err := e.docker(ctx, "compose", "version", "--short")
	if ctx.Err() != nil {
		return err
	}
	version = strings.TrimPrefix(strings.TrimSpace(version), "v")
	remedy := fmt.Sprintf("install Docker Compose %s or later as Docker's plugin, "+
		"https://docs.docker.com/compose/install/linux", dotted(oldestCompose))
	if err != nil {
		return fmt.Errorf("there is no `docker compose` here: %s", remedy)
	}
	if olderThan(version, oldestCompose) {
		return fmt.Errorf("this Docker Compose is %s, which is too old: %s", version, remedy)
	}
	return nil
}

func dotted(version [3]int) string {
	return fmt.Sprintf("%d.%d.%d", version[0], version[1], version[2])
}

// olderThan compares a version such as "20.10.24+dfsg1" or "2.26.1-4" with the
// oldest that will do. What is no version, such as "dev", passes: whoever built it
// knows.
func olderThan(version string, oldest [3]int) bool {
	parts := strings.SplitN(version, ".", 3)
	for i, part := range parts {
		end := 0
		for end < len(part) && part[end] >= '0' && part[end] <= '9' {
			end++
		}
		number, err := strconv.Atoi(part[:end])
		if err != nil {
			return false
		}
		if number != oldest[i] {
			return number < oldest[i]
		}
	}
	return false
}

// explanations are what Docker's own messages mean for a rehearsal, and the way
// out. The first that is found in a message explains it.
var explanations = []struct{ message, meaning string }{
	{"permission denied while trying to connect", "this user may not use Docker: join the group docker and log in " +
		"again, or use sudo"},
	{"Got permission denied", "this user may not use Docker: join the group docker and log in again, or use sudo"},
	{"Cannot connect to the Docker daemon", "Docker does not answer: start it (sudo systemctl start docker), or " +
		"choose another engine with DOCKER_HOST or `docker context use`"},
	{"error during connect", "Docker does not answer at the address that DOCKER_HOST or the present context gives: " +
		"start it there, or choose another with `docker context use`"},
	{"no space left on device", "the disk is full: `docker system df` shows what Docker keeps, `df -h` the rest; " +
		"make room and rehearse again"},
	{"could not find an available, non-overlapping", "Docker has no addresses left for another network: `docker " +
		"network prune` removes those that nothing uses"},
	{"Pool overlaps with other one", "another Docker network has one of the lab's subnets: `docker network ls` and " +
		"`docker network inspect` show which; remove it, or rehearse on another engine (DOCKER_HOST)"},
	{"port is already allocated", "one of the lab's host ports is in use by another container: stop that, or " +
		"give the lab other ports"},
	{"address already in use", "one of the lab's host ports is in use by another program (ss -ltnp names it): stop " +
		"that, or give the lab other ports"},
	{"bind source path does not exist", "Docker does not see this machine's temporary directory: the engine runs " +
		"elsewhere, or may not share it; set TMPDIR to a directory that it shares"},
}

// withRemedy adds to an error of Docker's what it means here.
func withRemedy(err error) error {
	var failed *commandError
	if !errors.As(err, &failed) {
		return err
	}
	for _, x := range explanations {
		if strings.Contains(failed.output, x.message) {
			return &explained{x.meaning, failed}
		}
	}
	return err
}

// explained is an error with its meaning in front.
type explained struct {
	meaning string
	cause   *commandError
}

func (e *explained) Error() string {
	return e.meaning + "\n  " + strings.ReplaceAll(e.cause.Error(), "\n", "\n  ")
}

func (e *explained) Unwrap() error { return e.cause }
