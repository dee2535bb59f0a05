package rehearse_test

import (
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"math"
	"net/http"
	"net/url"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"mirrorgen/internal/lab"
	"mirrorgen/internal/plan"
)

// pictureVariable names the file that the rehearsal of the example with monitoring draws its
// dashboards into: docs/monitoring.svg was made so.
const pictureVariable = "MIRRORGEN_PICTURE"

// A dashboardPanel is what is drawn of a panel of a dashboard.
type dashboardPanel struct {
	Title, Type string
	GridPos     struct{ X, Y, W, H int }
	FieldConfig struct {
		Defaults struct {
			Unit     string
			Mappings []struct {
				Options map[string]struct{ Text, Color string }
			}
		}
	}
	Targets []struct {
		Expr, LegendFormat string
	}
	series []series
}

// A series is what a query of a panel gave: values at seconds of the epoch.
type series struct {
	name   string
	at     []float64
	values []float64
}

// A drawnDashboard is a dashboard of the lab, with what its queries gave.
type drawnDashboard struct {
	Title  string
	Panels []*dashboardPanel
}

// dashboardsOf reads the dashboards of a lab.
func dashboardsOf(artifacts []lab.Artifact) ([]*drawnDashboard, error) {
	var list []*drawnDashboard
	for _, a := range artifacts {
		if path.Dir(a.Path) != "monitoring" || path.Ext(a.Path) != ".json" {
			continue
		}
		d := &drawnDashboard{}
		if err := json.Unmarshal(a.Content, d); err != nil {
			return nil, fmt.Errorf("%s: %w", a.Path, err)
		}
		list = append(list, d)
	}
	return list, nil
}

// A painter asks a lab's Prometheus for what its dashboards show, again and again while the lab
// runs, and keeps the last answers.
type painter struct {
	dashboards []*drawnDashboard
	base       string
	began      time.Time
	end        context.CancelFunc
	done       sync.WaitGroup
}

