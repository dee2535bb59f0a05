package rules

import (
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/format/image"
	"mirrorgen/internal/format/kubernetes"
	"mirrorgen/internal/verify/facts"
)

// operatorRoute is how the table of instances says that the operator sets a mirror up, and
// operatorSet the name of every mirror set of its.
const (
	operatorRoute = "operator"
	operatorSet   = "IRISMIRROR1"
	operatorShell = "/usr/bin/bash " // as it has been seen to run hooks
)

// operatorPodOf is the pod that InterSystems' operator makes for a service, nil for none.
func (l *checker) operatorPodOf(service string) *facts.OperatorPod {
	if l.Cluster == nil {
		return nil
	}
	return l.Cluster.Operated(service)
}

// checkManifestOperator: an IrisCluster is a mirror of the lab, whose maps, secrets and images
// there are, and everybody knows the names that the operator gives.
func checkManifestOperator(l *checker) {
	operated := false
	for _, o := range l.Cluster.Objects {
		if o.Kind.Text == facts.ClusterKind {
			operated = true
			l.checkIrisCluster(o)
			l.checkGivenNames(o)
		}
	}
	if !operated {
		return
	}
	for _, w := range l.Cluster.Workloads {
		if w.Operator != nil {
			l.checkOperatorPod(w)
		}
	}
	l.checkOperatorTables()
}

// checkIrisCluster looks at one of them.
func (l *checker) checkIrisCluster(o *facts.Object) {
	r := l.Cluster.Reader()
	data := r.Under(o.Root, "spec", "topology", "data")
	says := func(w facts.Word, want, why string) {
		if w.Text != want {
			if w.Text == "" {
				w.At = o.Name.At
			}
			l.Report(o.File, w.At, "IrisCluster that is no mirror of the lab",
				"The IrisCluster "+o.Name.Text+" has "+strconv.Quote(w.Text)+" where "+why+".", "Write "+want+".")
		}
	}
	says(r.WordAt(data, "mirrored"), "true", "its data server is a mirror (mirrored)")
	says(r.WordAt(o.Root, "spec", "updateStrategy", "type"), "RollingUpdate",
		"the operator renews one pod after the other (updateStrategy)")
	img := r.WordAt(data, "image")
	if year, minor, ok := image.Release(img.Text); ok {
		says(r.WordAt(data, "compatibilityVersion"), strconv.Itoa(year)+"."+strconv.Itoa(minor)+".0",
			"the release of its image is told (compatibilityVersion)")
	}
	l.checkKindOfImage(o, img, image.InstanceKind, "an IRIS")
	arbiter := r.Under(o.Root, "spec", "topology", "arbiter")
	if arbiter != nil {
		l.checkKindOfImage(o, r.WordAt(arbiter, "image"), image.ArbiterKind, "an arbiter")
	}
	for _, item := range r.Items(r.Under(data, "podTemplate", "spec", "args")) {
		if w := r.Word(item); !strings.HasPrefix(w.Text, "--") && !strings.HasPrefix(w.Text, operatorShell) {
			says(w, operatorShell+labDirectory+"after-start.sh", "iris-main is given a hook (args)")
		}
	}
	l.checkOperatorMirror(o, arbiter != nil)
}

func (l *checker) checkKindOfImage(o *facts.Object, w facts.Word, kind image.Kind, what string) {
	if image.KindOf(w.Text) != kind {
		l.Report(o.File, w.At, "Unknown image", "The image "+strconv.Quote(w.Text)+" of the IrisCluster "+o.Name.Text+
			" is not that of "+what+".", "Name its image.")
	}
}

