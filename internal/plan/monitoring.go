package plan

import (
	"fmt"
	"slices"
	"strconv"

	"mirrorgen/schema"
)

// Ports inside the containers of the monitoring, and the one on which nginx tells its state.
const (
	PrometheusPort  = 9090
	GrafanaPort     = 3000
	NGINXStatusPort = 9113 // that of nginx's exporter, by convention
)

// Monitoring is what Prometheus asks, and the containers that it makes.
type Monitoring struct {
	Prometheus     *Container
	Grafana        *Container       // nil for none
	ScrapeInterval string           // e.g. "5s"
	ScrapeTimeout  string           // e.g. "5s"
	Instances      []InstanceTarget // through gateways, each in two ways where there are two
	HAProxy        []ScrapeTarget
	NGINX          []ScrapeTarget
	ByContentType  bool // an answer of no known type is refused, unless a fallback is set
	ViaGateways    bool // an instance is asked through gateways, not on its own web server
	GatewayChecks  bool // a haproxy checks the gateways
	metrics        []MetricsService
}

// AskedByGateways reports whether Prometheus asks instances through the gateways.
func (p *Plan) AskedByGateways() bool {
	return p.Monitoring != nil && len(p.Monitoring.Instances) > 0 && p.Monitoring.ViaGateways
}

// AskedDirectly reports whether Prometheus asks instances on their own web servers.
func (p *Plan) AskedDirectly() bool {
	return p.Monitoring != nil && len(p.Monitoring.Instances) > 0 && !p.Monitoring.ViaGateways
}

// A ScrapeTarget is a service that Prometheus asks.
type ScrapeTarget struct {
	Name    string // the service
	Address string // with its port, e.g. "10.0.1.2:8404"
}

// An InstanceTarget is an instance that Prometheus asks for its metrics.
type InstanceTarget struct {
	ScrapeTarget
	Path    string // e.g. "/ap1a/api/monitor/metrics"
	Mirror  string // that it belongs to, or whose data it serves
	Role    string // at first start; "application_server" for one
	Gateway string // through which it is asked, "" for its own web server
}

// metricsPath is where an instance serves its metrics (GCM, /api/monitor/metrics).
const metricsPath = "/api/monitor/metrics"

// mostGateways is through how many gateways an instance is asked: when one is lost, the other
// still tells of it.
const mostGateways = 2

// longestScrape is how long Prometheus waits for an answer at most, in milliseconds; a gateway
// gives up on a stopped instance after as long.
const longestScrape = schema.MemberResponseTimeout * 1000

// addMonitoring makes Prometheus and Grafana, and lists what Prometheus asks.
func (m *maker) addMonitoring() {
	from := m.lab.Monitoring
	if from == nil {
		return
	}
	mon := &Monitoring{ScrapeInterval: from.ScrapeInterval.Text, ScrapeTimeout: from.ScrapeInterval.Text,
		ByContentType: from.ByContentType, ViaGateways: !m.p.WebServer}
	if from.ScrapeInterval.Millis > longestScrape {
		mon.ScrapeTimeout = fmt.Sprintf("%dms", longestScrape)
	}
	m.p.Monitoring = mon
	mon.Prometheus = m.prometheus(from)
	m.p.Containers = append(m.p.Containers, mon.Prometheus)
	if from.Grafana != nil {
		mon.Grafana = m.grafana(from)
		m.p.Containers = append(m.p.Containers, mon.Grafana)
	}
	target := func(s *Service, port int) ScrapeTarget {
		return ScrapeTarget{s.Name, m.backend(mon.Prometheus.Service, s, "").Address + ":" + strconv.Itoa(port)}
	}
	gateways := m.p.SharedGateways()
	for n, i := range m.p.Instances {
		t := InstanceTarget{Mirror: i.Mirror.Name, Role: string(KindApplicationServer)}
		if i.Member != nil {
			t.Role = i.Member.Role
		}
		if !mon.ViaGateways {
			t.ScrapeTarget, t.Path = target(i.Service, WebServerPort), metricsPath
			mon.Instances = append(mon.Instances, t)
			continue
		}
		t.Path = "/" + i.Name + metricsPath
		for way := range min(mostGateways, len(gateways)) {
			g := gateways[(n+way)%len(gateways)]
			t.ScrapeTarget, t.Gateway = target(g.Service, HTTPPort), g.Name
			t.Name = i.Name
			mon.Instances = append(mon.Instances, t)
		}
	}
	metrics := func(s *Service, port int) ScrapeTarget {
		mon.metrics = append(mon.metrics, MetricsService{s, port})
		if c := m.p.Kubernetes; c != nil {
			return ScrapeTarget{s.Name, c.host(s.Name+metricsSuffix) + ":" + strconv.Itoa(port)}
		}
		return target(s, port)
	}
	for _, h := range m.p.HAProxy {
		mon.HAProxy = append(mon.HAProxy, metrics(h.Service, StatsPort))
		mon.GatewayChecks = mon.GatewayChecks || h.ViaGateways
	}
	for _, n := range m.p.NGINX {
		mon.NGINX = append(mon.NGINX, metrics(n.Service, NGINXStatusPort))
	}
}

