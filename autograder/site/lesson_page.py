"""A solved lesson and its outputs as a page to read: the text, figures, questions, folded solutions."""

import base64
import html
import inspect
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

import nbformat
import numpy as np
from jinja2 import Environment
from markupsafe import Markup
from nbformat import NotebookNode

from autograder.claims.measure import kept
from autograder.claims.table import Claim, claims
from autograder.errors import HeinitError
from autograder.lessons import APPENDIX, Lesson
from autograder.lessons.compose import checked_function, solution_function, unmarked
from autograder.questions.question import question
from autograder.site.frames import FRAMES_MIME, NARROW_MIME
from autograder.site.pictures import FIGURE, Pictures
from autograder.site.prose import Heading, Prose, render_lines
from autograder.site.provenance import provenance
from autograder.site.terms import Marker, Term

NARROW = "(max-width: 40rem)"  # where site.css has its narrow form
# Cells that belong to a notebook and not to a page: the table of a reader's own checks, the way there, and
# what the appendix needs to run.
LEFT_OUT = ("where-you-stand", "progress", "to-run")


@dataclass(frozen=True)
class LessonPage:
    """A lesson as its page shows the lesson. title: without the number. about: the first paragraph, as HTML.

    says: the last line of the first cell, on time, exercises and points. terms: those that the page marks.
    """

    lesson: Lesson
    number: int
    title: str
    about: Markup
    opening: Markup
    says: str
    body: Markup
    contents: tuple[Heading, ...]
    terms: tuple[Term, ...]

    @property
    def file(self) -> str:
        return f"{self.lesson.name}.html"


def lesson_page(lesson: Lesson, run: NotebookNode, pictures: Pictures, templates: Environment) -> LessonPage:
    """The page of a lesson. run: the solved notebook with its outputs, see execute.py.

    Raises HeinitError where the notebook is not of the form that every lesson has.
    """
    student = {cell.id: cell for cell in nbformat.read(lesson.path, as_version=4).cells}
    first, *cells = (cell for cell in run.cells if cell.id not in LEFT_OUT)
    opening = _OPENING.match(first.source)
    if opening is None:
        raise HeinitError(
            f"the first cell of {lesson.name} is not of the form "
            "title, sentence, abilities, contents, minutes"
        )
    writer, values = _LessonWriter(pictures, templates, lesson), kept()
    claimed: dict[str, list[Claim]] = defaultdict(list)
    for row in claims(lesson):
        claimed[row.cell].append(row)
    about, abilities = (Markup(writer.prose.html(opening[part])) for part in ("about", "abilities"))
    writer.prose.marker = marker = Marker(f"{lesson.name}.html")
    parts: list[str] = []
    waiting = False  # for the reader's guess
    while cells:
        cell = cells.pop(0)
        guess = (
            cell.cell_type == "code" and _GUESS.search(cell.source) if cell.id.startswith("guess-") else None
        )
        if waiting and (guess or _HEADED.match(cell.source)):
            parts.append("</div>")
            waiting = False
        if guess:
            parts.append(writer.guess(f"{lesson.module}-{cell.id}", guess["words"]))
            waiting = True
        elif cell.cell_type == "markdown":
            text = re.sub(r"(?m)^Next: \[.*$", "", cell.source)
            parts.append(writer.prose.html(text.replace(IN_A_CELL, _IN_A_FIELD)))
            parts.append(
                provenance(claimed[cell.id], values, student[cell.id].source, writer.prose, templates)
            )
        elif (name := solution_function(cell)) is not None:
            check = cells.pop(0) if cells and checked_function(cells[0]) == name else None
            parts.append(writer.exercise(name, student[cell.id], cell, check))
        elif cell.cell_type == "code":
            parts.append(writer.code(cell))
    parts += ["</div>"] * waiting
    return LessonPage(
        lesson=lesson,
        number=int(opening["number"]),
        title=opening["title"],
        about=about,
        opening=abilities,
        says=opening["says"],
        body=Markup("\n".join(parts)),
        contents=tuple(writer.prose.contents),
        terms=tuple(marker.used.values()),
    )


