package schema

import (
	"fmt"
	"strings"
)

func kubernetesBlock() *block[Kubernetes] {
	return &block[Kubernetes]{
		kind: "kubernetes",
		doc:  "At most one: the lab on a cluster, which `--target kubernetes` writes. See docs/kubernetes.md.",
		arguments: []argument[Kubernetes]{
			{"namespace", "string", "the name of the lab", "namespace of the lab and of nothing else", false,
				func(v value, k *Kubernetes) { v.text(&k.Namespace, namespaceOfLab) }},
			{"storage_class", "string", "the cluster's default", "storage class of the members' volumes", false,
				func(v value, k *Kubernetes) { v.text(&k.StorageClass, subdomain) }},
			{"storage_size", "string", `"20Gi"`, "size of each member's volume", false,
				func(v value, k *Kubernetes) { v.text(&k.StorageSize, quantity) }},
			{"service_type", "string", `"ClusterIP"`,
				"how nginx, haproxy, gateways of their own (`servers`) and services of your own are reached: " +
					"`\"ClusterIP\"`, `\"NodePort\"` or `\"LoadBalancer\"`", false,
				func(v value, k *Kubernetes) {
					v.text(&k.ServiceType, oneOf("ClusterIP", "NodePort", "LoadBalancer"))
				}},
			{"pull_secret", "string", "none", "image pull secret of the namespace, for the registry of the images",
				false, func(v value, k *Kubernetes) { v.text(&k.PullSecret, subdomain) }},
			{"cluster_domain", "string", `"cluster.local"`, "DNS domain of the cluster", false,
				func(v value, k *Kubernetes) { v.text(&k.ClusterDomain, subdomain) }},
			{"spread", "string", `"preferred"`,
				"whether the members of a mirror run on different nodes: `\"required\"`, `\"preferred\"` or " +
					"`\"none\"`", false,
				func(v value, k *Kubernetes) { v.text(&k.Spread, oneOf("required", "preferred", "none")) }},
			{"operator", "bool", "false",
				"whether InterSystems' operator makes the mirrors: each is then an `IrisCluster` in place of " +
					"StatefulSets, a primary and a backup, without asyncs. See docs/kubernetes.md",
				false,
				func(v value, k *Kubernetes) { v.flag(&k.Operator) }},
		},
	}
}

// longestLabel is the length of a DNS label (RFC 1123).
const longestLabel = 63

// namespaceOfLab is the name of a namespace that a lab may have to itself. Kubernetes keeps
// those that begin with kube-, and default is there for everybody.
func namespaceOfLab(s string) string {
	switch {
	case !ServiceName(s):
		return fmt.Sprintf("%s is not a namespace: 1 to %d lower-case letters, digits and -, with a letter or digit "+
			"at both ends.", shown(s), longestLabel)
	case s == "default" || strings.HasPrefix(s, "kube-"):
		return fmt.Sprintf("%s belongs to the cluster, and ./stop.sh --purge deletes the namespace of a lab. Take one "+
			"that is the lab's own.", shown(s))
	}
	return ""
}

// subdomain is a DNS subdomain, which most names of Kubernetes are (RFC 1123).
func subdomain(s string) string {
	if len(s) <= 253 && s != "" {
		good := true
		for part := range strings.SplitSeq(s, ".") {
			good = good && ServiceName(part)
		}
		if good {
			return ""
		}
	}
	return fmt.Sprintf("%s is not a name of Kubernetes: lower-case letters, digits, - and dots, with a letter or "+
		"digit at both ends of each part.", shown(s))
}

// quantity is a size as Kubernetes writes it, a whole number of bytes with a unit.
func quantity(s string) string {
	number := strings.TrimRight(s, "KMGTPik")
	unit := s[len(number):]
	if made(number, 1, 9, digit) && number[0] != '0' && strings.Contains(" Mi Gi Ti Pi M G T P ", " "+unit+" ") {
		return ""
	}
	return fmt.Sprintf(`%s is not a size such as "20Gi": a whole number and one of Mi, Gi, Ti, Pi, M, G, T, P.`,
		shown(s))
}
