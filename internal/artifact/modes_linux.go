package artifact

import (
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// modeless are the file systems whose files have the modes that the mount gives to all: FAT,
// exFAT, and Windows disks in WSL and in virtual machines. NTFS keeps modes with some options.
var modeless = []int64{unix.MSDOS_SUPER_MAGIC, unix.EXFAT_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC}

// keepsModes reports whether a directory's file system keeps the modes of files.
func keepsModes(root *os.Root) bool {
	file, err := root.Open(".")
	if err != nil {
		return true
	}
	defer file.Close()
	var stat unix.Statfs_t
	if err := again(func() error { return unix.Fstatfs(int(file.Fd()), &stat) }); err != nil {
		return true
	}
	return !modelessType(int64(stat.Type))
}

// modelessType reports whether a file system of this type, as statfs(2) gives it, is one of
// modeless. On 32 bits the type is signed.
func modelessType(magic int64) bool { return slices.Contains(modeless, int64(uint32(magic))) }
