package templates

import (
	"io/fs"
	"strings"

	"mirrorgen/internal/plan"
)

const (
	plainFile  fs.FileMode = 0o644
	scriptFile fs.FileMode = 0o755
)

// A row is one kind of artifact. NAME in its template and in its path stands for
// the name of each thing that has an artifact of its own.
type row struct {
	template string // below this folder
	path     string // below the generated directory
	format   string // what the file is, for lists
	mode     fs.FileMode
	when     func(*plan.Plan) bool // nil for every lab
	each     func(*plan.Plan) []one
	one      string // what .One is, for lists; "" where each is nil
	digested bool   // a compose file has its digest in a label: see [dot.Digest]
	only     string // name of the only target that has it; "" for all
	// workloads are the services whose workloads it has, given .One; nil where it has none.
	workloads func(p *plan.Plan, one any) []*plan.Service
}

// A one is a thing that has an artifact of its own.
type one struct {
	name  string
	value any
}

// table has a row for each kind of artifact. The configurations stand first,
// because compose files wait for them, and then what takes longest.
var table = []row{
	{template: "nginx/nginx.conf.tmpl", path: "nginx/NAME.conf", format: "nginx", mode: plainFile,
		each: nginxes, one: "one of .Plan.NGINX", digested: true},
	{template: "haproxy/haproxy.cfg.tmpl", path: "haproxy/NAME.cfg", format: "haproxy", mode: plainFile,
		each: haproxies, one: "one of .Plan.HAProxy", digested: true},
	{template: "webgateway/CSP.ini.tmpl", path: "webgateway/NAME.ini", format: "ini", mode: plainFile,
		each: gatewayConfigs, one: "one of .Plan.GatewayConfigs", digested: true},
	{template: "webgateway/CSP.conf.tmpl", path: "webgateway/CSP.conf", format: "apache", mode: plainFile,
		when: hasGateways, digested: true},
	{template: "compose/prometheus.yml.tmpl", path: "monitoring/prometheus.yml", format: "yaml", mode: plainFile,
		when: isMonitored, digested: true},
	{template: "compose/prometheus-rules.yml.tmpl", path: "monitoring/rules.yml", format: "yaml", mode: plainFile,
		when: isMonitored, digested: true},
	{template: "compose/grafana-datasource.yml.tmpl", path: "monitoring/grafana-datasource.yml", format: "yaml",
		mode: plainFile, when: hasGrafana, digested: true},
	{template: "compose/grafana-dashboards.yml.tmpl", path: "monitoring/grafana-dashboards.yml", format: "yaml",
		mode: plainFile, when: hasGrafana, digested: true},
	{template: "compose/grafana-mirrors.json.tmpl", path: "monitoring/mirrors.json", format: "json", mode: plainFile,
		when: hasGrafana, digested: true},
	{template: "compose/grafana-traffic.json.tmpl", path: "monitoring/traffic.json", format: "json", mode: plainFile,
		when: hasGrafana, digested: true},

	{template: "docs/README.en.md.tmpl", path: "README.md", format: "markdown", mode: plainFile, when: speaksEnglish},
	{template: "docs/README.NAME.md.tmpl", path: "README.NAME.md", format: "markdown", mode: plainFile,
		each: otherLanguages, one: "the language, as .Plan.Languages has it"},
	{template: "docs/ENDPOINTS.en.md.tmpl", path: "ENDPOINTS.md", format: "markdown", mode: plainFile,
		when: speaksEnglish},
	{template: "docs/ENDPOINTS.NAME.md.tmpl", path: "ENDPOINTS.NAME.md", format: "markdown", mode: plainFile,
		each: otherLanguages, one: "the language, as .Plan.Languages has it"},
	{template: "docs/DRILLS.en.md.tmpl", path: "DRILLS.md", format: "markdown", mode: plainFile,
		when: speaksEnglish},
	{template: "docs/DRILLS.NAME.md.tmpl", path: "DRILLS.NAME.md", format: "markdown", mode: plainFile,
		each: otherLanguages, one: "the language, as .Plan.Languages has it"},

	{template: "compose/docker-compose.yaml.tmpl", path: plan.ComposePath, format: "yaml", mode: plainFile,
		only: compose, each: composeFile, one: "the one of .Plan.ComposeParts, nothing where there are several"},
	{template: "compose/part.yaml.tmpl", path: "compose/NAME.yaml", format: "yaml", mode: plainFile, only: compose,
		when: (*plan.Plan).SplitCompose, each: composeParts, one: "one of .Plan.ComposeParts"},

	{template: "scripts/start.sh.tmpl", path: "start.sh", format: "bash", mode: scriptFile, only: compose},
	{template: "scripts/stop.sh.tmpl", path: "stop.sh", format: "bash", mode: scriptFile, only: compose},
	{template: "scripts/status.sh.tmpl", path: "status.sh", format: "bash", mode: scriptFile},
	{template: "scripts/drill.sh.tmpl", path: "drill.sh", format: "bash", mode: scriptFile},
	{template: "docs/lab.svg.tmpl", path: "lab.svg", format: "svg", mode: plainFile},
	{template: "docs/gitignore.tmpl", path: ".gitignore", format: "gitignore", mode: plainFile},

	{template: "iris/instances.sh.tmpl", path: "iris/instances.sh", format: "bash", mode: plainFile, only: compose,
		each: wholeTable, one: "the .InstanceTable of .Plan, or of a mirror"},
	{template: "iris/instances.sh.tmpl", path: "iris/instances/NAME.sh", format: "bash", mode: plainFile,
		only: kubernetes, each: mirrorTables, one: "the .InstanceTable of .Plan, or of a mirror"},
	{template: "iris/wait-for-mirror.sh.tmpl", path: "iris/wait-for-mirror.sh", format: "bash", mode: scriptFile,
		only: kubernetes, when: startsInstances},
	{template: "iris/before-start.sh.tmpl", path: "iris/before-start.sh", format: "bash", mode: scriptFile,
		when: startsInstances},
	{template: "iris/after-start.sh.tmpl", path: "iris/after-start.sh", format: "bash", mode: scriptFile,
		when: hasInstances},
	{template: "iris/health.sh.tmpl", path: "iris/health.sh", format: "bash", mode: scriptFile, when: hasInstances},
	{template: "iris/MirrorLab.REST.cls.tmpl", path: "iris/MirrorLab.REST.cls", format: "class", mode: plainFile,
		when: hasDemo},
	{template: "iris/MirrorLab.Record.cls.tmpl", path: "iris/MirrorLab.Record.cls", format: "class", mode: plainFile,
		when: hasDemo},
	{template: "iris/member.cpf.tmpl", path: "iris/merge/NAME.cpf", format: "cpf", mode: plainFile,
		each: mirrorMembers, one: "a member of one of .Plan.Mirrors"},
	{template: "iris/operator.cpf.tmpl", path: "iris/merge/NAME.cpf", format: "cpf", mode: plainFile,
		only: kubernetes, each: operatedMirrors, one: "one of .Plan.Mirrors"},
	{template: "iris/application-server.cpf.tmpl", path: "iris/merge/NAME.cpf", format: "cpf", mode: plainFile,
		each: applicationServers, one: "one of .Plan.ApplicationServers, as an instance"},

	{template: "kubernetes/start.sh.tmpl", path: "start.sh", format: "bash", mode: scriptFile, only: kubernetes},
	{template: "kubernetes/stop.sh.tmpl", path: "stop.sh", format: "bash", mode: scriptFile, only: kubernetes},
	{template: "kubernetes/kustomization.yaml.tmpl", path: plan.KustomizationPath, format: "yaml", mode: plainFile,
		only: kubernetes},
	{template: "kubernetes/namespace.yaml.tmpl", path: "namespace.yaml", format: "yaml", mode: plainFile,
		only: kubernetes},
	{template: "kubernetes/arbiter.yaml.tmpl", path: "arbiter.yaml", format: "yaml", mode: plainFile,
		only: kubernetes, when: hasArbiters, workloads: arbiterServices},
	{template: "kubernetes/mirror.yaml.tmpl", path: "mirrors/NAME.yaml", format: "yaml", mode: plainFile,
		only: kubernetes, each: ownMirrors, one: "one of .Plan.Mirrors", workloads: memberServices},
	{template: "kubernetes/iris-cluster.yaml.tmpl", path: "mirrors/NAME.yaml", format: "yaml", mode: plainFile,
		only: kubernetes, each: operatedMirrors, one: "one of .Plan.Mirrors"},
	{template: "kubernetes/operator-names.yaml.tmpl", path: plan.OperatorNamesPath, format: "yaml", mode: plainFile,
		only: kubernetes, when: (*plan.Plan).Operated},
	{template: "kubernetes/application-servers.yaml.tmpl", path: "application-servers.yaml", format: "yaml",
		mode: plainFile, only: kubernetes, when: hasApplicationServers, workloads: applicationServices},
	{template: "kubernetes/gateways.yaml.tmpl", path: "gateways.yaml", format: "yaml", mode: plainFile,
		only: kubernetes, when: hasGateways, workloads: gatewayServices},
	{template: "kubernetes/nginx.yaml.tmpl", path: "nginx.yaml", format: "yaml", mode: plainFile,
		only: kubernetes, when: hasNGINX, workloads: nginxServices},
	{template: "kubernetes/haproxy.yaml.tmpl", path: "haproxy.yaml", format: "yaml", mode: plainFile,
		only: kubernetes, when: hasHAProxy, workloads: haproxyServices},
	{template: "kubernetes/services.yaml.tmpl", path: "services.yaml", format: "yaml", mode: plainFile,
		only: kubernetes, when: hasContainers, workloads: containerServices},
	{template: "kubernetes/monitoring.yaml.tmpl", path: "monitoring.yaml", format: "yaml", mode: plainFile,
		only: kubernetes, when: isMonitored},
}