// checkOperatorMirror holds an IrisCluster against the table of instances.
func (l *checker) checkOperatorMirror(o *facts.Object, arbitrated bool) {
	if l.Roster == nil {
		return
	}
	mirror := l.Roster.Mirror(o.Name.Text)
	if mirror == nil {
		l.Report(o.File, o.Name.At, "IrisCluster that is no mirror of the lab",
			"No mirror is called "+o.Name.Text+", and the scripts know no other.", "Name it after a mirror.")
		return
	}
	if set := mirror.Value("set_name"); set.Text != operatorSet {
		l.Report(l.Roster.File, set.At, "Name that the operator does not give",
			"The mirror set of "+mirror.Name+" is called "+set.Text+" here, and the operator calls it "+operatorSet+".",
			"Write set_name="+operatorSet+".")
	}
	if w := mirror.Value("arbiter"); arbitrated == (w.Text == "") {
		l.ReportBoth(l.Roster.WordLocation(w), o.Location(o.Name.At), "Members that disagree",
			"The arbiter of "+mirror.Name+" is "+strconv.Quote(w.Text)+" here, and its IrisCluster has "+
				map[bool]string{true: "one.", false: "none."}[arbitrated],
			"Both must say the same.")
	}
	members := l.Roster.Members(mirror.Name)
	if label := l.Cluster.Reader().WordAt(o.Root, "metadata", "labels",
		"app.kubernetes.io/instance"); len(members) > 0 &&
		!slices.ContainsFunc(members, func(e *facts.Entry) bool {
			return e.Name == label.Text && e.Text("role") == "primary"
		}) {
		l.Report(o.File, o.Name.At, "Label of other pods",
			"The IrisCluster "+o.Name.Text+" has the label app.kubernetes.io/instance="+label.Text+", and a profile "+
				"of start.sh looks for a member of it there.", "Name its primary.")
	}
	for _, e := range members {
		pod := l.operatorPodOf(e.Name)
		if pod == nil || pod.Cluster != o {
			l.Report(l.Roster.File, e.At, "Instance that nobody makes",
				e.Name+" is a member of "+mirror.Name+", and no Service of its name leads to a pod of the IrisCluster "+
					o.Name.Text+".", "Let the Service select one of its pods.")
			continue
		}
		if founds := pod.Index == 0; founds != (e.Text("role") == "primary") {
			l.Report(l.Roster.File, e.Value("role").At, "Name that the operator does not give",
				e.Name+" is the pod "+pod.Name+" and has the role "+e.Text("role")+". The first pod founds the mirror.",
				"Exchange the selectors of the Services, or the roles.")
		}
		if w := e.Value("system_name"); w.Text != strings.ToUpper(pod.Name) {
			l.Report(l.Roster.File, w.At, "Name that the operator does not give",
				"The operator calls "+e.Name+" "+strings.ToUpper(pod.Name)+" in its mirror, and not "+w.Text+".",
				"Write system_name="+strings.ToUpper(pod.Name)+".")
		}
	}
	l.checkOperatorMerge(mirror)
}

// checkOperatorMerge looks at the merge file of a mirror: databases are of the operator's set
// and in its volume, and the mirror is left to it.
func (l *checker) checkOperatorMerge(mirror *facts.Entry) {
	var merge *facts.MergeFile
	for _, e := range l.Roster.Members(mirror.Name) {
		if s := l.Compose.ByName[e.Name]; s != nil {
			merge = l.Roles[s].Merge
		}
	}
	if merge == nil {
		return
	}
	for action := range merge.Merge.Actions {
		if set, given := action.Argument("MirrorSetName"); given && set.Value != operatorSet {
			l.Report(merge.File, facts.PositionAt(action.Line, set.ValueColumn), "Name that the operator does not give",
				"The database "+action.Value("Name")+" is to be in the mirror set "+set.Value+
					", and the operator's is "+
					operatorSet+".", "Write MirrorSetName="+operatorSet+".")
		}
		if name, given := action.Argument("MirrorDBName"); given && name.Value != action.Value("Name") {
			l.Report(merge.File, facts.PositionAt(action.Line, name.ValueColumn), "Members that disagree",
				"The database "+action.Value("Name")+" is called "+name.Value+" in its mirror.",
				"Write MirrorDBName="+action.Value("Name")+".")
		}
		if at, given := action.Argument("Directory"); given && action.Name == "CreateDatabase" &&
			!strings.HasPrefix(at.Value, facts.OperatorData+"/") {
			l.Report(merge.File, facts.PositionAt(action.Line, at.ValueColumn), "Database that is not kept",
				"The database "+action.Value("Name")+" is in "+at.Value+", and the operator's volume is mounted at "+
					facts.OperatorData+".", "Put it there.")
		}
	}
}

