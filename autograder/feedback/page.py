"""The feedback page of one graded notebook: for the student, safe to open, complete in one file.

`feedback_page` is a pure function of the graded notebook and what the gradebook says of it.
`heinit feedback` calls it for many; `FeedbackExporter` puts it into nbgrader, through the course's
nbgrader_config.py, so that `nbgrader generate_feedback` and formgrader's button give the same page.
What a submission shows passes through html/safe.py; nothing of a hidden check is shown.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbformat import NotebookNode

from autograder.feedback import TEMPLATES
from autograder.feedback.attempts import AttemptLine, AttemptPages
from autograder.feedback.html.markdown import render_code, render_markdown
from autograder.feedback.html.outputs import render_output
from autograder.feedback.html.safe import Link, Room, as_text, to_the_web
from autograder.feedback.results import anchor, plain, results
from autograder.grades import Grades, read_grades
from autograder.grading.attempts import Attempts
from autograder.grading.environment import hash_of, modules, own_folders
from autograder.grading.receipts import Receipts
from autograder.judge.cells import PageCell, mapping, page_cells
from autograder.limited_process import limited
from autograder.repair.notebook import OURS
from autograder.settings import read_settings
from autograder.templating import environment
from autograder.text import displayable
from autograder.times import span
from heinit_lab.checking.report import VERDICT_MIME

AttemptLines = Sequence[AttemptLine]
# Whatever stands between nbgrader's marks; to the end of the cell where the second is missing.
_HIDDEN = re.compile(
    r"^[ \t]*### BEGIN HIDDEN TESTS.*?(?:^[ \t]*### END HIDDEN TESTS[^\n]*\n?|\Z)", re.M | re.S
)


def feedback_page(notebook: NotebookNode, grades: Grades, attempts: AttemptLines = ()) -> str:
    """The page, one HTML document.

    notebook: as it was graded, with outputs. grades: what the gradebook says of it. attempts: all that the
    student made at the lesson, where there are several. Call this in a limited process: what it
    draws is a student's.
    """
    cells = [cell for cell in page_cells(notebook) if not cell.note]  # the page has its own list of repairs
    sections, room = _sections(cells), Room()

    def link(address: str) -> str | None:
        """Links of the notebook's table of contents lead to cells of the page, others to the web."""
        return sections.get(address) if address.startswith("#") else to_the_web(address)

    ours = mapping(notebook.metadata.get(OURS))
    repairs = ours.get("repairs", [])
    markdown = [cell.source for cell in cells if cell.kind == "markdown"]
    titles = (re.match(r"#[ \t]+(.+)", source) for source in markdown)
    page = _template().render(
        title=next((plain(title[1])[:200] for title in titles if title), "") or grades.lesson,
        made_from=made_from(notebook, grades, attempts),
        grades=grades,
        attempts=attempts,
        results=list(results(cells, grades, ours.get("defines"))),
        ungradable=str(ours.get("ungradable", "")),
        repairs=[repair for repair in repairs if isinstance(repair, str)],
        cells=[_cell(cell, number, link, room) for number, cell in enumerate(cells)],
    )
    return displayable(page)


def made_from(notebook: NotebookNode, grades: Grades, attempts: AttemptLines = ()) -> str:
    """A hash of everything that decides the page's content; the page holds the hash."""
    content = json.dumps([notebook, asdict(grades), *map(asdict, attempts)], sort_keys=True, default=str)
    return hashlib.sha256((code_hash() + content).encode("utf-8", "surrogatepass")).hexdigest()


def _sections(cells: Sequence[PageCell]) -> dict[str, str]:
    """For each heading's address in Jupyter, the address of its cell in the page."""
    return {
        "#" + title.strip().replace(" ", "-"): f"#{anchor(number)}"
        for number, cell in enumerate(cells)
        if cell.kind == "markdown"
        for title in re.findall(r"^#{1,6}[ \t]+(.+)$", cell.source, re.MULTILINE)
    }


def _cell(cell: PageCell, number: int, link: Link, room: Room) -> dict[str, Any]:
    if cell.kind == "markdown":
        html = render_markdown(cell.source, attachments=cell.attachments, headings_below=2, link=link)
    else:
        source = _HIDDEN.sub("", cell.source).rstrip()
        html = render_code(source) if room.colours(source) else as_text(source)
    shown = cell.outputs
    if cell.check:  # what the hidden check has left there, the results say in words
        shown = [
            output
            for output in cell.outputs
            if output.get("output_type") != "execute_result"
            and VERDICT_MIME not in mapping(output.get("data"))
        ]
    return {
        **vars(cell),
        "anchor": anchor(number),
        "check": cell.check,
        "html": Markup(room.take(html)),
        "outputs": [Markup(room.take(html)) for output in shown if (html := render_output(output))],
        "demo": cell.demo and not shown,
    }


@cache
def code_hash() -> str:
    """A hash of all that makes a page besides the notebook: code, templates, and tables of sentences."""
    folders = own_folders()
    texts = {
        f"{folder.name}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for folder in (Path(__file__).parent, folders["heinit_lab"])
        for path in folder.rglob("*")
        if path.suffix in (".toml", ".j2", ".css")
    }
    return hash_of({**modules(folders, [__name__]), **texts})


@cache
def _template() -> jinja2.Template:
    templates = environment(TEMPLATES)
    templates.filters["markdown"] = lambda text: Markup(render_markdown(text, headings_below=3))
    templates.filters["span"] = span
    return templates.get_template("feedback.html.j2")


class FeedbackExporter(Exporter):  # type: ignore[misc]
    """nbgrader's way to the page: `c.GenerateFeedback.exporter_class`."""

    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page of a notebook that nbgrader has read; `resources` names student and assignment."""
        from nbgrader.api import Gradebook

        resources = self._init_resources(resources)
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            grades = read_grades(gradebook, about["assignment"], about["student"], about["notebook"])
            kept, receipts = Attempts(gradebook.engine), Receipts(gradebook.engine)
            timezone = read_settings(Path(self.parent.coursedir.root)).timezone
            attempts = AttemptPages(kept, receipts, about["student"], about["assignment"], timezone).lines()
        return limited(feedback_page, nb, grades, attempts), resources
