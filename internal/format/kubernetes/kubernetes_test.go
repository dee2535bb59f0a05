package kubernetes

import (
	"fmt"
	"testing"
)

func TestParseKustomization(t *testing.T) {
	k, err := ParseKustomization(`namespace: demo
labels:
  - { pairs: { app: demo }, includeTemplates: true }
resources: [./namespace.yaml, mirrors/m.yaml]
configMapGenerator:
  - { name: iris, files: [iris/health.sh, merge.cpf=./iris/merge/ma.cpf] }
secretGenerator:
  - { name: license, files: [iris.key=iris.key], literals: [k=v] }
`)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{demo {1 12}} [{namespace.yaml {4 13}} {mirrors/m.yaml {4 31}}] map[app:demo] ` +
		`[{{iris {6 13}} [{health.sh {iris/health.sh {6 27}}} {merge.cpf {iris/merge/ma.cpf {6 43}}}] []}] ` +
		`[{{license {8 13}} [{iris.key {iris.key {8 30}}}] [{k=v {8 61}}]}]`
	if got := fmt.Sprint(k.Namespace, k.Resources, k.Labels, k.Maps, k.Secrets); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if _, err := ParseKustomization("namespace: [demo"); err == nil {
		t.Error("what is no YAML is read")
	}
}

func TestParseObjects(t *testing.T) {
	objects, err := ParseObjects(`# nothing
---
apiVersion: v1
kind: Service
metadata: { name: ma }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      volumes:
        - { name: one, configMap: { name: a } }
        - { name: two, secret: { secretName: b } }
        - name: three
          projected:
            defaultMode: 288
            sources: [{ configMap: { name: c } }, { secret: { name: d, items: [{ key: k, path: p/k }] } }]
        - { name: four, emptyDir: {} }
`)
	if err != nil || len(objects) != 2 {
		t.Fatalf("%v, %v", objects, err)
	}
	r := NewReader()
	var seen []string
	for _, o := range objects {
		seen = append(seen, fmt.Sprint(o.APIVersion.Text, " ", o.Kind.Text, " ", o.Name.Text))
		for _, v := range r.Volumes(r.Under(o.Root, "spec", "template", "spec")) {
			for _, m := range v.Maps {
				seen = append(seen, fmt.Sprint(v.Name.Text, v.Mode.Text, " of ", m.Text, m.Secret, m.Paths("k"),
					m.Paths("l")))
			}
			if v.Others {
				seen = append(seen, v.Name.Text+" of others")
			}
		}
	}
	const want = "[v1 Service ma apps/v1 Deployment web one of afalse [k] [l] two of btrue [k] [l] " +
		"three288 of cfalse [k] [l] three288 of dtrue [p/k] [] four of others]"
	if got := fmt.Sprint(seen); got != want {
		t.Errorf("got %s", got)
	}
}
