package schema_test

import (
	"fmt"
	"testing"

	"mirrorgen/schema"
)

// sticky is true by default just where the image is known to be nginx 1.30 or later.
func TestStickyDefault(t *testing.T) {
	for image, want := range map[string]bool{
		"nginx:1.30": true, "nginx:1.30.0": true, "nginx:1.31.4-alpine": true, "nginx:2.0": true,
		"docker.io/library/nginx:1.30.6@sha256:" + fmt.Sprintf("%064d", 1): true,
		"registry.example:5000/nginxinc/nginx-unprivileged:1.30-alpine":    true,
		"nginx:1.29.9": false, "nginx:1.3": false, "nginx:1.26.3-alpine": false,
		"nginx": false, "nginx:latest": false, "nginx:mainline-alpine3.20": false, "nginx:1-alpine": false,
		"registry.example/web:2.1": false, "registry.example:130/balancer:1.30": false,
		"nginx@sha256:" + fmt.Sprintf("%064d", 1): false,
	} {
		for where, topology := range map[string]string{
			"images":  fmt.Sprintf("images { nginx = %q }\nnginx \"web\" {}\n", image),
			"compose": fmt.Sprintf("nginx \"web\" { compose = { image = %q } }\n", image),
		} {
			const rest = "lab \"x\" {}\nmirror \"m\" {\n  member \"a\" { role = \"primary\" }\n}\nweb_gateway " +
				"\"g\" {}\n"
			lab := load(t, rest+topology)
			if got := lab.NGINX[0].Sticky; got != want {
				t.Errorf("%s, given in %s: sticky is %v, want %v", image, where, got, want)
			}
			if given := load(t, rest+"nginx \"web\" { sticky = false }\n"); given.NGINX[0].Sticky {
				t.Error("sticky = false is not heard")
			}
		}
	}
}

func load(t *testing.T, topology string) *schema.Lab {
	t.Helper()
	lab, diags := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: []byte(topology)}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return lab
}
