package compose_test

import (
	"encoding/json"
	"strings"
	"testing"

	"mirrorgen/internal/format/compose"
)

// What Compose would refuse is told at its path, in words of the topology.
func TestCheckService(t *testing.T) {
	for _, c := range []struct{ keys, want string }{
		{`{"image": "a", "x-mine": 1, "healthcheck": {"interval": "1s"}}`, ""},
		{`{"depnds_on": ["a"]}`,
			`depnds_on: Compose knows no key "depnds_on" in a service. Did you mean "depends_on"?`},
		{`{"nonsense": 1}`, `nonsense: Compose knows no key "nonsense" in a service. ` +
			`See https://docs.docker.com/reference/compose-file/services/.`},
		{`{"healthcheck": {"tests": "true"}}`,
			`healthcheck.tests: Compose knows no key "tests" in healthcheck. Did you mean "test"?`},
		{`{"volumes": [{"type": "bind", "src": "a"}]}`,
			`volumes[0].src: Compose knows no key "src" in volumes[0]. It takes "bind", "consistency"`},
		{`{"volumes": [{"target": "a"}]}`, `volumes[0]: volumes[0] lacks "type". Add it.`},
		{`{"ports": 80}`, `ports: ports is a number. Compose takes a list.`},
		{`{"init": 1}`, `init: init is a number. Compose takes a string or true or false.`},
		{`{"command": {"a": "b"}}`, `command: command is an object. Compose takes a list or a string.`},
		{`{"cap_add": ["A", "A"]}`, `cap_add: cap_add names the same twice. Remove one of the two.`},
		{`{"cgroup": "mine"}`, `cgroup: cgroup is "mine". Compose takes "host" or "private".`},
		{`{"deploy": {"resources": {"limits": {"cpu": 1}}}}`,
			`deploy.resources.limits.cpu: Compose knows no key "cpu" in deploy.resources.limits. Did you mean "cpus"?`},
		// A part of an object that another part completes.
		{`{"depends_on": {"a": {"restart": true}}}`, ""},
		{`{"depends_on": {"a": {"condition": "started"}}}`,
			`depends_on.a.condition: depends_on.a.condition is "started". Compose takes`},
		{`{"oom_score_adj": 2000}`,
			`oom_score_adj: Compose's schema says of oom_score_adj: maximum: got 2,000, want 1,000.`},
		{`{"aa": 1, "ports": 80}`, `aa: Compose knows no key "aa"`},
	} {
		decoder := json.NewDecoder(strings.NewReader(c.keys))
		decoder.UseNumber()
		var keys map[string]any
		if err := decoder.Decode(&keys); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range compose.CheckService(keys) {
			got = append(got, compose.Path(p.Path)+": "+p.Text+" "+p.Remedy)
		}
		text := strings.Join(got, "\n")
		if c.want == "" && text != "" || !strings.HasPrefix(text, c.want) {
			t.Errorf("%s\ngot  %s\nwant %s", c.keys, text, c.want)
		}
	}
}
