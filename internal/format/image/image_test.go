package image

import "testing"

func TestKindOf(t *testing.T) {
	for image, want := range map[string]Kind{
		"":     UnknownKind,
		"x/":   UnknownKind,
		"/":    UnknownKind,
		"iris": InstanceKind,
		"containers.intersystems.com/intersystems/iris:2025.1":                 InstanceKind,
		"containers.intersystems.com/intersystems/irishealth-community:2025.1": InstanceKind,
		"containers.intersystems.com/intersystems/healthconnect:latest-em":     InstanceKind,
		"store/intersystems/sam:1.0.0.115":                                     InstanceKind,
		"registry:5000/team/our-iris@sha256:00":                                InstanceKind,
		"containers.intersystems.com/intersystems/passwordhash:1.1":            UnknownKind,
		"containers.intersystems.com/intersystems/arbiter:2025.1":              ArbiterKind,
		"arbiter:myapp.1": ArbiterKind,
		"containers.intersystems.com/intersystems/webgateway-nginx:2025.1": GatewayKind,
		"iris-webgateway-example_web:latest":                               GatewayKind,
		"tls-ssl-webgateway":                                               GatewayKind,
		"nginx:1.30-alpine":                                                NGINXKind,
		"nginxinc/nginx-unprivileged":                                      NGINXKind,
		"nginx/nginx-prometheus-exporter:1.4":                              UnknownKind,
		"haproxytech/haproxy-alpine:3.2":                                   HAProxyKind,
		"postgres:17":                                                      UnknownKind,
		"busybox":                                                          UnknownKind,
		"siriscan":                                                         UnknownKind,
	} {
		if got := KindOf(image); got != want {
			t.Errorf("KindOf(%q) = %d, want %d", image, got, want)
		}
	}
}

func TestRelease(t *testing.T) {
	for _, c := range []struct {
		image       string
		year, minor int
		ok          bool
	}{
		{"iris:2023.1.0.229.0", 2023, 1, true},
		{"iris:v2023.1", 2023, 1, true},
		{"x:5000/iris:2025.1-linux-amd64@sha256:00", 2025, 1, true},
		{"iris:2020.4.0ICM.163.0", 2020, 4, true},
		{"iris:2023.1", 2023, 1, true},
		{"iris:2023", 0, 0, false},
		{"iris:latest-em", 0, 0, false},
		{"iris:20.1", 0, 0, false},
		{"iris:2020.211", 0, 0, false},
		{"x:2023.1/iris", 0, 0, false},
		{"iris", 0, 0, false},
		{"", 0, 0, false},
	} {
		year, minor, ok := Release(c.image)
		if ok != c.ok || ok && (year != c.year || minor != c.minor) {
			t.Errorf("Release(%q) = %d, %d, %t", c.image, year, minor, ok)
		}
	}
}
