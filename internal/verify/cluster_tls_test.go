package verify

import (
	"bytes"
	"path/filepath"
	"testing"

	"mirrorgen/internal/lab"
)

// securedCluster is the lab on Kubernetes that has TLS, secrets, reports and a gateway of its own.
var securedCluster = filepath.Join("..", "..", "examples", "tls-kubernetes")

// Every case breaks one fact of it.
func TestFindingsAboutManifestsWithTLS(t *testing.T) {
	if diags := Check(labIn(t, securedCluster)); len(diags) > 0 {
		t.Fatalf("findings in the good lab:\n%s", format(diags))
	}
	runCases(t, filepath.Join("testdata", "findings_manifests_tls.txt"), securedCluster, securedCases)
}

// everywhere replaces all occurrences of old in a file.
func everywhere(path, old, replacement string) change {
	return func(t *testing.T, artifacts []lab.Artifact) []lab.Artifact {
		t.Helper()
		artifacts = first(path, old, replacement)(t, artifacts)
		a := find(t, artifacts, path)
		a.Content = bytes.ReplaceAll(a.Content, []byte(old), []byte(replacement))
		return artifacts
	}
}

// securedCases are the ways in which that lab is broken.
var securedCases = []brokenLab{
	{"password in a map", "Secret in a map", first(kustomizationFile, "  - { name: haproxy-haproxy,",
		"  - { name: extra, files: [secrets/password] }\n  - { name: haproxy-haproxy,")},
	{"key in a map", "Secret in a map", first(kustomizationFile, "      - iris/health.sh\n",
		"      - iris/health.sh\n      - certs/ap1a/PrivateKeyFile.pem\n")},
	{"rules that nobody makes", "Rules that nobody makes", first(kustomizationFile,
		"certificates.yml=certs/prometheus/certificates.yml", "certificates.yml=certs/prometheus/expiry.yml")},
	{"Prometheus's password elsewhere", "Password that is not mounted", first("monitoring/prometheus.yml",
		"password_file: /lab/password", "password_file: /lab/passwort")},
	{"Prometheus without the password", "Scrape without the password", first("monitoring/prometheus.yml",
		"    basic_auth: { username: lab, password_file: /lab/password }\n", "")},
	{"password in the kustomization", "Secret in a committed file", first(kustomizationFile,
		`files: ["password=secrets/password"] }`, `files: ["password=secrets/password"], literals: [user=secret] }`)},
	{"secret as a map", "Unknown map", first("haproxy.yaml", "secret: { secretName: password }",
		"configMap: { name: password }")},
	{"key that a secret lacks", "Unknown key of a map", first(mirrorFile, "{ key: PrivateKeyFile.pem,",
		"{ key: KeyFile.pem,")},
	{"files for root alone", "Files that IRIS cannot read", first(mirrorFile, "defaultMode: 288",
		"defaultMode: 256")},
	{"certificate of two pods", "Certificate of two services", first(mirrorFile, "name: tls-ap1b", "name: tls-ap1a")},
	{"certificate of another service", "Certificate of another service",
		everywhere(kustomizationFile, "certs/nginx/", "certs/web/")},
	{"key of another service", "Certificate of another service",
		first(kustomizationFile, "certs/ap1b/PrivateKeyFile.pem", "certs/ap1a/PrivateKeyFile.pem")},
	{"certificate elsewhere", "Certificate that is not mounted",
		first(mirrorFile, "path: tls/CertificateFile.pem", "path: certs/CertificateFile.pem")},
	{"certificate that nginx lacks", "Certificate that is not mounted",
		first("nginx.yaml", "mountPath: /lab/tls", "mountPath: /lab/certs")},
	{"password that IRIS lacks", "File that is not mounted",
		first(mirrorFile, "              - secret: { name: password }\n", "")},
	{"password that a gateway lacks", "File that is not mounted",
		first("gateways.yaml", "              - secret: { name: password }\n", "")},
	{"password that HAProxy lacks", "File that is not mounted", first("haproxy.yaml", "</lab/password;",
		"</lab/passwort;")},
	{"two password files", "Two password files", first(startPath, "password_file=secrets/password",
		"password_file=secrets/other")},
	{"password in CSP.ini", "Password in a committed file",
		first(gatewayPath, "Password={cat /lab/password}", "Password=]]]U1lT")},
	{"superserver without TLS", "TLS at one end only",
		first("iris/merge/ap2b.cpf", "CreateSSLConfig:Name=%SuperServer", "CreateSSLConfig:Name=%Other")},
	{"row of another's certificate", "Table that disagrees",
		first(startPath, "  ap2b certs/ap2b ap2b.tls", "  ap2b certs/ap2a ap2b.tls")},
	{"HTTPS that nothing serves", "Port that nothing listens on",
		first("nginx.yaml", "port: 443, targetPort: 443", "port: 443, targetPort: 8443")},
	{"health of HTTPS", "Page that nobody serves",
		first("nginx/nginx.conf", "    proxy_next_upstream_timeout 60s;\n\n    location = /nginx-health {",
			"    proxy_next_upstream_timeout 60s;\n\n    location = /health {")},
	{"policy of a gateway of its own", "Port that nothing listens on",
		first("gateways.yaml", "    - ports: [{ port: 80 }]", "    - ports: [{ port: 81 }]")},
	{"reporting port that nothing serves", "Port that nothing listens on",
		first("haproxy.yaml", "port: 21972, targetPort: 21972", "port: 21972, targetPort: 21973")},
	{"reports from a backup", "Server that serves no reports",
		first("haproxy/haproxy.cfg", "    server ap2r ap2r.tls.svc.cluster.local:1972 # rorasync",
			"    server ap2b ap2b.tls.svc.cluster.local:1972")},
}
