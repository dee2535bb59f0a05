//go:build !linux

package artifact

import (
	"os"
	"runtime"
)

// keepsModes reports whether a directory's file system keeps the modes of files: none does on
// Windows.
func keepsModes(*os.Root) bool { return runtime.GOOS != "windows" }