// Names of the targets, for rows that only one of them has.
var (
	compose    = plan.Compose.String()
	kubernetes = plan.Kubernetes.String()
)

func hasGateways(p *plan.Plan) bool           { return len(p.Gateways) > 0 }
func hasArbiters(p *plan.Plan) bool           { return len(p.Arbiters) > 0 }
func hasNGINX(p *plan.Plan) bool              { return len(p.NGINX) > 0 }
func hasHAProxy(p *plan.Plan) bool            { return len(p.HAProxy) > 0 }
func hasApplicationServers(p *plan.Plan) bool { return len(p.ApplicationServers) > 0 }
func hasContainers(p *plan.Plan) bool         { return len(p.OwnContainers()) > 0 }
func isMonitored(p *plan.Plan) bool           { return p.Monitoring != nil }
func hasGrafana(p *plan.Plan) bool            { return isMonitored(p) && p.Monitoring.Grafana != nil }
func hasInstances(p *plan.Plan) bool          { return len(p.Instances) > 0 }
func startsInstances(p *plan.Plan) bool       { return hasInstances(p) && !p.Operated() }
func hasDemo(p *plan.Plan) bool               { return p.DemoApplication }

// wholeTable is the table of instances of a lab that has any.
func wholeTable(p *plan.Plan) []one {
	if !hasInstances(p) {
		return nil
	}
	return []one{{value: p.InstanceTable()}}
}

