// Answers written and checked in the page. Python runs in a worker, which starts when it is first wanted;
// answers and verdicts stay in this browser. Without scripts, or from a disk, the page is there to be read.
"use strict";

const COURSE = JSON.parse(document.getElementById("live-course").textContent);
const LESSON = COURSE.lessons.find((lesson) => lesson.file === COURSE.file);
const MARKS_IN_WORDS = { "✓": "passes", "✗": "is wrong", "○": "is not solved" };

// What this browser keeps: of each exercise the source, and the mark of its last check.
const kept = {
  memory: new Map(), // where the browser lets nothing be stored
  key: (name) => `heinit.answer.${name}`,
  read(name) {
    try {
      const found = JSON.parse(localStorage.getItem(kept.key(name)));
      if (found && typeof found.source === "string") return found;
    } catch { /* no storage, or no JSON */ }
    return kept.memory.get(name) ?? null;
  },
  write(name, answer) {
    kept.memory.set(name, answer);
    try {
      localStorage.setItem(kept.key(name), JSON.stringify(answer));
    } catch { /* it lives as long as the page does */ }
  },
  forget(name) {
    kept.memory.delete(name);
    try {
      localStorage.removeItem(kept.key(name));
    } catch { /* nothing was stored */ }
  },
  forgetGuesses() {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith("heinit.guess."));
      keys.forEach((key) => localStorage.removeItem(key));
    } catch { /* nothing was stored */ }
  },
};

// The interpreter: one worker, which is replaced when it is stopped or has crashed.
class Python {
  constructor() {
    this.waiting = new Map(); // id of an order: what to do with its answer
    this.orders = 0;
    this.worker = null;
    this.ready = null;
    this.fetched = () => {};
  }

  start() {
    if (this.ready) return this.ready;
    const worker = new Worker(new URL("live/worker.js", document.baseURI));
    this.worker = worker;
    worker.onmessage = ({ data }) => {
      if ("progress" in data) {
        this.fetched(data.progress);
        return;
      }
      const { done, failed } = this.waiting.get(data.id) ?? {};
      this.waiting.delete(data.id);
      if (!done) return;
      if ("error" in data) failed(new Error(data.error));
      else done(data.result);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (this.worker === worker) this.end(event.message || "it cannot be loaded");
    };
    this.ready = this.send("start").then(() => { this.isReady = true; });
    this.ready.catch(() => {});
    return this.ready;
  }

  send(what, content = {}) {
    this.orders += 1;
    const id = this.orders;
    return new Promise((done, failed) => {
      this.waiting.set(id, { done, failed });
      this.worker.postMessage({ id, do: what, ...content });
    });
  }

  // Give an order to an interpreter that is ready. One that fails is gone: nobody knows its state.
  async order(what, content) {
    await this.start();
    try {
      return await this.send(what, content);
    } catch (error) {
      this.end(error.message);
      throw error;
    }
  }

  end(reason) {
    this.worker?.terminate();
    this.worker = this.ready = null;
    this.isReady = this.canDraw = false;
    const open = [...this.waiting.values()];
    this.waiting.clear();
    for (const { failed } of open) failed(new Error(reason));
  }
}

const python = new Python();
const STOPPED = "stopped";
let turn = Promise.resolve(); // one order after the other
let answers = [];

