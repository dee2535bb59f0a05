package rules

import (
	"slices"

	"mirrorgen/internal/format/kubernetes"
)

// checkManifestResources: what a container asks for is not above its limit: Kubernetes refuses the
// pod.
func checkManifestResources(l *checker) {
	r := l.Cluster.Reader()
	for _, w := range l.Cluster.Workloads {
		if w.Operator != nil {
			continue
		}
		for _, container := range slices.Concat(r.Items(r.Get(w.Spec, "initContainers")),
			r.Items(r.Get(w.Spec, "containers"))) {
			limits := r.Under(container, "resources", "limits")
			for _, field := range r.Fields(r.Under(container, "resources", "requests")) {
				request, limit := r.Word(field.Value), r.WordAt(limits, field.Name)
				asked, known := kubernetes.Quantity(request.Text)
				most, limited := kubernetes.Quantity(limit.Text)
				if known && limited && asked > most {
					l.ReportBoth(w.Location(limit.At), w.Location(request.At), "Limit below the request",
						"The container "+r.WordAt(container, "name").Text+" of "+w.Name.Text+" asks for "+request.Text+
							" of "+field.Name+", and its limit is "+limit.Text+".",
						"Raise the limit, or ask for less: of an instance, its globals, gmheap and cpus decide.")
				}
			}
		}
	}
}
