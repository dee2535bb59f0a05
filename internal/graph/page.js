
"use strict";
const svg = document.querySelector("#picture svg"), tip = document.getElementById("tip");
const panel = document.getElementById("detail");
const details = new Map(JSON.parse(document.getElementById("data").textContent).map((d) => [d.name, d]));
const whole = { x: 0, y: 0, w: svg.viewBox.baseVal.width, h: svg.viewBox.baseVal.height };
let view = { ...whole }, held = null;

const show = () => svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
const fit = () => { view = { ...whole }; show(); };
const scale = () => Math.max(view.w / svg.clientWidth, view.h / svg.clientHeight);

// The browser's own tooltips would stand beside ours.
for (const box of svg.querySelectorAll(".box > title")) {
  box.parentNode.dataset.hint = box.textContent;
  box.remove();
}

svg.addEventListener("wheel", (event) => {
  event.preventDefault();
  const factor = Math.min(Math.max(Math.exp(event.deltaY / 400), 0.5), 2);
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  const w = Math.min(Math.max(view.w * factor, 80), whole.w * 4), by = w / view.w;
  view = { x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by, w, h: view.h * by };
  show();
}, { passive: false });
svg.addEventListener("pointerdown", (event) => { held = { x: event.clientX, y: event.clientY, moved: false }; });
window.addEventListener("pointermove", (event) => {
  if (held && event.buttons) {
    const dx = event.clientX - held.x, dy = event.clientY - held.y, by = scale();
    if (held.moved || Math.abs(dx) + Math.abs(dy) > 4) {
      view.x -= dx * by;
      view.y -= dy * by;
      held = { x: event.clientX, y: event.clientY, moved: true };
      show();
    }
  }
  const box = event.target.closest?.(".box[data-hint]");
  tip.hidden = !box;
  if (box) {
    tip.textContent = box.dataset.hint;
    tip.style.left = `${Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8)}px`;
  }
});
window.addEventListener("pointerup", (event) => {
  const moved = held?.moved;
  held = null;
  const box = moved ? null : event.target.closest?.(".box[data-name]");
  if (box && details.has(box.dataset.name)) choose(box, details.get(box.dataset.name));
});
document.getElementById("fit").addEventListener("click", fit);

// add puts an element with a text, never markup, into another.
function add(parent, name, text) {
  const element = parent.appendChild(document.createElement(name));
  element.textContent = text;
  return element;
}

function choose(box, detail) {
  document.querySelector(".chosen")?.classList.remove("chosen");
  box.classList.add("chosen");
  panel.replaceChildren();
  panel.hidden = false;
  add(panel, "h2", detail.name);
  add(panel, "p", detail.subject);
  const list = (title, items) => {
    if (items.length === 0) return;
    add(panel, "h3", title);
    const ul = panel.appendChild(document.createElement("ul"));
    for (const item of items) add(ul, "li", item);
  };
  list("Why", detail.facts);
  list("Who talks to whom", detail.connections);
  if (detail.topology.length > 0) {
    add(panel, "h3", `Topology: ${detail.topology[0]}`);
    add(panel, "pre", detail.topology.slice(1).join("\n"));
  }
  if (detail.lines.length > 0) {
    add(panel, "h3", "Generated files");
    add(panel, "pre", detail.lines.join("\n"));
  }
}
