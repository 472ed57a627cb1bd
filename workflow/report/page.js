// Makes every table of a page sortable, filterable and downloadable. Plain JavaScript, nothing is loaded.
"use strict";

// Fewer are taken in at a glance: no filter for them.
const FEW_ROWS = 4;
const ABSENT = new Set(["", "–"]);
// A number at the start of a cell, whatever follows it: "0.871 ± 0.025", "30 (2.14)", "20 %".
const NUMBER = /^[+−-]?\d[\d,]*(\.\d+)?(e[+-]?\d+)?(?=$|\s)/i;

const full = (cell) => ("value" in cell.dataset ? cell.dataset.value : cell.textContent.trim());
const isAbsent = (cell) => ABSENT.has(full(cell));
const numberIn = (cell) => {
  const found = full(cell).match(NUMBER);
  return found ? Number(found[0].replaceAll(",", "").replace("−", "-")) : NaN;
};

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// Numbers by value and before texts, which may be in one column: IR 0.05, 0.025, All.
function compare(a, b) {
  const [x, y] = [numberIn(a), numberIn(b)];
  if (Number.isNaN(x) && Number.isNaN(y)) return full(a).localeCompare(full(b), "en", { numeric: true });
  return Number.isNaN(x) ? 1 : Number.isNaN(y) ? -1 : x - y;
}

// The rows in the order of a column; absent values last in both directions.
function sorted(rows, column, descending) {
  const sign = descending ? -1 : 1;
  const present = rows.filter((row) => !isAbsent(row.cells[column]));
  present.sort((a, b) => sign * compare(a.cells[column], b.cells[column]));
  return [...present, ...rows.filter((row) => isAbsent(row.cells[column]))];
}

function makeSortable(table) {
  const heads = [...table.tHead.rows[0].cells];
  const original = [...table.tBodies[0].rows];
  heads.forEach((head, column) => {
    head.ariaSort = "none";
    const button = element("button", { type: "button", title: "Sort; once more: the other way round; then as it was" });
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const next = { none: "ascending", ascending: "descending", descending: "none" }[head.ariaSort];
      heads.forEach((other) => (other.ariaSort = "none"));
      head.ariaSort = next;
      table.tBodies[0].append(...(next === "none" ? original : sorted(original, column, next === "descending")));
    });
  });
}

// Keeps the rows that contain every word.
function filter(rows, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  rows.forEach((row) => {
    const content = [...row.cells].map((cell) => cell.textContent).join("\t").toLowerCase();
    row.hidden = !words.every((word) => content.includes(word));
  });
  return rows.filter((row) => !row.hidden).length;
}

// What is shown, in its order, with full values.
function asCsv(table) {
  const field = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = [...table.rows].filter((row) => !row.hidden);
  return rows.map((row) => [...row.cells].map((cell) => field(isAbsent(cell) ? "" : full(cell))).join(",")).join("\n");
}

function addTools(table) {
  const rows = [...table.tBodies[0].rows];
  const count = element("output", {}, `${rows.length} rows`);
  const box = element("input", { type: "search", placeholder: "Filter rows", ariaLabel: "Filter rows" });
  box.addEventListener("input", () => {
    const shown = filter(rows, box.value);
    count.textContent = shown === rows.length ? `${rows.length} rows` : `${shown} of ${rows.length} rows`;
  });
  const save = element("a", { href: "#", title: "Save the rows shown, with full values" }, "CSV");
  save.download = `${document.title.toLowerCase().replace(/[^a-z0-9]+/g, "_")}.csv`;
  save.addEventListener("click", () => {
    save.href = `data:text/csv;charset=utf-8,${encodeURIComponent(asCsv(table) + "\n")}`;
  });
  table.parentElement.before(element("div", { className: "tools" }, box, count, save));
}

document.querySelectorAll("td[data-value]").forEach((cell) => (cell.title = cell.dataset.value));
document.querySelectorAll("main table").forEach((table) => {
  const rows = table.tBodies.length === 1 ? table.tBodies[0].rows.length : 0;
  if (rows > 1) makeSortable(table);
  if (rows >= FEW_ROWS) addTools(table);
});
