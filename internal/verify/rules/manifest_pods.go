package rules

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/format/kubernetes"
	"mirrorgen/internal/verify/facts"

	"go.yaml.in/yaml/v3"
)

// checkManifestVolumes: every mount of a container is of a volume, and every volume of a map
// that is made, or of a claim.
func checkManifestVolumes(l *checker) {
	r := l.Cluster.Reader()
	made := map[string][]kubernetes.GeneratedFile{}
	for _, g := range slices.Concat(l.Cluster.Kustomization.Maps, l.Cluster.Kustomization.Secrets) {
		made[g.Name.Text] = g.Files
	}
	for _, w := range l.Cluster.Workloads {
		if w.Operator != nil && w.Operator.Index > 0 {
			continue // what its first pod has
		}
		known, used := map[string]bool{}, map[string]bool{}
		keys := map[string][]kubernetes.GeneratedFile{} // of volumes that are maps alone
		for _, v := range r.Volumes(w.Spec) {
			known[v.Name.Text] = true
			for _, m := range v.Maps {
				if !v.Others {
					keys[v.Name.Text] = append(keys[v.Name.Text], made[m.Text]...)
				}
				l.checkVolumeMap(w, m)
			}
			l.checkMode(w, v)
		}
		for _, item := range r.Items(r.Under(w.Root, "spec", "volumeClaimTemplates")) {
			known[r.WordAt(item, "metadata", "name").Text] = true
		}
		containers := slices.Concat(r.Items(r.Get(w.Spec, "containers")), r.Items(r.Get(w.Spec, "initContainers")))
		for _, container := range containers {
			for _, item := range r.Items(r.Get(container, "volumeMounts")) {
				name := r.WordAt(item, "name")
				used[name.Text] = true
				if !known[name.Text] {
					l.Report(w.File, name.At, "Unknown volume",
						"A container of "+w.Name.Text+" mounts the volume "+name.Text+", which its pod does not have.",
						"Name a volume of the pod.")
				}
				key := r.WordAt(item, "subPath")
				if files := keys[name.Text]; key.Text != "" && len(files) > 0 &&
					!slices.ContainsFunc(files, func(f kubernetes.GeneratedFile) bool { return f.Key == key.Text }) {
					l.Report(w.File, key.At, "Key that the map does not have",
						"A container of "+w.Name.Text+" mounts "+key.Text+" of the volume "+name.Text+", whose map "+
							"is made without it.",
						"Name a key of the map.")
				}
			}
		}
		l.checkInitMounts(w)
		for name := range known {
			if !used[name] {
				l.Report(w.File, w.Name.At, "Volume that nothing mounts",
					"The pod of "+w.Name.Text+" has the volume "+name+", which no container mounts.", "Mount it.")
			}
		}
	}
}

// checkVolumeMap: a map or secret of a volume is one that is made, and has the keys that are taken.
func (l *checker) checkVolumeMap(w *facts.Workload, m kubernetes.VolumeMap) {
	k := l.Cluster.Kustomization
	of, other, kind, otherwise := k.Maps, k.Secrets, "map", "secret"
	if m.Secret {
		of, other, kind, otherwise = other, of, otherwise, kind
	}
	named := func(g kubernetes.Generator) bool { return g.Name.Text == m.Text }
	i := slices.IndexFunc(of, named)
	if i < 0 {
		why := ", which the kustomization does not make."
		if slices.ContainsFunc(other, named) {
			why = " as a " + kind + ", and the kustomization makes a " + otherwise + " of that name."
		}
		l.Report(w.File, m.At, "Unknown map", "The pod of "+w.Name.Text+" has a volume of "+m.Text+why,
			"Name a map or secret that it makes.")
		return
	}
	for _, item := range m.Items {
		if !slices.ContainsFunc(of[i].Files, func(f kubernetes.GeneratedFile) bool { return f.Key == item.Key.Text }) {
			l.Report(w.File, item.Key.At, "Unknown key of a map",
				"A volume of "+w.Name.Text+" takes "+item.Key.Text+" of the "+kind+" "+m.Text+
					", which has no such key.",
				"Name one of its files.")
		}
	}
}

// checkMode: IRIS reads what its pod mounts: as the group that the volume is given, or as anybody.
func (l *checker) checkMode(w *facts.Workload, v kubernetes.Volume) {
	if v.Mode.Text == "" || len(v.Maps) == 0 || l.entryOf(w) == nil {
		return
	}
	mode, err := strconv.ParseInt(v.Mode.Text, 0, 32) // YAML 1.1: 0440 is octal, 288 decimal
	if err != nil || mode&0o044 == 0 {
		l.Report(w.File, v.Mode.At, "Files that IRIS cannot read",
			"The files of the volume "+v.Name.Text+" of "+w.Name.Text+" have the mode "+v.Mode.Text+", which lets "+
				"nobody but root read them, and IRIS runs as "+irisUser+".",
			"Write defaultMode: 288 (0440): the group is that of fsGroup.")
	}
}

