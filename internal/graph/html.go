package graph

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"mirrorgen/internal/explain"
	"mirrorgen/internal/plan"
)

//go:embed page.js
var script string

//go:embed page.css
var sheet string

// HTML draws a lab in a page that needs no network and starts no script but its own: the
// browser is told so. details are what a click on a service or mirror shows.
func HTML(p *plan.Plan, details []explain.Detail) []byte {
	data, err := json.Marshal(details) // which escapes <, > and &
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256([]byte(script))
	var b bytes.Buffer
	fmt.Fprintf(&b, `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-%s'">
<title>%s</title>
<style>%s</style>
<header><b>%[2]s</b><span>drag to move, wheel to zoom, click for lines</span><button id="fit">fit</button></header>
<main id="picture">
%[4]s</main>
<aside id="detail" hidden></aside>
<div id="tip" hidden></div>
<script type="application/json" id="data">%[5]s</script>
<script>%[6]s</script>
</html>
`, base64.StdEncoding.EncodeToString(sum[:]), escaped("lab "+p.Name), sheet, SVG(p), data, script)
	return b.Bytes()
}
