// Explorers and questions. Where scripts do not run, the style sheet hides what would be dead without them.
"use strict";

for (const explorer of document.querySelectorAll(".explorer")) {
  const { stops, frames, narrow } = JSON.parse(explorer.querySelector("script").textContent);
  const picture = explorer.querySelector("img");
  const source = explorer.querySelector("source"); // of the picture on a narrow page
  const words = explorer.querySelector(".words");
  const sliders = [...explorer.querySelectorAll("input")];
  const kept = new Map(); // pictures asked for, so that they stay at hand
  let wanted = -1;

  const at = (positions) => positions.reduce((sum, p, i) => sum * stops[i].length + p, 0);
  const positions = () => sliders.map((slider) => Number(slider.value));

  explorer.isNarrow = () => Boolean(source) && matchMedia(source.media).matches;

  function fetched(frame) {
    const address = explorer.isNarrow() ? narrow[frame] : frames[frame][0];
    if (!kept.has(address)) {
      const image = new Image();
      image.src = address;
      kept.set(address, image);
    }
    return kept.get(address);
  }

  function paint(frame) {
    if (source) source.srcset = narrow[frame];
    picture.src = frames[frame][0];
  }

  // every picture that this slider can show with the others where they are
  function prepare(which) {
    stops[which].forEach((_, stop) => {
      fetched(at(positions().map((position, i) => (i === which ? stop : position))));
    });
  }

  // a live page draws with the reader's functions: it takes over by setting `drawn`
  explorer.stops = () => sliders.map((slider, i) => stops[i][slider.value]);
  explorer.stored = () => show(at(positions()));

  function moved(which) {
    const slider = sliders[which];
    const text = stops[which][slider.value];
    slider.setAttribute("aria-valuetext", text);
    slider.nextElementSibling.value = text;
    if (explorer.drawn) explorer.drawn();
    else show(at(positions()));
  }

  async function show(frame) {
    wanted = frame;
    // shown once it can be drawn, so that nothing flickers, and only if no later one is wanted
    await fetched(frame).decode().catch(() => {});
    if (wanted !== frame || explorer.drawn) return;
    paint(frame);
    words.textContent = frames[frame][1];
  }

  // Once through the stops of the first slider and back, in less than five seconds; whoever touches anything stops
  // it. The words, which a screen reader reads out, stay those of the start.
  async function play() {
    const [slider, start] = [sliders[0], sliders[0].value];
    const path = stops[0].map((_, stop) => stop);
    prepare(0);
    await Promise.all([...kept.values()].map((image) => image.decode().catch(() => {})));
    let playing = true;
    const stop = () => {
      if (playing && slider.value !== start) moved(0);
      playing = false;
    };
    for (const touch of ["pointerdown", "keydown"]) explorer.addEventListener(touch, stop, { once: true, capture: true });
    explorer.dataset.playing = "";
    for (const position of [...path, Number(start)]) {
      if (!playing) break;
      slider.value = position;
      slider.nextElementSibling.value = stops[0][position];
      paint(at(positions()));
      await new Promise((done) => { setTimeout(done, 4500 / (path.length + 1)); });
    }
    playing = false;
    delete explorer.dataset.playing;
  }
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (explorer.hasAttribute("data-plays") && !still && !document.hidden) play();

  sliders.forEach((slider, which) => {
    slider.addEventListener("input", () => moved(which));
    slider.addEventListener("focus", () => prepare(which));
    slider.addEventListener("pointerenter", () => prepare(which));
  });
}

// Terms: a mouse that rests on the word opens the definition too. A click keeps it, Escape closes it.
for (const term of document.querySelectorAll(".term")) {
  const definition = document.getElementById(term.getAttribute("popovertarget"));
  let rests = false; // the definition is shown because the mouse is there
  let closing;

  function left() {
    if (rests) closing = setTimeout(() => definition.hidePopover(), 300);
  }

  term.addEventListener("pointerenter", ({ pointerType }) => {
    clearTimeout(closing);
    if (pointerType !== "mouse" || definition.matches(":popover-open")) return;
    definition.showPopover({ source: term });
    rests = true;
  });
  term.addEventListener("pointerleave", left);
  definition.addEventListener("pointerenter", () => clearTimeout(closing));
  definition.addEventListener("pointerleave", left);
  definition.addEventListener("toggle", ({ newState }) => {
    if (newState === "closed") rests = false;
  });
  term.addEventListener("click", (event) => {
    if (rests) event.preventDefault();
    rests = false;
  });
}

