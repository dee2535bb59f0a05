package examples_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The hand-written lab that this program began with: its addresses, its host
// ports and everything that its page offers are those of simplemirror-2020.
func TestHandWrittenLab(t *testing.T) {
	all := all(t)
	i := slices.IndexFunc(all, func(e example) bool { return e.name == "simplemirror-2020" })
	if i < 0 {
		t.Fatal("there is no example simplemirror-2020")
	}
	e := all[i]

	const host = "http://irishost"
	var urls []string
	members := []string{"ap1a", "ap1b", "ap2a", "ap2b"}
	own := []string{":9092", ":9093", ":9094", ":9095"}
	gateways := []string{":8080", ":8081"}
	for _, port := range slices.Concat(own, gateways, []string{""}) {
		urls = append(urls, host+port+"/csp/bin/Systems/Module.cxw")
	}
	for _, page := range []string{"/csp/sys/%25CSP.Portal.Home.zen", "/api/mgmnt/"} {
		for _, port := range own {
			urls = append(urls, host+port+page)
		}
		for _, port := range gateways {
			for _, path := range append([]string{"ap1", "ap2"}, members...) {
				urls = append(urls, host+port+"/"+path+page)
			}
		}
	}
	for _, port := range gateways {
		for _, member := range members {
			urls = append(urls, host+port+"/"+member+"/csp/mirror_status.cxw")
		}
	}
	urls = append(urls, host+"/ap1/csp/mirrorns/get", host+"/ap2/csp/mirrorns/get")
	cells := []string{"| MIRRORSET:MIRRORA | Primary |", "| MIRRORSET:MIRRORB | Failover |",
		"jdbc:IRIS://irishost:1972/MIRRORNS", "jdbc:IRIS://irishost:11972/MIRRORNS"}
	for service, addresses := range map[string]string{
		"arbiter": "- | 10.0.100.10", "webgw1": "- | 10.0.100.11", "webgw2": "- | 10.0.100.12",
		"nginx": "- | 10.0.100.13",
		"ap1a":  "10.0.1.2 | 10.0.100.2", "ap1b": "10.0.1.3 | 10.0.100.3", "ap2a": "10.0.1.4 | 10.0.100.4",
		"ap2b": "10.0.1.5 | 10.0.100.5",
	} {
		cells = append(cells, fmt.Sprintf("| `%s` | %s |", service, addresses))
	}
	books := map[string]string{} // the pages of a language, by its suffix
	for _, a := range e.render(t) {
		if _, suffix, _ := strings.Cut(a.Path, "."); strings.HasSuffix(a.Path, ".md") {
			books[suffix] += string(a.Content)
		}
	}
	if len(books) != 2 {
		t.Errorf("pages in %d languages", len(books))
	}
	for language, book := range books {
		for _, cell := range cells {
			if !strings.Contains(book, cell) {
				t.Errorf("no page .%s has %s", language, cell)
			}
		}
		for _, url := range urls {
			if !strings.Contains(book, "<"+url+">") && !strings.Contains(book, "]("+url+")") {
				t.Errorf("no page .%s leads to %s", language, url)
			}
		}
		for _, trial := range []string{
			"docker compose exec ap1a iris stop IRIS quietly", "docker compose exec ap1b iris stop IRIS quietly",
			"docker compose exec ap1a iris start IRIS quietly", "mirror_status.cxw?[1-100]",
			"/ap1/csp/mirrorns/get?[1-100]",
			"docker compose restart webgw1", "REGISTRY_METHODS=Disabled",
		} {
			if !strings.Contains(book, trial) {
				t.Errorf("no page .%s has a trial with %s", language, trial)
			}
		}
	}
}
