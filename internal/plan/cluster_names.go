package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/schema"
)

// Ends of the names of Services that a workload has beside its own.
const (
	readySuffix   = "-ready"
	metricsSuffix = "-metrics"
)

// waitContainer is the init container that waits for what a service comes after.
const waitContainer = "wait-for-others"

const (
	// longestLabel is how long the name of a Service can be.
	longestLabel = 63
	// longestStatefulSet is how long the name of a StatefulSet can be: the name of each of its
	// revisions, which has a hyphen and ten letters more, is a label of its pods.
	longestStatefulSet = 52
)

// nameRefused is the summary of what is said of a name that Kubernetes does not take.
const nameRefused = "Name that Kubernetes refuses"

// checkLabels reports names that are none of a Service of Kubernetes (RFC 1035 label), or
// too long for a StatefulSet.
func (m *maker) checkLabels() {
	letter := func(at hcl.Range, kind, name, note string) {
		if name != "" && name[0] >= '0' && name[0] <= '9' {
			m.errorf(at, nameRefused,
				"%s %q has a Service of its name, and the name of a Service begins with a letter. Rename it, for "+
					"example to %q.%s", kind, name, "m"+name, note)
		}
	}
	for _, s := range m.lab.Services {
		letter(s.NameRange, strings.ReplaceAll(s.Kind, "_", " "), s.Name, s.Note())
		if Kind(s.Kind).Instance() && len(s.Name) > longestStatefulSet && !m.operated() {
			m.errorf(s.NameRange, nameRefused,
				"%q becomes a StatefulSet, and no pod of one whose name has more than %d characters can be made; this "+
					"one has %d. Shorten it.%s", s.Name, longestStatefulSet, len(s.Name), s.Note())
		}
	}
	for _, mirror := range m.lab.Mirrors {
		letter(mirror.NameRange, "mirror", mirror.Name, mirror.Note())
	}
}

// checkReadyName looks at the name of the Service that tells when a service is ready, for one
// that waits for it.
func (m *maker) checkReadyName(ref schema.Ref) {
	m.checkName(ref.Name, readySuffix, ref.At, "tells when %q is ready")
}

// checkMetricsName looks at the name of the Service that leads Prometheus to a service.
func (m *maker) checkMetricsName(service string) {
	m.checkName(service, metricsSuffix, m.lab.Monitoring.Range, "leads Prometheus to %q")
}

// checkName looks at the name of a Service that a service of the lab has beside its own, for
// what `does` says. One that is too long is reported at the service, once.
func (m *maker) checkName(service, suffix string, at hcl.Range, does string) {
	name := service + suffix
	does = fmt.Sprintf(does, service)
	if taken := m.nameTaken(name); taken != "" {
		m.errorf(at, "Name that Kubernetes needs",
			"On Kubernetes the Service %q %s, and that is already the name of the %s. Rename that one.", name, does,
			taken)
	}
	i := slices.IndexFunc(m.lab.Services, func(s *schema.Service) bool { return s.Name == service })
	if len(name) <= longestLabel || i < 0 || m.tooLong[name] {
		return
	}
	m.tooLong[name] = true
	s := m.lab.Services[i]
	m.errorf(s.NameRange, nameRefused,
		"On Kubernetes the Service %q %s, and no name of a Service has more than %d characters; this one has %d. "+
			"Shorten %q to %d characters.%s", name, does, longestLabel, len(name), service, longestLabel-len(suffix),
		s.Note())
}

// nameTaken says what has a name that a Service would have, "" for nothing.
func (m *maker) nameTaken(name string) string {
	for _, mirror := range m.lab.Mirrors {
		if mirror.Name == name {
			return fmt.Sprintf("mirror at %s", mirror.NameRange)
		}
	}
	for _, s := range m.lab.Services {
		if s.Name == name {
			return fmt.Sprintf("%s at %s", s.Kind, s.NameRange)
		}
	}
	return ""
}

// checkPullSecret refuses an image pull secret that has the name of one of the lab's own: where
// kustomize makes a secret, it leads everybody who names it to that one, whose name has a digest
// at its end.
func (m *maker) checkPullSecret() {
	k := m.lab.Kubernetes
	if k.PullSecret != "" && slices.Contains(m.p.secrets(), k.PullSecret) {
		m.errorf(k.At("pull_secret"), "Pull secret of the lab's own",
			"kustomization.yaml makes the secret %q of the lab, and kustomize would have the nodes fetch images with "+
				"that one, which holds no credentials of a registry. Give the pull secret another name in the "+
				"namespace, for example %q, and write it here.", k.PullSecret, "registry")
	}
}

// secrets are the names of those that kustomization.yaml makes.
func (p *Plan) secrets() []string {
	var list []string
	if len(p.Instances) > 0 {
		list = append(list, "license")
	}
	if len(p.Accounts) > 0 {
		for _, mirror := range p.Mirrors {
			name := "mirror-" + mirror.Name
			if mirror.Operated {
				name = "lab-" + mirror.Name
			}
			list = append(list, name)
		}
	}
	for _, c := range p.GatewayConfigs {
		list = append(list, c.Secret())
	}
	if p.PasswordFile != "" {
		list = append(list, "password")
	}
	for _, c := range p.Certificates() {
		list = append(list, "tls-"+c.Service.Name)
	}
	return list
}
