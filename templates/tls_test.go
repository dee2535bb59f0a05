package templates_test

import (
	"strings"
	"testing"
)

// secured is a mirror that merge files set up, or, on two networks, SYS.Mirror.
const secured = `
lab "lab" {}
tls {}
arbiter "arbiter" {}
network "one" { subnet = "10.251.1.0/24" }
mirror "m" {
  database "DATA" {}
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
`

// With TLS a member is in the mirror once the primary has admitted it, so that its databases
// come from after-start.sh, however the mirror was set up.
func TestSecuredMirror(t *testing.T) {
	for name, topology := range map[string]string{
		"by merge file": secured,
		"by SYS.Mirror": secured + "network \"two\" { subnet = \"10.251.2.0/24\" }\n",
	} {
		t.Run(name, func(t *testing.T) {
			files, err := build(topology)
			if err != nil {
				t.Fatal(err)
			}
			declared := name == "by merge file"
			for file, asks := range map[string]bool{"iris/merge/a.cpf": true, "iris/merge/b.cpf": false} {
				merge := files[file]
				if strings.Contains(merge, ",SSLDir=/lab/tls") != declared {
					t.Errorf("%s, SSLDir:\n%s", file, merge)
				}
				if strings.Contains(merge, ",UseSSL=1") != (declared && asks) {
					t.Errorf("%s, UseSSL:\n%s", file, merge)
				}
				if strings.Contains(merge, "CreateDatabase:") {
					t.Errorf("%s makes a database before the member is in the mirror:\n%s", file, merge)
				}
			}
			if !strings.Contains(files["iris/after-start.sh"], "lab's addresses\"\n        create_databases ||") {
				t.Error("after-start.sh makes databases under a condition")
			}
		})
	}
}