// One exercise: its editor, its buttons, and what the check says.
class Answer {
  constructor(form) {
    this.name = form.dataset.exercise;
    this.stub = LESSON.exercises[this.name].stub;
    this.form = form;
    this.editor = form.querySelector("textarea");
    this.checking = form.querySelector(".check");
    this.stopping = form.querySelector(".stop");
    this.bar = form.querySelector("progress");
    this.said = form.querySelector(".said");
    this.printed = form.querySelector(".printed");
    this.show(kept.read(this.name)?.source ?? this.stub);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.check();
    });
    this.stopping.addEventListener("click", () => python.end(STOPPED));
    form.querySelector(".again").addEventListener("click", () => this.startAgain());
    this.editor.addEventListener("input", () => this.changed());
    this.editor.addEventListener("keydown", (event) => this.pressed(event));
    form.hidden = false;
  }

  get source() {
    return this.editor.value;
  }

  get untouched() {
    return this.source.trim() === this.stub.trim();
  }

  show(source) {
    this.editor.value = source;
    this.grow();
  }

  grow() {
    this.editor.rows = Math.max(3, Math.min(30, this.source.split("\n").length + 1));
  }

  changed() {
    this.grow();
    kept.write(this.name, { source: this.source, mark: "" });
    if (this.said.childElementCount) this.form.classList.add("old");
  }

  // Tab indents, Shift+Tab takes it back, Enter keeps the indentation; Escape sets the next Tab free.
  pressed(event) {
    const { key } = event;
    if (key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.check();
    } else if (key === "Escape") {
      this.free = true;
      return;
    } else if (key === "Tab" && !this.free && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      this.indent(event.shiftKey);
    } else if (key === "Backspace" && this.editor.selectionStart === this.editor.selectionEnd) {
      const end = this.editor.selectionStart;
      const before = this.source.slice(0, end).split("\n").pop();
      if (/^ {2,}$/.test(before)) { // back to the indentation before
        event.preventDefault();
        this.editor.setSelectionRange(end - (((before.length - 1) % 4) + 1), end);
        document.execCommand("delete");
      }
    } else if (key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      const before = this.source.slice(0, this.editor.selectionStart).split("\n").pop();
      const deeper = /:\s*(#.*)?$/.test(before) ? "    " : "";
      this.insert(`\n${before.match(/^ */)[0]}${deeper}`);
    }
    if (key !== "Shift") this.free = false;
  }

  indent(back) {
    const { selectionStart: start, selectionEnd: end } = this.editor;
    const from = this.source.lastIndexOf("\n", start - 1) + 1;
    if (!back && start === end) {
      this.insert(" ".repeat(4 - ((start - from) % 4)));
      return;
    }
    const lines = this.source.slice(from, end).split("\n");
    const moved = lines.map((line) => (back ? line.replace(/^ {1,4}/, "") : `    ${line}`)).join("\n");
    this.editor.setSelectionRange(from, end);
    this.insert(moved);
    this.editor.setSelectionRange(start === end ? from + moved.length : from, from + moved.length);
  }

  // As if it were typed, so that the browser's own undo takes it back.
  insert(text) {
    this.editor.focus();
    if (!document.execCommand("insertText", false, text)) {
      this.editor.setRangeText(text, this.editor.selectionStart, this.editor.selectionEnd, "end");
      this.changed();
    }
  }

  startAgain() {
    if (this.untouched || window.confirm(`Throw away your answer to ${this.name}, and bring the stub back?`)) {
      this.show(this.stub);
      kept.forget(this.name);
      this.say("○", `${this.name} is as it was handed out.`);
      drawProgress();
    }
  }

  // The sources that this answer calls, directly or through another, earlier ones first; its own is last.
  chain() {
    const earlier = answers.slice(0, answers.indexOf(this));
    const used = new Set([this]);
    for (const answer of [...earlier].reverse()) {
      const calls = new RegExp(`\\b${answer.name}\\b`);
      if ([...used].some((user) => calls.test(user.source))) used.add(answer);
    }
    return answers.filter((answer) => used.has(answer)).map(({ name, source }) => ({ name, source }));
  }

  check() {
    if (this.form.getAttribute("aria-busy") === "true") return;
    this.form.setAttribute("aria-busy", "true");
    turn = turn.then(() => this.checked()).finally(() => this.form.setAttribute("aria-busy", "false"));
  }

  async checked() {
    const source = this.source;
    this.stopping.hidden = false;
    let slow;
    if (!python.isReady) {
      this.say("○", `Python is fetched: ${COURSE.megabytes} MB, the first time.`);
      this.bar.hidden = false;
      python.fetched = (share) => { this.bar.value = share; };
    }
    try {
      await python.start();
      this.bar.hidden = true;
      slow = setTimeout(() => this.say("○", `${this.name} is being checked …`), 300);
      const report = await python.order("check", { order: { setup: LESSON.setup, answers: this.chain() } });
      clearTimeout(slow);
      this.report(report);
      if (report.spent) {
        python.end(STOPPED);
        python.start().catch(() => {});
      }
      if (this.source === source) kept.write(this.name, { source, mark: report.mark });
      this.form.classList.toggle("old", this.source !== source);
    } catch (error) {
      clearTimeout(slow);
      this.failed(error);
    }
    this.bar.hidden = this.stopping.hidden = true;
    drawProgress();
  }

  failed(error) {
    const loaded = python.ready === null && error.message !== STOPPED;
    python.end(STOPPED);
    if (error.message === STOPPED) {
      this.say("○", "Stopped. Your answer is as you wrote it.", "Python starts again by itself.");
    } else if (loaded && /fetch|load/i.test(error.message)) {
      this.say("○", "Python could not be fetched.", `${error.message}. Check the connection, and try again.`);
      return;
    } else {
      this.say("✗", "Your answer ended Python itself.", `${error.message}. Python starts again; all answers are kept.`);
    }
    python.start().catch(() => {});
  }

  report({ mark, headline, lines, printed }) {
    this.say(mark, "", ...lines.map(() => ""));
    const [first, ...others] = this.said.children;
    first.innerHTML = `${mark} ${headline}`; // escaped by the course's own `rich`
    others.forEach((line, i) => { line.innerHTML = lines[i]; });
    this.printed.hidden = !printed;
    this.printed.textContent = printed;
  }

  say(mark, headline, ...lines) {
    this.said.className = `said ${{ "✓": "right", "✗": "wrong", "○": "open" }[mark]}`;
    this.said.replaceChildren(...[`${mark} ${headline}`, ...lines].map((text) => {
      const line = document.createElement("p");
      line.textContent = text;
      return line;
    }));
    this.printed.hidden = true;
    this.form.classList.remove("old");
  }
}

