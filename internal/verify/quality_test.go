package verify

import (
	"path/filepath"
	"testing"
)

// drilledLab is a lab whose mirror has two failover members.
var drilledLab = filepath.Join("..", "..", "examples", "minimal")

// Drills reckon with the quality of service time-out that the mirror has.
func TestFindingsAboutDrills(t *testing.T) {
	runCases(t, filepath.Join("testdata", "findings_drills.txt"), drilledLab, drillCases)
}

var drillCases = []brokenLab{
	{"time-out of the drills", "Table that disagrees", first(drillPath, "  demo 8000\n", "  demo 4000\n")},
	{"time-out of a merge file", "Table that disagrees", first("iris/merge/demo-a.cpf",
		"AllowParallelDejournaling=2", "AllowParallelDejournaling=2,QOSTimeout=4000")},
	{"time-out of the table of instances", "Table that disagrees", first(rosterPath, "demo) set_name=DEMO",
		"demo) qos_timeout=4000 set_name=DEMO")},
}
