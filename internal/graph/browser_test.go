package graph

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mirrorgen/internal/browsertest"
	"mirrorgen/internal/explain"
	"mirrorgen/internal/plan/plantest"
	"mirrorgen/internal/toolstest"
)

// pictured are the labs that are looked at in a browser: the examples of one file, and others of
// which there is more.
func pictured(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../examples/*.hcl")
	if err != nil || len(files) < 6 {
		t.Fatal(files, err)
	}
	labs := map[string]string{
		"8 mirrors on 2 networks":   lab(2, 8, 3, 3, 1),
		"9 mirrors":                 lab(1, 9, 2, 7, 0),
		"50 mirrors on 2 networks":  lab(2, 50, 3, 3, 2),
		"4,000 mirrors":             lab(1, 4000, 1, 9, 0),
		"5 members, 3 networks":     lab(3, 2, 5, 2, 2),
		"1 mirror with one gateway": lab(1, 1, 2, 1, 0),
		"own services":              ownLab(2, 2, 3),
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".lock.hcl") || strings.HasSuffix(file, ".mgtest.hcl") {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		labs[strings.TrimSuffix(filepath.Base(file), ".hcl")] = string(content)
	}
	return labs
}

// misplaced is a list of what is wrong with a picture as the browser has laid it out: what lies
// on another box, stands out of its own or out of the picture, or cannot be told from its ground.
const misplaced = `(() => {
	const svg = document.querySelector("svg"), wrong = [];
	const of = (e) => e.getBBox();
	const holds = (a, b) => b.x >= a.x - .5 && b.y >= a.y - .5 && b.x + b.width <= a.x + a.width + .5 &&
		b.y + b.height <= a.y + a.height + .5;
	const meet = (a, b) => a.x < b.x + b.width - .5 && b.x < a.x + a.width - .5 && a.y < b.y + b.height - .5 &&
		b.y < a.y + a.height - .5;
	const named = (e) => e.textContent.slice(0, 60).replaceAll("\n", " ");
	const whole = svg.viewBox.baseVal, boxes = [...svg.querySelectorAll("g.box")];
	const frame = (g) => of(g.querySelector(":scope > rect"));
	for (const e of svg.querySelectorAll("rect, text, path.edge")) {
		if (!holds(whole, of(e))) wrong.push("out of the picture: " + e.tagName + " " + named(e));
	}
	const words = [];
	for (const e of svg.querySelectorAll("text")) {
		if (of(e).width < 5 || of(e).height < 8) wrong.push("cannot be read: " + named(e));
		for (const other of words) {
			if (meet(of(e), of(other))) wrong.push(named(e) + " lies on " + named(other));
		}
		words.push(e);
	}
	for (const g of boxes) {
		for (const e of g.querySelectorAll(":scope > text")) {
			if (!holds(frame(g), of(e))) wrong.push("cut off: " + named(e));
		}
		for (const other of boxes) {
			if (other === g) break;
			const inside = other.contains(g);
			if (inside && !holds(frame(other), frame(g))) wrong.push(named(g) + " is not in " + named(other));
			if (!inside && meet(frame(g), frame(other))) wrong.push(named(g) + " lies on " + named(other));
		}
		for (const e of svg.querySelectorAll(":scope > text")) {
			if (meet(of(e), frame(g))) wrong.push(named(e) + " lies on " + named(g));
		}
	}
	const light = (color) => {
		const [r, g, b] = color.match(/[\d.]+/g).map((v) => v / 255).map((v) =>
			v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
		return .2126 * r + .7152 * g + .0722 * b + .05;
	};
	const tell = (e, color, ground, least) => {
		const a = light(color), b = light(ground);
		if (Math.max(a / b, b / a) < least) wrong.push(named(e) + " is " + color + " on " + ground);
	};
	const ground = getComputedStyle(document.body).backgroundColor;
	for (const e of svg.querySelectorAll(":scope > text")) tell(e, getComputedStyle(e).fill, ground, 4);
	for (const e of svg.querySelectorAll(".edge:not(.journal)")) tell(e, getComputedStyle(e).stroke, ground, 2.5);
	for (const g of boxes) {
		const own = getComputedStyle(g.querySelector(":scope > rect")).fill;
		for (const e of g.querySelectorAll(":scope > text")) tell(e, getComputedStyle(e).fill, own, 7);
	}
	return wrong.slice(0, 10).join("\n"); })()`

// sized is the size at which the browser shows the picture: as it says of itself.
const sized = `(() => { const r = document.querySelector("svg").getBoundingClientRect(), v =
	document.querySelector("svg").viewBox.baseVal;
	return Math.abs(r.width - v.width) < 1 && Math.abs(r.height - v.height) < 1; })()`

// Every picture as Chromium draws it, on white and on dark.
func TestRendered(t *testing.T) {
	toolstest.Thorough(t)
	b := browsertest.Open(t)
	dir := t.TempDir()
	for name, topology := range pictured(t) {
		p := plantest.Make(t, "lab.hcl", topology)
		image := SVG(p)
		for _, ground := range []string{"#ffffff", "#0d1117"} {
			file := filepath.Join(dir, "picture.html")
			page := fmt.Sprintf("<!doctype html><meta charset=utf-8><body style='background: %s; margin: 0'>%s", ground,
				image)
			if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
				t.Fatal(err)
			}
			b.Show(file, "")
			if wrong := browsertest.Evaluate[string](b, misplaced); wrong != "" {
				t.Errorf("%s on %s:\n%s", name, ground, wrong)
			}
			if !browsertest.Evaluate[bool](b, sized) {
				t.Errorf("%s is not shown at its size", name)
			}
		}
	}
}

// The page shows the whole picture, zooms around the pointer, comes back, and tells about a
// service under the pointer and on a click, on white and on dark.
func TestPageRendered(t *testing.T) {
	toolstest.Thorough(t)
	b := browsertest.Open(t)
	p := plantest.Make(t, "lab.hcl", lab(2, 2, 3, 2, 1))
	details := []explain.Detail{{Name: "webgw0", Lines: []string{"<img src=x onerror=window.stolen=1>"},
		Facts: []string{}, Connections: []string{}, Topology: []string{}}}
	file := filepath.Join(t.TempDir(), "lab.html")
	if err := os.WriteFile(file, HTML(p, details), 0o644); err != nil {
		t.Fatal(err)
	}
	const picture = `document.querySelector("#picture svg")`
	within := `(() => { const frame = document.getElementById("picture").getBoundingClientRect();
		return [...document.querySelectorAll("#picture .box > rect")].every((e) => {
			const r = e.getBoundingClientRect();
			return r.left >= frame.left && r.right <= frame.right && r.top >= frame.top && r.bottom <= frame.bottom &&
				r.width > 10; }); })()`
	width := `document.querySelector('[data-name="webgw0"] > rect').getBoundingClientRect().width`
	for scheme, ground := range map[string]string{"light": "rgb(255, 255, 255)", "dark": "rgb(13, 17, 23)"} {
		b.Scheme(scheme)
		b.Show(file, "")
		if have := browsertest.Evaluate[string](b, `getComputedStyle(document.body).backgroundColor`); have != ground {
			t.Errorf("%s: the ground is %s", scheme, have)
		}
		if wrong := browsertest.Evaluate[string](b, misplaced); wrong != "" {
			t.Errorf("%s:\n%s", scheme, wrong)
		}
		if !browsertest.Evaluate[bool](b, within) {
			t.Errorf("%s: the picture is not shown as a whole", scheme)
		}
		before := browsertest.Evaluate[float64](b, width)
		b.Run(picture + `.dispatchEvent(new WheelEvent("wheel", { deltaY: -300, clientX: 300, clientY: 300,
			bubbles: true, cancelable: true }))`)
		if after := browsertest.Evaluate[float64](b, width); after < before*1.1 {
			t.Errorf("%s: the wheel zooms from %v to %v", scheme, before, after)
		}
		b.Run(`document.getElementById("fit").click()`)
		if after := browsertest.Evaluate[float64](b, width); after > before+1 || after < before-1 {
			t.Errorf("%s: fit does not come back from %v to %v", scheme, before, after)
		}
		b.Run(`document.querySelector('[data-name="webgw0"] > rect').dispatchEvent(new PointerEvent("pointermove",
			{ bubbles: true, clientX: 300, clientY: 300 }))`)
		if tip := browsertest.Evaluate[string](b, `document.getElementById("tip").textContent`); !strings.Contains(tip,
			"webgw0") || !strings.Contains(tip, "host port") {
			t.Errorf("%s: the pointer shows %q", scheme, tip)
		}
		b.Run(`for (const kind of ["pointerdown", "pointerup"]) document.querySelector('[data-name="webgw0"] > rect').
			dispatchEvent(new PointerEvent(kind, { bubbles: true, clientX: 300, clientY: 300 }))`)
		detail := browsertest.Evaluate[string](b, `document.getElementById("detail").hidden ? "" :
			document.getElementById("detail").textContent`)
		if !strings.Contains(detail, "<img src=x") || browsertest.Evaluate[bool](b, `window.stolen === 1`) {
			t.Errorf("%s: a click shows %q", scheme, detail)
		}
	}
}
