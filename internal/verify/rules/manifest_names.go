package rules

import (
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/format/kubernetes"
	"mirrorgen/internal/verify/facts"
)

// checkManifestNames: objects of one kind have names of their own, which Kubernetes takes, and
// what they name is what they mean.
func checkManifestNames(l *checker) {
	seen := map[[2]string]*facts.Object{}
	for _, o := range l.Cluster.Objects {
		key := [2]string{o.Kind.Text, o.Name.Text}
		if other := seen[key]; other != nil {
			l.ReportBoth(o.Location(o.Name.At), other.Location(other.Name.At), "Two objects of one name",
				"There are two objects "+o.Kind.Text+" "+o.Name.Text+", and the second would replace the first.",
				"Rename one.")
		}
		seen[key] = o
		l.checkObjectName(o)
		if version := versions[o.Kind.Text]; version == "" {
			l.Report(o.File, o.Kind.At, "Unknown kind", `The kind "`+o.Kind.Text+`" is none that a lab has.`,
				"Spell it as Kubernetes does.")
		} else if o.APIVersion.Text != version {
			l.Report(o.File, o.APIVersion.At, "Unknown API version",
				"The kind "+o.Kind.Text+" is of "+version+", and "+o.APIVersion.Text+" is given.", "Use "+version+".")
		}
		if o.Kind.Text == "Namespace" && o.Name.Text != l.Cluster.Kustomization.Namespace.Text {
			l.ReportBoth(o.Location(o.Name.At), l.Cluster.Location(l.Cluster.Kustomization.Namespace.At),
				"Namespace that nothing is in", "The lab is in the namespace "+l.Cluster.Kustomization.Namespace.Text+
					", and the manifest makes "+o.Name.Text+".", "Use one name.")
		}
	}
	for _, w := range l.Cluster.Workloads {
		if w.Operator == nil {
			l.checkContainerNames(w)
			l.checkPullSecrets(w)
		}
	}
}

// isLabel reports whether a name is a label of DNS, but for its length: lower-case letters, digits
// and hyphens, and none of these at its ends.
func isLabel(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" &&
		strings.Trim(name, "-") == name
}

// isSubdomain reports whether a name is made of labels with dots between.
func isSubdomain(name string) bool {
	for part := range strings.SplitSeq(name, ".") {
		if !isLabel(part) {
			return false
		}
	}
	return true
}

// Lengths of names: of a label, of a subdomain, and of a StatefulSet, the name of each of whose
// revisions, which has a hyphen and ten letters more, is a label of its pods.
const (
	longestLabel       = 63
	longestSubdomain   = 253
	longestStatefulSet = 52
)

// checkObjectName: an object has a name that Kubernetes takes for its kind.
func (l *checker) checkObjectName(o *facts.Object) {
	name := o.Name.Text
	good, most, of := isSubdomain(name), longestSubdomain, "lower-case letters, digits, hyphens and dots"
	switch o.Kind.Text {
	case "Service":
		good, most = isLabel(name) && name[0] > '9', longestLabel
		of = "lower-case letters, digits and hyphens, a letter first"
	case "StatefulSet":
		good, most, of = isLabel(name), longestStatefulSet, "lower-case letters, digits and hyphens"
	case "Namespace":
		good, most, of = isLabel(name), longestLabel, "lower-case letters, digits and hyphens"
	}
	if !good || len(name) > most {
		l.Report(o.File, o.Name.At, "Name that Kubernetes refuses",
			"The name of a "+o.Kind.Text+" is made of 1 to "+strconv.Itoa(most)+" "+of+", and "+strconv.Quote(name)+
				" has "+strconv.Itoa(len(name))+" characters.",
			"Rename it.")
	}
}

// checkContainerNames: the containers of a pod have names of their own.
func (l *checker) checkContainerNames(w *facts.Workload) {
	r, seen := l.Cluster.Reader(), map[string]bool{}
	for _, container := range slices.Concat(r.Items(r.Get(w.Spec, "initContainers")),
		r.Items(r.Get(w.Spec, "containers"))) {
		name := r.WordAt(container, "name")
		if seen[name.Text] {
			l.Report(w.File, name.At, "Two containers of one name",
				"The pod of "+w.Name.Text+" has two containers "+name.Text+".", "Rename one.")
		}
		seen[name.Text] = true
	}
}

// checkPullSecrets: the secret with which nodes fetch images is none that the kustomization
// makes: kustomize would lead them to that one.
func (l *checker) checkPullSecrets(w *facts.Workload) {
	r := l.Cluster.Reader()
	for _, item := range r.Items(r.Get(w.Spec, "imagePullSecrets")) {
		name := r.WordAt(item, "name")
		if slices.ContainsFunc(l.Cluster.Kustomization.Secrets, func(g kubernetes.Generator) bool {
			return g.Name.Text == name.Text
		}) {
			l.Report(w.File, name.At, "Pull secret of the lab's own",
				"The pod of "+w.Name.Text+" fetches its images with the secret "+name.Text+", which the "+
					"kustomization makes, and which holds no credentials of a registry.",
				"Give the pull secret another name in the namespace.")
		}
	}
}

// versions are the API versions of the kinds that a lab has.
var versions = map[string]string{
	"Namespace": "v1", "Service": "v1", "StatefulSet": "apps/v1", "Deployment": "apps/v1",
	"NetworkPolicy": "networking.k8s.io/v1", "PodDisruptionBudget": "policy/v1",
	facts.ClusterKind: "intersystems.com/v1alpha1",
}
