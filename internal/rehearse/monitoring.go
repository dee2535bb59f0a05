package rehearse

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/lab"
	"mirrorgen/internal/plan"
)

// monitoringLimit is how long targets may take until they are scraped, and alerts until they
// clear: the longest "for" of the lab's rules and a few scrapes.
const monitoringLimit = time.Minute

// prometheusBase is where Prometheus answers on this host, "" where the lab has none.
func prometheusBase(p *plan.Plan) string {
	if p.Monitoring == nil {
		return ""
	}
	return publishedBase(p, p.Monitoring.Prometheus.Service, plan.PrometheusPort)
}

// publishedBase is the URL of a service's published port, "" where it is not published.
func publishedBase(p *plan.Plan, s *plan.Service, port int) string {
	for _, published := range s.Ports {
		if published.Container == port {
			return fmt.Sprintf("http://%s:%d", p.Host, p.LocalPort(s.Name, published.Host))
		}
	}
	return ""
}

// A sample is an element of a result of Prometheus: with one value, or with several over time.
type sample struct {
	Metric map[string]string `json:"metric"`
	Value  []any             `json:"value"`
}

// prometheus asks Prometheus's API, and decodes the data of its answer.
func (l *rehearsedLab) prometheus(ctx context.Context, path string, query url.Values, data any) error {
	a := l.get(ctx, l.webClient(answerLimit), prometheusBase(l.plan)+"/api/v1/"+path+"?"+query.Encode(), false)
	if a.err != nil {
		return a.err
	}
	answer := struct {
		Status, Error string
		Data          any
	}{Data: data}
	if err := json.Unmarshal([]byte(a.body), &answer); err != nil {
		return fmt.Errorf("prometheus answers %s", a)
	}
	if answer.Status != "success" {
		return errors.New(cmp.Or(answer.Error, a.String()))
	}
	return nil
}

// query evaluates an expression now.
func (l *rehearsedLab) query(ctx context.Context, expression string) ([]sample, error) {
	var data struct{ Result []sample }
	err := l.prometheus(ctx, "query", url.Values{"query": {expression}}, &data)
	return data.Result, err
}

// eventually tries until there is nothing to complain about or the limit has passed, and
// returns the last complaint.
func eventually(ctx context.Context, limit time.Duration, try func() string) string {
	for end := time.Now().Add(limit); ; {
		complaint := try()
		if complaint == "" || time.Now().After(end) || ctx.Err() != nil {
			return complaint
		}
		time.Sleep(500 * time.Millisecond)
	}
}

// monitoring holds that Prometheus reaches everything, and that what alerts and dashboards
// ask for is there.
func monitoring(ctx context.Context, l *rehearsedLab, r *record) {
	complaint := eventually(ctx, monitoringLimit, func() string { return l.targetsDown(ctx) })
	r.checkf(complaint == "", cmp.Or(complaint, "they do"), "%s answer Prometheus",
		text.Plural(l.targets(), "target"))
	asked, err := readQueries(l.Artifacts)
	if err != nil {
		r.checkf(false, err.Error(), "rules and dashboards can be read")
		return
	}
	complaint = eventually(ctx, monitoringLimit, func() string { return l.metricsMissing(ctx, asked.metrics()) })
	r.checkf(complaint == "", cmp.Or(complaint, "they are"), "the %d metrics that alerts and panels ask for are "+
		"scraped", len(asked.metrics()))
	complaint = eventually(ctx, monitoringLimit, func() string { return l.panelsEmpty(ctx, asked.panels) })
	r.checkf(complaint == "", cmp.Or(complaint, "it has"), "every query of %d on the dashboards has a result",
		len(asked.panels))
	complaint = eventually(ctx, monitoringLimit, func() string { return l.alertsFiring(ctx, "") })
	r.checkf(complaint == "", cmp.Or(complaint, "none does"), "no alert fires while all is well")
	l.checkWatch(ctx, r)
	if g := l.plan.Monitoring.Grafana; g != nil {
		base := publishedBase(l.plan, g.Service, plan.GrafanaPort)
		path := "/api/datasources/proxy/uid/prometheus/api/v1/query?query=up"
		a := l.get(ctx, l.webClient(answerLimit), base+path, false)
		r.checkf(a.err == nil && a.code == http.StatusOK, a.String(), "%s reaches Prometheus through its data source",
			g.Name)
		if g.Guarded {
			l.checkAdministrator(ctx, r, base)
		}
	}
}

