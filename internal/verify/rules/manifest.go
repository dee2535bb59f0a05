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

// checkManifestFiles: the kustomization names every manifest of the lab, and makes maps and
// secrets of files that there are.
func checkManifestFiles(l *checker) {
	c, named := l.Cluster, map[string]bool{}
	for _, w := range c.Kustomization.Resources {
		if named[w.Text] {
			l.Report(c.File, w.At, "Manifest named twice", "The kustomization names "+w.Text+" twice.", "Name it once.")
		}
		named[w.Text] = true
	}
	for _, w := range c.Kustomization.Configurations {
		named[w.Text] = true
	}
	for name, f := range l.Files {
		if path.Ext(name) == ".yaml" && name != facts.KustomizationPath && !named[name] {
			l.Report(f, facts.Position{}, "Manifest that nothing names",
				"The kustomization does not name "+name+", and the cluster is not given it.", "Add it to resources.")
		}
	}
	seen := map[string]bool{}
	for _, g := range slices.Concat(c.Kustomization.Maps, c.Kustomization.Secrets) {
		if seen[g.Name.Text] {
			l.Report(c.File, g.Name.At, "Two maps of one name", "Two maps or secrets have the name "+g.Name.Text+".",
				"Rename one.")
		}
		seen[g.Name.Text] = true
		for _, file := range g.Files {
			source := &facts.Mount{Source: file.Source.Text}
			if l.Files[file.Source.Text] == nil && !l.userData(source) {
				l.Report(c.File, file.Source.At, "Missing file of a map",
					g.Name.Text+" is made from "+file.Source.Text+", which is no file of the lab.",
					"Name a file that there is.")
			}
		}
	}
	l.checkSecretsKept()
	for _, w := range c.Kustomization.Secrets {
		for _, file := range w.Files {
			if slices.ContainsFunc(c.Kustomization.Maps, hasFile(file.Source.Text)) {
				l.Report(c.File, file.Source.At, "Secret that is a map too",
					file.Source.Text+" is in a secret, and in a map, which everybody may read.",
					"Leave it to the secret.")
			}
		}
	}
}

// checkSecretsKept: what git ignores becomes a secret and no map, which everybody may read, and
// no secret stands in the kustomization itself.
func (l *checker) checkSecretsKept() {
	k := l.Cluster.Kustomization
	for _, g := range k.Maps {
		for _, file := range g.Files {
			if l.isIgnored(file.Source.Text) && !l.readAsRules(file.Source.Text) {
				l.Report(l.Cluster.File, file.Source.At, "Secret in a map",
					file.Source.Text+" is for the lab's user alone, and "+g.Name.Text+" is a map, which everybody may "+
						"read.", "Make a secret of it (secretGenerator).")
			}
		}
	}
	for _, g := range k.Secrets {
		for _, w := range g.Literals {
			key, _, _ := strings.Cut(w.Text, "=")
			l.Report(l.Cluster.File, w.At, "Secret in a committed file",
				"The value of "+key+" of the secret "+g.Name.Text+" stands in the kustomization, which is committed.",
				"Read it from a file that git ignores.")
		}
	}
}

// hasFile finds a generator that is made from a file.
func hasFile(source string) func(kubernetes.Generator) bool {
	return func(g kubernetes.Generator) bool {
		return slices.ContainsFunc(g.Files, func(f kubernetes.GeneratedFile) bool { return f.Source.Text == source })
	}
}

// checkManifestSelectors: every selector means just the pods that it is for.
func checkManifestSelectors(l *checker) {
	r := l.Cluster.Reader()
	for _, w := range l.Cluster.Workloads {
		if w.Operator != nil {
			continue
		}
		l.checkSelects(w.Object, r.Under(w.Root, "spec", "selector", "matchLabels"), []string{w.Name.Text})
		l.checkSpread(w)
		l.checkLabels(w)
	}
	for _, o := range l.Cluster.Objects {
		switch o.Kind.Text {
		case "Service":
			l.checkSelects(o, r.Under(o.Root, "spec", "selector"), l.meant(o.Name.Text, true))
		case "PodDisruptionBudget":
			l.checkSelects(o, r.Under(o.Root, "spec", "selector"), l.meant(o.Name.Text, false))
		case "NetworkPolicy":
			pods := r.Under(o.Root, "spec", "podSelector")
			if owner := l.Owner(o.Name.Text); owner != "" {
				l.checkSelects(o, pods, []string{owner})
			} else {
				l.checkSelectsSome(o, pods)
			}
			for _, rule := range r.Items(r.Under(o.Root, "spec", "ingress")) {
				for _, from := range r.Items(r.Get(rule, "from")) {
					if selector := r.Get(from, "podSelector"); selector != nil {
						l.checkSelectsSome(o, selector)
					}
				}
			}
		}
	}
}