// paint begins to ask.
func paint(ctx context.Context, p *plan.Plan, artifacts []lab.Artifact) (*painter, error) {
	dashboards, err := dashboardsOf(artifacts)
	if err != nil {
		return nil, err
	}
	pt := &painter{dashboards: dashboards, base: fmt.Sprintf("http://127.0.0.1:%d",
		p.Monitoring.Prometheus.Ports[0].Host), began: time.Now()}
	ctx, pt.end = context.WithCancel(ctx)
	pt.done.Go(func() {
		for ctx.Err() == nil {
			for _, d := range dashboards {
				for _, panel := range d.Panels {
					pt.ask(ctx, panel)
				}
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	})
	return pt, nil
}

// stop ends the questions, and draws.
func (p *painter) stop() string {
	p.end()
	p.done.Wait()
	return draw(p.dashboards)
}

// ask keeps what the queries of a panel give, where Prometheus answers.
func (p *painter) ask(ctx context.Context, panel *dashboardPanel) {
	var list []series
	for _, target := range panel.Targets {
		query := url.Values{"query": {strings.ReplaceAll(target.Expr, "$__rate_interval", "15s")},
			"start": {fmt.Sprint(p.began.Unix())}, "end": {fmt.Sprint(time.Now().Unix())}, "step": {"1"}}
		address := p.base + "/api/v1/query_range?" + query.Encode()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return
		}
		var answer struct {
			Data struct {
				Result []struct {
					Metric map[string]string
					Values [][2]any
				}
			}
		}
		err = json.NewDecoder(response.Body).Decode(&answer)
		response.Body.Close()
		if err != nil {
			return
		}
		for _, r := range answer.Data.Result {
			s := series{name: legend(target.LegendFormat, r.Metric)}
			for _, v := range r.Values {
				text, _ := v[1].(string)
				at, _ := v[0].(float64)
				if value, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(value) {
					s.at, s.values = append(s.at, at), append(s.values, value)
				}
			}
			list = append(list, s)
		}
	}
	if len(list) > 0 {
		slices.SortFunc(list, func(a, b series) int { return cmp.Compare(a.name, b.name) })
		panel.series = list
	}
}

var legendLabel = regexp.MustCompile(`\{\{(\w+)\}\}`)

// legend is the name of a series, as Grafana makes it.
func legend(format string, labels map[string]string) string {
	name := legendLabel.ReplaceAllStringFunc(format, func(s string) string { return labels[strings.Trim(s, "{}")] })
	return strings.Join(strings.Fields(name), " ")
}

// The picture, in pixels: a dashboard has 24 columns.
const (
	columnWidth = 42
	rowHeight   = 24
	headHeight  = 40
	margin      = 6
)

// colors are Grafana's, and those of lines.
var (
	colors = map[string]string{"green": "#3d9a50", "blue": "#3274d9", "light-blue": "#8ab8ff", "yellow": "#e0b400",
		"orange": "#ff9830", "red": "#e02f44", "dark-red": "#a31626", "text": "#8e8e8e"}
	lineColors = []string{"#3d9a50", "#3274d9", "#e0b400", "#e02f44", "#8f3bb8", "#ff9830", "#56a5a5", "#8e8e8e",
		"#b877d9", "#705da0"}
)

// span is the time that all series of the dashboards take.
func span(dashboards []*drawnDashboard) (from, to float64) {
	from, to = math.Inf(1), math.Inf(-1)
	for _, d := range dashboards {
		for _, p := range d.Panels {
			for _, s := range p.series {
				for _, at := range s.at {
					from, to = min(from, at), max(to, at)
				}
			}
		}
	}
	return from, max(to, from+1)
}

// draw is an SVG of the dashboards, one below the other.
func draw(dashboards []*drawnDashboard) string {
	var b strings.Builder
	from, to := span(dashboards)
	top := 0
	for _, d := range dashboards {
		fmt.Fprintf(&b, `<text x="%d" y="%d" font-size="18" font-weight="bold">%s</text>`+"\n", margin, top+26,
			html.EscapeString(d.Title))
		bottom := 0
		for _, p := range d.Panels {
			x, y := p.GridPos.X*columnWidth+margin/2, top+headHeight+p.GridPos.Y*rowHeight+margin/2
			w, h := p.GridPos.W*columnWidth-margin, p.GridPos.H*rowHeight-margin
			fmt.Fprintf(&b, `<g transform="translate(%d %d)"><rect width="%d" height="%d" fill="#fff" stroke="#ccc"/>`+
				`<text x="8" y="17" font-weight="bold">%s</text>`+"\n", x, y, w, h, html.EscapeString(p.Title))
			if p.Type == "state-timeline" {
				drawStates(&b, p, w, h, from, to)
			} else {
				drawLines(&b, p, w, h, from, to)
			}
			b.WriteString("</g>\n")
			bottom = max(bottom, p.GridPos.Y+p.GridPos.H)
		}
		top += headHeight + bottom*rowHeight
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" `+
		`font-size="11" fill="#222"><rect width="100%%" height="100%%" fill="#f4f5f5"/>`+"\n%s</svg>\n",
		24*columnWidth, top+margin, b.String())
}

// left is where the curves of a panel begin.
const left = 130

// scaleOf places seconds of the epoch in a panel, and draws its axis of time.
func scaleOf(b *strings.Builder, w, h int, from, to float64) func(float64) float64 {
	at := func(t float64) float64 { return left + (t-from)/(to-from)*float64(w-left-12) }
	for s := 0.0; s <= to-from; s += 20 {
		fmt.Fprintf(b, `<text x="%.1f" y="%d" fill="#888" text-anchor="middle">%g s</text>`+"\n", at(from+s), h-6, s)
	}
	return at
}

// drawStates draws a row for each series, of one rectangle for each time in which its value stays.
func drawStates(b *strings.Builder, p *dashboardPanel, w, h int, from, to float64) {
	at := scaleOf(b, w, h, from, to)
	if len(p.series) == 0 {
		return
	}
	height := min(26, float64(h-48)/float64(len(p.series)))
	for row, s := range p.series {
		y := 26 + float64(row)*height
		fmt.Fprintf(b, `<text x="8" y="%.1f">%s</text>`+"\n", y+height*0.65, html.EscapeString(s.name))
		for i := 0; i < len(s.at); {
			j := i + 1
			for j < len(s.at) && s.values[j] == s.values[i] && s.at[j]-s.at[j-1] < 1.5 {
				j++
			}
			text, color := strconv.FormatFloat(s.values[i], 'g', -1, 64), "text"
			for _, mapping := range p.FieldConfig.Defaults.Mappings {
				if m, found := mapping.Options[text]; found {
					text, color = m.Text, m.Color
				}
			}
			x, width := at(s.at[i]), at(s.at[j-1]+1)-at(s.at[i])
			fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", x, y, width,
				height*0.85, colors[color])
			if width > float64(7*len(text)) {
				fmt.Fprintf(b, `<text x="%.1f" y="%.1f" fill="#fff">%s</text>`+"\n", x+4, y+height*0.6,
					html.EscapeString(text))
			}
			i = j
		}
	}
}