// A number as it is written by hand: 0.25, 0,25, 1,250, 1/4, sqrt(2/128), √2/3, 2**0.5, 3 × 10⁻², 50 %, 2π, ½, and with
// the digits and signs of other keyboards. NaN for anything else; a division by 0 is Infinity, as in JavaScript.
function number(text) {
  if (text.length > 80) return NaN;
  const plain = text
    .replace(/[⁺⁻⁰¹²³⁴-⁹]+/g, (power) => `^(${power})`)
    .replace(/(\d?)([¼-¾⅐-⅞])/g, (_, whole, part) => `${whole}${whole && "+"}(${part.normalize("NFKC")})`)
    .normalize("NFKC").toLowerCase().replace(/(?<=\d)\s(?=\d{3}(?!\d))/g, "")
    .replace(/[−–]/g, "-").replace(/[×·⋅∗]/g, "*").replace(/[÷⁄∕]/g, "/").replace(/√/g, "sqrt").replace(/π/g, "pi")
    .replace(/(?<![\d.,])[1-9]\d{0,2}(,\d{3})+(?![\d,])/g, (thousands) => thousands.replaceAll(",", ""))
    .replace(/(\d*),(\d+)/g, "$1.$2");
  const tokens = plain.match(/(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|\*\*|sqrt|pi|\S/g) ?? [];
  const next = (...some) => (some.includes(tokens[0]) ? tokens.shift() : undefined);

  function sum() {
    let value = product();
    for (let sign; (sign = next("+", "-")); ) value += sign === "+" ? product() : -product();
    return value;
  }
  function product() {
    let value = signed();
    for (;;) {
      if (next("*")) value *= signed();
      else if (next("/")) value /= signed();
      else if (["(", "sqrt", "pi"].includes(tokens[0])) value *= power();
      else return value;
    }
  }
  function signed() {
    const sign = next("+", "-");
    return sign ? (sign === "-" ? -1 : 1) * signed() : power();
  }
  function power() {
    const base = percent();
    return next("^", "**") ? base ** signed() : base;
  }
  function percent() {
    let value = atom();
    while (next("%")) value /= 100;
    return value;
  }
  function atom() {
    if (next("sqrt")) return Math.sqrt(atom());
    if (next("pi")) return Math.PI;
    if (next("(")) {
      const value = sum();
      return next(")") ? value : NaN;
    }
    return Number(tokens.shift()); // NaN where there is none
  }

  const value = sum();
  return tokens.length ? NaN : value;
}

function about(answer, right, near) {
  if (right === 0) return answer > right ? "too large" : "too small";
  if (near(-right)) return "right but for its sign";
  if (answer / right < 0) return "of the wrong sign";
  const ratio = answer / right;
  if (ratio > 2) return `${Number(ratio.toPrecision(3))} times what it should be`;
  const percent = Math.abs(100 * (ratio - 1));
  return `${percent < 1 ? percent.toFixed(1) : Math.round(percent)} % too ${ratio > 1 ? "large" : "small"}`;
}

function verdict(question, given) {
  if (typeof question.right === "string") {
    if (given === null) return ["open", "Choose one first."];
    if (given === question.right) return ["right", "Right."];
    return ["wrong", "Not this one.", ...question.wrong.find((wrong) => wrong.value === given).hints];
  }
  const answer = number(given);
  const form = "Write a number, such as 0.25, 1/4 or sqrt(2).";
  if (Number.isNaN(answer)) return ["open", form];
  if (!Number.isFinite(answer)) return ["open", `That is larger than any number. ${form}`];
  const near = (value, close = question.close) => Math.abs(answer - value) <= close * Math.abs(value) + 1e-12;
  if (near(question.right)) {
    const exact = Number(question.right.toPrecision(4));
    return ["right", near(exact, 1e-9) ? "Right." : `Right: ${exact}, to four digits.`];
  }
  const known = question.wrong.find((wrong) => near(wrong.value, Math.max(question.close, 0.005)));
  return ["wrong", `Not ${given.trim()}: that is ${about(answer, question.right, near)}.`, ...(known ? known.hints : [])];
}

const MARKS = { right: "✓", wrong: "✗", open: "○" };

for (const form of document.querySelectorAll(".question")) {
  const question = JSON.parse(form.dataset.question);
  const said = form.querySelector(".said");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = form.querySelector("input[type=radio]:checked");
    const field = form.querySelector("input:not([type=radio])");
    const [state, headline, ...hints] = verdict(question, field ? field.value : chosen && chosen.value);
    said.className = `said ${state}`;
    said.replaceChildren();
    const first = document.createElement("p");
    first.textContent = `${MARKS[state]} ${headline}`;
    said.append(first);
    for (const hint of hints) {
      const line = document.createElement("p");
      line.innerHTML = hint; // made with the page, from the course's own hints
      said.append(line);
    }
  });
}

