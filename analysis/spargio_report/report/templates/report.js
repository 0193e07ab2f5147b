"use strict";
// Sorting and filtering of the tables; no library, no network.
const SCALE = { ns: 1, "µs": 1e3, ms: 1e6, s: 1e9, "%": 1, x: 1, MiB: 1 };

// A cell sorts by the number that it starts with, in the smallest unit; else by its text.
function sortKey(text) {
    const match = /^(-?[0-9.]+(?:e[+-]?[0-9]+)?)\s?(ns|µs|ms|s|%|x|MiB)?(?=[\s,]|$)/.exec(text);
    return match ? Number(match[1]) * (SCALE[match[2]] || 1) : null;
}

function compareCells(one, other) {
    const [a, b] = [sortKey(one), sortKey(other)];
    if (a !== null && b !== null) return a - b;
    if (a !== null || b !== null) return a !== null ? -1 : 1;
    return one.localeCompare(other);
}

function sortBy(heading) {
    const table = heading.closest("table");
    const column = [...heading.parentNode.children].indexOf(heading);
    const rising = heading.getAttribute("aria-sort") !== "ascending";
    for (const other of heading.parentNode.children) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const body = table.tBodies[0];
    const rows = [...body.rows].sort((a, b) =>
        compareCells(a.cells[column].textContent, b.cells[column].textContent) * (rising ? 1 : -1));
    body.append(...rows);
}

function filterBy(input) {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = [...document.getElementById(input.dataset.table).tBodies[0].rows];
    for (const row of rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
    const shown = rows.filter((row) => !row.hidden).length;
    document.querySelector(`[data-count="${input.dataset.table}"]`).textContent = `${shown} of ${rows.length} rows`;
}

for (const heading of document.querySelectorAll("table.sortable th")) {
    heading.addEventListener("click", () => sortBy(heading));
    heading.addEventListener("keydown", (event) => { if (event.key === "Enter") sortBy(heading); });
}
for (const input of document.querySelectorAll("input[data-table]")) {
    input.addEventListener("input", () => filterBy(input));
    filterBy(input);
}

// The figures are SVGs, deflated so that all of them fit; each is unpacked into an image of its own.
async function unpack(image) {
    const bytes = Uint8Array.from(atob(image.dataset.packed), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const drawing = new Blob([await new Response(stream).arrayBuffer()], { type: "image/svg+xml" });
    image.src = URL.createObjectURL(drawing);
    await image.decode();
    image.removeAttribute("data-packed");
    image.hidden = false;
    image.nextElementSibling.remove();
}

// In turn, so that the first figures come first; one that fails keeps its note.
async function unpackAll() {
    for (const image of document.querySelectorAll("img[data-packed]")) await unpack(image).catch(console.error);
}
unpackAll();
