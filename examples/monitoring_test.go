package examples_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/toolstest"
)

// monitored is the directory of the example that has monitoring.
const monitored = "monitoring"

// Prometheus takes the configuration, and promtool finds nothing to remark on in it.
func TestPrometheusConfig(t *testing.T) {
	promtool := toolstest.Current(t, "promtool")
	out := passes(t, filepath.Join(monitored, "monitoring"), promtool, "check", "config", "--lint-fatal",
		"prometheus.yml")
	if !strings.Contains(out, "SUCCESS: 8 rules found") {
		t.Errorf("promtool says:\n%s", out)
	}
}

// The alert rules fire when they should, and clear afterwards.
func TestAlertRules(t *testing.T) {
	promtool := toolstest.Current(t, "promtool")
	rules, err := filepath.Abs(filepath.Join(monitored, "monitoring", "rules.yml"))
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join("testdata", "alerts.yml"))
	if err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	test := "rule_files: [" + rules + "]\n" + string(content)
	if err := os.WriteFile(filepath.Join(directory, "alerts.yml"), []byte(test), 0o644); err != nil {
		t.Fatal(err)
	}
	passes(t, directory, promtool, "test", "rules", "alerts.yml")

	// Every rule has a case in which it fires.
	var groups struct {
		Groups []struct{ Rules []struct{ Alert string } }
	}
	read, err := os.ReadFile(rules)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(read, &groups); err != nil {
		t.Fatal(err)
	}
	for _, group := range groups.Groups {
		for _, rule := range group.Rules {
			if !regexp.MustCompile(`alertname: ` + rule.Alert + `\n +exp_alerts:\n +- exp_labels`).Match(content) {
				t.Errorf("no case fires %s", rule.Alert)
			}
		}
	}
}

// A dashboard is what the tests look at of one of Grafana's.
type dashboard struct {
	UID    string `json:"uid"`
	Title  string `json:"title"`
	Panels []struct {
		ID         int    `json:"id"`
		Title      string `json:"title"`
		Type       string `json:"type"`
		Datasource struct {
			UID string `json:"uid"`
		} `json:"datasource"`
		GridPos struct{ X, Y, W, H int } `json:"gridPos"`
		Targets []struct {
			RefID string `json:"refId"`
			Expr  string `json:"expr"`
		} `json:"targets"`
	} `json:"panels"`
}

func dashboards(t *testing.T) []dashboard {
	t.Helper()
	var list []dashboard
	for _, name := range []string{"mirrors.json", "traffic.json"} {
		content, err := os.ReadFile(filepath.Join(monitored, "monitoring", name))
		if err != nil {
			t.Fatal(err)
		}
		var d dashboard
		if err := json.Unmarshal(content, &d); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		list = append(list, d)
	}
	return list
}

// rateInterval is what Grafana puts in the place of its own variable.
const rateInterval = "1m"

// Panels have what Grafana needs of them, cover no other, and ask what Prometheus can parse:
// each query is the expression of a rule that promtool checks.
func TestDashboards(t *testing.T) {
	promtool := toolstest.Current(t, "promtool")
	var rules strings.Builder
	rules.WriteString("groups:\n  - name: panels\n    rules:\n")
	count := 0
	for _, d := range dashboards(t) {
		var ids []int
		taken := map[[2]int]string{}
		for _, p := range d.Panels {
			if slices.Contains(ids, p.ID) || p.Title == "" || p.Datasource.UID != "prometheus" || len(p.Targets) == 0 ||
				!slices.Contains([]string{"timeseries", "state-timeline"}, p.Type) {
				t.Errorf("%s: panel %d %q", d.Title, p.ID, p.Title)
			}
			ids = append(ids, p.ID)
			for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
				for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
					if other := taken[[2]int{x, y}]; other != "" || x >= 24 {
						t.Fatalf("%s: panel %q covers %q, or leaves the page", d.Title, p.Title, other)
					}
					taken[[2]int{x, y}] = p.Title
				}
			}
			for _, target := range p.Targets {
				count++
				fmt.Fprintf(&rules, "      - record: panel:%d\n        expr: %q\n", count,
					strings.ReplaceAll(target.Expr, "$__rate_interval", rateInterval))
			}
		}
	}
	directory := t.TempDir()
	if err := os.WriteFile(filepath.Join(directory, "panels.yml"), []byte(rules.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	if out := passes(t, directory, promtool, "check", "rules", "panels.yml"); !strings.Contains(out,
		fmt.Sprintf("SUCCESS: %d rules found", count)) || count < 16 {
		t.Errorf("promtool says of %d queries:\n%s", count, out)
	}
}