// checkLabels: what belongs to a workload has the labels of its pods, and is found by them.
func (l *checker) checkLabels(w *facts.Workload) {
	r := l.Cluster.Reader()
	pods := r.Labels(r.Under(w.Root, "spec", "template", "metadata", "labels"))
	compare := func(node *yaml.Node, o *facts.Object, what string) {
		for _, field := range r.Fields(node) {
			if value := r.Text(field.Value); value != pods[field.Name] {
				l.ReportBoth(o.Location(r.Word(field.Value).At), w.Location(w.Name.At), "Label of other pods",
					what+" has the label "+field.Name+"="+value+", and the pods of "+w.Name.Text+" have "+
						strconv.Quote(pods[field.Name])+".",
					"Use the label of the pods.")
			}
		}
	}
	for kind := range versions {
		of := l.Cluster.Named(kind, w.Name.Text)
		if kind == "Service" {
			of = l.Cluster.ServicesOf(w.Name.Text)
		}
		for _, o := range of {
			compare(r.Under(o.Root, "metadata", "labels"), o, "The "+kind+" "+o.Name.Text)
		}
	}
	own := func(what string, name facts.Word) {
		if name.Text != "" && name.Text != w.Name.Text {
			l.Report(w.File, name.At, "Name of another",
				"The "+what+" is "+name.Text+", and "+w.Name.Text+" is not called so.", "Use its own name.")
		}
	}
	own("host name of its pod", r.WordAt(w.Spec, "hostname"))
	own("Service of its pod", r.WordAt(w.Root, "spec", "serviceName"))
	if name := r.WordAt(w.Container, "name"); l.entryOf(w) != nil && name.Text != "iris" {
		l.Report(w.File, name.At, "Unknown container",
			"The container of "+w.Name.Text+" is called "+name.Text+", and the scripts look for iris.", "Call it iris.")
	}
}

// meant are the workloads that an object of that name is for: the one of that name, or the
// members of a mirror, all or those that fail over.
func (l *checker) meant(name string, all bool) []string {
	if owner := l.Owner(name); owner != "" {
		return []string{owner}
	}
	var list []string
	if l.Roster != nil {
		for _, m := range l.Roster.Members(name) {
			if role := m.Text("role"); all || role == "primary" || role == "backup" {
				list = append(list, m.Name)
			}
		}
	}
	return list
}

// checkSelects: a selector selects the pods of just these workloads.
func (l *checker) checkSelects(o *facts.Object, selector *yaml.Node, want []string) {
	if len(want) == 0 {
		l.Report(o.File, o.Name.At, "Object of nobody",
			"The "+o.Kind.Text+" "+o.Name.Text+" has the name of no workload, and of no mirror.",
			"Name it after what it is for.")
		return
	}
	got := l.selected(selector)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		l.Report(o.File, l.selectorAt(o, selector), "Selector of other pods",
			"The selector of the "+o.Kind.Text+" "+o.Name.Text+" means the pods of "+nobody(got)+", and it is for "+
				strings.Join(want, ", ")+".",
			"Use labels that just these pods have.")
	}
}

// checkSelectsSome: a selector selects pods.
func (l *checker) checkSelectsSome(o *facts.Object, selector *yaml.Node) {
	if len(l.selected(selector)) == 0 {
		l.Report(o.File, l.selectorAt(o, selector), "Selector of no pod",
			"A selector of the "+o.Kind.Text+" "+o.Name.Text+" means no pod of the lab.", "Use labels that pods have.")
	}
}

func (l *checker) selectorAt(o *facts.Object, selector *yaml.Node) facts.Position {
	if selector == nil {
		return o.Name.At
	}
	if labels := l.Cluster.Reader().Get(selector, "matchLabels"); labels != nil {
		selector = labels
	}
	return facts.PositionAt(selector.Line, selector.Column)
}

// selected are the names of the workloads that a selector selects, sorted; none for one
// without labels, which would mean all.
func (l *checker) selected(selector *yaml.Node) []string {
	var names []string
	for _, w := range l.Cluster.Chosen(selector) {
		names = append(names, w.Name.Text)
	}
	slices.Sort(names)
	return names
}

func nobody(names []string) string {
	if len(names) == 0 {
		return "nobody"
	}
	return strings.Join(names, ", ")
}