// checkAdministrator holds that Grafana's administrator has the lab's password, and not the
// image's own.
func (l *rehearsedLab) checkAdministrator(ctx context.Context, r *record, base string) {
	for _, c := range []struct {
		password, sentence string
		want               int
	}{
		{l.labPassword(), "Grafana's administrator has the lab's password", http.StatusOK},
		{"admin", "Grafana refuses the password that everybody knows", http.StatusUnauthorized},
	} {
		address := strings.Replace(base, "://", "://"+url.UserPassword("admin", c.password).String()+"@", 1)
		a := l.get(ctx, l.webClient(answerLimit), address+"/api/user", false)
		r.checkf(a.err == nil && a.code == c.want, a.String(), "%s", c.sentence)
	}
}

// targets is how many targets Prometheus has, itself included.
func (l *rehearsedLab) targets() int {
	m := l.plan.Monitoring
	return 1 + len(m.Instances) + len(m.HAProxy) + len(m.NGINX)
}

// targetsDown says which targets do not answer.
func (l *rehearsedLab) targetsDown(ctx context.Context) string {
	up, err := l.query(ctx, "count(up == 1)")
	if err != nil {
		return err.Error()
	}
	want := strconv.Itoa(l.targets())
	if len(up) == 1 && len(up[0].Value) == 2 && up[0].Value[1] == want {
		return ""
	}
	down, err := l.query(ctx, "topk(10, up == 0)")
	if err != nil {
		return err.Error()
	}
	var names []string
	for _, t := range down {
		names = append(names, strings.TrimSpace(t.Metric["job"]+" "+t.Metric["instance"]+" "+t.Metric["gateway"]))
	}
	return "not " + want + " are up; down: " + strings.Join(names, ", ")
}