// mirrorTables are those of each mirror, which then change with that mirror alone.
func mirrorTables(p *plan.Plan) []one {
	list := mirrorsThat(p, true)
	for i, m := range p.Mirrors {
		list[i].value = m.InstanceTable()
	}
	return list
}

// ownMirrors are the mirrors whose members are workloads of the lab's own, and
// operatedMirrors those that InterSystems' operator makes.
func ownMirrors(p *plan.Plan) []one { return mirrorsThat(p, !p.Operated()) }

func operatedMirrors(p *plan.Plan) []one { return mirrorsThat(p, p.Operated()) }

func mirrorsThat(p *plan.Plan, are bool) []one {
	if !are {
		return nil
	}
	return ones(p.Mirrors, func(m *plan.Mirror) string { return m.Name })
}

func nginxes(p *plan.Plan) []one {
	return ones(p.NGINX, func(n *plan.NGINX) string { return n.Name })
}

func haproxies(p *plan.Plan) []one {
	return ones(p.HAProxy, func(h *plan.HAProxy) string { return h.Name })
}

func gatewayConfigs(p *plan.Plan) []one {
	return ones(p.GatewayConfigs, func(g *plan.GatewayConfig) string { return strings.TrimSuffix(g.File, ".ini") })
}

func applicationServers(p *plan.Plan) []one {
	list := ones(p.ApplicationServers, func(a *plan.ApplicationServer) string { return a.Name })
	for i, a := range p.ApplicationServers {
		list[i].value = a.Instance
	}
	return list
}

func mirrorMembers(p *plan.Plan) []one {
	var list []one
	if p.Operated() {
		return nil // they share the merge file of their mirror
	}
	for _, m := range p.Mirrors {
		list = append(list, ones(m.Members, func(m *plan.Member) string { return m.Name })...)
	}
	return list
}

// english is the language of README.md.
const english = "en"

func speaksEnglish(p *plan.Plan) bool {
	for _, language := range p.Languages {
		if language == english {
			return true
		}
	}
	return false
}

func otherLanguages(p *plan.Plan) []one {
	var list []one
	for _, language := range p.Languages {
		if language != english {
			list = append(list, one{language, language})
		}
	}
	return list
}

// composeFile is docker-compose.yaml, which holds no service of a large lab.
func composeFile(p *plan.Plan) []one {
	if p.SplitCompose() {
		return []one{{}}
	}
	return []one{{value: p.ComposeParts()[0]}}
}

func composeParts(p *plan.Plan) []one {
	return ones(p.ComposeParts(), func(c *plan.ComposePart) string {
		return strings.TrimSuffix(strings.TrimPrefix(c.Path, "compose/"), ".yaml")
	})
}

// ones lists things with their names.
func ones[T any](things []T, name func(T) string) []one {
	list := make([]one, len(things))
	for i, thing := range things {
		list[i] = one{name(thing), thing}
	}
	return list
}

// A job is one artifact to be.
type job struct {
	row
	dot dot
}

// jobs lists the artifacts of a plan: those that compose files have digests of
// first.
func jobs(p *plan.Plan, rows []row) []job {
	var list []job
	for _, r := range rows {
		if r.only != "" && r.only != p.Target().String() {
			continue
		}
		if r.when != nil && !r.when(p) {
			continue
		}
		each := []one{{}}
		if r.each != nil {
			each = r.each(p)
		}
		for _, o := range each {
			named := r
			named.template = strings.ReplaceAll(r.template, "NAME", o.name)
			named.path = strings.ReplaceAll(r.path, "NAME", o.name)
			list = append(list, job{named, dot{Plan: p, One: o.value}})
		}
	}
	return list
}