// checkSpread: members keep away from those of their own mirror, and others from somebody.
func (l *checker) checkSpread(w *facts.Workload) {
	r := l.Cluster.Reader()
	affinity := r.Under(w.Spec, "affinity", "podAntiAffinity")
	terms := r.Items(r.Get(affinity, "requiredDuringSchedulingIgnoredDuringExecution"))
	for _, item := range r.Items(r.Get(affinity, "preferredDuringSchedulingIgnoredDuringExecution")) {
		terms = append(terms, r.Get(item, "podAffinityTerm"))
	}
	if affinity != nil && len(terms) == 0 {
		l.Report(w.File, facts.PositionAt(affinity.Line, affinity.Column), "Anti-affinity without a term",
			"The pod of "+w.Name.Text+" keeps away from nobody.", "Name whom it keeps away from.")
	}
	for _, term := range terms {
		if key := r.WordAt(term, "topologyKey"); key.Text != "kubernetes.io/hostname" {
			l.Report(w.File, key.At, "Unknown topology key", `The topology key "`+key.Text+`" is no node's.`,
				"Use kubernetes.io/hostname.")
		}
		selector := r.Under(term, "labelSelector", "matchLabels")
		entry := l.entryOf(w)
		if entry == nil || entry.Text("role") == facts.ApplicationRole {
			l.checkSelectsSome(w.Object, selector)
			continue
		}
		l.checkSelects(w.Object, selector, l.meant(entry.Text("mirror"), true))
	}
}

// entryOf is the line of the table of instances of a workload, nil for none.
func (l *checker) entryOf(w *facts.Workload) *facts.Entry {
	if l.Roster == nil {
		return nil
	}
	return l.Roster.ByName[w.Name.Text]
}

// checkManifestPorts: the ports of Services, containers and policies are those that programs
// listen on, and who goes through a Service finds the port there.
func checkManifestPorts(l *checker) {
	r := l.Cluster.Reader()
	for _, w := range l.Cluster.Workloads {
		for _, container := range r.Items(r.Get(w.Spec, "containers")) {
			for _, item := range r.Items(r.Get(container, "ports")) {
				l.checkListened(w.Object, w, r.WordAt(item, "containerPort"))
			}
		}
	}
	nodePorts := map[string]*facts.Object{}
	for _, o := range l.Cluster.Objects {
		switch o.Kind.Text {
		case "Service":
			l.checkServicePorts(o, nodePorts)
		case "NetworkPolicy":
			for _, rule := range r.Items(r.Under(o.Root, "spec", "ingress")) {
				for _, item := range r.Items(r.Get(rule, "ports")) {
					for _, w := range l.Cluster.Chosen(r.Under(o.Root, "spec", "podSelector")) {
						l.checkListened(o, w, r.WordAt(item, "port"))
					}
				}
			}
		}
	}
	for u := range l.References {
		target := l.Compose.ByIP[facts.ParseAddr(u.Host)]
		if target == nil || u.Port == 0 {
			continue
		}
		name, _, _ := strings.Cut(u.Host, ".")
		for _, o := range l.Cluster.Named("Service", name) {
			if r.WordAt(o.Root, "spec", "clusterIP").Text != "None" && !slices.Contains(l.servicePorts(o), u.Port) {
				l.ReportBoth(u.File.Location(u.At), o.Location(o.Name.At), "Port that the Service does not have",
					u.Subject()+" goes to port "+strconv.Itoa(u.Port)+" of the Service "+o.Name.Text+", which has "+
						facts.PortList(l.servicePorts(o))+".",
					"Use a port of the Service.")
			}
		}
	}
}

// servicePorts are the ports of a Service.
func (l *checker) servicePorts(o *facts.Object) []int {
	r := l.Cluster.Reader()
	var ports []int
	for _, item := range r.Items(r.Under(o.Root, "spec", "ports")) {
		ports = append(ports, facts.Number(r.WordAt(item, "port").Text))
	}
	return ports
}

// checkServicePorts looks at the ports of one Service.
func (l *checker) checkServicePorts(o *facts.Object, nodePorts map[string]*facts.Object) {
	r := l.Cluster.Reader()
	names, numbers := map[string]bool{}, map[string]bool{}
	workloads := l.Cluster.Select(r.Labels(r.Under(o.Root, "spec", "selector")))
	headless := r.WordAt(o.Root, "spec", "clusterIP").Text == "None"
	for _, item := range r.Items(r.Under(o.Root, "spec", "ports")) {
		name, port, target := r.WordAt(item, "name"), r.WordAt(item, "port"), r.WordAt(item, "targetPort")
		if names[name.Text] || numbers[port.Text] {
			l.Report(o.File, port.At, "Port that a Service has twice",
				"The Service "+o.Name.Text+" has two ports of the name "+name.Text+", or of the number "+port.Text+".",
				"Give each a name and a number of its own.")
		}
		names[name.Text], numbers[port.Text] = true, true
		if target.Text == "" || headless {
			target = port
		}
		for _, w := range workloads {
			l.checkListened(o, w, target)
		}
		if node := r.WordAt(item, "nodePort"); node.Text != "" {
			if other := nodePorts[node.Text]; other != nil {
				l.ReportBoth(o.Location(node.At), other.Location(other.Name.At), "Duplicate node port",
					"The node port "+node.Text+" belongs to two Services.", "Give one of them another.")
			}
			nodePorts[node.Text] = o
		}
	}
}