// Predict, then look: what follows a prediction waits for it, or for "Show me". A search in the page, a link into
// what waits, and print find everything.
function guesses(name, value) {
  const key = `heinit.guess.${name}`;
  try {
    if (value !== undefined) localStorage.setItem(key, value);
    return localStorage.getItem(key) ?? "";
  } catch {
    return value ?? ""; // a browser that stores nothing
  }
}

for (const form of document.querySelectorAll(".guess")) {
  const [field, said] = [form.querySelector("input"), form.querySelector(".said")];
  const after = form.nextElementSibling;
  const look = () => {
    after.hidden = false;
    said.textContent = field.value.trim() ? `Your guess: ${field.value.trim()}.` : "";
  };
  field.value = guesses(form.dataset.guess);
  if (field.value) look();
  else after.setAttribute("hidden", "until-found");
  after.addEventListener("beforematch", look);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    guesses(form.dataset.guess, field.value.trim());
    look();
  });
}

const linked = () => document.getElementById(decodeURIComponent(location.hash.slice(1)))
  ?.closest(".after-guess")?.removeAttribute("hidden");
addEventListener("hashchange", linked);
linked();

// Side notes stand open beside the text where there is room, and are folded where there is none. Paper has them all.
const sideNotes = document.querySelectorAll(".aside");
const roomy = matchMedia("(min-width: 88rem)");
const placeSideNotes = () => { for (const note of sideNotes) note.open = roomy.matches; };
roomy.addEventListener("change", placeSideNotes);
addEventListener("beforeprint", () => { for (const note of sideNotes) note.open = true; });
addEventListener("afterprint", placeSideNotes);
placeSideNotes();

// The section that is being read, marked in the contents. On a narrow screen the contents are one line that stays
// in sight, says the section, and opens.
const links = new Map(
  [...document.querySelectorAll(".contents a")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]),
);
if (links.size) {
  const titles = [...links.keys()].map((id) => document.getElementById(id));
  const contents = document.querySelector(".contents details");
  const narrow = matchMedia("(max-width: 75rem)");
  const mark = () => {
    const passed = titles.filter((title) => title.getBoundingClientRect().top < window.innerHeight / 3);
    const here = passed.length ? passed[passed.length - 1].id : "";
    for (const [id, link] of links) {
      if (id === here) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    contents.querySelector(".here").textContent = here ? links.get(here).textContent : "";
  };
  const fold = () => { contents.open = !narrow.matches; };
  narrow.addEventListener("change", fold);
  contents.addEventListener("click", (event) => { if (event.target.closest("a")) fold(); });
  contents.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !narrow.matches) return;
    fold();
    contents.querySelector("summary").focus();
  });
  fold();
  let due = false;
  addEventListener("scroll", () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      mark();
    });
  }, { passive: true });
  mark();
}
