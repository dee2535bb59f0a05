package facts

import (
	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/format/kubernetes"
)

// ClusterKind is the kind of object of which InterSystems' operator makes a mirror.
const ClusterKind = "IrisCluster"

// podNameLabel is the label of each pod of a StatefulSet, with its name.
const podNameLabel = "statefulset.kubernetes.io/pod-name"

// An OperatorPod is what a workload has that the operator makes.
type OperatorPod struct {
	Name    string     // of the pod
	Cluster *Object    // the IrisCluster
	Node    *yaml.Node // what it says of the pod: its data or its arbiter
	Index   int        // among the pods that are made of it
}

// OperatorData is where an operator's instance keeps everything.
const OperatorData = "/irissys/data"

// irisCluster takes the pods that the operator makes of an IrisCluster among the workloads. A
// pod has the name of the Service that selects it, as everybody in the lab calls it so.
func (l *Facts) irisCluster(o *Object, files map[string][]kubernetes.GeneratedFile) []*Workload {
	r := l.Cluster.reader
	name := o.Name.Text
	var list []*Workload
	if arbiter := r.Under(o.Root, "spec", "topology", "arbiter"); arbiter != nil {
		list = append(list, l.operatorPod(o, OperatorPod{name + "-arbiter-0", o, arbiter, 0}, files))
	}
	if data := r.Under(o.Root, "spec", "topology", "data"); data != nil {
		for i, end := range [...]string{"-data-0-0", "-data-0-1"} {
			list = append(list, l.operatorPod(o, OperatorPod{name + end, o, data, i}, files))
		}
	}
	return list
}

// operatorPod takes one pod.
func (l *Facts) operatorPod(o *Object, pod OperatorPod, files map[string][]kubernetes.GeneratedFile) *Workload {
	r := l.Cluster.reader
	name := Word{Text: pod.Name, At: PositionAt(pod.Node.Line, pod.Node.Column)}
	if service := l.Cluster.serviceOfPod(pod.Name); service != "" {
		name.Text = service
	}
	w := &Workload{Object: &Object{o.File, kubernetes.Object{APIVersion: o.APIVersion, Kind: o.Kind, Name: name,
		Root: pod.Node}}, Labels: map[string]string{podNameLabel: pod.Name}, Operator: &pod}
	template := r.Under(pod.Node, "podTemplate", "spec")
	w.Container = mappingOf("image", r.Get(pod.Node, "image"), "args", r.Get(template, "args"), "env",
		r.Get(template, "env"), "resources", r.Get(template, "resources"), "volumeMounts",
		r.Get(pod.Node, "volumeMounts"))
	volumes := r.Under(o.Root, "spec", "volumes")
	if !l.isData(&pod) { // an arbiter has none of them
		volumes = nil
	}
	w.Spec = mappingOf("volumes", volumes, "containers",
		&yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{w.Container}, Line: pod.Node.Line,
			Column: pod.Node.Column})
	l.serviceOfPod(w, files)
	if l.Cluster.operated == nil {
		l.Cluster.operated = map[string]*OperatorPod{}
	}
	l.Cluster.operated[name.Text] = &pod
	return w
}

// Operated is the pod that InterSystems' operator makes for a service, nil for none.
func (c *Cluster) Operated(service string) *OperatorPod { return c.operated[service] }

// serviceOfPod is the name of the first Service that selects a pod by its name, "" for none.
func (c *Cluster) serviceOfPod(pod string) string {
	if c.selected == nil {
		c.selected = map[string]string{}
		for _, o := range c.Objects {
			of := c.reader.WordAt(o.Root, "spec", "selector", podNameLabel).Text
			if o.Kind.Text == "Service" && of != "" && c.selected[of] == "" {
				c.selected[of] = o.Name.Text
			}
		}
	}
	return c.selected[pod]
}

// isData reports whether a pod is one of an IrisCluster's data server, and so an instance.
func (l *Facts) isData(pod *OperatorPod) bool {
	return l.Cluster.reader.Under(pod.Cluster.Root, "spec", "topology", "data") == pod.Node
}