def appendix_page(pictures: Pictures, templates: Environment) -> dict[str, Any]:
    """What the appendix's template needs: its first cell, the others with their outputs, headings, terms."""
    writer = _LessonWriter(pictures, templates)
    first, *cells = (cell for cell in nbformat.read(APPENDIX, as_version=4).cells if cell.id not in LEFT_OUT)
    opening = Markup(writer.prose.html(first.source))
    writer.prose.marker = marker = Marker(f"{APPENDIX.stem}.html")
    parts = [writer.prose.html(c.source) if c.cell_type == "markdown" else writer.code(c) for c in cells]
    body, terms = Markup("\n".join(parts)), list(marker.used.values())
    return {"opening": opening, "body": body, "contents": writer.prose.contents, "terms": terms}


# A lesson's first cell: a page shows these parts, and writes the others itself (contents, wheel).
_OPENING = re.compile(
    r"# Lesson (?P<number>\d+) · (?P<title>[^\n]+)\n+(?P<about>.*?)\n+(?P<abilities>You will be able to\n.*?)"
    r"\n+\*\*Contents\*\*\n.*?\n+(?P<says>About \d+ minutes\.[^\n]*)",
    re.DOTALL,
)


# A page has a field where a notebook has a variable that is None.
IN_A_CELL, _IN_A_FIELD = " in place of `None`", " below"
_GUESS = re.compile(r"^[\w, ]+ = None\b.*?# (?P<words>.+)$", re.MULTILINE)  # the cell of a prediction
_DRAWING = {"plots": r"\bplots\.(\w+)\(", "explorers": r"\b(\w+_explorer)\("}  # calls of a lesson's cells
_HEADED = re.compile(r"#{2,} ")
_COLUMNS = re.compile(r"\S {3,}\S.*\n.*\S {3,}\S")  # of two lines at least


