//go:build unix

package certs

import (
	"io/fs"
	"syscall"
)

// ownerOf returns the user and the group that a file belongs to, -1 where they are not known.
func ownerOf(info fs.FileInfo) (user, group int) {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Uid), int(stat.Gid)
	}
	return -1, -1
}
