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

// A fileState is what is at the path of an artifact.
type fileState struct {
	info fs.FileInfo // nil where it could not be read, or nothing is there
	same bool        // it is a regular file with the artifact's content
}

// states reads the files at the paths of artifacts, several at once and each directory's
// through one handle: an unchanged build consists of little else. What it cannot read it leaves out.
// It follows links between directories, but none out of the disk.
func (d rootDisk) states(artifacts []lab.Artifact) []fileState {
	found := make([]fileState, len(artifacts))
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
			found[i] = stateOf(root, path.Base(a.Path), a.Content, &buffers[worker])
		}
	})
	return found
}

func stateOf(root *os.Root, base string, want []byte, buffer *bytes.Buffer) fileState {
	info, err := root.Lstat(base)
	if err != nil {
		return fileState{}
	}
	if !info.Mode().IsRegular() || info.Size() != int64(len(want)) {
		return fileState{info, false}
	}
	file, err := root.Open(base)
	if err != nil {
		return fileState{}
	}
	defer file.Close()
	buffer.Reset()
	buffer.Grow(len(want) + 1)
	have := buffer.AvailableBuffer()[:len(want)+1] // one more, to see that the file ends
	n, err := io.ReadFull(file, have)
	if !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) && err != nil {
		return fileState{}
	}
	return fileState{info, bytes.Equal(have[:n], want)}
}
