// Answers taken away as the lesson's notebook, and read back from one. An answer has a name, a source, and
// `untouched`: whether the source is the stub.
"use strict";

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
