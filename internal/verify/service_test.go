package verify

import (
	"path/filepath"
	"testing"
)

// Every case breaks one fact of testdata/services, which has containers of the user's own.
func TestFindingsAboutServices(t *testing.T) {
	lab := filepath.Join("testdata", "services")
	if diags := Check(labIn(t, lab)); len(diags) > 0 {
		t.Fatalf("findings in the good lab:\n%s", format(diags))
	}
	runCases(t, filepath.Join("testdata", "findings_services.txt"), lab, serviceCases)
}

// What a container of the user's own mounts where the lab's services have their key, certificate
// and password is its own.
func TestOwnMounts(t *testing.T) {
	for _, target := range []string{"/lab/iris.key", "/lab/tls", "/lab/password"} {
		artifacts := labIn(t, filepath.Join("testdata", "services"))
		artifacts = swap(composeFile, "source: ./certs/ca.pem, target: /certs/ca.pem",
			"source: ./app/own, target: "+target)(t, artifacts)
		artifacts = swap("start.sh", "  app certs/ca.pem\n", "  app app/own\n")(t, artifacts)
		if diags := Check(artifacts); len(diags) > 0 {
			t.Errorf("findings with a mount on %s:\n%s", target, format(diags))
		}
	}
}

// serviceCases break what is said of containers of the user's own.
var serviceCases = []brokenLab{
	{"own mount that nobody looks for", "Table that disagrees",
		swap(composeFile, "source: ./app/nginx.conf", "source: ./app/web.conf")},
	{"own mount beside generated files", "Missing mount source",
		swap(composeFile, "source: ./app/nginx.conf", "source: ./nginx.conf")},
	{"own mount in a generated directory", "Missing mount source",
		swap(composeFile, "source: ./certs/ca.pem", "source: ./nginx/ca.pem")},
	{"own mount of the whole lab", "Mount of the whole lab",
		swap(composeFile, "source: ./certs/ca.pem", "source: .")},
	{"own mount twice", "Duplicate mount target",
		swap(composeFile, "target: /certs/ca.pem", "target: /etc/nginx/conf.d/default.conf")},
	{"own writable mount of a generated file", "Writable mount of a generated file",
		swap(composeFile, "source: ./certs/ca.pem, target: /certs/ca.pem, read_only: true",
			"source: ./iris/health.sh, target: /health.sh")},
	{"own file that is not mounted", "Table that disagrees",
		swap("start.sh", "  app app/nginx.conf", "  app app/nginx.cnf")},
	{"own file of a service that is none", "Unknown service", swap("start.sh", "  app app/nginx.conf",
		"  apps app/nginx.conf")},
	{"own file of another service", "Service of another kind", swap("start.sh", "  app app/nginx.conf",
		"  ap1a app/nginx.conf")},
	{"own file twice", "Duplicate row", swap("start.sh", "  app app/nginx.conf",
		"  app app/nginx.conf\n  app app/nginx.conf")},
	{"own service waits for nobody", "Unknown dependency",
		swap(composeFile, "hub: { condition: service_healthy }", "hut: { condition: service_healthy }")},
	{"own service waits for the health of none", "Dependency without a health check",
		swap(composeFile, `      test: [CMD, wget, "-qO-", http://ap1a:1/]`, "      disable: true")},
	{"own service in a circle", "Dependency circle", swap(composeFile, "  hub:\n    image: hub:1\n",
		"  hub:\n    image: hub:1\n    depends_on: { app: { condition: service_started } }\n")},
	{"own port of another service", "Duplicate host port", swap(composeFile, "127.0.0.1:8090:80", "127.0.0.1:8080:80")},
	{"own host name of another service", "Host name of another service", swap(composeFile, "    hostname: hub",
		"    hostname: ap1a")},
	{"own service in status as another kind", "Service of another kind", swap("status.sh", "  app service",
		"  ap1a service")},
	{"scrape of an unknown address", "Unknown address",
		swap(prometheusPath, "instance: sql }",
			"instance: sql }\n      - targets: [\"10.1.2.3:80\"]\n        labels: { instance: x }")},
	{"scrape of a port that nothing listens on", "Port that nothing listens on",
		swap(prometheusPath, ":9113", ":9114")},
	{"scrape of another path", "Label that disagrees", swap(prometheusPath, "/ap1b/api", "/ap1a/api")},
	{"scrape of another instance", "Unknown instance", swap(prometheusPath, "instance: ap1b", "instance: ap1x")},
	{"scrape of another mirror", "Label that disagrees",
		swap(prometheusPath, "instance: ap1b, mirror: ap1", "instance: ap1b, mirror: ap2")},
	{"scrape in another role", "Label that disagrees", swap(prometheusPath, "role: backup", "role: drasync")},
	{"scrape through another gateway", "Label that disagrees",
		swap(prometheusPath, "role: backup, gateway: webgw1", "role: backup, gateway: webgw2")},
	{"scrape of another balancer", "Label that disagrees", swap(prometheusPath, "instance: web }", "instance: sql }")},
	{"scrape that is missing", "Instance that nobody watches",
		swap(prometheusPath, "/ap1b/api/monitor/metrics, instance: ap1b", "/ap1a/api/monitor/metrics, instance: ap1a")},
	{"rules that are not mounted", "Rules that are not mounted", swap(prometheusPath, "rule_files: [rules.yml",
		"rule_files: [alerts.yml")},
	{"rules that nobody reads", "Rules that nobody reads", swap(prometheusPath, "rule_files: [rules.yml",
		"rule_files: [")},
	{"scrapes that are no YAML", "Invalid YAML", swap(prometheusPath, "scrape_configs:", "scrape_configs: [")},
	{"monitoring file that nothing mounts", "File that nothing mounts",
		swap(composeFile, "source: ./monitoring/rules.yml", "source: ./monitoring/prometheus.yml")},
	{"rules without a header", "Missing header", swap("monitoring/rules.yml", "# Code generated", "# Written")},
}

const prometheusPath = "monitoring/prometheus.yml"