class _LessonWriter:
    """Writes the cells of one lesson as HTML."""

    def __init__(self, pictures: Pictures, templates: Environment, lesson: Lesson | None = None) -> None:
        self.prose = Prose()
        self._lesson = lesson
        self._pictures = pictures
        self._templates = templates
        self._explorers = self._figures = 0
        self._asked: list[str] = []  # the functions of the exercises so far

    def code(self, cell: NotebookNode) -> str:
        """A cell's code and outputs, and whose functions they come from. What a lesson imports is folded."""
        source = render_lines(cell.source)
        if cell.id == "setup":
            source = f'<details class="setup"><summary>What the cells import</summary>{source}</details>'
        outputs = [self._output(output, cell.source) for output in cell.outputs]
        calls = r"\b{0}\(|[(,] ?{0}\b(?!=)"
        called = [n for n in self._asked if outputs and re.search(calls.format(n), cell.source)]
        note = self._templates.get_template("stand-in.html.j2").render(names=called) if called else ""
        return "\n".join([source, *outputs, note])

    def guess(self, ident: str, words: str) -> str:
        """A field for a prediction, and the beginning of what waits for the prediction."""
        asks = self._templates.get_template("guess.html.j2").render(ident=ident, words=words)
        return f'{asks}\n<div class="after-guess">'

    def exercise(
        self, name: str, stub: NotebookNode, solved: NotebookNode, check: NotebookNode | None
    ) -> str:
        """The question, the stub, and the folded solution with the verdict on it."""
        self._asked.append(name)
        asks, data = question(name), {}
        if asks:  # what the page's script knows of the question
            wrong = [{"value": w.value, "hints": list(map(self.prose.phrase, w.hints))} for w in asks.wrong]
            data = {"right": asks.right, "close": asks.close, "wrong": wrong}
        return self._templates.get_template("exercise.html.j2").render(
            name=name,
            question=asks,
            prompt=Markup(self.prose.phrase(asks.prompt) if asks else ""),
            data=data,
            stub=Markup(render_lines(stub.source)),
            answer=Markup(render_lines(unmarked(solved.source))),
            verdicts=[Markup(self._output(output)) for output in (check.outputs if check else [])],
        )

    def _output(self, output: NotebookNode, source: str = "") -> str:
        """An output as HTML. source: of the cell, from which a live page draws an explorer again."""
        if output.output_type == "stream":
            # columns can be read only where no line is broken
            table = (
                ' aligned" role="group" aria-label="Table" tabindex="0'
                if _COLUMNS.search(output.text)
                else ""
            )
            return f'<pre class="output{table}">{html.escape(output.text.rstrip())}</pre>'
        data = output.get("data", {})
        if FRAMES_MIME in data:
            self._explorers += 1
            ident = f"explorer-{self._explorers}"
            caption = self._caption(source)
            return explorer(data[FRAMES_MIME], ident, self._pictures, self._templates, source, **caption)
        if figure := FIGURE.fullmatch(data.get("text/html", "").strip()):
            path = self._pictures.add(base64.b64decode(figure["data"]))
            alt, size = html.unescape(figure["alt"]), figure.group("width", "height")
            narrow = None
            if found := data.get(NARROW_MIME):
                narrow = self._pictures.add(base64.b64decode(found["picture"])), found["size"]
            template = self._templates.get_template("figure.html.j2")
            return template.render(
                path=path, alt=alt, size=size, narrow=narrow, NARROW=NARROW, **self._caption(source)
            )
        text = str(data.get("text/plain", ""))
        if text[:2] in ("✓ ", "✗ ", "○ "):
            return f'<p class="verdict">{html.escape(text)}</p>'
        return f'<pre class="output">{html.escape(text)}</pre>'

    def _caption(self, source: str) -> dict[str, Any]:
        """The number of a lesson's next figure, and the functions that drew it, as its cell calls them."""
        if self._lesson is None:
            return {"number": "", "drawn": []}
        self._figures += 1
        drawn = []
        for kind, pattern in _DRAWING.items():
            module = import_module(f"heinit_lab.{kind}.{self._lesson.module}")
            for name in dict.fromkeys(re.findall(pattern, source)):
                function = getattr(module, name)
                file = f"{function.__module__.replace('.', '/')}.py"
                code = render_lines(inspect.getsource(function).rstrip())
                drawn.append({"name": name, "file": file, "code": Markup(code)})
        return {"number": f"{self._lesson.name.split('-')[0]}.{self._figures}", "drawn": drawn}


def first_frame(data: Mapping[str, Any]) -> Mapping[str, str]:
    """The frame at which an explorer's sliders start: its pictures in base64, and its words."""
    starts = [slider["start"] for slider in data["sliders"]]
    first = np.ravel_multi_index(starts, [len(slider["stops"]) for slider in data["sliders"]])
    return cast("Mapping[str, str]", data["frames"][first])


def explorer(
    data: dict[str, Any],
    ident: str,
    pictures: Pictures,
    templates: Environment,
    source: str = "",
    **caption: Any,
) -> str:
    """An explorer's frames behind range inputs.

    ident: its id on the page. source: of its cell. caption: what the template shows besides.
    """

    def kept(frame: Mapping[str, str], kind: str) -> str:
        return pictures.add(base64.b64decode(frame[kind]))

    first = first_frame(data)
    return templates.get_template("explorer.html.j2").render(
        ident=ident,
        source=source,
        explorer={"note": "", "powered_by": [], **data},
        first=[kept(first, "picture"), first["words"]],
        narrow=[kept(first, "narrow"), data["narrow"]["size"]],
        NARROW=NARROW,
        data={
            "stops": [slider["stops"] for slider in data["sliders"]],
            "frames": [[kept(frame, "picture"), frame["words"]] for frame in data["frames"]],
            "narrow": [kept(frame, "narrow") for frame in data["frames"]],
        },
        **{"number": "", "drawn": [], "plays": False, **caption},
    )
