package verify

import (
	"path/filepath"
	"testing"
)

// operatedCluster has a mirror that InterSystems' operator makes.
var operatedCluster = filepath.Join("..", "..", "examples", "operator-kubernetes")

// Every case breaks one fact of it.
func TestFindingsAboutTheOperator(t *testing.T) {
	if diags := Check(labIn(t, operatedCluster)); len(diags) > 0 {
		t.Fatalf("findings in the good lab:\n%s", format(diags))
	}
	runCases(t, filepath.Join("testdata", "findings_operator.txt"), operatedCluster, operatorCases)
}

const (
	clusterFile       = "mirrors/bank.yaml"
	operatorTable     = "iris/instances/bank.sh"
	operatorMerge     = "iris/merge/bank.cpf"
	operatorNamesFile = "operator-names.yaml"
	// instanceLabel begins the labels of what belongs to a member.
	instanceLabel = "  labels: { app.kubernetes.io/name: iris, app.kubernetes.io/instance: "
)

// operatorCases are the ways in which that lab is broken.
var operatorCases = []brokenLab{
	{"no mirror", "IrisCluster that is no mirror of the lab", first(clusterFile, "mirrored: true", "mirrored: false")},
	{"renewed together", "IrisCluster that is no mirror of the lab", first(clusterFile, "type: RollingUpdate",
		"type: OnDelete")},
	{"another release", "IrisCluster that is no mirror of the lab", first(clusterFile, `"2025.1.0"`, `"2024.1.0"`)},
	{"called otherwise", "IrisCluster that is no mirror of the lab", first(clusterFile,
		"kind: IrisCluster\nmetadata:\n  name: bank", "kind: IrisCluster\nmetadata:\n  name: banks")},
	{"image of another", "Unknown image", first(clusterFile, "intersystems/iris:", "intersystems/arbiter:")},
	{"arbiter with another image", "Unknown image", first(clusterFile, "intersystems/arbiter:", "intersystems/iris:")},
	{"no arbiter", "Members that disagree", first(clusterFile, "    arbiter: #", "    arbiters: #")},
	{"API version of the operator", "Unknown API version", first(clusterFile, "intersystems.com/v1alpha1",
		"intersystems.com/v1")},
	{"licence of nobody", "Unknown map", first(clusterFile, "licenseKeySecret: { name: license }",
		"licenseKeySecret: { name: licence }")},
	{"configuration of nobody", "Unknown map", first(clusterFile, "configSource: { name: cpf-bank }",
		"configSource: { name: cpf-banks }")},
	{"merge file of another name", "Unknown key of a map", first(kustomizationFile, "data.cpf=", "datas.cpf=")},
	{"hooks of nobody", "Unknown map", first(clusterFile, "configMap: { name: lab-bank }",
		"configMap: { name: lab-banks }")},
	{"hooks not mounted", "Unknown volume", first(clusterFile, "{ name: lab, mountPath", "{ name: labs, mountPath")},
	{"hook without a file", "File that is not mounted", first(clusterFile, "/lab/after-start.sh",
		"/lab/after-start")},
	{"no hook", "Incomplete command", first(clusterFile, "- --after\n", "- --later\n")},
	{"digest of the configuration", "Name without its digest", first(operatorNamesFile, "spec/configSource/name",
		"spec/configSource/names")},
	{"digest of the licence", "Name without its digest", first(operatorNamesFile, "spec/licenseKeySecret/name",
		"spec/licenseKey/name")},
	{"digest of the hooks", "Name without its digest", first(operatorNamesFile, "spec/volumes/configMap/name",
		"spec/volume/configMap/name")},
	{"digests for nobody", "Name without its digest", first(kustomizationFile,
		"configurations:\n  - operator-names.yaml\n",
		"")},
	{"configurations missing", "Missing manifest", first(kustomizationFile, "  - operator-names.yaml",
		"  - operators-names.yaml")},
	{"Service of no pod", "Object of nobody", first(clusterFile, "pod-name: bank-data-0-1", "pod-name: bank-data-0-7")},
	{"pod without a Service", "Pod without a name in the lab", first(clusterFile, "pod-name: bank-data-0-1",
		"pod-name: bank-data-0-7")},
	{"members exchanged", "Name that the operator does not give", first(operatorTable,
		"bank-data-0-0) instance=bank-a", "bank-data-0-0) instance=bank-b")},
	{"host name of nobody", "Instance without a line", first(operatorTable, "bank-data-0-1) instance=bank-b ;;\n", "")},
	{"set of the topology", "Name that the operator does not give", first(operatorTable, "set_name=IRISMIRROR1",
		"set_name=BANK")},
	{"system name of the topology", "Name that the operator does not give", first(operatorTable,
		"system_name=BANK-DATA-0-0",
		"system_name=BANK-A")},
	{"route of the lab's own", "Unknown route into the mirror", first(operatorTable, "setup=operator", "setup=config")},
	{"database of another set", "Name that the operator does not give", first(operatorMerge,
		"MirrorSetName=IRISMIRROR1",
		"MirrorSetName=BANK")},
	{"database beside the operator's volume", "Database that is not kept", first(operatorMerge,
		"Directory=/irissys/data/", "Directory=/home/irisowner/")},
	{"database of nobody", "Members that disagree", first(operatorMerge, "CreateDatabase:Name=MIRRORDB",
		"CreateDatabase:Name=MIRROR")},
	{"second declaration", "Second mirror", first(operatorMerge, "[Actions]\n",
		"[Actions]\nConfigMirror:Name=BANK,Member=auto\n")},
	{"pod of another name", "Name that the operator does not give", first("start.sh", "  bank-data-0-1 bank-b\n",
		"  bank-data-1-0 bank-b\n")},
	{"pods of another service", "Name that the operator does not give", first("drill.sh", "  bank-arbiter-0 witness\n",
		"  bank-arbiter-0 bank-a\n")},
	{"pod that stop.sh forgets", "Missing row", first("stop.sh", "  bank-data-0-1 bank-b\n", "")},
	{"budget of one pod", "Selector of other pods", first(clusterFile, "values: [bank-data-0-0, bank-data-0-1]",
		"values: [bank-data-0-0]")},
	{"policy with another operator", "Selector of other pods", first(clusterFile, "operator: In, values",
		"operator: NotIn, values")},
	{"policy keeps nginx out", "Connection that a policy refuses", first("gateways.yaml",
		"app.kubernetes.io/component: nginx", "app.kubernetes.io/component: arbiter")},
	{"profile of nobody", "Label of other pods", first(clusterFile,
		"kind: IrisCluster\nmetadata:\n  name: bank\n"+instanceLabel+"bank-a }",
		"kind: IrisCluster\nmetadata:\n  name: bank\n"+instanceLabel+"gate1 }")},
	{"Service of another's profile", "Label of other pods", first(clusterFile,
		"  name: bank-b\n"+instanceLabel+"bank-b }", "  name: bank-b\n"+instanceLabel+"bank-a }")},
	{"policy of another's profile", "Label of other pods", first("arbiter.yaml",
		"kind: NetworkPolicy\nmetadata:\n  name: witness\n  labels: { app.kubernetes.io/name: arbiter, "+
			"app.kubernetes.io/instance: witness", "kind: NetworkPolicy\nmetadata:\n  name: witness\n"+
			"  labels: { app.kubernetes.io/name: arbiter, app.kubernetes.io/instance: gate1")},
	{"licence that git takes", "Secret not ignored", first(".gitignore", "/iris.key\n", "/xiris.key\n")},
	{"hook of another shell", "IrisCluster that is no mirror of the lab", first(clusterFile, "/usr/bin/bash ",
		"/usr/bin/xbash ")},
	{"database of another name", "Members that disagree", first(operatorMerge, "MirrorDBName=MIRRORDB",
		"MirrorDBName=OTHER")},
	{"hidden until the operator's probe succeeds", "Service that hides its instance", first(clusterFile,
		"publishNotReadyAddresses: true", "publishNotReadyAddresses: false")},
}
