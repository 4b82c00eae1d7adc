// Answers written and checked in the page. Python runs in a worker, which starts when it is first wanted;
// answers and verdicts stay in this browser. Without scripts, or from a disk, the page is there to be read.
"use strict";

const COURSE = JSON.parse(document.getElementById("live-course").textContent);
const LESSON = COURSE.lessons.find((lesson) => lesson.file === COURSE.file);
const MARKS_IN_WORDS = { "✓": "passes", "✗": "is wrong", "○": "is not solved" };

const python = new Python();
const STOPPED = "stopped";
const SILENCE = 20_000; // milliseconds
let turn = Promise.resolve(); // one order after the other
let waiting = 0; // orders
let answers = [];

// Do this after what was ordered before. Gives whether there is something before it.
function inTurn(work) {
  const others = waiting > 0;
  waiting += 1;
  turn = turn.then(work).finally(() => { waiting -= 1; });
  return others;
}

// Show on a bar how much is fetched, and say so; where nothing comes for a while, say that. Gives what ends it.
function fetching(bar, megabytes, say) {
  const begin = () => say(`Python is fetched: ${megabytes} MB, the first time.`);
  let timer;
  let silent = false;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      silent = true;
      say("Nothing more of Python has come for 20 seconds. Wait, or press Stop and check the connection.");
    }, SILENCE);
  };
  python.fetched = (share) => {
    bar.value = share;
    if (silent) begin();
    silent = false;
    wait();
  };
  begin();
  bar.hidden = false;
  wait();
  return () => {
    clearTimeout(timer);
    python.fetched = () => {}; // an interpreter that starts again by itself tells nobody
    bar.hidden = true;
  };
}

// Why Python is not there, and what to do. Everything that was written is in the page, and kept.
function missing({ message, unfetched }) {
  const help = unfetched
    ? "Check the connection, and try again: your answers are kept."
    : "Try again: your answers are kept. If that does not help, the files beside these pages are damaged.";
  return [`Python could not be ${unfetched ? "fetched" : "started"}.`, `${message.replace(/\.$/, "")}. ${help}`];
}

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
    this.outdate();
  }

  outdate() {
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
    const work = () => this.checked().finally(() => this.form.setAttribute("aria-busy", "false"));
    if (inTurn(work)) this.say("○", `${this.name} is checked next.`);
  }

  async checked() {
    const source = this.source;
    this.stopping.hidden = false;
    const isFetched = python.isReady ? () => {}
      : fetching(this.bar, COURSE.megabytes, (text) => this.say("○", text));
    let slow;
    try {
      await python.start();
      isFetched();
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
      isFetched();
      clearTimeout(slow);
      this.failed(error);
    }
    this.stopping.hidden = true;
    drawProgress();
  }

  failed(error) {
    python.end(STOPPED);
    if (error.message === STOPPED) {
      const then = error.unready ? "The next check fetches Python" : "Python starts again by itself";
      this.say("○", "Stopped. Your answer is as you wrote it.", `${then}.`);
    } else if (error.unready) {
      this.say("○", ...missing(error));
    } else {
      this.say("✗", "Your answer ended Python itself.", `${error.message}. Python starts again; all answers are kept.`);
    }
    if (!error.unready) python.start().catch(() => {});
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
    this.source = this.figure.querySelector("source");
    this.standIn = this.figure.nextElementSibling; // says whose functions drew the stored pictures
    button.addEventListener("click", () => this.begin());
    this.stopping.addEventListener("click", () => python.end(STOPPED));
    this.storing.addEventListener("click", () => this.end());
  }

  begin() {
    this.figure.drawn = () => this.draw();
    this.standIn.hidden = true;
    this.storing.hidden = false;
    this.draw();
  }

  end() {
    this.figure.drawn = null;
    this.standIn.hidden = false;
    this.storing.hidden = true;
    this.figure.stored();
  }

  // One picture at a time: a slider that moves on meanwhile asks for one more, where it then stands.
  draw() {
    this.wanted = true;
    if (this.drawing) return;
    this.drawing = true;
    inTurn(async () => {
      this.stopping.hidden = false;
      while (this.wanted && this.figure.drawn) {
        this.wanted = false;
        await this.drawn();
      }
      this.stopping.hidden = true;
      this.drawing = false;
    });
  }

  async drawn() {
    const megabytes = COURSE.drawing + (python.isReady ? 0 : COURSE.megabytes);
    const isFetched = python.canDraw ? () => {}
      : fetching(this.bar, megabytes, (text) => { this.words.textContent = text; });
    const names = this.button.dataset.answers.split(" ");
    const sources = answers.filter(({ name }) => names.includes(name)).flatMap((answer) => answer.chain());
    const used = [...new Map(sources.map((each) => [each.name, each])).values()];
    const order = {
      setup: LESSON.setup,
      answers: answers.map(({ name }) => used.find((each) => each.name === name)).filter(Boolean),
      source: this.button.dataset.source,
      stops: this.figure.stops(),
      narrow: this.figure.isNarrow(),
    };
    try {
      const { picture, words } = await python.order("draw", { order });
      isFetched();
      python.canDraw = true;
      if (picture) {
        this.picture.src = `data:image/png;base64,${picture}`;
        this.source.srcset = this.picture.src;
      }
      this.words.textContent = words.replaceAll("`", "");
    } catch (error) {
      isFetched();
      this.wanted = false;
      python.end(STOPPED);
      if (error.message === STOPPED) this.words.textContent = "Stopped.";
      else if (error.unready || error.unfetched) this.words.textContent = missing(error).join(" ");
      else this.words.textContent = `${error.message}. Python starts again.`;
      if (!error.unready) python.start().catch(() => {});
    }
  }
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
    addEventListener("storage", ({ key, newValue }) => {
      for (const answer of answers.filter(({ name }) => kept.key(name) === key || key === null)) {
        if (newValue === null) kept.memory.delete(answer.name); // forgotten there
        const source = kept.read(answer.name)?.source ?? answer.stub;
        if (source === answer.source) continue;
        answer.show(source);
        answer.outdate();
      }
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
