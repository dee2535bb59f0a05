package verify

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"mirrorgen/internal/lab"
)

// clusterLab is the lab on Kubernetes that the cases break.
var clusterLab = filepath.Join("..", "..", "examples", "dr-reporting-kubernetes")

// Every case breaks one fact of manifests.
func TestFindingsAboutManifests(t *testing.T) {
	if diags := Check(labIn(t, clusterLab)); len(diags) > 0 {
		t.Fatalf("findings in the good lab:\n%s", format(diags))
	}
	runCases(t, filepath.Join("testdata", "findings_manifests.txt"), clusterLab, clusterCases)
}

// monitoredCluster has services of its own and monitoring, on Kubernetes.
var monitoredCluster = filepath.Join("..", "..", "examples", "monitoring-kubernetes")

// Every case breaks one fact of the manifests of services and monitoring.
func TestFindingsAboutPods(t *testing.T) {
	if diags := Check(labIn(t, monitoredCluster)); len(diags) > 0 {
		t.Fatalf("findings in the good lab:\n%s", format(diags))
	}
	runCases(t, filepath.Join("testdata", "findings_pods.txt"), monitoredCluster, podCases)
}

// podCases break the manifests of services and monitoring, and what Prometheus is told.
var podCases = []brokenLab{
	{"waits for nobody", "Unknown address", first("services.yaml", "- ap1a-ready.monitoring",
		"- ap1z-ready.monitoring")},
	{"waits for itself", "Pod that waits for itself", first("services.yaml", "- web-ready.monitoring",
		"- watcher.monitoring")},
	{"waits on another cluster", "Unknown address", first("services.yaml", "- web-ready.monitoring.svc.cluster.local",
		"- web-ready.monitoring.svc.cluster.locale")},
	{"nobody waits", "Service that nobody waits for", first("services.yaml",
		"            - web-ready.monitoring.svc.cluster.local\n", "")},
	{"waiting ends at once", "Service that nobody can wait for", first("services.yaml",
		"  clusterIP: None\n  selector: { app.kubernetes.io/instance: web }",
		"  clusterIP: None\n  publishNotReadyAddresses: true\n  selector: { app.kubernetes.io/instance: web }")},
	{"waiting for an address of its own", "Service that nobody can wait for", first("services.yaml",
		"  clusterIP: None\n  selector: { app.kubernetes.io/instance: web }",
		"  ports: [{ port: 80 }]\n  selector: { app.kubernetes.io/instance: web }")},
	{"ready Service of another", "Selector of other pods", first("services.yaml",
		"selector: { app.kubernetes.io/instance: ap1a }", "selector: { app.kubernetes.io/instance: ap1b }")},
	{"metrics of another", "Selector of other pods", first("monitoring.yaml",
		"selector: { app.kubernetes.io/instance: sql }", "selector: { app.kubernetes.io/instance: web }")},
	{"port of metrics", "Port that nothing listens on", first("monitoring.yaml", "{ name: metrics, port: 9113 }",
		"{ name: metrics, port: 9114 }")},
	{"policy keeps Prometheus out", "Connection that a policy refuses", first("monitoring.yaml",
		"app.kubernetes.io/component: prometheus } } }]\n      ports: [{ port: 8404 }]",
		"app.kubernetes.io/component: grafana } } }]\n      ports: [{ port: 8404 }]")},
	{"target that nobody has", "Unknown address", first("monitoring/prometheus.yml", "sql-metrics.monitoring",
		"sql-numbers.monitoring")},
	{"target of another port", "Port that nothing listens on", first("monitoring/prometheus.yml", ".local:8404",
		".local:8405")},
	{"file of nobody", "Missing file of a map", first(kustomizationFile, "rules.yml=monitoring/rules.yml",
		"rules.yml=monitoring/alerts.yml")},
	{"map of nobody", "Unknown map", first("monitoring.yaml", "configMap: { name: monitoring-grafana }",
		"configMap: { name: monitoring-grafane }")},
	{"policy of another", "Selector of other pods", first("services.yaml",
		"podSelector: { matchLabels: { app.kubernetes.io/instance: watcher } }",
		"podSelector: { matchLabels: { app.kubernetes.io/instance: web } }")},
	{"label of another's readiness", "Label of other pods", first("services.yaml",
		"labels: { app.kubernetes.io/instance: ap1a }", "labels: { app.kubernetes.io/instance: ap1b }")},
	{"host name of another", "Name of another", first("services.yaml", "hostname: watcher", "hostname: web")},
	{"Service of another", "Name of another", first("monitoring.yaml", "serviceName: prometheus",
		"serviceName: grafana")},
	{"port that start.sh prints", "Table that disagrees", first("start.sh", "  prometheus 9090 http://",
		"  prometheus 9091 http://")},
	{"port that start.sh forwards", "Table that disagrees", first("start.sh", "  web 10080 80\n", "  web 10081 80\n")},
	{"port that start.sh forwards to", "Table that disagrees", first("start.sh", "  web 10080 80\n",
		"  web 10080 81\n")},
	{"key of nobody", "Key that the map does not have", first("monitoring.yaml", "subPath: rules.yml",
		"subPath: alerts.yml")},
	{"rules that are nowhere", "Rules that are not mounted", first("monitoring/prometheus.yml",
		"rule_files: [rules.yml]", "rule_files: [rules.yml, alerts.yml]")},
	{"rules unread", "Rules that nobody reads", first("monitoring/prometheus.yml", "rule_files: [rules.yml]",
		"rule_files: []")},
	{"Prometheus unasked", "Missing probe", first("monitoring.yaml", "readinessProbe:", "readyProbe:")},
}