// metricsMissing says which metrics no target has.
func (l *rehearsedLab) metricsMissing(ctx context.Context, names []string) string {
	var missing []string
	for _, name := range names {
		found, err := l.query(ctx, "count("+name+")")
		if err != nil {
			return err.Error()
		}
		if len(found) == 0 {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return ""
	}
	return "nobody has " + strings.Join(missing, ", ")
}

// alertSeries is what Prometheus itself makes of alerts: there is none while nothing fires.
const alertSeries = "ALERTS"

// panelsEmpty says which panels' queries have no result, but for those that show alerts.
func (l *rehearsedLab) panelsEmpty(ctx context.Context, panels []Panel) string {
	var empty []string
	for _, p := range panels {
		found, err := l.query(ctx, p.Query)
		if err != nil {
			return p.Title + ": " + err.Error()
		}
		if len(found) == 0 && !strings.Contains(p.Query, alertSeries) {
			empty = append(empty, p.Title+": "+p.Query)
		}
	}
	return strings.Join(empty, "; ")
}

// alertsFiring says which alerts fire now for a mirror, or for anything where it is "".
func (l *rehearsedLab) alertsFiring(ctx context.Context, mirror string) string {
	selector := alertSeries + `{alertstate="firing"`
	if mirror != "" {
		selector += fmt.Sprintf(", mirror=%q", mirror)
	}
	found, err := l.query(ctx, selector+"}")
	if err != nil {
		return err.Error()
	}
	return alertNames(found)
}

// alertNames lists the alerts of a result, each once.
func alertNames(samples []sample) string {
	var list []string
	for _, s := range samples {
		name := s.Metric["alertname"]
		if of := cmp.Or(s.Metric["instance"], s.Metric["gateway"], s.Metric["mirror"]); of != "" {
			name += " of " + of
		}
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// scrapesToSee is how many scrapes a state has to last for Prometheus to be sure to see it: one
// may fall before it, one is evaluated after it.
const scrapesToSee = 3

// checkAlerts holds that the alerts of a mirror that has had no primary for a while have fired
// since a trial began, and that all clear. A time that is too short to be seen is not looked at.
func (l *rehearsedLab) checkAlerts(ctx context.Context, r *record, headless time.Duration, began time.Time) {
	if prometheusBase(l.plan) == "" || ctx.Err() != nil {
		return
	}
	mirror := r.mirror.Name
	interval, err := time.ParseDuration(l.plan.Monitoring.ScrapeInterval)
	if least := scrapesToSee * interval.Seconds() / headless.Seconds(); err != nil || l.TimeScale < least {
		l.logf("  alerts are not looked at: %s may be without a primary for %.1f s only, and Prometheus asks every "+
			"%s; --time-scale %.2g", mirror, headless.Seconds()*l.TimeScale, l.plan.Monitoring.ScrapeInterval, least)
		return
	}
	for _, alert := range []string{"NoPrimary", "FailoverNotReady"} {
		expression := fmt.Sprintf("max_over_time(%s{alertstate=\"firing\", mirror=%q, alertname=%q}[%ds])", alertSeries,
			mirror, alert, int(time.Since(began).Seconds()))
		found, err := l.query(ctx, expression)
		seen := "it did"
		if err != nil {
			seen = err.Error()
		} else if len(found) == 0 {
			seen = "it did not"
		}
		r.checkf(err == nil && len(found) > 0, seen, "the alert %s fires for %s", alert, mirror)
	}
	complaint := eventually(ctx, monitoringLimit, func() string { return l.alertsFiring(ctx, mirror) })
	r.checkf(complaint == "", cmp.Or(complaint, "they do"), "the alerts of %s clear afterwards", mirror)
}

// A Panel is a query of a dashboard, as Grafana sends it.
type Panel struct {
	Dashboard, Title, Query, Legend string
	Unit                            string
	States                          bool // values are states, one row a series
}

// queries are what a lab's rules and dashboards ask Prometheus.
type queries struct {
	rules  []string // expressions
	panels []Panel
}

// rateInterval is what Grafana puts in the place of its own variable.
const rateInterval = "15s"

// metricName finds the metrics in an expression: of IRIS, the balancers, certificates, and
// Prometheus's up.
var metricName = regexp.MustCompile(`\b(?:(?:iris|haproxy|nginx)_\w+|` + plan.ExpiryMetric + `|` +
	plan.RenewalMetric + `|up)\b`)

// metrics lists the metrics that are asked for.
func (q queries) metrics() []string {
	var list []string
	for _, expression := range q.rules {
		list = append(list, metricName.FindAllString(expression, -1)...)
	}
	for _, p := range q.panels {
		list = append(list, metricName.FindAllString(p.Query, -1)...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// readQueries reads the rules and dashboards of a lab.
func readQueries(artifacts []lab.Artifact) (queries, error) {
	var q queries
	for _, a := range artifacts {
		directory, name := path.Split(a.Path)
		var err error
		switch {
		case directory != "monitoring/":
		case name == "rules.yml":
			err = q.readRules(a.Content)
		case path.Ext(name) == ".json":
			err = q.readDashboard(a.Content)
		}
		if err != nil {
			return q, fmt.Errorf("%s: %w", a.Path, err)
		}
	}
	return q, nil
}

func (q *queries) readRules(content []byte) error {
	var file struct {
		Groups []struct{ Rules []struct{ Expr string } }
	}
	if err := yaml.Unmarshal(content, &file); err != nil {
		return err
	}
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			q.rules = append(q.rules, rule.Expr)
		}
	}
	return nil
}

func (q *queries) readDashboard(content []byte) error {
	var d struct {
		Title  string
		Panels []struct {
			Title, Type string
			FieldConfig struct{ Defaults struct{ Unit string } }
			Targets     []struct{ Expr, LegendFormat string }
		}
	}
	if err := json.Unmarshal(content, &d); err != nil {
		return err
	}
	for _, p := range d.Panels {
		for _, target := range p.Targets {
			q.panels = append(q.panels, Panel{d.Title, p.Title,
				strings.ReplaceAll(target.Expr, "$__rate_interval", rateInterval), target.LegendFormat,
				p.FieldConfig.Defaults.Unit, p.Type == "state-timeline"})
		}
	}
	return nil
}