// checkGivenNames: the maps and secrets that an IrisCluster names are made, have the keys that
// the operator looks for, and get their digested names into it.
func (l *checker) checkGivenNames(o *facts.Object) {
	r := l.Cluster.Reader()
	k := l.Cluster.Kustomization
	known := l.Cluster.NameReferences(facts.ClusterKind)
	digested := func(w facts.Word, kind, path string) {
		if !known[[2]string{kind, path}] {
			l.Report(o.File, w.At, "Name without its digest",
				"The IrisCluster "+o.Name.Text+" names "+w.Text+" at "+path+", and no configuration of the "+
					"kustomization says so: the map or secret gets a digest into its name, and the "+
					"IrisCluster does not.",
				"Add the path to nameReference of the configuration.")
		}
	}
	made := func(w facts.Word, of []kubernetes.Generator, kind, key string) {
		for _, g := range of {
			if g.Name.Text != w.Text {
				continue
			}
			if !slices.ContainsFunc(g.Files, func(f kubernetes.GeneratedFile) bool { return f.Key == key }) {
				l.Report(o.File, w.At, "Unknown key of a map", "The operator looks for "+key+" in the "+kind+" "+w.Text+
					", which has no such key.", "Make it of that file.")
			}
			return
		}
		if w.Text == "" {
			w.At = o.Name.At
		}
		l.Report(o.File, w.At, "Unknown map",
			"The IrisCluster "+o.Name.Text+" takes the "+kind+" "+strconv.Quote(w.Text)+
				", which the kustomization does not make.", "Name one that it makes.")
	}
	license, config := r.WordAt(o.Root, "spec", "licenseKeySecret", "name"), r.WordAt(o.Root, "spec", "configSource",
		"name")
	made(license, k.Secrets, "secret", "iris.key")
	made(config, k.Maps, "map", "data.cpf")
	digested(license, "Secret", "spec/licenseKeySecret/name")
	digested(config, "ConfigMap", "spec/configSource/name")
	for _, v := range r.Volumes(r.Get(o.Root, "spec")) {
		for _, m := range v.Maps {
			if m.Secret {
				digested(m.Word, "Secret", "spec/volumes/secret/secretName")
			} else {
				digested(m.Word, "ConfigMap", "spec/volumes/configMap/name")
			}
		}
	}
}

// checkOperatorPod looks at a pod that the operator makes: what belongs to it is found by the
// lab's name.
func (l *checker) checkOperatorPod(w *facts.Workload) {
	r := l.Cluster.Reader()
	services := l.Cluster.Named("Service", w.Name.Text)
	if len(services) == 0 {
		l.Report(w.File, w.Name.At, "Pod without a name in the lab",
			"No Service selects the pod "+w.Operator.Name+" of the IrisCluster "+w.Operator.Cluster.Name.Text+" by "+
				"its name.", "Let the Service of the lab's name select it.")
	}
	services = slices.Concat(services, l.Cluster.Named("NetworkPolicy", w.Name.Text))
	for _, o := range services {
		label := r.WordAt(o.Root, "metadata", "labels", "app.kubernetes.io/instance")
		if label.Text != w.Name.Text {
			at := label.At
			if label.Text == "" {
				at = o.Name.At
			}
			l.Report(o.File, at, "Label of other pods",
				"The "+o.Kind.Text+" "+o.Name.Text+" has the label app.kubernetes.io/instance="+label.Text+", and "+
					"profiles of start.sh know it by its name.", "Use its name.")
		}
	}
}

// checkOperatorTables: scripts and hooks know each pod by the operator's name.
func (l *checker) checkOperatorTables() {
	pods := map[string]string{}
	for _, w := range l.Cluster.Workloads {
		if w.Operator != nil {
			pods[w.Operator.Name] = w.Name.Text
		}
	}
	wrong := func(at facts.Location, pod, service string) {
		if pods[pod] == service {
			return
		}
		detail := "The operator makes no pod " + pod + "."
		if owner := pods[pod]; owner != "" {
			detail = "The pod " + pod + " is " + owner + ", by the Service that selects it, and not " + service + "."
		}
		l.Report(at.File, at.At, "Name that the operator does not give", detail,
			"Name the pod that the Service selects.")
	}
	for _, t := range l.Tables {
		if t.Name != "operator_pods" {
			continue
		}
		listed := map[string]bool{}
		for i := 0; i+1 < len(t.Words); i += 2 {
			listed[t.Words[i].Text] = true
			wrong(t.Location(t.Words[i].At), t.Words[i].Text, t.Words[i+1].Text)
		}
		for _, w := range l.Cluster.Workloads {
			if w.Operator != nil && !listed[w.Operator.Name] {
				l.ReportBoth(t.Location(t.At), w.Location(w.Name.At), "Missing row",
					"The table operator_pods has no row for the pod "+w.Operator.Name+".", "Add one.")
			}
		}
	}
	if l.Roster == nil {
		return
	}
	named := map[string]bool{}
	for _, e := range l.Roster.Pods {
		named[e.Text("instance")] = true
		wrong(l.Roster.File.Location(e.At), e.Name, e.Text("instance"))
	}
	for _, e := range l.Roster.Instances {
		if l.operatorPodOf(e.Name) != nil && !named[e.Name] {
			l.Report(l.Roster.File, e.At, "Instance without a line",
				"No host name stands for "+e.Name+", and its hooks stop there.", "Add the name of its pod.")
		}
	}
}
