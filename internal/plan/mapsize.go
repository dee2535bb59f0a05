package plan

import (
	"fmt"
	"path"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/schema"
)

// mostMap is how many bytes a ConfigMap or Secret can hold (API server: 1 MiB).
const mostMap = 1 << 20

// Unmappable reports what no map or secret of a lab on Kubernetes can hold, where the topology
// has what it is written for: files that are too large, and directories. size is that of an artifact, 0 for none.
func Unmappable(p *Plan, l *schema.Lab, size func(path string) int) hcl.Diagnostics {
	if p.Kubernetes == nil {
		return nil
	}
	var diags hcl.Diagnostics
	check := func(file string, at hcl.Range, remedy string) {
		if n := size(file); n > mostMap {
			diags = append(diags, schema.Diagnose(hcl.DiagError, at, "Too large for a cluster",
				"%s", fmt.Sprintf("%s has %d bytes, and a ConfigMap or Secret of Kubernetes holds %d at most. %s",
					file, n,
					mostMap, remedy)))
		}
	}
	for _, s := range l.Services {
		switch Kind(s.Kind) {
		case KindMember, KindApplicationServer:
			check(path.Join("iris/merge", s.Name+".cpf"), s.NameRange,
				"Shorten merge, of the instance or of the iris block.")
		case KindNGINX:
			check(path.Join("nginx", s.Name+".conf"), s.NameRange, "Shorten config.")
		case KindHAProxy:
			check(path.Join("haproxy", s.Name+".cfg"), s.NameRange,
				"Let it serve fewer mirrors (mirrors), and add another for the others.")
		case KindGateway:
			for _, g := range p.Gateways {
				if g.Name == s.Name && g.Config.Gateways[0] == g {
					remedy := "Write a topology for each part of the mirrors: this gateway knows every member."
					if g.Own {
						remedy = "Let it know fewer mirrors and members (servers), and add another for the others."
					}
					check(path.Join("webgateway", g.Config.File), s.NameRange, remedy)
				}
			}
		}
	}
	return append(diags, directories(p, size)...)
}
