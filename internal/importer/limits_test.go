package importer_test

import (
	"fmt"
	"strings"
	"testing"

	"mirrorgen/internal/importer"
)

// What is too large, or nested too deeply, is an error that says so; nothing is read without end.
func TestLimits(t *testing.T) {
	member := "services: {a: {image: 'iris:2025.1', environment: [MIRRORROLE=PRIMARY]}}\n"
	bomb := "x0: &x0 {a: 1}\n"
	for i := range 40 {
		bomb += fmt.Sprintf("x%d: &x%d {p: *x%d, q: *x%d}\n", i+1, i+1, i, i)
	}
	chain := "services:\n  s0: {image: 'iris:2025.1'}\n"
	for i := range 20 {
		chain += fmt.Sprintf("  s%d: {extends: s%d}\n", i+1, i)
	}
	for name, c := range map[string]struct{ compose, want string }{
		"size":       {member + "#" + strings.Repeat("x", 4<<20), "it is larger than 4 MB"},
		"separators": {member + "x: [" + strings.Repeat("1,", 1_100_000) + "]", "it is larger than a lab can be"},
		"nesting": {member + "x: " + strings.Repeat("[", 200) + strings.Repeat("]", 200),
			"line 2: it is nested deeper than 100"},
		"aliases": {member + bomb, "it is larger than a lab can be, or its anchors"},
		"services": {"services:\n" + strings.Repeat("  s%d: {image: x}\n", 1) + many(6000, "  s%d: {image: x}\n"),
			"it has more than 5000 services"},
		"extends": {chain, "service s11: its extends do not end"},
		"expansion": {"services:\n  a: {image: 'iris:${X:-" + strings.Repeat("${X:-", 50) + strings.Repeat("}",
			51) + "'}\n", ""},
	} {
		_, err := importText(t, c.compose, nil)
		if c.want == "" && err == nil {
			continue
		}
		if err == nil || c.want == "" || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func many(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// Files beside are read once each, whatever the number of services that share them.
func TestFilesAreReadOnce(t *testing.T) {
	compose := "services:\n" + many(500, "  n%d:\n    image: iris:2025.1\n    env_file: [e.env]\n    environment: "+
		"[ISC_CPF_MERGE_FILE=/c/m.cpf, MIRRORROLE=PRIMARY]\n"+
		"    volumes: ['./c:/c']\n") + many(200, "  g%d:\n    build: ./gw\n    environment: "+
		"[ISC_CSP_INI_FILE=/w/CSP.ini]\n    volumes: ['./w:/w']\n")
	read := map[string]int{}
	beside := map[string]string{"e.env": "A=1\n", "c/m.cpf": "[config]\nglobals=0,0,9,0,0,0\n",
		"gw/Dockerfile": "FROM webgateway:2025.1\n",
		"w/CSP.ini":     "[N]\nIp_Address=n0\n"}
	_, err := importer.Import(importer.Source{Directory: "x", Name: "compose.yaml", Content: []byte(compose),
		Read: func(name string) ([]byte, bool) {
			read[name]++
			content, ok := beside[name]
			return []byte(content), ok
		}})
	if err != nil {
		t.Fatal(err)
	}
	for name, times := range read {
		if times != 1 {
			t.Errorf("%s is read %d times", name, times)
		}
	}
	for name := range beside {
		if read[name] == 0 {
			t.Errorf("%s is not read", name)
		}
	}
}

// The work on a compose file grows with the number of its services: what is allocated for 800 is
// no more than six times what 200 take. Quadratic work would be sixteen times as much.
func TestLinearWork(t *testing.T) {
	for name, compose := range map[string]func(n int) string{
		"alone": func(n int) string { return "services:\n" + many(n, "  s%d: {image: 'iris:2025.1'}\n") },
		"pairs": func(n int) string {
			var b strings.Builder
			b.WriteString("x-e: &e {TZ: UTC, A: b, C: d}\nservices:\n  arbiter: {image: 'arbiter:2025.1', " +
				"networks: [lan]}\n")
			for i := range n / 2 {
				for j, role := range []string{"PRIMARY", "BACKUP"} {
					fmt.Fprintf(&b, "  m%d-%c:\n    image: iris:2025.1\n    environment: {<<: *e, MIRRORROLE: %s, "+
						"MIRRORSETNAME: S%d, PEER: m%d-a}\n", i, 'a'+j, role, i, i)
					fmt.Fprintf(&b, "    networks: {lan: {ipv4_address: 10.9.%d.%d}}\n", (2*i+j+10)/200,
						(2*i+j+10)%200+10)
				}
			}
			b.WriteString("networks: {lan: {ipam: {config: [{subnet: 10.9.0.0/16}]}}}\n")
			return b.String()
		},
		"one stem": func(n int) string {
			return "services:\n" + many(n, "  iris-x%dy-a: {image: 'iris:2025.1', environment: "+
				"[MIRRORROLE=PRIMARY, MIRRORSET=SAME]}\n")
		},
	} {
		t.Run(name, func(t *testing.T) {
			work := func(n int) float64 {
				text := []byte(compose(n))
				return testing.AllocsPerRun(1, func() {
					result, err := importer.Import(importer.Source{Directory: "x", Name: "compose.yaml", Content: text})
					if err != nil || result.Errors.HasErrors() {
						t.Fatal(err, result)
					}
				})
			}
			if small, large := work(200), work(800); large > 6*small {
				t.Errorf("%.0f allocations for 200 services, %.0f for 800", small, large)
			}
		})
	}
}