// first replaces the first occurrence of old in a file.
func first(path, old, replacement string) change {
	return func(t *testing.T, artifacts []lab.Artifact) []lab.Artifact {
		t.Helper()
		a := find(t, artifacts, path)
		if !bytes.Contains(a.Content, []byte(old)) {
			t.Fatalf("%q does not occur in %s", old, path)
		}
		a.Content = bytes.Replace(a.Content, []byte(old), []byte(replacement), 1)
		return artifacts
	}
}

const (
	kustomizationFile = "kustomization.yaml"
	mirrorFile        = "mirrors/ap1.yaml"
)

// clusterCases break manifests, and what other files say of them.
var clusterCases = []brokenLab{
	{"kustomization that is no YAML", "Invalid YAML", first(kustomizationFile, "kind: Kustomization",
		"kind: [Kustomization")},
	{"manifest that is no YAML", "Invalid YAML", first("nginx.yaml", "kind: Service", "kind: {Service")},
	{"manifest missing", "Missing manifest", remove("nginx.yaml")},
	{"no workload", "No services", whole(kustomizationFile, "resources: [namespace.yaml]\n")},

	{"manifest not named", "Manifest that nothing names", first(kustomizationFile, "  - nginx.yaml\n", "")},
	{"manifest named twice", "Manifest named twice",
		first(kustomizationFile, "  - nginx.yaml\n", "  - nginx.yaml\n  - nginx.yaml\n")},
	{"file of a map missing", "Missing file of a map", first(kustomizationFile, "iris/health.sh", "iris/healthy.sh")},
	{"maps of one name", "Two maps of one name", first(kustomizationFile, "{ name: merge-ap1b,",
		"{ name: merge-ap1a,")},
	{"secret in a map", "Secret that is a map too",
		first(kustomizationFile, "      - iris/health.sh\n", "      - iris/health.sh\n      - webgateway/CSP.conf\n")},

	{"objects of one name", "Two objects of one name", first("gateways.yaml", "  name: webgw2", "  name: webgw1")},
	{"a Service's name that is too long", "Name that Kubernetes refuses", first("gateways.yaml",
		"kind: Service\nmetadata:\n  name: webgw2", "kind: Service\nmetadata:\n  name: "+strings.Repeat("w", 64))},
	{"a Service's name that begins with a digit", "Name that Kubernetes refuses", first("gateways.yaml",
		"kind: Service\nmetadata:\n  name: webgw2", "kind: Service\nmetadata:\n  name: 2webgw")},
	{"a StatefulSet's name that is too long", "Name that Kubernetes refuses", first(mirrorFile,
		"kind: StatefulSet\nmetadata:\n  name: ap1b", "kind: StatefulSet\nmetadata:\n  name: "+
			strings.Repeat("a", 53))},
	{"a namespace with a dot", "Name that Kubernetes refuses",
		first("namespace.yaml", "name: dr-reporting", "name: dr.reporting")},
	{"a policy's name in capitals", "Name that Kubernetes refuses", first("nginx.yaml",
		"kind: NetworkPolicy\nmetadata:\n  name: ", "kind: NetworkPolicy\nmetadata:\n  name: N")},
	{"containers of one name", "Two containers of one name", first(mirrorFile, "        - name: wait-for-mirror\n",
		"        - name: iris\n")},
	{"a pull secret that the lab makes", "Pull secret of the lab's own", first("nginx.yaml",
		"      enableServiceLinks: false\n", "      enableServiceLinks: false\n"+
			"      imagePullSecrets: [{ name: license }]\n")},
	{"kind misspelt", "Unknown kind", first("nginx.yaml", "kind: Service", "kind: Servic")},
	{"API version", "Unknown API version", first("nginx.yaml", "apiVersion: apps/v1", "apiVersion: apps/v1beta1")},
	{"namespace of another name", "Namespace that nothing is in",
		first("namespace.yaml", "name: dr-reporting", "name: reporting")},

	{"workload selects others", "Selector of other pods",
		first(mirrorFile, "    matchLabels: { app.kubernetes.io/instance: ap1a }",
			"    matchLabels: { app.kubernetes.io/component: member }")},
	{"Service selects another", "Selector of other pods",
		first(mirrorFile, "selector: { app.kubernetes.io/instance: ap1a }",
			"selector: { app.kubernetes.io/instance: ap1b }")},
	{"budget of all members", "Selector of other pods",
		first(mirrorFile, `matchLabels: { mirror: ap1, failover: "true" }`, `matchLabels: { mirror: ap1 }`)},
	{"policy of nobody", "Selector of no pod",
		first(mirrorFile, "podSelector: { matchLabels: { mirror: ap1 } }",
			"podSelector: { matchLabels: { mirror: ap3 } }")},
	{"Service of nobody", "Object of nobody", first("nginx.yaml", "kind: Service\nmetadata:\n  name: nginx",
		"kind: Service\nmetadata:\n  name: web")},
	{"members keep away from strangers", "Selector of other pods",
		first(mirrorFile, "labelSelector: { matchLabels: { mirror: ap1 } }",
			"labelSelector: { matchLabels: { mirror: ap2 } }")},
	{"topology key", "Unknown topology key", first(mirrorFile, "topologyKey: kubernetes.io/hostname",
		"topologyKey: hostname")},
	{"anti-affinity without a term", "Anti-affinity without a term",
		first(mirrorFile, "preferredDuringSchedulingIgnoredDuringExecution", "preferredDuringScheduling")},
	{"label of another", "Label of other pods",
		first("haproxy.yaml", "app.kubernetes.io/name: haproxy", "app.kubernetes.io/name: nginx")},
	{"container's name", "Unknown container", first(mirrorFile, "- name: iris\n", "- name: server\n")},

	{"port of a container", "Port that nothing listens on", first("nginx.yaml", "containerPort: 80",
		"containerPort: 81")},
	{"port of a policy", "Port that nothing listens on", first("arbiter.yaml", "ports: [{ port: 2188 }]",
		"ports: [{ port: 2189 }]")},
	{"port of a Service", "Port that nothing listens on", first("nginx.yaml", "targetPort: 80", "targetPort: 8080")},
	{"Service without the port", "Port that the Service does not have",
		first("gateways.yaml", "{ name: http, port: 80, targetPort: 80 }", "{ name: http, port: 81, targetPort: 80 }")},
	{"Service with a port twice", "Port that a Service has twice",
		first("gateways.yaml", "{ name: http-8080, port: 8080,", "{ name: http-8080, port: 80,")},
	{"node port twice", "Duplicate node port", func(t *testing.T, artifacts []lab.Artifact) []lab.Artifact {
		artifacts = first("gateways.yaml", "port: 8080, targetPort: 80",
			"port: 8080, targetPort: 80, nodePort: 30080")(t, artifacts)
		return first("gateways.yaml", "port: 8081, targetPort: 80", "port: 8081, targetPort: 80, nodePort: 30080")(t,
			artifacts)
	}},

	{"policy keeps gateways out", "Connection that a policy refuses",
		first(mirrorFile, "- podSelector: { matchLabels: { app.kubernetes.io/component: web-gateway } }",
			"- podSelector: { matchLabels: { app.kubernetes.io/component: nginx } }")},
	{"policy keeps members out", "Connection that a policy refuses",
		first(mirrorFile, "ports: [{ port: 1972 }, { port: 2188 }]", "ports: [{ port: 1972 }]")},

	{"volume of an unknown map", "Unknown map", first(mirrorFile, "configMap: { name: merge-ap1a }",
		"configMap: { name: merge-ap9 }")},
	{"mount of no volume", "Unknown volume", first(mirrorFile, "- { name: lab, mountPath: /lab",
		"- { name: labs, mountPath: /lab")},
	{"volume not mounted", "Volume that nothing mounts", first("nginx.yaml", "      volumes:\n",
		"      volumes:\n        - { name: spare, emptyDir: {} }\n")},
	{"init container without the script", "Mount of one container alone",
		func(t *testing.T, artifacts []lab.Artifact) []lab.Artifact {
			a := find(t, artifacts, mirrorFile)
			at := bytes.Index(a.Content, []byte("initContainers:"))
			rest := bytes.Replace(a.Content[at:], []byte("mountPath: /lab"), []byte("mountPath: /labs"), 1)
			a.Content = append(bytes.Clone(a.Content[:at]), rest...)
			return artifacts
		}},

	{"no readiness probe", "Missing probe", first("nginx.yaml", "readinessProbe:", "readyProbe:")},
	{"liveness probe", "Liveness probe of an instance", first(mirrorFile, "          startupProbe:",
		"          livenessProbe: { tcpSocket: { port: agent } }\n          startupProbe:")},
	{"probe without a question", "Probe that asks nothing", first(mirrorFile, "[bash, /lab/health.sh]", "[bash]")},
	{"probe of nobody", "Probe that asks nothing", first("gateways.yaml", "tcpSocket:", "socket:")},
	{"probe of a file that is not there", "File that is not mounted",
		first(mirrorFile, "[bash, /lab/health.sh]", "[bash, /lab/healthy/health.sh]")},

	{"limit below the request", "Limit below the request", first("nginx.yaml", "requests: { memory: 64Mi }",
		"{ requests: { memory: 64Mi }, limits: { memory: 65M } }")},
	{"two pods", "Instance that is no single pod", first(mirrorFile, "replicas: 1", "replicas: 2")},
	{"updated together", "Instance that is no single pod", first(mirrorFile, "type: OnDelete", "type: RollingUpdate")},
	{"hidden until ready", "Service that hides its instance",
		first(mirrorFile, "publishNotReadyAddresses: true", "publishNotReadyAddresses: false")},
	{"joins without waiting", "Instance that does not wait for its mirror",
		first(mirrorFile, "[bash, /lab/wait-for-mirror.sh]", "[bash, /lab/health.sh]")},
	{"label of a volume claim", "Label that cannot change", first(mirrorFile, "metadata: { name: data }",
		"metadata: { name: data, labels: { mirror: ap1 } }")},
	{"no volume claim", "Member without a volume", first(mirrorFile, "volumeClaimTemplates:", "volumeClaims:")},
	{"volume for many", "Volume of several nodes", first(mirrorFile, "[ReadWriteOnce]", "[ReadWriteMany]")},
	{"volume of another group", "Volume that IRIS cannot write to", first(mirrorFile, "fsGroup: 51773",
		"fsGroup: 1000")},
	{"databases beside the volume", "Database that is not kept",
		first(mirrorFile, "mountPath: /home/irisowner/db", "mountPath: /home/irisowner/dbs")},
	{"data directory of its own", "Data directory that the hooks do not know",
		first(mirrorFile, "value: /durable/iris ", "value: /durable/data ")},
	{"stopped too soon", "Killed before it has shut down", first(mirrorFile, "terminationGracePeriodSeconds: 320",
		"terminationGracePeriodSeconds: 10")},
	{"token", "Pod with a token", first(mirrorFile, "automountServiceAccountToken: false",
		"automountServiceAccountToken: true")},
	{"rights", "Container that may gain rights",
		first("nginx.yaml", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true")},
	{"no budget", "Mirror without a budget", first(mirrorFile, "maxUnavailable: 1", "maxUnavailable: 2")},
	{"founder that stops with the others", "Service of another kind", first("stop.sh", "founders=(\n  ap1a",
		"founders=(\n  ap1b")},
	{"name without a Service", "Unknown address",
		first("webgateway/CSP.ini", "ap1a.dr-reporting.svc", "ap1z.dr-reporting.svc")},
	{"domain of another cluster", "Unknown address",
		first("iris/merge/ap1b.cpf", ".svc.cluster.local", ".svc.cluster.locale")},
}
