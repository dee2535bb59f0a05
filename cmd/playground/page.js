
"use strict";
const $ = (id) => document.getElementById(id);
const topology = $("topology");
const mostLink = 1 << 20; // bytes of a topology in an address
const mostRows = 5000; // lines that have a number
const sameEdit = 1500; // milliseconds from one key to the next of the same edit
const slow = 100; // milliseconds of a compilation, from which on it waits for the end of typing
let result = null, shown = null, took = 0, edited = -Infinity, waiting = 0, noting = 0;

// element makes an element that holds a text, never markup.
function element(name, text, className) {
  const e = document.createElement(name);
  if (text !== undefined) e.textContent = text;
  if (className) e.className = className;
  return e;
}

// call calls the program, which answers {value} or {error}.
function call(name, ...args) {
  const answer = window.mirrorgen[name](...args);
  if (answer === undefined) throw new Error("mirrorgen has stopped; load this page again");
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer.value;
}

function compile(how) {
  const begin = performance.now();
  try {
    result = JSON.parse(call(how, topology.value, begin - edited < sameEdit));
  } catch (error) {
    $("state").textContent = error.message;
    $("download").disabled = true;
    return;
  }
  edited = how === "open" ? -Infinity : begin;
  const wrong = result.diagnostics.filter((d) => d.severity === "error").length;
  $("state").textContent = wrong > 0 ? `${wrong} ${wrong === 1 ? "mistake" : "mistakes"}` :
    `lab ${result.lab}: ${result.files.length} files`;
  $("download").disabled = wrong > 0;
  if (wrong === 0 || how === "open") shown = wrong === 0 ? result : null;
  $("stale").hidden = wrong === 0 || shown === null;
  showMarks();
  showDiagnostics();
  if (wrong === 0 || shown === null) showResult();
  took = performance.now() - begin;
  document.documentElement.dataset.compiled = String(Number(document.documentElement.dataset.compiled ?? 0) + 1);
}

function showResult() {
  showPicture();
  showPlan();
  showFiles();
  showChanges();
}

// showMarks marks the lines of diagnostics in the gutter, and their places behind the text.
function showMarks() {
  const worst = new Map();
  for (const d of result.diagnostics) {
    if (worst.get(d.line)?.severity !== "error") worst.set(d.line, d);
  }
  const text = topology.value, lines = text.split("\n").length;
  const numbers = [];
  for (let line = 1; line <= Math.min(lines, mostRows); line++) {
    const row = element("div", String(line), worst.get(line)?.severity);
    if (worst.has(line)) row.title = worst.get(line).summary;
    numbers.push(row);
  }
  $("gutter").replaceChildren(...numbers);
  const parts = [];
  let at = 0;
  for (const d of [...result.diagnostics].sort((a, b) => a.begin - b.begin)) {
    if (d.begin < at || d.end <= d.begin) continue;
    parts.push(text.slice(at, d.begin), element("mark", text.slice(d.begin, d.end), d.severity));
    at = d.end;
  }
  $("marks").replaceChildren(...parts, parts.length > 0 ? text.slice(at) + "\n" : "");
  scrolled();
}

function scrolled() {
  $("gutter").scrollTop = $("marks").scrollTop = topology.scrollTop;
  $("marks").scrollLeft = topology.scrollLeft;
}

function showDiagnostics() {
  $("diagnostics").replaceChildren(...result.diagnostics.map((d) => {
    const item = element("li", undefined, d.severity);
    const button = item.appendChild(element("button"));
    button.append(element("b", `Line ${d.line}: ${d.summary}. `), d.detail);
    button.addEventListener("click", () => {
      topology.focus();
      topology.setSelectionRange(d.begin, Math.max(d.end, d.begin));
      topology.scrollTop = Math.max(0, (d.line - 5) * parseFloat(getComputedStyle(topology).lineHeight));
    });
    return item;
  }));
}

function showPicture() {
  $("picture").replaceChildren();
  if (shown === null) return;
  const image = new DOMParser().parseFromString(shown.picture, "image/svg+xml").documentElement;
  $("picture").append(document.importNode(image, true));
}

function table(rows) {
  const t = element("table");
  rows.forEach((row, i) => {
    const tr = t.insertRow();
    for (const cell of row) tr.appendChild(element(i === 0 ? "th" : "td", cell));
  });
  return t;
}

function showPlan() {
  $("plan").replaceChildren(...(shown === null ? [] : [table(shown.services), table(shown.endpoints)]));
}

function showFiles() {
  const chosen = $("file").value, changed = new Set(shown?.changes.map((c) => c.path));
  $("file").replaceChildren(...(shown?.files ?? []).map((f) => {
    const option = element("option", changed.has(f.path) ? `${f.path} (changed)` : f.path);
    option.value = f.path;
    return option;
  }));
  $("file").value = shown?.files.some((f) => f.path === chosen) ? chosen : "docker-compose.yaml";
  showFile();
}

