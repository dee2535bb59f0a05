package impact

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"mirrorgen/internal/format/kubernetes"
)

// kustomizationPath is the file that kubectl is given.
const kustomizationPath = "kustomization.yaml"

// manifest is what is read of a workload on Kubernetes.
type manifest struct {
	Kind     string
	Metadata struct{ Name string }
	Spec     map[string]any
}

// changeable are the fields of a workload's specification that the API server lets one change
// (StatefulSetSpec, apps/v1; a Deployment's are all but selector), without the claims of its
// volumes, which are looked at first.
var changeable = []string{"replicas", "ordinals", "template", "updateStrategy", "strategy", "revisionHistoryLimit",
	"persistentVolumeClaimRetentionPolicy", "minReadySeconds", "progressDeadlineSeconds", "paused"}

// readCluster reads the manifests of a lab on Kubernetes. It fails where kubectl could not
// read them either.
func (l *labFacts) readCluster() error {
	k, err := kubernetes.ParseKustomization(l.files[kustomizationPath])
	if err != nil {
		return fmt.Errorf("%s: %w", kustomizationPath, err)
	}
	l.project, l.cluster = k.Namespace.Text, true
	made := map[string][]string{}
	for _, g := range slices.Concat(k.Maps, k.Secrets) {
		for _, file := range g.Files {
			made[g.Name.Text] = append(made[g.Name.Text], file.Source.Text)
		}
	}
	var all []kubernetes.Object
	for _, name := range k.Resources {
		objects, err := l.readManifests(name.Text, made)
		if err != nil {
			return fmt.Errorf("%s: %w", name.Text, err)
		}
		all = append(all, objects...)
	}
	l.readIrisClusters(all, made)
	if err := l.readServices(all); err != nil {
		return fmt.Errorf("a Service of the manifests: %w", err)
	}
	return nil
}

// irisCluster is the kind of which InterSystems' operator makes mirrors.
const irisCluster = "IrisCluster"

// readIrisClusters takes the pods that InterSystems' operator makes as services, by the names
// of the Services that select them. made are the files of each map and secret.
func (l *labFacts) readIrisClusters(objects []kubernetes.Object, made map[string][]string) {
	r := kubernetes.NewReader()
	names := map[string]string{} // by pod
	for _, o := range objects {
		if o.Kind.Text == "Service" {
			names[r.WordAt(o.Root, "spec", "selector", "statefulset.kubernetes.io/pod-name").Text] = o.Name.Text
		}
	}
	for _, o := range objects {
		if o.Kind.Text != irisCluster {
			continue
		}
		for _, pod := range []struct{ end, node string }{
			{"-arbiter-0", "arbiter"}, {"-data-0-0", "data"}, {"-data-0-1", "data"},
		} {
			var settings map[string]any
			node := r.Under(o.Root, "spec", "topology", pod.node)
			if node == nil || node.Decode(&settings) != nil || names[o.Name.Text+pod.end] == "" {
				continue
			}
			s := &service{name: names[o.Name.Text+pod.end], kind: irisCluster, fields: settings, owner: o.Name.Text}
			if pod.node == "data" {
				s.claims = []any{settings["storageDB"]}
				for _, v := range r.Volumes(r.Get(o.Root, "spec")) {
					for _, of := range v.Maps {
						s.mounts = append(s.mounts, made[of.Text]...)
					}
				}
				s.mounts = append(s.mounts, made[r.WordAt(o.Root, "spec", "configSource", "name").Text]...)
			}
			l.services = append(l.services, s)
			l.byName[s.name] = s
		}
	}
}

// readManifests reads the workloads of one file. made are the files of each map and secret.
func (l *labFacts) readManifests(name string, made map[string][]string) ([]kubernetes.Object, error) {
	objects, err := kubernetes.ParseObjects(l.files[name])
	if err != nil {
		return nil, err
	}
	for _, object := range objects {
		var m manifest
		if object.Kind.Text != "StatefulSet" && object.Kind.Text != "Deployment" {
			continue
		}
		if err := object.Root.Decode(&m); err != nil {
			return nil, err
		}
		if m.Metadata.Name == "" {
			continue
		}
		s := m.service()
		r := kubernetes.NewReader()
		for _, v := range r.Volumes(r.Under(object.Root, "spec", "template", "spec")) {
			for _, of := range v.Maps {
				s.mounts = append(s.mounts, made[of.Text]...)
			}
		}
		if l.byName[s.name] == nil {
			l.services = append(l.services, s)
		}
		l.byName[s.name] = s
	}
	return objects, nil
}

