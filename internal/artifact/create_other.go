//go:build !linux

package artifact

import (
	"io/fs"
)

// createIn writes a file into a directory that was made just now.
func createIn(m made, base string, content []byte, mode fs.FileMode) error {
	return createFile(m.Root, base, content, mode)
}
