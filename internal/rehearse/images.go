package rehearse

import (
	"archive/tar"
	"bytes"
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
	"strings"
	"time"
)

// Images are what a rehearsal runs on, beside the stand-ins: image references. An
// empty one is the default: [DefaultBase], or the lab's own.
type Images struct {
	Base    string // bash, and a shell's everyday programs
	NGINX   string
	HAProxy string
}

// DefaultBase is the image that the stand-ins are put into. The official images of
// nginx and HAProxy are made from it too, so that it costs next to nothing.
const DefaultBase = "debian:13-slim"

// repository is the first part of the stand-in images' names. Nothing of that name
// is in any registry.
const repository = "mirrorgen-stand-in"

// standInLabel marks stand-in images, and what makes them.
const standInLabel = "mirrorgen.stand-in"

// oldImages is the age, in hours, at which stand-in images are removed: each new
// mirrorgen makes others.
const oldImages = 48

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
		return nil, fmt.Errorf("the stand-ins need a base image with bash; another than %s can be given with --image "+
			"base=IMAGE\n  %w", m.base, err)
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
	made := make(map[string]string, len(recipes))
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

// tidy removes the stand-in images of earlier executables.
func (m imageMaker) tidy(ctx context.Context) error {
	_, err := m.docker(ctx, "image", "prune", "--all", "--force",
		"--filter", "label="+standInLabel, "--filter", fmt.Sprintf("until=%dh", oldImages))
	if err != nil {
		return errors.Join(errors.New("removing old stand-in images"), err)
	}
	return nil
}
