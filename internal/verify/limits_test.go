package verify

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/lab"
)

// mounts is a lab that reads a configuration of every kind.
const mounts = `services:
  a: { image: "haproxy:3.2", volumes: ["./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"] }
  b: { image: "nginx:1.30", volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro"] }
  c:
    image: intersystems/iris:2025.1
    stop_grace_period: 6m
    environment: { ISC_CPF_MERGE_FILE: /m/merge.cpf }
    volumes: ["./merge.cpf:/m/merge.cpf:ro"]
  g:
    image: intersystems/webgateway:2025.1
    environment: { ISC_CSP_INI_FILE: /g/CSP.ini }
    volumes: ["./CSP.ini:/g/CSP.ini:ro"]
`

// lines prints a format with the numbers up to n.
func lines(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

const timeouts = "defaults\n mode tcp\n timeout connect 1s\n timeout client 1s\n timeout server 1s\n"

// limits are files that nobody writes, with what is said of them; "" for nothing in particular.
var limits = []struct{ name, path, content, want string }{
	{"script of substitutions", "x.sh", strings.Repeat("$(", 500_000), "Invalid shell script"},
	{"script of parentheses", "x.sh", strings.Repeat("(", 1_000_000), "Invalid shell script"},
	{"script of conditions", "x.sh", strings.Repeat("if ", 300_000), "Invalid shell script"},
	{"script of operators", "x.sh", "((" + strings.Repeat("-", 1_000_000), "Invalid shell script"},
	{"script of tests", "x.sh", "[[ " + strings.Repeat("( ", 400_000), "Invalid shell script"},
	{"script of assignments", "x.sh", strings.Repeat("a=(", 300_000), "Invalid shell script"},
	{"script of pipes", "x.sh", strings.Repeat("a|", 400_000), "Invalid shell script"},
	{"blocks of nginx", "nginx.conf", strings.Repeat("http {", 500_000), "Blocks nested too deep"},
	{"semicolons of nginx", "nginx.conf", strings.Repeat(";", 3_000_000), "Too many problems"},
	{"quotes of nginx", "nginx.conf", strings.Repeat(`"`, 3_000_001), "Too many problems"},
	{
		"servers of haproxy",
		"haproxy.cfg",
		timeouts + "listen l\n bind :1972\n" + lines(60_000, " server s%d c:1972 check\n"),
		"",
	},
	{"binds of haproxy", "haproxy.cfg", timeouts + "listen l\n" + lines(60_000, " bind 10.1.1.%d:80\n"), ""},
	{"lines of haproxy", "haproxy.cfg", lines(300_000, "x%d\n"), "Too many problems"},
	{
		"arguments of an action",
		"merge.cpf",
		"[Actions]\nCreateDatabase:" + lines(300_000, "N%d=x,"),
		"Too many arguments",
	},
	{"parameters", "merge.cpf", "[config]\n" + lines(300_000, "x%d=1\n"), "Too many problems"},
	{"comments", "merge.cpf", "[config]\ngmheap=1 " + strings.Repeat("/* */", 600_000) + "\n", ""},
	{"keys of CSP.ini", "CSP.ini", "[SYSTEM]\n" + lines(200_000, "K%d=\"\n"), ""},
	{"malformed keys of CSP.ini", "CSP.ini", "[SYSTEM]\n" + strings.Repeat("x\n", 1_000_000), "Too many problems"},
	{"nested sequences", "compose.yaml", "services: " + strings.Repeat("[", 1_000_000), "Invalid YAML"},
	{"networks", "compose.yaml", "services: { a: { image: x } }\nnetworks:\n" + lines(20_000, "  n%d: {}\n"),
		"Too many networks"},
	{"ranges of ports", "compose.yaml",
		"services:\n" + lines(10_000, "  s%d: { image: x, ports: [\"1-65535:1-65535\"] }\n"), "Duplicate host port"},
	{"chain of dependencies", "compose.yaml", "services:\n" + chain(20_000, "depends_on: [s%d]"), ""},
	{"chain of extensions", "compose.yaml", "services:\n" + chain(20_000, "extends: s%d"), ""},
	{"services", "compose.yaml", "services:\n" + lines(100_001, "  s%d: {image: x}\n"), "Too many services"},
}

// chain are services of which each refers to the next.
func chain(n int, reference string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "  s%d: { image: x, "+reference+" }\n", i, i+1)
	}
	return b.String() + fmt.Sprintf("  s%d: { image: x }\n", n)
}

// mostAllocated is what one of them may allocate altogether, in bytes, which bounds work and
// memory alike.
const mostAllocated = 512 << 20

// Whatever a file holds, verification ends with a diagnostic or without one, and what it
// allocates is bounded.
func TestLimits(t *testing.T) {
	for _, limit := range limits {
		t.Run(limit.name, func(t *testing.T) {
			files := []lab.Artifact{{Path: "compose.yaml", Content: []byte(mounts)}}
			if limit.path == "compose.yaml" {
				files = nil
			}
			files = append(files, lab.Artifact{Path: limit.path, Content: []byte(limit.content)})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			diags := CheckDirectory(Directory{Files: files})
			runtime.ReadMemStats(&after)
			if bytes := after.TotalAlloc - before.TotalAlloc; bytes > mostAllocated {
				t.Errorf("%d MiB were allocated", bytes>>20)
			}
			if limit.want != "" && !hasSummary(diags, limit.want) {
				t.Errorf("no finding %q, but:\n%s", limit.want, format(diags[:min(len(diags), 5)]))
			}
		})
	}
}

func hasSummary(diags hcl.Diagnostics, summary string) bool {
	for _, d := range diags {
		if d.Summary == summary {
			return true
		}
	}
	return false
}