// An explorer that the reader's own functions draw. The stored pictures are what it shows otherwise.
class Drawing {
  constructor(button) {
    this.figure = button.closest(".explorer");
    this.button = button;
    this.stopping = this.figure.querySelector(".stop");
    this.storing = this.figure.querySelector(".stored");
    this.bar = this.figure.querySelector("progress");
    this.words = this.figure.querySelector(".words");
    this.picture = this.figure.querySelector("img");
    button.addEventListener("click", () => this.begin());
    this.stopping.addEventListener("click", () => python.end(STOPPED));
    this.storing.addEventListener("click", () => this.end());
  }

  begin() {
    this.figure.drawn = () => this.draw();
    this.storing.hidden = false;
    this.draw();
  }

  end() {
    this.figure.drawn = null;
    this.storing.hidden = true;
    this.figure.stored();
  }

  // One picture at a time: a slider that moves on meanwhile asks for one more, where it then stands.
  draw() {
    this.wanted = true;
    if (this.drawing) return;
    this.drawing = true;
    turn = turn.then(async () => {
      this.stopping.hidden = false;
      while (this.wanted && this.figure.drawn) {
        this.wanted = false;
        await this.drawn();
      }
      this.stopping.hidden = this.bar.hidden = true;
      this.drawing = false;
    });
  }

  async drawn() {
    if (!python.canDraw) {
      this.words.textContent = `Python's drawing is fetched: ${COURSE.drawing} MB, the first time.`;
      this.bar.hidden = false;
      python.fetched = (share) => { this.bar.value = share; };
    }
    const names = this.button.dataset.answers.split(" ");
    const sources = answers.filter(({ name }) => names.includes(name)).flatMap((answer) => answer.chain());
    const used = [...new Map(sources.map((each) => [each.name, each])).values()];
    const order = {
      setup: LESSON.setup,
      answers: answers.map(({ name }) => used.find((each) => each.name === name)).filter(Boolean),
      source: this.button.dataset.source,
      positions: this.figure.positions(),
    };
    try {
      const { picture, words } = await python.order("draw", { order });
      python.canDraw = true;
      if (picture) this.picture.src = `data:image/png;base64,${picture}`;
      this.words.textContent = words;
    } catch (error) {
      this.wanted = false;
      python.end(STOPPED);
      this.words.textContent = error.message === STOPPED ? "Stopped." : `${error.message}. Python starts again.`;
      python.start().catch(() => {});
    }
  }
}

// The notebook of this lesson, as it is handed out, with the answers in their cells.
async function asNotebook() {
  const response = await fetch(LESSON.notebook);
  if (!response.ok) throw new Error(`the host answers ${response.status}`);
  const notebook = JSON.parse(await response.text());
  for (const cell of notebook.cells) {
    const answer = answers.find(({ name }) => isAnswerTo(cell, name));
    if (answer && !answer.untouched) cell.source = answer.source.replace(/\n$/, "").split(/(?<=\n)/);
  }
  return `${JSON.stringify(notebook, null, 1)}\n`;
}

function isAnswerTo(cell, name) {
  const nbgrader = cell.metadata?.nbgrader;
  return Boolean(nbgrader?.solution) && nbgrader.grade_id === name;
}