// operatorFiles gives an instance what the operator adds by itself: the merge file, the
// licence key, the volume of its data, and variables that name them. Where the first two lie
// nobody is told; these are names for the linker alone.
func (l *Facts) operatorFiles(s *Service, pod *OperatorPod, files map[string][]kubernetes.GeneratedFile) {
	if !l.isData(pod) {
		return
	}
	r, o := l.Cluster.reader, pod.Cluster
	for _, of := range [...]struct {
		name      Word
		directory string
	}{
		{r.WordAt(o.Root, "spec", "configSource", "name"), OperatorData + "/cpf"},
		{r.WordAt(o.Root, "spec", "licenseKeySecret", "name"), "/lab"},
	} {
		for _, file := range files[of.name.Text] {
			s.Mounts = append(s.Mounts, &Mount{Source: file.Source.Text, Target: of.directory + "/" + file.Key,
				bind:     true,
				ReadOnly: true, At: of.name.At})
		}
	}
	s.Operated = true
	s.Environment = append(s.Environment,
		setting{Name: "ISC_DATA_DIRECTORY", Word: Word{Text: OperatorData + "/IRIS", At: s.At}},
		setting{Name: "ISC_CPF_MERGE_FILE", Word: Word{Text: OperatorData + "/cpf/data.cpf", At: s.At}})
	s.volumes = append(s.volumes, &Mount{Source: s.Name + "/data", Target: OperatorData, At: s.At})
}

// mappingOf is a mapping of the nodes that are not nil, each behind its key.
func mappingOf(pairs ...any) *yaml.Node {
	m := &yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i < len(pairs); i += 2 {
		if value := pairs[i+1].(*yaml.Node); value != nil {
			key := &yaml.Node{Kind: yaml.ScalarNode, Value: pairs[i].(string), Line: value.Line, Column: value.Column}
			m.Content = append(m.Content, key, value)
			if m.Line == 0 {
				m.Line, m.Column = value.Line, value.Column
			}
		}
	}
	return m
}

// Chosen are the workloads whose pods a selector means: labels, or a selector with matchLabels
// and matchExpressions. One without a condition means none here.
func (c *Cluster) Chosen(selector *yaml.Node) []*Workload {
	r := c.reader
	labels, expressions := r.Get(selector, "matchLabels"), r.Items(r.Get(selector, "matchExpressions"))
	if labels == nil && len(expressions) == 0 {
		labels = selector
	}
	list, conditions := c.Workloads, r.Labels(labels)
	if len(conditions) > 0 {
		list = c.Select(conditions)
	} else if len(expressions) == 0 {
		return nil
	}
	for _, e := range expressions {
		values := map[string]bool{}
		for _, value := range r.Items(r.Get(e, "values")) {
			values[r.Text(value)] = r.WordAt(e, "operator").Text == "In"
		}
		var some []*Workload
		for _, w := range list {
			if value, has := w.Labels[r.WordAt(e, "key").Text]; has && values[value] {
				some = append(some, w)
			}
		}
		list = some
	}
	return list
}

// NameReferences are the paths at which kustomize puts the digested names of maps
// ("ConfigMap") and secrets ("Secret") into objects of a kind.
func (c *Cluster) NameReferences(kind string) map[[2]string]bool {
	paths := map[[2]string]bool{}
	r := c.reader
	for _, root := range c.configurations {
		for _, item := range r.Items(r.Get(root, "nameReference")) {
			for _, field := range r.Items(r.Get(item, "fieldSpecs")) {
				if r.WordAt(field, "kind").Text == kind {
					paths[[2]string{r.WordAt(item, "kind").Text, r.WordAt(field, "path").Text}] = true
				}
			}
		}
	}
	return paths
}

// readTransformers reads what the kustomization names as its configurations.
func (l *Facts) readTransformers(c *Cluster) {
	for _, name := range c.Kustomization.Configurations {
		f := l.Files[name.Text]
		if f == nil {
			l.Report(c.File, name.At, "Missing manifest",
				"The kustomization names the configuration "+name.Text+", which is no file of the lab.",
				"Name a file that there is.")
			continue
		}
		objects, err := kubernetes.ParseObjects(f.Text)
		if err != nil {
			l.reportYAML(f, err)
			continue
		}
		for _, o := range objects {
			c.configurations = append(c.configurations, o.Root)
		}
	}
}