// service is what the workload makes.
func (m *manifest) service() *service {
	template, _ := m.Spec["template"].(map[string]any)
	pod, _ := template["spec"].(map[string]any)
	claims, _ := m.Spec["volumeClaimTemplates"].([]any)
	s := &service{name: m.Metadata.Name, kind: m.Kind, fields: podFields(pod), claims: claims,
		around: map[string]any{}, fixed: map[string]any{}}
	for name, value := range m.Spec {
		switch {
		case name == "template" || name == "volumeClaimTemplates":
		case slices.Contains(changeable, name):
			s.around[name] = value
		default:
			s.fixed[name] = value
		}
	}
	return s
}

// readServices gives each workload the specification of the Services that are called after it.
func (l *labFacts) readServices(objects []kubernetes.Object) error {
	for _, o := range objects {
		if o.Kind.Text != "Service" {
			continue
		}
		for _, suffix := range serviceSuffixes {
			name, ends := strings.CutSuffix(o.Name.Text, suffix)
			s := l.byName[name]
			if !ends || s == nil || s.around == nil {
				continue
			}
			var spec map[string]any
			if err := kubernetes.NewReader().Get(o.Root, "spec").Decode(&spec); err != nil {
				return err
			}
			s.around["Service "+o.Name.Text] = spec
			break
		}
	}
	return nil
}

// serviceSuffixes are what the names of a service's Services end with after its own.
var serviceSuffixes = []string{"", "-ready", "-metrics"}

// podFields are the settings of a pod and of its containers, by name.
func podFields(spec map[string]any) map[string]any {
	fields := map[string]any{}
	for name, value := range spec {
		if name != "containers" {
			fields["pod's "+name] = value
		}
	}
	containers, _ := spec["containers"].([]any)
	for i, container := range containers {
		settings, _ := container.(map[string]any)
		for name, value := range settings {
			if i > 0 {
				name = fmt.Sprintf("%s of container %d", name, i+1)
			}
			fields[name] = value
		}
	}
	return fields
}

// workload reports what happens to a service on Kubernetes that was part of the lab before.
func (c *comparison) workload(old, now *service) {
	_, member := c.now.member(now.name)
	if member && (old.kind == irisCluster) != (now.kind == irisCluster) {
		c.danger(fmt.Sprintf("InterSystems' operator keeps the data of its mirrors in volumes of its own: %s begins "+
			"without that of before.", now.name))
		c.add(now.name, Purge, now.kind+" in place of a "+old.kind)
		return
	}
	if now.kind == irisCluster && !reflect.DeepEqual(old.claims, now.claims) {
		c.danger(fmt.Sprintf("The volume of %s changes, and nothing public says what InterSystems' operator makes of "+
			"that. Keep storage_size, or delete the lab with its data (./stop.sh --purge).", now.name))
		c.add(now.name, Purge, "storageDB")
		return
	}
	if !reflect.DeepEqual(old.claims, now.claims) {
		c.danger(fmt.Sprintf("The volume of %s changes, which Kubernetes refuses: start.sh stops before it does "+
			"anything. Keep storage_size and storage_class, or delete the lab with its data (./stop.sh --purge).",
			now.name))
		c.add(now.name, Purge, "volumeClaimTemplates")
		return
	}
	if fixed := differing(old.fixed, now.fixed); old.kind == now.kind && len(fixed) > 0 {
		c.danger(fmt.Sprintf("Kubernetes refuses a change of %s of %s: start.sh stops before it does anything. "+
			"Keep it, or delete the lab with its data (./stop.sh --purge).", strings.Join(fixed, ", "), now.name))
		c.add(now.name, Purge, fixed...)
		return
	}
	reasons := append(differing(old.fields, now.fields), c.files(now)...)
	around := differing(old.around, now.around)
	switch {
	case old.kind != now.kind && member:
		c.add(now.name, Purge, now.kind+" in place of a "+old.kind)
	case len(reasons) == 0 && len(around) == 0:
		c.add(now.name, Nothing)
	case len(reasons) == 0:
		c.add(now.name, Apply, around...)
	case now.kind == "StatefulSet", now.kind == irisCluster:
		c.add(now.name, Restart, append(reasons, around...)...)
	default:
		c.add(now.name, Roll, append(reasons, around...)...)
	}
}
