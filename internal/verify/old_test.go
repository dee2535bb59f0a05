package verify

import (
	"path/filepath"
	"testing"
)

// Every case breaks one fact of testdata/old, a lab whose hooks do what merge
// files of its release cannot.
func TestFindingsInOldLab(t *testing.T) {
	runCases(t, filepath.Join("testdata", "findings_old.txt"), filepath.Join("testdata", "old"), oldCases)
}

const oldPrimaryPath = "iris/merge/ap1a.cpf"

var oldCases = []brokenLab{
	{"data server unknown", "Unknown address", swap(rosterPath, "data_server=10.207.0.3", "data_server=10.207.0.33")},
	{
		"data server of another kind",
		"Port that nothing listens on",
		swap(rosterPath, "data_server=10.207.0.3", "data_server=10.207.0.2"),
	},
	{
		"data server that serves nobody",
		"Data server that is no failover member",
		swap(rosterPath, "data_server=10.207.0.3", "data_server=10.207.0.5"),
	},
	{
		"application server without ECP",
		"Application server without ECP",
		swap(rosterPath, "config_name=app1 demo=yes interop=no ecp=yes", "config_name=app1 demo=yes interop=no ecp=no"),
	},
	{
		"data server without ECP",
		"Data server without ECP",
		swap(
			rosterPath,
			"config_name=ap1,ap1a demo=yes interop=no ecp=yes",
			"config_name=ap1,ap1a demo=yes interop=no ecp=no",
		),
	},
	{
		"data server without room",
		"Data server without room",
		swap(oldPrimaryPath, "MaxServerConn=16", "MaxServerConn=0"),
	},
	{"superserver port", "Superserver on another port", swap(oldPrimaryPath, "DefaultPort=1972", "DefaultPort=51773")},
}

// The lab itself is right.
func TestOldLab(t *testing.T) {
	if diags := Check(labIn(t, filepath.Join("testdata", "old"))); len(diags) > 0 {
		t.Errorf("findings:\n%s", format(diags))
	}
}
