// Search over the sections that search-index.js holds: every word must stand in a section.
// Our own and not a library's: this much is enough for some hundred sections.
"use strict";

const MOST = 30;
const form = document.querySelector(".search");
const field = form.querySelector("input");
const found = document.querySelector(".found");
const results = document.querySelector(".results");

const folded = (text) => text.toLowerCase();
const sections = SECTIONS.map(([file, anchor, page, title, text]) => ({
  file, anchor, page, title, text, inTitle: folded(`${page} ${title}`), inText: folded(text),
}));

function score(section, words) {
  let sum = 0;
  for (const word of words) {
    const titled = section.inTitle.includes(word);
    const times = section.inText.split(word).length - 1;
    if (!titled && !times) return 0;
    sum += (titled ? 10 : 0) + Math.min(times, 5);
  }
  return sum;
}

function excerpt(section, words) {
  const places = words.map((word) => section.inText.indexOf(word)).filter((place) => place >= 0);
  const start = Math.max(0, (places.length ? Math.min(...places) : 0) - 60);
  const from = start ? section.text.indexOf(" ", start) + 1 : 0;
  const end = section.text.indexOf(" ", from + 200);
  const cut = section.text.slice(from, end < 0 ? undefined : end);
  const line = document.createElement("p");
  let rest = `${from ? "… " : ""}${cut}${end < 0 ? "" : " …"}`;
  while (rest) {
    const places = words.map((word) => [folded(rest).indexOf(word), word.length]).filter(([at]) => at >= 0);
    const [at, length] = places.sort((a, b) => a[0] - b[0])[0] ?? [rest.length, 0];
    line.append(rest.slice(0, at));
    if (length) {
      const mark = document.createElement("mark");
      mark.textContent = rest.slice(at, at + length);
      line.append(mark);
    }
    rest = rest.slice(at + length);
  }
  return line;
}

function search() {
  const words = folded(field.value).split(/\s+/).filter(Boolean);
  results.replaceChildren();
  if (!words.length) {
    found.textContent = "";
    return;
  }
  const ranked = sections.map((section) => [score(section, words), section]).filter(([points]) => points);
  ranked.sort((a, b) => b[0] - a[0]);
  const count = `${ranked.length} ${ranked.length === 1 ? "section" : "sections"}`;
  found.textContent = ranked.length ? `${count} with ${words.join(", ")}` : `Nothing holds ${words.join(", ")}.`;
  for (const [, section] of ranked.slice(0, MOST)) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = section.file + (section.anchor ? `#${section.anchor}` : "");
    link.textContent = section.title || section.page;
    const where = document.createElement("span");
    where.className = "meta";
    where.textContent = section.title ? section.page : "";
    item.append(link, " ", where, excerpt(section, words));
    results.append(item);
  }
}

field.value = new URLSearchParams(location.search).get("q") ?? "";
field.addEventListener("input", search);
form.addEventListener("submit", (event) => event.preventDefault());
search();
if (!field.value) field.focus();
