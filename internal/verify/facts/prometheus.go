package facts

import (
	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/format/compose"
)

// PrometheusPath is the configuration of Prometheus in a generated lab.
const PrometheusPath = "monitoring/prometheus.yml"

// Scrape is a target that Prometheus asks for metrics, with its labels.
type Scrape struct {
	*File
	Job    string
	Target Word // with its port
	labels []setting
}

// Label is the value of a label, without a position where the target has none.
func (s *Scrape) Label(name string) Word { return valueOf(s.labels, name) }

// A RuleFile is a file of rules that Prometheus's configuration names, relative to its own place.
type RuleFile struct {
	*File
	Name Word
}

// A PasswordFile is where Prometheus finds the password of a job.
type PasswordFile struct {
	*File
	Job  string
	Path Word
}

// readPrometheus reads the rule files and the targets of Prometheus's configuration.
func (l *Facts) readPrometheus(f *File) {
	l.Rule = "prometheus"
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(f.Text), &document); err != nil {
		l.Report(f, Position{}, "Invalid YAML", "The YAML reader says: "+err.Error()+".", "Correct the file.")
		return
	}
	for _, root := range document.Content {
		for _, n := range mappingValue(root, "rule_files") {
			l.RuleFiles = append(l.RuleFiles, &RuleFile{f, Word{Text: n.Value, At: compose.PositionOf(n)}})
		}
		for _, job := range mappingValue(root, "scrape_configs") {
			name := ""
			for _, n := range mappingValue(job, "job_name") {
				name = n.Value
			}
			for _, login := range mappingValue(job, "basic_auth") {
				for _, n := range mappingValue(login, "password_file") {
					l.PasswordFiles = append(l.PasswordFiles, &PasswordFile{f, name, Word{Text: n.Value,
						At: compose.PositionOf(n)}})
				}
			}
			for _, config := range mappingValue(job, "static_configs") {
				l.Scrapes = append(l.Scrapes, scrapesOf(f, name, config)...)
			}
		}
	}
}

// scrapesOf are the targets of one static_configs element.
func scrapesOf(f *File, job string, config *yaml.Node) []*Scrape {
	var labels []setting
	if pairs := child(config, "labels"); pairs != nil {
		for i := 0; i+1 < len(pairs.Content); i += 2 {
			value := pairs.Content[i+1]
			word := Word{Text: value.Value, At: compose.PositionOf(value)}
			labels = append(labels, setting{Name: pairs.Content[i].Value, Word: word})
		}
	}
	var list []*Scrape
	for _, target := range mappingValue(config, "targets") {
		list = append(list, &Scrape{f, job, Word{Text: target.Value, At: compose.PositionOf(target)}, labels})
	}
	return list
}

// child is the value of a key of a mapping; nil for none.
func child(n *yaml.Node, key string) *yaml.Node {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// mappingValue lists the elements of a key's sequence, or its value alone.
func mappingValue(n *yaml.Node, key string) []*yaml.Node {
	switch value := child(n, key); {
	case value == nil:
		return nil
	case value.Kind == yaml.SequenceNode:
		return value.Content
	default:
		return []*yaml.Node{value}
	}
}

// scrapeReferences yields the addresses that Prometheus asks.
func (l *Facts) scrapeReferences(yield func(*Reference) bool) bool {
	for _, s := range l.Scrapes {
		host, port, _ := CutLast(s.Target.Text, ":")
		if !yield(&Reference{File: s.File, At: s.Target.At, Host: host, Port: Number(port), What: "The target of job ",
			of: s.Job}) {
			return false
		}
	}
	return true
}