// checkInitMounts: an init container has what it mounts where the container after it has it.
func (l *checker) checkInitMounts(w *facts.Workload) {
	r := l.Cluster.Reader()
	key := func(item *yaml.Node) [3]string {
		return [3]string{r.WordAt(item, "name").Text, r.WordAt(item, "mountPath").Text, r.WordAt(item, "subPath").Text}
	}
	has := map[[3]string]bool{}
	for _, item := range r.Items(r.Get(w.Container, "volumeMounts")) {
		has[key(item)] = true
	}
	for _, container := range r.Items(r.Get(w.Spec, "initContainers")) {
		for _, item := range r.Items(r.Get(container, "volumeMounts")) {
			if !has[key(item)] {
				l.Report(w.File, r.WordAt(item, "mountPath").At, "Mount of one container alone",
					"An init container of "+w.Name.Text+" mounts "+r.WordAt(item,
						"mountPath").Text+", which its container "+
						"does not have there.",
					"Mount it alike in both.")
			}
		}
	}
}

// checkManifestWaits: what an init container waits for by its name is a Service that gives out
// an address of a pod that is ready, and no other.
func checkManifestWaits(l *checker) {
	r := l.Cluster.Reader()
	waited := map[string]bool{}
	for _, w := range l.Cluster.Workloads {
		for _, container := range r.Items(r.Get(w.Spec, "initContainers")) {
			for _, item := range r.Items(r.Get(container, "command")) {
				word := r.Word(item)
				addr := facts.ServiceAddr(word.Text)
				if !addr.IsValid() {
					continue
				}
				name, _, _ := strings.Cut(word.Text, ".")
				waited[name] = true
				target := l.Compose.ByIP[addr]
				switch {
				case target == nil:
					l.Report(w.File, word.At, "Unknown address",
						w.Name.Text+" waits for "+word.Text+", which is the name of no Service.",
						"Name a Service of the lab.")
				case target == w.Service:
					l.Report(w.File, word.At, "Pod that waits for itself",
						w.Name.Text+" waits for "+word.Text+", which is there when it is ready itself.",
						"Wait for another.")
				}
			}
		}
	}
	for _, o := range l.Cluster.Objects {
		if o.Kind.Text != "Service" || l.Owner(o.Name.Text) == o.Name.Text ||
			!strings.HasSuffix(o.Name.Text, "-ready") || l.Owner(o.Name.Text) == "" {
			continue
		}
		if !waited[o.Name.Text] {
			l.Report(o.File, o.Name.At, "Service that nobody waits for",
				"The Service "+o.Name.Text+" tells when "+l.Owner(o.Name.Text)+" is ready, and nobody looks for it.",
				"Leave it out.")
		}
		if r.WordAt(o.Root, "spec", "clusterIP").Text != "None" ||
			r.WordAt(o.Root, "spec", "publishNotReadyAddresses").Text == "true" {
			l.Report(o.File, o.Name.At, "Service that nobody can wait for",
				"The name "+o.Name.Text+" is there whether "+l.Owner(o.Name.Text)+" is ready or not.",
				"Write clusterIP: None, and leave publishNotReadyAddresses out.")
		}
	}
}

// checkManifestProbes: every container says when it is ready, by a port or a file that there
// is, and no member is killed for being slow.
func checkManifestProbes(l *checker) {
	r := l.Cluster.Reader()
	for _, w := range l.Cluster.Workloads {
		if w.Service == nil || l.Own(w.Service) || w.Operator != nil {
			continue // the operator has probes of its own
		}
		instance := l.Roles[w.Service].Kind == facts.InstanceKind
		want := []string{"readinessProbe"}
		if instance {
			want = append(want, "startupProbe")
			if live := r.Get(w.Container, "livenessProbe"); live != nil {
				l.Report(w.File, facts.PositionAt(live.Line, live.Column), "Liveness probe of an instance",
					w.Name.Text+" would be killed for being slow, which its mirror must decide.", "Leave it out.")
			}
		}
		for _, name := range want {
			probe := r.Get(w.Container, name)
			if probe == nil {
				l.Report(w.File, w.Name.At, "Missing probe", "The container of "+w.Name.Text+" has no "+name+".",
					"Add one.")
				continue
			}
			l.checkProbe(w, probe, instance)
		}
	}
}

