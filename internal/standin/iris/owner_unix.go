//go:build unix

package iris

import (
	"io/fs"
	"os"
	"slices"
	"syscall"
)

// ownerOf returns the user that a file belongs to, where that is known.
func ownerOf(info fs.FileInfo) (uid int, known bool) {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Uid), true
	}
	return 0, false
}

// groupWrites reports whether a file may be written to by its group, and the process is of it.
func groupWrites(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || info.Mode()&0o020 == 0 {
		return false
	}
	groups, err := os.Getgroups()
	return err == nil && slices.Contains(append(groups, os.Getegid()), int(stat.Gid))
}
