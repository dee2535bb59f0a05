package verify

import (
	"path/filepath"
	"testing"
)

// Every case breaks one fact of the example that uses TLS everywhere.
func TestFindingsInTLSLab(t *testing.T) {
	runCases(t, filepath.Join("testdata", "findings_tls.txt"), filepath.Join("..", "..", "examples", "tls"), tlsCases)
}

// tlsCases are the ways in which that lab is broken.
var tlsCases = []brokenLab{
	{"two services with one certificate", "Certificate of two services",
		swap(composeFile, "./certs/ap1b, target: /lab/tls", "./certs/ap1a, target: /lab/tls")},
	{"certificate of another", "Certificate of another service",
		swap(composeFile, "./certs/nginx, target: /lab/tls", "./certs/web, target: /lab/tls")},
	{"certificate not mounted", "Certificate that is not mounted",
		swap(composeFile, "source: ./certs/nginx, target: /lab/tls,", "source: ./certs/nginx, target: /lab/cert,")},
	{"superserver without TLS", "TLS at one end only",
		swap("iris/merge/ap2b.cpf", "CreateSSLConfig:Name=%SuperServer", "CreateSSLConfig:Name=%Other")},
	{"data server without TLS", "TLS at one end only",
		swap("iris/merge/ap1a.cpf", "CreateSSLConfig:Name=%ECPServer", "CreateSSLConfig:Name=%Other")},
	{"application server without TLS", "TLS at one end only",
		swap("iris/merge/app1.cpf", ",1972,1,1", ",1972,1")},
	{"HTTPS without a certificate", "HTTPS without a certificate",
		swap("nginx/nginx.conf", "    ssl_certificate /lab/tls/CertificateFile.pem;\n", "")},
	{"a stranger is admitted", "Admission of a stranger",
		swap(rosterPath, `"AP1B ap1b.tls" "AP1D ap1d.tls") ecp_clients=(app1.tls) ;;
ap1b)`, `"AP1B other.tls" "AP1D ap1d.tls") ecp_clients=(app1.tls) ;;
ap1b)`)},
	{"a member is not admitted", "Member that nobody admits",
		swap(rosterPath, `admits=("AP2B ap2b.tls" "AP2R ap2r.tls")`, `admits=("AP2R ap2r.tls")`)},
	{"a stranger asks for data", "Admission of a stranger",
		swap(rosterPath, `"AP1D ap1d.tls") ecp_clients=(app1.tls) ;;
ap1b)`, `"AP1D ap1d.tls") ecp_clients=(app2.tls) ;;
ap1b)`)},
	{"rules that nobody makes", "Rules that nobody makes",
		swap(composeFile, "./certs/prometheus/certificates.yml", "./certs/prometheus/expiry.yml")},
	{"Prometheus's password elsewhere", "Password that is not mounted",
		swap(prometheusPath, "password_file: /lab/password", "password_file: /lab/passwort")},
	{"Prometheus without the password", "Scrape without the password",
		swap(prometheusPath, "    basic_auth: { username: lab, password_file: /lab/password }\n", "")},
	{"hash beside the password file", "Password in a committed file",
		swap("iris/merge/ap2a.cpf", "\n[config]", "\n[Startup]\nPasswordHash=ab,cd,10000,SHA512\n\n[config]")},
	{"password in CSP.ini", "Password in a committed file",
		swap(gatewayPath, ap2bServer+"{cat /lab/password}", ap2bServer+"]]]U1lT")},
	{"namespace without its database", "Unknown database",
		swap(rosterPath, `namespaces=("APP APPDATA APPCODE `, `namespaces=("APP APPDATA APCODE `)},
	{"reports from a backup", "Server that serves no reports",
		swap("haproxy/haproxy.cfg", "    server ap2r 10.0.100.13:1972 # rorasync", "    server ap2b 10.0.100.7:1972")},
	{"reporting member left out", "Missing server",
		swap("haproxy/haproxy.cfg", "    server ap2r 10.0.100.13:1972 # rorasync\n", "")},
	{"unknown file of a certificate", "Unknown file of a certificate",
		swap("nginx/nginx.conf", "/lab/tls/PrivateKeyFile.pem", "/lab/tls/Key.pem")},
	{"picture that is no XML", "Invalid XML", swap(picturePath, "</svg>", "</sv>")},
	{"picture of another role", "Picture that disagrees",
		swap(picturePath, `<g class="box backup" data-name="ap1b">`, `<g class="box drasync" data-name="ap1b">`)},
	{"picture with another address", "Picture that disagrees",
		swap(picturePath, "10.0.1.4 on iris-tier", "10.0.1.5 on iris-tier")},
	{"picture without an address", "Picture that disagrees", swap(picturePath, "&#xA;10.0.1.4 on iris-tier", "")},
	{"picture with another port", "Picture that disagrees",
		swap(picturePath, "host port 21972", "host port 21973")},
	{"picture of another mirror set", "Picture that disagrees",
		swap(picturePath, "mirror set AP1", "mirror set AP2")},
	{"picture of another mirror", "Unknown mirror", swap(picturePath, `data-name="ap2"`, `data-name="ap3"`)},
	{"picture of another service", "Unknown service",
		swap(picturePath, `data-name="app1"`, `data-name="app2"`)},
	{"picture without a service", "Missing in the picture",
		swap(picturePath, `<g class="box backup" data-name="ap1b">`, `<g class="box backup">`)},
	{"picture of another network", "Unknown network",
		swap(picturePath, "iris-tier 10.0.1.0/24<", "iris 10.0.1.0/24<")},
	{"picture of another subnet", "Picture that disagrees",
		swap(picturePath, "iris-tier 10.0.1.0/24<", "iris-tier 10.0.2.0/24<")},
	{"quality of service of a drill", "Table that disagrees", swap(drillPath, "  ap1 8000\n", "  ap1 9000\n")},
	{"quality of service of a table", "Table that disagrees",
		swap(rosterPath, "namespaces=() table_namespace=MIRRORNS ;;",
			"namespaces=() table_namespace=MIRRORNS qos_timeout=4000 ;;")},
	{"two password files", "Two password files",
		swap(startPath, "password_file=secrets/password", "password_file=secrets/other")},
	{"password command of another file", "File that is not mounted",
		swap(gatewayPath, ap2bServer+"{cat /lab/password}", ap2bServer+"{cat /lab/secret}")},
	{"password that one gateway lacks", "File that is not mounted",
		swap(composeFile, "target: /lab/password, read_only: true, bind: { create_host_path: false } }\n"+
			"      - { type: bind, source: ./certs/webgw2", "target: /lab/pass, read_only: true, "+
			"bind: { create_host_path: false } }\n      - { type: bind, source: ./certs/webgw2")},
	{"password that a shell lacks", "File that is not mounted",
		swap(composeFile, "</lab/password;", "</lab/passwort;")},
	{"command of another configuration", "Configuration that nothing names",
		swap(composeFile, "-f /usr/local/etc/haproxy/haproxy.cfg", "-f /usr/local/etc/haproxy/sql.cfg")},
	{"command of another program", "Unknown command", swap(composeFile, "exec haproxy -W", "exec nginx -W")},
	{"client of another loopback address", "Address that nobody comes from",
		swap("haproxy/haproxy.cfg", "src 127.0.0.1", "src 127.0.0.2")},
	{"table in a namespace that is none", "Unknown namespace",
		swap(rosterPath, "table_namespace=MIRRORNS", "table_namespace=MIRROR")},
	{"local database as a mirrored one", "Database that the mirror does not have",
		swap("iris/merge/app1.cpf", ":mirror:AP1:APPDATA", ":mirror:AP1:AUDITLOG")},
	{"one database under two names", "Two databases in one directory",
		swap("iris/merge/app1.cpf", ":mirror:AP1:APPCODE", ":mirror:AP1:APPDATA")},
	{"local database of another name", "Database that the data server does not have",
		swap("iris/merge/app1.cpf", ":ds:AUDITLOG", ":ds:AUDIT")},
	{"health location of another port", "Health check that nothing answers",
		swap("nginx/nginx.conf", "    access_log /dev/stdout lab;\n\n    location = /nginx-health {",
			"    access_log /dev/stdout lab;\n\n    location = /health {")},
	{"page of another port", "Page that nobody serves",
		swap("nginx/nginx.conf", "    proxy_next_upstream_timeout 60s;\n\n    location = /nginx-health {",
			"    proxy_next_upstream_timeout 60s;\n\n    location = /health {")},
	{"row of another's certificate", "Table that disagrees",
		swap(startPath, "  ap2b certs/ap2b ap2b.tls", "  ap2b certs/ap2a ap2b.tls")},
	{"password among the accounts", "Password in a committed file",
		swap(rosterPath, "accounts=()", "accounts=(\n    CSPSystem secret\n)")},
}

// ap2bServer is the beginning of a server in CSP.ini, up to its password.
const ap2bServer = "[ap2b]\nIp_Address=10.0.100.7\nTCP_Port=1972\nMinimum_Server_Connections=3\n" +
	"Server_Response_Timeout=10\nConnection_Security_Level=10\nUsername=CSPSystem\nPassword="