// checkProbe looks at one probe.
func (l *checker) checkProbe(w *facts.Workload, probe *yaml.Node, instance bool) {
	r := l.Cluster.Reader()
	asks := false
	for _, kind := range [...]string{"tcpSocket", "httpGet"} {
		if port := r.WordAt(probe, kind, "port"); port.Text != "" {
			asks = true
			l.checkListened(w.Object, w, port)
		}
	}
	words := r.Items(r.Under(probe, "exec", "command"))
	for _, item := range words {
		l.checkLabWords(w.Service, r.Word(item))
	}
	if asks = asks || len(words) > 0; !asks || instance && len(words) == 0 {
		l.Report(w.File, facts.PositionAt(probe.Line, probe.Column), "Probe that asks nothing",
			"A probe of "+w.Name.Text+" asks neither a port nor a program.", "Let it run health.sh.")
	}
	if instance && len(words) > 0 && !slices.ContainsFunc(words, func(n *yaml.Node) bool {
		return path.Base(r.Text(n)) == "health.sh"
	}) {
		l.Report(w.File, facts.PositionAt(probe.Line, probe.Column), "Probe that asks nothing",
			"A probe of "+w.Name.Text+" does not run health.sh, which knows whether the instance is well.",
			"Let it run health.sh.")
	}
}

// checkManifestMembers: an instance is one pod that is never replaced together with another
// of its mirror, meets the others before it is ready, and waits for who founded the mirror.
func checkManifestMembers(l *checker) {
	r := l.Cluster.Reader()
	for _, w := range l.Cluster.Workloads {
		entry := l.entryOf(w)
		if w.Operator != nil {
			if entry != nil {
				l.checkHeadless(w)
			}
			continue
		}
		if w.Service != nil && !l.Own(w.Service) {
			l.checkAccess(w)
		}
		if entry == nil {
			continue
		}
		says := func(want, what, why string, keys ...string) {
			if got := r.WordAt(w.Root, keys...); got.Text != want {
				at := got.At
				if got.Text == "" {
					at = w.Name.At
				}
				l.Report(w.File, at, "Instance that is no single pod",
					"The "+what+" of "+w.Name.Text+" is "+strconv.Quote(got.Text)+": "+why+".", "It is "+want+".")
			}
		}
		says("StatefulSet", "kind", "its volume and its host name are its own", "kind")
		says("1", "number of pods", "each instance has a role of its own", "spec", "replicas")
		says("OnDelete", "update strategy", "primary and backup would restart together", "spec", "updateStrategy",
			"type")
		says(w.Name.Text, "Service", "the pod gets its name from it", "spec", "serviceName")
		l.checkHeadless(w)
		waits := slices.ContainsFunc(r.Items(r.Get(w.Spec, "initContainers")), func(n *yaml.Node) bool {
			return slices.ContainsFunc(r.Items(r.Get(n, "command")), func(word *yaml.Node) bool {
				return path.Base(r.Text(word)) == "wait-for-mirror.sh"
			})
		})
		if founder := entry.Text("role") == "primary"; founder == waits {
			l.Report(w.File, w.Name.At, "Instance that does not wait for its mirror",
				"An init container with wait-for-mirror.sh is for those that join a mirror, and "+w.Name.Text+
					map[bool]string{true: ", which founds it, has one.", false: " has none."}[founder],
				"Leave it to those that join.")
		}
		l.checkClaim(w, entry)
	}
	l.checkBudgets()
}

// checkAccess: no pod of a lab may talk to the API server, or gain rights.
func (l *checker) checkAccess(w *facts.Workload) {
	r := l.Cluster.Reader()
	if token := r.WordAt(w.Spec, "automountServiceAccountToken"); token.Text != "false" {
		l.Report(w.File, w.Name.At, "Pod with a token",
			"The pod of "+w.Name.Text+" gets a token of the API server, and "+
				"needs none.", "Write automountServiceAccountToken: false.")
	}
	for _, container := range slices.Concat(r.Items(r.Get(w.Spec, "containers")), r.Items(r.Get(w.Spec,
		"initContainers"))) {
		if more := r.WordAt(container, "securityContext", "allowPrivilegeEscalation"); more.Text != "false" {
			l.Report(w.File, w.Name.At, "Container that may gain rights",
				"A container of "+w.Name.Text+" may gain rights that it does not begin with.",
				"Write allowPrivilegeEscalation: false.")
		}
	}
}

