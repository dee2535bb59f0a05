package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// The services that the monitoring block makes.
const (
	prometheusName = "prometheus"
	grafanaName    = "grafana"
)

// monitoring decodes the monitoring block, which makes services of fixed names.
func (d *decoder) monitoring(b *hcl.Block) *Monitoring {
	m := &Monitoring{Decl: d.declare(b), PrometheusPort: 9090, GrafanaPort: 3000,
		Retention: Duration{"15d", 1_296_000_000}, ScrapeInterval: Duration{"5s", 5000}}
	decode(d, d.language.monitoring, b.Body, &m.Decl, m)
	m.Prometheus = d.monitoringService(m, prometheusName)
	if m.GrafanaPort != 0 {
		m.Grafana = d.monitoringService(m, grafanaName)
	}
	return m
}

// monitoringService declares a service of the monitoring block, whose name nothing else has.
func (d *decoder) monitoringService(m *Monitoring, name string) *Service {
	s := &Service{Decl: m.Decl, Kind: name, Compose: cty.NilVal}
	s.Name = name
	if first := d.names[name]; first != nil {
		d.errorf(m.Range, "Duplicate name",
			"monitoring makes a service %q, and that is already the name of the %s at %s. Rename that one.", name,
			first.Kind, first.NameRange)
	} else {
		d.names[name] = s
	}
	d.services = append(d.services, s)
	return s
}

// isMonitoring reports whether a service is one of the monitoring block.
func (s *Service) isMonitoring() bool { return s.Kind == prometheusName || s.Kind == grafanaName }

// checkMonitoring makes sure that Prometheus finds the instances, and notes what it is.
func (d *decoder) checkMonitoring(lab *Lab) {
	m := lab.Monitoring
	if m == nil {
		return
	}
	release, known := imageRelease(lab.Images.Prometheus, prometheusName)
	m.ByContentType = known && !release.Before(3, 0)
	defer d.leave(d.enter(&m.Decl))
	if len(lab.WebGateways) == 0 && !lab.Images.Version.WebServer() &&
		len(lab.Mirrors)+len(lab.ApplicationServers) > 0 {
		d.errorf(m.Range, "Monitoring without a gateway",
			"Instances of %s have no web server of their own, and the lab has no web gateway, so Prometheus "+
				"cannot ask them for their metrics. Add: web_gateway \"webgw\" {}", lab.Images.Version)
	}
}
