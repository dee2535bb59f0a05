package importer

import (
	"strings"
	"testing"
)

// tlsLab is a lab whose parts have TLS or not: image, merge file, CSP.ini and nginx.conf.
func tlsLab(t *testing.T, image, merge, ini, proxy string) string {
	t.Helper()
	files := map[string]string{"merge.cpf": merge, "CSP.ini": ini, "nginx.conf": proxy}
	result, err := Import(Source{
		Name: "docker-compose.yml",
		Content: []byte(`
services:
  a:
    image: intersystems/iris:` + image + `
    environment: { ISC_CPF_MERGE_FILE: /merge.cpf }
    volumes: ["./merge.cpf:/merge.cpf"]
  gw:
    image: intersystems/webgateway:` + image + `
    environment: { ISC_CSP_INI_FILE: /CSP.ini }
    volumes: ["./CSP.ini:/CSP.ini"]
  web:
    image: nginx
    volumes: ["./nginx.conf:/etc/nginx/nginx.conf"]
    ports: ["8081:80", "8443:443"]
`),
		Read: func(name string) ([]byte, bool) {
			content, ok := files[name]
			return []byte(content), ok
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if result.Errors.HasErrors() {
		t.Errorf("it does not build: %v\n%s", result.Errors, result.Topology)
	}
	return string(result.Topology)
}

// A lab with TLS has a tls block with the parts that have it, as far as its release can have it in a
// topology.
func TestTLS(t *testing.T) {
	const (
		plainMirror  = "[Actions]\nConfigMirror:Name=M,Member=primary,Primary=a\n"
		secretMirror = "[Actions]\nConfigMirror:Name=M,SSLDir=/ssl,Member=primary,Primary=a\n"
		plainGateway = "[SYSTEM_INDEX]\nA=Enabled\n[A]\nIp_Address=a\nTCP_Port=1972\n"
		tlsGateway   = plainGateway + "Connection_Security_Level=10\nSSLCC_CA_Certificate=/ssl/ca.pem\n"
		http         = "server { listen 80; }"
		https        = "server { listen 443 ssl; } server { listen 80; return 308 https://$host$request_uri; }"
	)
	for _, is := range []struct {
		name, image, merge, ini, proxy string
		want, never                    []string
	}{
		{"none", "2025.1", plainMirror, plainGateway, http, nil, []string{"tls", "https_port"}},
		{"mirror", "2025.1", secretMirror, plainGateway, http,
			[]string{"tls {\n  superserver = \"off\"\n  gateway     = false\n  https       = false\n" +
				"  ecp         = false\n}"},
			[]string{"https_port"}},
		{"gateway", "2025.1", plainMirror, tlsGateway, http,
			[]string{"tls {\n  mirror = false\n  https  = false\n  ecp    = false\n}"}, nil},
		{"nginx", "2025.1", plainMirror, plainGateway, https,
			[]string{"mirror      = false", "https_port = 8443", "http_port  = 8081"}, []string{"https       = false"}},
		{"application server", "2025.1", plainMirror + "[ECPServers]\nX=b,1972,1,1\n", plainGateway, http,
			[]string{"tls {\n  mirror  = false\n  gateway = false\n  https   = false\n}"}, nil},
		{"everything on an old release", "2022.1", secretMirror, tlsGateway, https,
			[]string{"TLS in IRIS is not carried over", "superserver = \"off\"", "https_port = 8443"}, nil},
		{"mirror on an old release", "2022.1", secretMirror, plainGateway, http,
			[]string{"TLS in IRIS is not carried over"}, []string{"tls {"}},
		{"set up by a script", "2025.1", "[Actions]\nCreateSSLConfig:Name=%SuperServer,Type=1\n", plainGateway, http,
			[]string{"tls {\n  gateway = false\n  https   = false\n  ecp     = false\n}"}, nil},
	} {
		t.Run(is.name, func(t *testing.T) {
			topology := tlsLab(t, is.image, is.merge, is.ini, is.proxy)
			joined := strings.ReplaceAll(topology, "\n# ", " ")
			for _, want := range is.want {
				if !strings.Contains(topology, want) && !strings.Contains(joined, want) {
					t.Errorf("no %q in\n%s", want, topology)
				}
			}
			for _, never := range is.never {
				if strings.Contains(topology, never) {
					t.Errorf("%q in\n%s", never, topology)
				}
			}
		})
	}
}

// An nginx that the topology cannot have takes its part of the tls block with it, and one that
// publishes no HTTPS asks for none.
func TestTLSWithoutNGINX(t *testing.T) {
	const (
		gateway = "  gw:\n    image: intersystems/webgateway:2025.1\n"
		web     = "  web:\n    image: nginx\n    volumes: [\"./nginx.conf:/etc/nginx/nginx.conf\"]\n"
		dropped = "# nginx \"web\" is not carried over"
	)
	for _, is := range []struct {
		name, services, merge string
		want, never           []string
	}{
		{"nothing else has TLS", web + "    ports: [\"443:443\"]\n", "",
			[]string{dropped, "# tls is not carried over: no nginx is left"}, []string{"tls {"}},
		{"the mirror has TLS", web + "    ports: [\"443:443\"]\n", ",SSLDir=/ssl",
			[]string{dropped, "tls {\n  superserver = \"off\"\n  gateway     = false\n  ecp         = false\n" +
				"  https       = false\n}"}, []string{"# tls is not"}},
		{"HTTPS is not published", gateway + web + "    ports: [\"8081:80\"]\n", "",
			[]string{"nginx \"web\" {\n  http_port = 8081\n}"}, []string{"tls", "https_port", dropped}},
		{"another publishes HTTPS", gateway + web + "    ports: [\"8443:443\"]\n" +
			strings.Replace(web, "web:", "web2:", 1) + "    ports: [\"8081:80\"]\n", "",
			[]string{"https_port = 8443", "http_port  = 8081\n  https_port = 0"}, []string{dropped}},
	} {
		t.Run(is.name, func(t *testing.T) {
			files := map[string]string{
				"merge.cpf":  "[Actions]\nConfigMirror:Name=M" + is.merge + ",Member=primary,Primary=a\n",
				"nginx.conf": "server { listen 443 ssl; } server { listen 80; }",
			}
			result, err := Import(Source{
				Name: "docker-compose.yml",
				Content: []byte("services:\n  a:\n    image: intersystems/iris:2025.1\n    environment: " +
					"{ ISC_CPF_MERGE_FILE: /merge.cpf }\n    volumes: [\"./merge.cpf:/merge.cpf\"]\n" + is.services),
				Read: func(name string) ([]byte, bool) {
					content, ok := files[name]
					return []byte(content), ok
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			topology := string(result.Topology)
			if result.Errors.HasErrors() {
				t.Errorf("it does not build: %v\n%s", result.Errors, topology)
			}
			for _, want := range is.want {
				if !strings.Contains(topology, want) {
					t.Errorf("no %q in\n%s", want, topology)
				}
			}
			for _, never := range is.never {
				if strings.Contains(topology, never) {
					t.Errorf("%q in\n%s", never, topology)
				}
			}
		})
	}
}
