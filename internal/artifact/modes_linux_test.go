package artifact

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestModelessTypes(t *testing.T) {
	cifs := uint32(unix.SMB2_SUPER_MAGIC) // its highest bit is set
	for _, is := range []struct {
		name  string
		magic int64
		want  bool
	}{
		{"FAT", unix.MSDOS_SUPER_MAGIC, true},
		{"exFAT", unix.EXFAT_SUPER_MAGIC, true},
		{"a Windows share", int64(cifs), true},
		{"a Windows share, on 32 bits", int64(int32(cifs)), true},
		{"ext4", unix.EXT4_SUPER_MAGIC, false},
		{"btrfs", unix.BTRFS_SUPER_MAGIC, false},
		{"memory", unix.TMPFS_MAGIC, false},
	} {
		if got := modelessType(is.magic); got != is.want {
			t.Errorf("%s: %v", is.name, got)
		}
	}
	if !KeepsModes(t.TempDir()) {
		t.Error("the file system of temporary files is taken for one without modes")
	}
	if !KeepsModes("testdata/nothing") {
		t.Error("a directory that is missing is taken for one without modes")
	}
}
