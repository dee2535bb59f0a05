package artifact

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"

	"mirrorgen/internal/lab"
	"mirrorgen/internal/parallel"
)

// looked is what is at the place of an artifact.
type looked struct {
	info fs.FileInfo // nil where it could not be looked at, or nothing is there
	same bool        // it is a plain file with the artifact's content
}

// look reads the places of artifacts, several at once and each directory's through one
// handle: an unchanged build consists of little else. What it cannot read it leaves out.
// It follows links between directories, but none out of the disk.
func (d rootDisk) look(artifacts []lab.Artifact) []looked {
	found := make([]looked, len(artifacts))
	directories := map[string]*os.Root{}
	for _, a := range artifacts {
		dir := path.Dir(a.Path)
		if _, known := directories[dir]; known {
			continue
		}
		root, err := d.root.OpenRoot(dir)
		if err == nil {
			defer root.Close()
		}
		directories[dir] = root // nil where it is none
	}
	buffers := make([]bytes.Buffer, parallel.Workers(len(artifacts)))
	parallel.Each(len(artifacts), func(worker, i int) {
		a := &artifacts[i]
		if root := directories[path.Dir(a.Path)]; root != nil {
			found[i] = lookIn(root, path.Base(a.Path), a.Content, &buffers[worker])
		}
	})
	return found
}

func lookIn(root *os.Root, base string, want []byte, buffer *bytes.Buffer) looked {
	info, err := root.Lstat(base)
	if err != nil {
		return looked{}
	}
	if !info.Mode().IsRegular() || info.Size() != int64(len(want)) {
		return looked{info, false}
	}
	file, err := root.Open(base)
	if err != nil {
		return looked{}
	}
	defer file.Close()
	buffer.Reset()
	buffer.Grow(len(want) + 1)
	have := buffer.AvailableBuffer()[:len(want)+1] // one more, to see that the file ends
	n, err := io.ReadFull(file, have)
	if !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) && err != nil {
		return looked{}
	}
	return looked{info, bytes.Equal(have[:n], want)}
}
