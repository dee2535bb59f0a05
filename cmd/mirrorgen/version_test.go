package main

import (
	"runtime/debug"
	"testing"
)

// What the toolchain records of each way to build.
func TestRecordedVersion(t *testing.T) {
	setting := func(key, value string) debug.BuildSetting { return debug.BuildSetting{Key: key, Value: value} }
	for name, test := range map[string]struct {
		main     string
		settings []debug.BuildSetting
		want     version
	}{
		"go install of a tag": {"v1.2.3", nil, version{Version: "v1.2.3"}},
		"go install of a commit": {"v0.0.0-20260131120000-0123456789ab", nil,
			version{Version: "v0.0.0-20260131120000-0123456789ab", Revision: "0123456789ab"}},
		"in a clone": {"v1.2.3",
			[]debug.BuildSetting{setting("vcs.revision", "0123"), setting("vcs.modified", "false")},
			version{Version: "v1.2.3", Revision: "0123"}},
		"in a clone with changes": {"v1.2.3+dirty",
			[]debug.BuildSetting{setting("vcs.revision", "0123"), setting("vcs.modified", "true")},
			version{Version: "v1.2.3+dirty", Revision: "0123", Modified: true}},
		"without a repository": {"", nil, version{Version: "(devel)"}},
	} {
		v := version{Version: "(devel)"}
		v.recorded(&debug.BuildInfo{Main: debug.Module{Version: test.main}, Settings: test.settings})
		if v != test.want {
			t.Errorf("%s: %+v, want %+v", name, v, test.want)
		}
	}
	v := version{Version: "v1.2.3", Language: 1, Go: "go1.26.0", Platform: "linux/amd64", Revision: "0123",
		Modified: true}
	if v.String() != "mirrorgen v1.2.3 (language 1, go1.26.0, linux/amd64, commit 0123 with changes)" {
		t.Error(v)
	}
}