function showFile() {
  $("content").textContent = shown?.files.find((f) => f.path === $("file").value)?.text ?? "";
}

function showChanges() {
  $("changes").replaceChildren();
  if (shown === null || shown.changes.length === 0) {
    $("changes").append(element("p", "The last edit changed no file."));
    return;
  }
  for (const change of shown.changes) {
    const lines = change.diff.trimEnd().split("\n").slice(3); // without the names
    const file = element("details"), pre = element("pre");
    file.open = true;
    for (const line of lines) {
      pre.append(element("span", line + "\n", line.startsWith("+") ? "added" : line.startsWith("-") ? "gone" : ""));
    }
    file.append(element("summary", change.path), pre);
    $("changes").append(file);
  }
}

// through is what a stream makes of bytes, which must not be larger than most.
async function through(stream, bytes, most) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if ((size += value.length) > most) throw new Error("it is too large");
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function base64(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

// fragment is the topology, compressed, for the part of an address that is behind the #, which
// a browser sends nowhere.
async function fragment() {
  const text = new TextEncoder().encode(topology.value);
  if (text.length > mostLink) throw new Error("it is too large for an address");
  const bytes = await through(new CompressionStream("deflate-raw"), text, mostLink);
  return "#t=" + base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// linked is the topology of the address, null where it holds none.
async function linked() {
  if (!location.hash.startsWith("#t=")) return null;
  try {
    const text = location.hash.slice(3).replaceAll("-", "+").replaceAll("_", "/");
    const bytes = await through(new DecompressionStream("deflate-raw"), bytesOf(text), mostLink);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return "# The link does not hold a topology: it is cut off, broken or too large.\n";
  }
}

// note keeps the address up to date.
function note() {
  clearTimeout(noting);
  noting = setTimeout(async () => {
    try {
      history.replaceState(null, "", await fragment());
    } catch {
      history.replaceState(null, "", "#"); // too large: the address holds nothing rather than something else
    }
  }, 400);
}

function open(text) {
  topology.value = text;
  topology.scrollTop = 0;
  compile("open");
  note();
}

function tab(name) {
  for (const button of document.querySelectorAll("nav button")) {
    button.setAttribute("aria-selected", String(button.dataset.tab === name));
    $(button.dataset.tab).hidden = button.dataset.tab !== name;
  }
}

function input() {
  note();
  clearTimeout(waiting);
  if (took < slow) {
    compile("edit");
  } else {
    waiting = setTimeout(() => compile("edit"), 2 * slow);
  }
}

function take() {
  try {
    open(call("import", $("compose").value));
    $("paste").close();
  } catch (error) {
    $("refused").textContent = error.message;
  }
}

async function copy() {
  try {
    history.replaceState(null, "", await fragment());
    await navigator.clipboard.writeText(location.href);
    $("state").textContent = "The link is copied.";
  } catch (error) {
    $("state").textContent = `The link could not be copied: ${error.message}`;
  }
}

function download() {
  try {
    const url = URL.createObjectURL(new Blob([call("archive")], { type: "application/zip" }));
    const a = element("a");
    a.href = url;
    a.download = `${result.lab}.zip`;
    a.click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  } catch (error) {
    $("state").textContent = error.message;
  }
}

function wire(examples) {
  topology.addEventListener("input", input);
  topology.addEventListener("scroll", scrolled);
  $("file").addEventListener("change", showFile);
  for (const button of document.querySelectorAll("nav button")) {
    button.addEventListener("click", () => tab(button.dataset.tab));
  }
  $("example").append(...examples.map((e) => element("option", e.name)));
  $("example").addEventListener("change", () => {
    const example = examples.find((e) => e.name === $("example").value);
    if (example !== undefined) open(example.text);
  });
  $("import").addEventListener("click", () => { $("refused").textContent = ""; $("paste").showModal(); });
  $("take").addEventListener("click", take);
  $("link").addEventListener("click", copy);
  $("download").addEventListener("click", download);
  window.addEventListener("hashchange", async () => {
    const text = await linked();
    if (text !== null && text !== topology.value) open(text);
  });
}

async function start() {
  const examples = JSON.parse($("examples").textContent);
  topology.value = (await linked()) ?? examples[0].text;
  const program = await through(new DecompressionStream("gzip"), bytesOf($("program").textContent), 1 << 28);
  $("program").remove();
  const go = new Go();
  const { instance } = await WebAssembly.instantiate(program, go.importObject);
  go.run(instance);
  wire(examples);
  compile("open");
}

start().catch((error) => { $("state").textContent = `could not start: ${error.message}`; });
