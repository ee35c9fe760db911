"use strict";
/* Sorts tables, and shows, filters and searches texts. Everything from data is set as text, never as HTML. */

function makeSortable(table) {
  for (const [column, heading] of [...table.tHead.rows[0].cells].entries()) {
    if (!heading.textContent) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => sortBy(table, column, heading));
  }
}

function sortBy(table, column, heading) {
  const up = heading.getAttribute("aria-sort") !== "ascending";
  for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", up ? "ascending" : "descending");
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
  rows.sort((a, b) => compareCells(a.cells[column], b.cells[column], up ? 1 : -1));
  for (const body of [...table.tBodies].slice(1)) body.remove();
  table.tBodies[0].append(...rows);
}

function compareCells(a, b, sign) {
  const left = a.dataset.value, right = b.dataset.value;
  if (left === undefined || right === undefined) return sign * a.textContent.localeCompare(b.textContent);
  if (left === "" || right === "") return (left === "") - (right === "");
  return sign * (Number(left) - Number(right));
}

async function unpack(element) {
  const bytes = Uint8Array.from(atob(element.textContent.trim()), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const PAGE = 25;
const IDS = "ids:";

function idsOf(query) {
  // "ids: 3, 14" is a search for the texts of these ids
  return query.startsWith(IDS) ? new Set((query.match(/\d+/g) ?? []).map(Number)) : null;
}

class TextBrowser {
  constructor(root, data) {
    this.root = root;
    this.lower = null; // the texts in lower case, from the first search on
    this.data = data;
    this.page = 0;
    this.controls = this.makeControls();
    this.list = element("div", { className: "found" });
    this.status = element("p", { className: "note" });
    this.status.setAttribute("role", "status");
    this.back = element("button", { type: "button", textContent: "Back" });
    this.next = element("button", { type: "button", textContent: "Next" });
    this.back.addEventListener("click", () => this.turn(-1));
    this.next.addEventListener("click", () => this.turn(1));
    this.split.value = "0"; // texts of others have helped to train the model
    root.querySelector(".listed").remove();
    root.append(this.controls, this.status, this.list, element("div", { className: "pages" }, this.back, this.next));
    this.update();
  }

  makeControls() {
    const { classes, splits } = this.data;
    const named = (names, all) => [["", all], ...names.map((name, place) => [String(place), name])];
    this.split = this.select("Split", named(splits, "every split"));
    this.outcome = this.select("Outcome", [["wrong", "wrong"], ["right", "right"], ["", "all"]]);
    this.label = this.select("Label", named(classes, "every class"));
    this.predicted = this.select("Predicted", named(classes, "every class"));
    this.order = this.select("Order", [
      ["surest", "surest first"], ["least", "least sure first"], ["oov", "most words missing first"], ["id", "by id"],
    ]);
    this.query = element("input", { type: "search" });
    this.query.addEventListener("input", () => this.update());
    const parts = { Split: this.split, Outcome: this.outcome, Label: this.label, Predicted: this.predicted,
      Order: this.order, Search: this.query };
    const shown = Object.entries(parts).filter(([name]) => name !== "Split" || splits.length > 1);
    return element("div", { className: "controls" },
      ...shown.map(([name, control]) => element("label", {}, name, control)));
  }

  select(name, options) {
    const made = element("select", {}, ...options.map(([value, textContent]) => element("option", { value, textContent })));
    made.addEventListener("change", () => this.update());
    return made;
  }

  show(label, predicted) {
    this.showOnly({ label: String(label), predicted: String(predicted) }, this.label);
  }

  showIds(ids) {
    this.showOnly({ query: `${IDS} ${ids}` }, this.query);
  }

  showOnly({ label = "", predicted = "", query = "" }, focused) {
    this.label.value = label;
    this.predicted.value = predicted;
    this.split.value = "0"; // that of the matrix and of the examples is the first
    this.outcome.value = "";
    this.query.value = query;
    this.update();
    this.root.scrollIntoView();
    focused.focus({ preventScroll: true });
  }

  update() {
    const { data } = this;
    const query = this.query.value.trim().toLowerCase();
    const ids = idsOf(query);
    if (query && !ids && this.lower === null) this.lower = data.text.map((text) => text.toLowerCase());
    const fits = (control, value) => control.value === "" || Number(control.value) === value;
    this.found = [];
    for (let i = 0; i < data.id.length; i++) {
      const labelled = data.label[i] >= 0;
      const wrong = labelled && data.label[i] !== data.predicted[i];
      if (this.outcome.value === "wrong" && !wrong) continue;
      if (this.outcome.value === "right" && (wrong || !labelled)) continue;
      if (!fits(this.split, data.split[i]) || !fits(this.label, data.label[i])) continue;
      if (!fits(this.predicted, data.predicted[i])) continue;
      if (ids ? !ids.has(data.id[i]) : query && !this.lower[i].includes(query)) continue;
      this.found.push(i);
    }
    const orders = {
      surest: (a, b) => data.probability[b] - data.probability[a],
      least: (a, b) => data.probability[a] - data.probability[b],
      oov: (a, b) => data.oov[b] - data.oov[a],
      id: (a, b) => data.id[a] - data.id[b],
    };
    this.found.sort(orders[this.order.value]);
    this.page = 0;
    this.draw();
  }

  turn(by) {
    this.page += by;
    this.draw();
    this.root.scrollIntoView();
  }

  draw() {
    const first = this.page * PAGE;
    const shown = this.found.slice(first, first + PAGE);
    const count = this.found.length.toLocaleString("en");
    this.status.textContent = shown.length
      ? `${count} ${this.found.length === 1 ? "text" : "texts"}; ${(first + 1).toLocaleString("en")} to ${(first + shown.length).toLocaleString("en")} shown`
      : "no text fits";
    this.back.disabled = this.page === 0;
    this.next.disabled = first + PAGE >= this.found.length;
    this.list.replaceChildren(...shown.map((i) => this.article(i)));
  }

  article(i) {
    const { data } = this;
    const label = data.label[i] < 0 ? "no label" : data.classes[data.label[i]];
    const wrong = data.label[i] >= 0 && data.label[i] !== data.predicted[i];
    const head = element("p", { className: "head" },
      element("b", { textContent: data.id[i] }), " ",
      element("span", { className: "label", textContent: label }), wrong ? " taken for " : " predicted ",
      element("span", { className: wrong ? "wrong-label" : "right-label", textContent: data.classes[data.predicted[i]] }),
      ` ${(data.probability[i] / 1000).toFixed(3)}`,
      data.oov[i] > 0 ? ` · ${data.oov[i]}% of the tokens ${this.root.dataset.described}` : "");
    const body = element("p", { className: "body", dir: "auto" }, ...this.words(i));
    return element("article", { className: "text" }, head, body, ...this.nearest(i));
  }

  words(i) {
    const marked = this.data.marked[i];
    if (!marked) return [this.data.text[i]];
    const [tokens, states] = marked;
    return tokens.split("\u001f").flatMap((token, place) => {
      const state = this.data.states[Number.parseInt(states[place], 36) - 1];
      if (!state) return [token, " "];
      return [element("span", { className: `token state-${state}`, title: state, textContent: token }), " "];
    });
  }

  nearest(i) {
    const found = (this.data.nearest || {})[i];
    if (!found) return [];
    const title = element("p", { className: "nearest", textContent: "Nearest training texts:" });
    return [title, element("ul", { className: "nearest" }, ...found.map(([label, cosine, text]) =>
      element("li", {}, `${label}, cosine ${cosine.toFixed(2)}: `, element("bdi", { textContent: text }))))];
  }
}

function openTexts(root) {
  let opened = null;
  const open = () => (opened ??= unpack(document.getElementById("packed-texts")).then((data) => new TextBrowser(root, data)));
  new IntersectionObserver((entries, observer) => {
    if (entries.some((entry) => entry.isIntersecting)) {
      observer.disconnect();
      open();
    }
  }, { rootMargin: "400px" }).observe(root);
  const replaceByButton = (cell, show) => {
    const properties = { type: "button", className: "shows-texts", textContent: cell.textContent, title: "Show these texts" };
    const button = element("button", properties);
    button.addEventListener("click", async () => show(await open()));
    cell.replaceWith(button);
  };
  for (const cell of document.querySelectorAll("span[data-label]"))
    replaceByButton(cell, (texts) => texts.show(cell.dataset.label, cell.dataset.predicted));
  for (const cell of document.querySelectorAll("span[data-ids]"))
    replaceByButton(cell, (texts) => texts.showIds(cell.dataset.ids));
}

const NAMED = 12;
const SVG = "http://www.w3.org/2000/svg";

function makeSearchable(map) {
  const query = element("input", { type: "search" });
  const status = element("p", { className: "note" });
  status.setAttribute("role", "status");
  map.querySelector("figcaption").after(
    element("div", { className: "controls" }, element("label", {}, "Search words", query)), status);
  const circles = [...map.querySelectorAll("circle")];
  query.addEventListener("input", () => {
    const wanted = query.value.trim().toLowerCase();
    for (const each of map.querySelectorAll("text, line")) each.remove();
    const hits = circles.filter((circle) => {
      const hit = wanted !== "" && circle.textContent.toLowerCase().includes(wanted);
      circle.classList.toggle("hit", hit);
      return hit;
    });
    map.classList.toggle("searched", wanted !== "");
    hits.sort((a, b) => a.textContent.length - b.textContent.length).slice(0, NAMED).forEach(name);
    status.textContent = wanted === "" ? "" : `${hits.length} ${hits.length === 1 ? "word" : "words"}; a line leads from where a word was before training`;
  });
}

function name(circle) {
  const [oldX, oldY] = circle.dataset.from.split(" ");
  const x = circle.getAttribute("cx"), y = circle.getAttribute("cy");
  const line = document.createElementNS(SVG, "line");
  for (const [key, value] of Object.entries({ x1: oldX, y1: oldY, x2: x, y2: y })) line.setAttribute(key, value);
  const text = document.createElementNS(SVG, "text");
  text.setAttribute("x", Math.min(Number(x) + 10, 850));
  text.setAttribute("y", y);
  text.textContent = circle.textContent;
  circle.parentNode.append(line, text);
}

for (const map of document.querySelectorAll(".word-map")) makeSearchable(map);
for (const table of document.querySelectorAll("table.sortable")) makeSortable(table);
const browser = document.getElementById("text-browser");
if (browser && "DecompressionStream" in window) openTexts(browser);