// Files of the monitoring, in the generated directory.
const (
	prometheusFile  = "monitoring/prometheus.yml"
	rulesFile       = "monitoring/rules.yml"
	dataSourceFile  = "monitoring/grafana-datasource.yml"
	providerFile    = "monitoring/grafana-dashboards.yml"
	mirrorsFile     = "monitoring/mirrors.json"
	trafficFile     = "monitoring/traffic.json"
	prometheusDir   = "/etc/prometheus/"
	dashboardsPath  = "/etc/grafana/dashboards/"
	provisioningDir = "/etc/grafana/provisioning/"
)

// healthOf is a health check that asks a page of the container itself; both images have wget.
func healthOf(url string) *Health {
	return &Health{Test: []string{"CMD", "wget", "-q", "-O", "/dev/null", url}, Interval: "3s", Timeout: "3s",
		Retries: "3", StartPeriod: "30s"}
}

func (m *maker) prometheus(from *schema.Monitoring) *Container {
	files := []Mount{{Source: prometheusFile, Target: prometheusDir + "prometheus.yml"},
		{Source: rulesFile, Target: prometheusDir + "rules.yml"}}
	if expiry := m.p.ExpiryFile(); expiry != "" {
		files = append(files, Mount{Source: expiry, Target: prometheusDir + expiryName})
	}
	return &Container{
		Service: m.services[from.Prometheus], Block: "monitoring",
		Command: []string{"--config.file=" + prometheusDir + "prometheus.yml", "--storage.tsdb.path=/prometheus",
			"--storage.tsdb.retention.time=" + from.Retention.Text},
		Files:         files,
		Guarded:       slices.ContainsFunc(m.p.HAProxy, func(h *HAProxy) bool { return h.Guarded }),
		Health:        healthOf("http://127.0.0.1:9090/-/ready"),
		Configuration: []string{prometheusFile, rulesFile},
	}
}

// grafana shows its dashboards to everybody who reaches its port, and lets its administrator
// change them, with the lab's password where there is one and the image's own else.
func (m *maker) grafana(from *schema.Monitoring) *Container {
	s := m.services[from.Grafana]
	s.Environment = []KeyValue{
		{"GF_ANALYTICS_CHECK_FOR_UPDATES", "false"},
		{"GF_ANALYTICS_REPORTING_ENABLED", "false"},
		{"GF_AUTH_ANONYMOUS_ENABLED", "true"},
		{"GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH", dashboardsPath + "mirrors.json"},
	}
	guarded := m.p.PasswordFile != ""
	if guarded { // Grafana's documentation, Configure a Grafana Docker image: Docker secrets
		s.Environment = append(s.Environment, KeyValue{"GF_SECURITY_ADMIN_PASSWORD__FILE", PasswordMount})
	}
	return &Container{
		Service: s, Block: "monitoring", Guarded: guarded,
		Files: []Mount{
			{Source: mirrorsFile, Target: dashboardsPath + "mirrors.json"},
			{Source: trafficFile, Target: dashboardsPath + "traffic.json"},
			{Source: providerFile, Target: provisioningDir + "dashboards/lab.yml"},
			{Source: dataSourceFile, Target: provisioningDir + "datasources/lab.yml"},
		},
		Health:        healthOf("http://127.0.0.1:3000/api/health"),
		Configuration: []string{dataSourceFile, providerFile, mirrorsFile, trafficFile},
	}
}

// monitoring publishes the ports of Prometheus and Grafana.
func (p portPlan) monitoring() {
	from := p.lab.Monitoring
	if from == nil {
		return
	}
	p.claim(from.Prometheus, "prometheus_port", from.PrometheusPort, PrometheusPort, "HTTP port of prometheus")
	if from.Grafana != nil {
		p.claim(from.Grafana, "grafana_port", from.GrafanaPort, GrafanaPort, "HTTP port of grafana")
	}
}

// scrapeWorkers is how many requests of Prometheus a gateway holds while every instance is
// stopped: it keeps each until the instance's response timeout.
func (m *maker) scrapeWorkers() int {
	from := m.lab.Monitoring
	gateways := len(m.p.SharedGateways())
	if from == nil || m.p.WebServer || gateways == 0 {
		return 0
	}
	held := int64(len(m.p.Instances)) * int64(min(mostGateways, gateways)) * longestScrape
	return int(held / (from.ScrapeInterval.Millis * int64(gateways)))
}