// checkHeadless: the name of an instance is its pod's address, ready or not.
func (l *checker) checkHeadless(w *facts.Workload) {
	r := l.Cluster.Reader()
	for _, o := range l.Cluster.Named("Service", w.Name.Text) {
		if r.WordAt(o.Root, "spec", "clusterIP").Text != "None" ||
			r.WordAt(o.Root, "spec", "publishNotReadyAddresses").Text != "true" {
			l.Report(o.File, o.Name.At, "Service that hides its instance",
				"Instances meet before they are ready: the Service "+o.Name.Text+" is to give out "+
					"the address of its pod.",
				"Write clusterIP: None and publishNotReadyAddresses: true.")
		}
	}
}

// checkClaim: a member keeps its data in a volume of its own, which its user may write to.
func (l *checker) checkClaim(w *facts.Workload, entry *facts.Entry) {
	r := l.Cluster.Reader()
	if entry.Text("role") == facts.ApplicationRole {
		return
	}
	claims := r.Items(r.Under(w.Root, "spec", "volumeClaimTemplates"))
	if len(claims) == 0 {
		l.Report(w.File, w.Name.At, "Member without a volume", w.Name.Text+" loses its data with its pod.",
			"Give it a volumeClaimTemplate.")
	}
	for _, claim := range claims {
		if labels := r.Under(claim, "metadata", "labels"); labels != nil {
			l.Report(w.File, facts.PositionAt(labels.Line, labels.Column), "Label that cannot change",
				"The volume claim of "+w.Name.Text+" has labels, and Kubernetes refuses every change of a claim.",
				"Leave them out: the mirror may be renamed.")
		}
		for _, mode := range r.Items(r.Under(claim, "spec", "accessModes")) {
			if r.Text(mode) != "ReadWriteOnce" {
				l.Report(w.File, facts.PositionAt(mode.Line, mode.Column), "Volume of several nodes",
					"The volume of "+w.Name.Text+" is "+r.Text(mode)+": two members could write to one.",
					"Use ReadWriteOnce.")
			}
		}
	}
	l.checkKept(w, entry)
	if group := r.WordAt(w.Spec, "securityContext", "fsGroup"); group.Text != irisUser {
		l.Report(w.File, w.Name.At, "Volume that IRIS cannot write to",
			"The group of the volume of "+w.Name.Text+" is "+strconv.Quote(group.Text)+", and IRIS runs "+
				"as "+irisUser+".",
			"Write fsGroup: "+irisUser+".")
	}
}

// checkKept: the databases of a member are in its volume, and its own data below where its
// table looks for it.
func (l *checker) checkKept(w *facts.Workload, entry *facts.Entry) {
	mirror := l.Roster.Mirror(entry.Text("mirror"))
	if mirror == nil || w.Service == nil {
		return
	}
	for _, d := range mirror.List {
		if fields := strings.Fields(d.Text); len(fields) > 2 && !w.Service.Volume(fields[2]) {
			l.ReportBoth(l.Roster.WordLocation(d), w.Location(w.Name.At), "Database that is not kept",
				"The database "+fields[0]+" is in "+fields[2]+", where the pod of "+w.Name.Text+" has no volume.",
				"Mount the volume there.")
		}
	}
	data := w.Service.Setting("ISC_DATA_DIRECTORY")
	for _, script := range l.scriptsOf(w.Service) {
		if path.Dir(script.Path) == "iris/instances" &&
			!strings.Contains(script.Text, "="+data.Text+"/iris.cpf") {
			l.ReportBoth(w.Location(data.At), script.Location(facts.Position{}),
				"Data directory that the hooks do not know",
				w.Name.Text+" keeps its data in "+data.Text+", and its table of instances looks elsewhere.",
				"Use one directory.")
		}
	}
}

// irisUser is the user of the vendor's images.
const irisUser = "51773"

// checkBudgets: of each mirror one failover member may go at a time.
func (l *checker) checkBudgets() {
	r := l.Cluster.Reader()
	if l.Roster == nil {
		return
	}
	for _, mirror := range l.Roster.Mirrors {
		budgets := l.Cluster.Named("PodDisruptionBudget", mirror.Name)
		if len(l.meant(mirror.Name, false)) > 1 && len(budgets) == 0 {
			l.Report(l.Cluster.File, facts.Position{}, "Mirror without a budget",
				"Nothing keeps the cluster from draining both failover members of "+mirror.Name+" at once.",
				"Add a PodDisruptionBudget of its name.")
		}
		for _, o := range budgets {
			if most := r.WordAt(o.Root, "spec", "maxUnavailable"); most.Text != "1" {
				l.Report(o.File, o.Name.At, "Mirror without a budget",
					"The budget of "+mirror.Name+" allows "+strconv.Quote(most.Text)+" to be gone at a time.",
					"Write maxUnavailable: 1.")
			}
		}
	}
}
