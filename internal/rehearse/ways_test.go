package rehearse

import "testing"

// A way is opened anew once the pods that it was opened to are gone, and not before.
func TestLeads(t *testing.T) {
	r := &route{pods: []string{"haproxy-1", "haproxy-2"}}
	for _, c := range []struct {
		name string
		pods []pod
		want bool
	}{
		{"there", []pod{{name: "nginx-1"}, {name: "haproxy-1"}, {name: "haproxy-2"}}, true},
		{"leaving, beside another", []pod{{name: "haproxy-2", leaving: true}, {name: "haproxy-3"}}, true},
		{"another in its place", []pod{{name: "nginx-1"}, {name: "haproxy-3"}}, false},
		{"none", nil, false},
	} {
		if got := r.leads(c.pods); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}