async function download(said) {
  try {
    const file = new Blob([await asNotebook()], { type: "application/x-ipynb+json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = LESSON.notebook.split("/").pop();
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    said.textContent = "The notebook holds your answers in their cells. It can be handed in as it is.";
  } catch (error) {
    said.textContent = `The notebook cannot be fetched: ${error.message}.`;
  }
}

// The answers in a notebook file. Throws an Error, with a sentence, for a file that is no notebook of this lesson.
function readNotebook(text) {
  let notebook;
  try {
    notebook = JSON.parse(text);
  } catch {
    throw new Error("This file is no notebook, or it is damaged. Nothing was changed.");
  }
  const cells = Array.isArray(notebook?.cells) ? notebook.cells : [];
  const found = new Map();
  for (const { name } of answers) {
    const cell = cells.find((each) => each !== null && typeof each === "object" && isAnswerTo(each, name));
    if (cell) found.set(name, [cell.source ?? ""].flat().join(""));
  }
  if (found.size) return found;
  const other = COURSE.lessons.find(({ exercises }) => Object.keys(exercises).some(
    (name) => cells.some((cell) => cell && isAnswerTo(cell, name)),
  ));
  throw new Error(other
    ? `This is the notebook of lesson ${other.number}: open it on that lesson's page. Nothing was changed.`
    : "This file holds no answers to the exercises of this lesson. Nothing was changed.");
}

async function open(file, said) {
  try {
    const found = readNotebook(await file.text());
    const lost = answers.filter((a) => found.has(a.name) && !a.untouched && found.get(a.name) !== a.source);
    const names = lost.map(({ name }) => name).join(", ");
    if (lost.length && !window.confirm(`This takes the place of your answers here to ${names}. Go on?`)) return;
    for (const answer of answers.filter(({ name }) => found.has(name))) {
      answer.show(found.get(answer.name));
      answer.changed();
    }
    const missing = answers.filter(({ name }) => !found.has(name)).map(({ name }) => name);
    said.textContent = `${found.size} of ${answers.length} answers are read from ${file.name}.`
      + (missing.length ? ` It has no cell for ${missing.join(", ")}.` : "");
  } catch (error) {
    said.textContent = error.message;
  }
  drawProgress();
}

// The table on the front page.
function drawProgress() {
  const table = document.getElementById("progress");
  if (!table) return;
  const rows = COURSE.lessons.map(({ number, title, file, exercises }) => {
    const names = Object.keys(exercises);
    const marks = names.map((name) => kept.read(name)?.mark || "○");
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    const link = document.createElement("a");
    link.href = file;
    link.textContent = `Lesson ${number} · ${title}`;
    head.append(link);
    const count = document.createElement("td");
    count.textContent = `${marks.filter((mark) => mark === "✓").length} of ${names.length} pass`;
    const list = document.createElement("td");
    names.forEach((name, i) => {
      const entry = document.createElement("span");
      entry.textContent = `${marks[i]} ${name}`;
      entry.title = `${name} ${MARKS_IN_WORDS[marks[i]] ?? MARKS_IN_WORDS["○"]}`;
      list.append(entry, " ");
    });
    row.append(head, count, list);
    return row;
  });
  table.querySelector("tbody").replaceChildren(...rows);
}

if (location.protocol === "file:") {
  for (const note of document.querySelectorAll(".live-from-disk")) note.hidden = false;
} else {
  for (const part of document.querySelectorAll(".live-part:not(progress)")) part.hidden = false;
  if (LESSON) {
    answers = [...document.querySelectorAll("form.live")].map((form) => new Answer(form));
    document.body.classList.add("is-live");
    document.querySelectorAll(".explorer .draw").forEach((button) => new Drawing(button));
    const said = document.querySelector(".take .said");
    document.querySelector(".take .download").addEventListener("click", () => download(said));
    const input = document.querySelector(".take input[type=file]");
    input.addEventListener("change", () => {
      if (input.files.length) open(input.files[0], said).finally(() => { input.value = ""; });
    });
    // what another tab writes stands here too, so that neither overwrites the other unseen
    addEventListener("storage", ({ key }) => {
      const answer = answers.find(({ name }) => kept.key(name) === key || key === null);
      const source = answer && (kept.read(answer.name)?.source ?? answer.stub);
      if (answer && source !== answer.source) answer.show(source);
    });
  }
  const forgetting = document.querySelector(".forget");
  forgetting?.addEventListener("click", () => {
    if (!window.confirm("Forget every answer, verdict and guess that this browser keeps for the course?")) return;
    for (const { exercises } of COURSE.lessons) Object.keys(exercises).forEach(kept.forget);
    kept.forgetGuesses();
    drawProgress();
  });
  addEventListener("storage", drawProgress);
  addEventListener("pageshow", drawProgress);
  drawProgress();
}