// drawLines draws a line for each series, and its name beside.
func drawLines(b *strings.Builder, p *dashboardPanel, w, h int, from, to float64) {
	at := scaleOf(b, w, h, from, to)
	most := 0.0
	for _, s := range p.series {
		for _, v := range s.values {
			most = max(most, v)
		}
	}
	most = cmp.Or(most, 1)
	bottom := float64(h - 24)
	fmt.Fprintf(b, `<path d="M%d 28V%.1fH%d" fill="none" stroke="#bbb"/><text x="%d" y="36" fill="#888" `+
		`text-anchor="end">%.3g</text>`+"\n", left, bottom, w-12, left-4, most)
	step := min(14, (bottom-40)/float64(max(1, len(p.series))))
	for n, s := range p.series {
		color := lineColors[n%len(lineColors)]
		fmt.Fprintf(b, `<text x="8" y="%.1f" fill="%s" font-size="%.1f">%s</text>`+"\n", 52+float64(n)*step, color,
			min(11, step*0.9, 220/float64(max(1, len(s.name)))), html.EscapeString(s.name))
		var d strings.Builder
		for i := range s.at {
			command := "L"
			if i == 0 || s.at[i]-s.at[i-1] > 1.5 {
				command = "M"
			}
			fmt.Fprintf(&d, "%s%.1f %.1f", command, at(s.at[i]), bottom-s.values[i]/most*(bottom-30))
		}
		fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s" stroke-width="1.5"/>`+"\n", d.String(), color)
	}
}

// writePicture draws the dashboards of a lab while it is rehearsed, where the environment names a
// file for that.
func writePicture(t *testing.T, p *plan.Plan, artifacts []lab.Artifact) {
	t.Helper()
	file := os.Getenv(pictureVariable)
	if file == "" {
		return
	}
	painter, err := paint(t.Context(), p, artifacts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.WriteFile(file, []byte(painter.stop()), 0o644); err != nil {
			t.Error(err)
		}
	})
}

// A picture is well-formed, and has the panels with their states, lines and gaps.
func TestDraw(t *testing.T) {
	var d drawnDashboard
	if err := json.Unmarshal([]byte(`{"title": "a & b", "panels": [
		{"title": "roles", "type": "state-timeline", "gridPos": {"x": 0, "y": 0, "w": 24, "h": 6},
			"fieldConfig": {"defaults": {"mappings": [{"options": {"2": {"text": "Primary", "color": "green"}}}]}}},
		{"title": "load", "type": "timeseries", "gridPos": {"x": 0, "y": 6, "w": 12, "h": 6}}]}`), &d); err != nil {
		t.Fatal(err)
	}
	d.Panels[0].series = []series{{"one", []float64{0, 1, 2, 10, 11}, []float64{2, 2, 2, 2, 3}}}
	d.Panels[1].series = []series{{"two", []float64{0, 1, 5, 6}, []float64{0, 4, 4, 2}}}
	picture := draw([]*drawnDashboard{&d})
	for decoder := xml.NewDecoder(strings.NewReader(picture)); ; {
		if _, err := decoder.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("%v\n%s", err, picture)
		}
	}
	if got := strings.Count(picture, `fill="#3d9a50"/>`); got != 2 {
		t.Errorf("%d times primary, want 2: the gap parts them\n%s", got, picture)
	}
	for _, want := range []string{"a &amp; b", ">Primary<", `fill="#8e8e8e"/>`, `M130.0`} {
		if !strings.Contains(picture, want) {
			t.Errorf("no %s in\n%s", want, picture)
		}
	}
	if strings.Count(picture[strings.LastIndex(picture, `<path d="M`):], "M") != 2 {
		t.Errorf("the line has no gap\n%s", picture)
	}
	if got := legend("{{a}} on {{b}} {{c}}", map[string]string{"a": "x", "b": "y"}); got != "x on y" {
		t.Errorf("legend %q", got)
	}
}
