package rehearse

import (
	"archive/tar"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// Images are what a rehearsal runs on, beside the stand-ins: image references. An
// empty one is the default: [DefaultBase], or the lab's own.
type Images struct {
	Base       string // bash, and a shell's everyday programs
	NGINX      string
	HAProxy    string
	Prometheus string
	Grafana    string            // a stand-in where it is empty
	Own        map[string]string // of containers of the user's own, by service
}

// DefaultBase is the image that the stand-ins are put into. The official images of
// nginx and HAProxy are made from it too, so that it costs next to nothing.
const DefaultBase = "debian:13-slim"

// repository is the first part of the stand-in images' names. Nothing of that name
// is in any registry.
const repository = "mirrorgen-stand-in"

// standInLabel marks stand-in images, and what makes them.
const standInLabel = "mirrorgen.stand-in"

// youngImages is the age up to which the stand-in images of another build stay: a rehearsal
// of that build may be about to use them.
const youngImages = time.Hour

// An entry is one file of an image's own layer.
type entry struct {
	Path    string // absolute
	Mode    fs.FileMode
	Owner   int // user and group
	Link    string
	Content []byte
}

// A recipe is a stand-in image: what is laid over the layer below, and how it is
// run.
type recipe struct {
	Name    string   // after the slash of its repository
	Entries []entry  // parents before children
	Changes []string // as `docker commit --change` takes them
}

// imageMaker makes stand-in images, each from the running executable over a base.
// It asks for no builder: a container is made, files are copied into it, and it is
// committed.
type imageMaker struct {
	*engine
	executable string
	base       string
	logf       func(format string, args ...any)
}

// make returns the images of the recipes, by name. Those that are there already are
// used again.
func (m imageMaker) make(ctx context.Context, recipes []recipe) (map[string]string, error) {
	baseID, err := m.obtain(ctx, m.base)
	if err != nil {
		return nil, err
	}
	program, err := os.ReadFile(m.executable)
	if err != nil {
		return nil, fmt.Errorf("reading the program that stands in: %w", err)
	}
	sum := sha256.Sum256(program)
	common := recipe{Name: "mirrorgen", Entries: []entry{{Path: "/mirrorgen", Mode: 0o755, Content: program}}}
	below, err := m.layer(ctx, common, baseID, hex.EncodeToString(sum[:]))
	if err != nil {
		return nil, err
	}
	made := map[string]string{common.Name: below}
	for _, r := range recipes {
		if made[r.Name], err = m.layer(ctx, r, below, r.digest()); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// digest is a hash of the recipe: equal recipes make equal images.
func (r recipe) digest() string {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// obtain returns the identity of an image, which Docker pulls where it lacks it.
func (m imageMaker) obtain(ctx context.Context, image string) (string, error) {
	id, err := m.docker(ctx, "image", "inspect", "--format", "{{.Id}}", image)
	if err == nil || ctx.Err() != nil {
		return id, err
	}
	m.logf("pulling %s", image)
	if _, err := m.docker(ctx, "pull", "--quiet", image); err != nil {
		return "", err
	}
	return m.docker(ctx, "image", "inspect", "--format", "{{.Id}}", image)
}

// layer returns the image that the recipe makes over another one; digest is the
// hash of what it is made of.
func (m imageMaker) layer(ctx context.Context, r recipe, below, digest string) (string, error) {
	key := sha256.Sum256([]byte(below + "\n" + digest))
	image := fmt.Sprintf("%s/%s:%s", repository, r.Name, hex.EncodeToString(key[:6]))
	if _, err := m.docker(ctx, "image", "inspect", "--format", "{{.Id}}", image); err == nil || ctx.Err() != nil {
		return image, err
	}
	began := time.Now()
	container, err := m.docker(ctx, "create", "--label", standInLabel+"="+r.Name, below, "bash")
	if err != nil {
		return "", fmt.Errorf("making the image of %s: %w", r.Name, err)
	}
	defer m.docker(context.WithoutCancel(ctx), "rm", "--force", container)
	if _, err := m.feed(ctx, archive(r.Entries), "docker", "cp", "--archive", "-", container+":/"); err != nil {
		return "", fmt.Errorf("making the image of %s: %w", r.Name, withRemedy(err))
	}
	args := []string{"commit", "--change", "LABEL " + standInLabel + "=" + r.Name}
	for _, change := range r.Changes {
		args = append(args, "--change", change)
	}
	if _, err := m.docker(ctx, append(args, container, image)...); err != nil {
		return "", fmt.Errorf("making the image of %s: %w", r.Name, err)
	}
	m.logf("made the image of %s (%.1f s)", r.Name, time.Since(began).Seconds())
	return image, nil
}

// archive is a tar file of the entries.
func archive(entries []entry) io.Reader {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, e := range entries {
		header := &tar.Header{
			Name: strings.TrimPrefix(path.Clean(e.Path), "/"),
			Mode: int64(e.Mode.Perm()), Uid: e.Owner, Gid: e.Owner,
			ModTime: time.Unix(1, 0), // the same bytes every time; tar has no zero time
		}
		switch {
		case e.Mode.IsDir():
			header.Typeflag, header.Name = tar.TypeDir, header.Name+"/"
		case e.Link != "":
			header.Typeflag, header.Linkname = tar.TypeSymlink, e.Link
		default:
			header.Typeflag, header.Size = tar.TypeReg, int64(len(e.Content))
		}
		err := w.WriteHeader(header)
		if err == nil {
			_, err = w.Write(e.Content)
		}
		if err != nil {
			panic(err) // a buffer takes everything, and the sizes are right
		}
	}
	w.Close()
	return &out
}

// tidy removes the stand-in images that other builds of mirrorgen made, unless they are in
// use or young. kept are those of this build.
func (m imageMaker) tidy(ctx context.Context, kept map[string]bool) error {
	out, err := m.docker(ctx, "image", "ls", "--filter", "label="+standInLabel, "--format", "{{.Repository}}:{{.Tag}}")
	if err != nil {
		return errors.Join(errors.New("listing old stand-in images"), err)
	}
	for _, image := range lines(out) {
		if kept[image] || !strings.HasPrefix(image, repository+"/") {
			continue
		}
		created, err := m.docker(ctx, "image", "inspect", "--format", "{{.Created}}", image)
		if err != nil {
			continue // another rehearsal has removed it
		}
		if at, err := time.Parse(time.RFC3339Nano, created); err != nil || time.Since(at) < youngImages {
			continue
		}
		_, _ = m.docker(ctx, "image", "rm", image) // refused while a container has it
	}
	return nil
}

// obtainAll obtains several images, and reports all that cannot be had in one error.
func (m imageMaker) obtainAll(ctx context.Context, images []string) error {
	var missing []string
	var first error
	for _, image := range images {
		if slices.Contains(missing, image) {
			continue
		}
		if _, err := m.obtain(ctx, image); err != nil {
			if ctx.Err() != nil {
				return err
			}
			missing, first = append(missing, image), cmp.Or(first, err)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("these images are not here, and Docker cannot pull them: %s\n  %w\n"+
		"Load them from a machine that has them:\n  docker save %s | ssh HOST docker load\n"+
		"or give others that are here with --image NAME=IMAGE, NAME being base, nginx, haproxy, prometheus or a "+
		"service of your own; the base needs bash",
		strings.Join(missing, ", "), first, strings.Join(missing, " "))
}