// checkListened: a workload listens on a port, which a number says, or the name of one of
// its container's ports.
func (l *checker) checkListened(o *facts.Object, w *facts.Workload, port facts.Word) {
	if w.Service == nil || l.Opaque(w.Service) {
		return
	}
	number := l.PortNumber(w.Name.Text, port.Text)
	if ports := l.Listens(w.Service); !slices.Contains(ports, number) {
		l.Report(o.File, port.At, "Port that nothing listens on",
			"The "+o.Kind.Text+" "+o.Name.Text+" names port "+port.Text+" of "+w.Name.Text+", which listens on "+
				facts.PortList(ports)+".",
			"Use a port that it listens on.")
	}
}

// checkManifestAdmission: network policies let in everybody whose configuration names the
// pod, and the members of a mirror each other.
func checkManifestAdmission(l *checker) {
	type question struct {
		file *facts.File
		host string
		port int
	}
	asked := map[question]bool{}
	for u := range l.References {
		target, q := l.Compose.ByIP[facts.ParseAddr(u.Host)], question{u.File, u.Host, u.Port}
		if target == nil || u.Port == 0 || asked[q] {
			continue
		}
		asked[q] = true
		for _, reader := range l.Compose.Readers[u.File.Path] {
			if reader != target && !l.admitted(reader.Name, target.Name, u.Port) {
				l.Report(u.File, u.At, "Connection that a policy refuses",
					u.Subject()+" is port "+strconv.Itoa(u.Port)+" of "+target.Name+", and no NetworkPolicy lets "+
						reader.Name+" in there.",
					"Let it in.")
				break
			}
		}
	}
	if l.Roster == nil {
		return
	}
	for _, mirror := range l.Roster.Mirrors {
		members := l.Roster.Members(mirror.Name)
		for _, from := range members {
			for _, to := range members {
				for _, port := range [...]int{facts.SuperserverPort, facts.AgentPort} {
					if from != to && !l.admitted(from.Name, to.Name, port) {
						l.Report(l.Roster.File, to.At, "Connection that a policy refuses",
							"No NetworkPolicy lets "+from.Name+" reach port "+strconv.Itoa(port)+" of "+to.Name+
								", a member of the same mirror.",
							"Let members of a mirror in.")
					}
				}
			}
		}
	}
}

// An admission is what one rule of a policy lets in.
type admission struct {
	from  map[string]bool // workloads, nil for everybody
	ports []facts.Word    // none for all
}

// admissions are the rules of all policies, by the workloads that these are for.
func (l *checker) admissions() map[string][]admission {
	if l.admitting != nil {
		return l.admitting
	}
	l.admitting = map[string][]admission{}
	r := l.Cluster.Reader()
	for _, o := range l.Cluster.Objects {
		if o.Kind.Text != "NetworkPolicy" {
			continue
		}
		list := []admission{{from: map[string]bool{}}} // it is closed, whatever rules open
		for _, rule := range r.Items(r.Under(o.Root, "spec", "ingress")) {
			var a admission
			for _, item := range r.Items(r.Get(rule, "ports")) {
				a.ports = append(a.ports, r.WordAt(item, "port"))
			}
			for _, peer := range r.Items(r.Get(rule, "from")) {
				if a.from == nil {
					a.from = map[string]bool{}
				}
				for _, name := range l.selected(r.Get(peer, "podSelector")) {
					a.from[name] = true
				}
			}
			list = append(list, a)
		}
		for _, name := range l.selected(r.Under(o.Root, "spec", "podSelector")) {
			l.admitting[name] = append(l.admitting[name], list...)
		}
	}
	return l.admitting
}

// admitted reports whether policies let the pod of one workload reach a port of another's.
func (l *checker) admitted(from, to string, port int) bool {
	list := l.admissions()[to]
	return len(list) == 0 || slices.ContainsFunc(list, func(a admission) bool {
		if a.from != nil && !a.from[from] {
			return false
		}
		return len(a.ports) == 0 || slices.ContainsFunc(a.ports, func(w facts.Word) bool {
			return l.PortNumber(to, w.Text) == port
		})
	})
}
