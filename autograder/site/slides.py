"""A lesson's run as slides: its headings, predictions, formulas, tables, lists and figures.

No slide is written by hand. The rule: a section of the lesson is a column of slides; in it, each prediction,
each figure, and what a text cell displays (formulas, a table, a list) is a slide. Sentences go to the notes
of the slide before them, which the speaker sees; a figure's notes begin with the prediction that it settles.
Exercises, the code, and what belongs to a notebook alone are left out. A section without a slide has its
heading as one.

nbconvert's own template of slides asks other hosts for reveal.js, RequireJS and MathJax, so that its decks
need a network. A deck made here is one file: reveal.js is in it, formulas are MathML as on the pages, and
pictures are in the text.
"""

import base64
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup
from nbformat import NotebookNode

from autograder.lessons.compose import checked_function, solution_function
from autograder.site.frames import FRAMES_MIME
from autograder.site.lesson_page import IN_A_CELL, LEFT_OUT, LessonPage, first_frame
from autograder.site.pictures import FIGURE
from autograder.site.prose import SIDE_NOTE, Prose

HERE = Path(__file__).parent
WAIT = "Let everybody write an answer down before you go on: the next figure settles it."
_BLOCK = re.compile(r"^(\$\$.*\$\$|\|.*|[-*] .*|\d+\. .*)$", re.DOTALL)  # displayed: formulas, table, list
_SIDE_NOTE = re.compile(rf"{SIDE_NOTE}<summary>(.*?)</summary>\s*(.*?)\s*</details>", re.DOTALL)
_FULL = 480  # characters of a slide's text from which on it is set smaller


@dataclass
class Slide:
    """heading: of its section, HTML. body: HTML. notes: what the speaker sees, HTML."""

    heading: str
    body: str
    notes: list[str] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """Whether the text is too long for its usual size."""
        return len(re.sub(r"<annotation\b.*?</annotation>|<[^>]*>", "", self.body)) > _FULL


def deck(page: LessonPage, run: NotebookNode, reveal: Mapping[str, str], templates: Environment) -> str:
    """The slides of a lesson as one HTML file. run: the solved lesson with its outputs."""
    font = base64.b64encode((HERE / "static" / "math.woff").read_bytes()).decode()
    files = {name: Markup(text) for name, text in reveal.items()}
    return templates.get_template("slides.html.j2").render(
        page=page, columns=columns(run, page.file), font=font, reveal=files
    )


def columns(run: NotebookNode, file: str) -> list[list[Slide]]:
    """A lesson's slides, a list for each section. run: as in `deck`. file: of the lesson's page."""
    return _Columns(file).of(run)


class _Columns:
    """Sorts the cells of a lesson into columns of slides."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._explorers = 0
        self._prose = Prose()
        self._columns: list[list[Slide]] = [[]]  # the first is for what stands before the first heading
        self._heading = ""
        self._waiting: list[str] = []  # notes of a section that has no slide yet
        self._prediction = ""  # that no figure has settled yet

    def of(self, run: NotebookNode) -> list[list[Slide]]:
        for cell in run.cells[1:]:
            if cell.id in LEFT_OUT or cell.id == "setup" or solution_function(cell) or checked_function(cell):
                continue
            if cell.cell_type == "markdown":
                self._text(cell.source)
            else:
                for output in cell.outputs:
                    self._output(output.get("data", {}))
        self._close()
        return [column for column in self._columns if column]

    def _text(self, source: str) -> None:
        source = _SIDE_NOTE.sub(r"**\1.** \2", source)
        source = re.sub(r"<details>.*?</details>|^Next: \[.*$", "", source, flags=re.DOTALL | re.MULTILINE)
        if re.match(r"### Exercise", source):
            return
        displayed: list[str] = []
        for block in filter(None, map(str.strip, re.split(r"\n\n+", source))):
            if heading := re.fullmatch(r"## (.+)", block):
                self._close()
                self._heading = self._prose.phrase(heading[1])
                self._columns.append([])
            elif "**Predict" in block:
                block = block.replace(IN_A_CELL, "")
                self._prediction = self._prose.html(block)
                self._add(self._prediction, [f"<p>{WAIT}</p>"])
            elif _BLOCK.match(block):
                displayed.append(block)
            elif not block.startswith(("#", "```", "---")):
                self._note(self._prose.html(block))
        if displayed:
            self._add("".join(self._prose.html(block) for block in displayed), [])

    def _output(self, data: Mapping[str, Any]) -> None:
        if frames := data.get(FRAMES_MIME):
            first = first_frame(frames)
            picture, words = first["picture"], first["words"]
            self._explorers += 1
            move = f'<a href="../{self._file}#explorer-{self._explorers}">Move it on the page</a>'
            self._figure(picture, words, f"<figcaption>{html.escape(words)} {move}</figcaption>")
        elif figure := FIGURE.fullmatch(str(data.get("text/html", "")).strip()):
            self._figure(figure["data"], html.unescape(figure["alt"]), "")

    def _figure(self, picture: str, alt: str, caption: str) -> None:
        body = (
            f'<figure><img src="data:image/webp;base64,{picture}" alt="{html.escape(alt)}">{caption}</figure>'
        )
        self._add(body, [self._prediction] if self._prediction else [])
        self._prediction = ""

    def _add(self, body: str, notes: list[str]) -> None:
        self._columns[-1].append(Slide(self._heading, body, self._waiting + notes))
        self._waiting = []

    def _note(self, text: str) -> None:
        if self._columns[-1]:
            self._columns[-1][-1].notes.append(text)
        else:
            self._waiting.append(text)

    def _close(self) -> None:
        """End a section: without a slide, its heading is one."""
        if self._heading and not self._columns[-1]:
            self._add("", [])
