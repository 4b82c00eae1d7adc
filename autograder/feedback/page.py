"""The feedback page of one graded notebook: for the student, safe to open, complete in one file.

`feedback_page` is a pure function of the graded notebook and what the gradebook says of it.
`heinit feedback` calls it for many; `FeedbackExporter` puts it into nbgrader, through the course's
nbgrader_config.py, so that `nbgrader generate_feedback` and formgrader's button give the same page.
What a submission shows passes safe.py; of a test cell, nothing of the hidden check is shown.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbformat import NotebookNode

from autograder.feedback import TEMPLATES
from autograder.feedback.cells import PageCell, mapping, page_cells
from autograder.feedback.grades import Grades, read_grades
from autograder.feedback.html.markdown import render_code, render_markdown
from autograder.feedback.html.outputs import render_output
from autograder.feedback.html.safe import Link, to_the_web
from autograder.feedback.results import anchor, plain, results
from autograder.repair.notebook import OURS
from heinit_lab.checking.report import VERDICT_MIME, rich

# Whatever stands between nbgrader's marks; to the end of the cell where the second is missing.
_HIDDEN = re.compile(
    r"^[ \t]*### BEGIN HIDDEN TESTS.*?(?:^[ \t]*### END HIDDEN TESTS[^\n]*\n?|\Z)", re.M | re.S
)


def feedback_page(notebook: NotebookNode, grades: Grades) -> str:
    """The page, one HTML document.

    notebook: as it was graded, with outputs. grades: what the gradebook says of it.
    """
    cells = [cell for cell in page_cells(notebook) if not cell.note]  # the page tells it itself
    sections = _sections(cells)

    def link(address: str) -> str | None:
        """A link of the notebook's table of contents stays one; Jupyter makes anchors of headings."""
        return sections.get(address) if address.startswith("#") else to_the_web(address)

    repairs = mapping(notebook.metadata.get(OURS)).get("repairs", [])
    return _template().render(
        title=_title(cells) or grades.lesson,
        made_from=made_from(notebook, grades),
        grades=grades,
        results=list(results(cells, grades)),
        repairs=[one for one in repairs if isinstance(one, str)],
        cells=[_cell(cell, number, grades, link) for number, cell in enumerate(cells)],
    )


def made_from(notebook: NotebookNode, grades: Grades) -> str:
    """A hash of all that a page follows from; the page holds it."""
    content = json.dumps([notebook, asdict(grades)], sort_keys=True, default=str)
    return hashlib.sha256(code_hash() + content.encode("utf-8", "surrogatepass")).hexdigest()


def _title(cells: Sequence[PageCell]) -> str:
    """The first heading of the notebook."""
    found = (re.match(r"#[ \t]+(.+)", cell.source) for cell in cells if cell.kind == "markdown")
    return next((plain(match[1]) for match in found if match), "")


def _sections(cells: Sequence[PageCell]) -> dict[str, str]:
    """For each heading's address in Jupyter, the address of its cell in the page."""
    return {
        "#" + title.strip().replace(" ", "-"): f"#{anchor(number)}"
        for number, cell in enumerate(cells)
        if cell.kind == "markdown"
        for title in re.findall(r"^#{1,6}[ \t]+(.+)$", cell.source, re.MULTILINE)
    }


def _cell(cell: PageCell, number: int, grades: Grades, link: Link) -> dict[str, Any]:
    """What the template draws of a cell."""
    if cell.kind == "markdown":
        html = render_markdown(cell.source, attachments=cell.attachments, headings_below=2, link=link)
    else:
        html = render_code(_HIDDEN.sub("", cell.source).rstrip())
    shown = [one for one in cell.outputs if not (cell.check and _is_ours(one))]
    return {
        "anchor": anchor(number),
        "kind": cell.kind,
        "answer": cell.solution,
        "check": cell.check,
        "grade": grades.cells.get(cell.grade_id),
        "comment": grades.comments.get(cell.grade_id, ""),
        "html": Markup(html),
        "outputs": [Markup(html) for one in shown if (html := render_output(one))],
        "demo": cell.demo and not shown,
    }


def _is_ours(output: Mapping[str, Any]) -> bool:
    """Whether an output of a test cell is the hidden check's: the results tell it."""
    return output.get("output_type") == "execute_result" or VERDICT_MIME in mapping(output.get("data"))


@cache
def code_hash() -> bytes:
    """A hash of this package, which draws the pages."""
    files = sorted(path for path in Path(__file__).parent.rglob("*") if path.suffix in (".py", ".j2", ".css"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).digest()


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["points"] = lambda number: f"{number:.4g}"
    environment.filters["rich"] = lambda text: Markup(rich(text))
    environment.filters["markdown"] = lambda text: Markup(render_markdown(text, headings_below=3))
    environment.globals["style"] = Markup((TEMPLATES / "page.css").read_text(encoding="utf-8"))
    return environment.get_template("feedback.html.j2")


class FeedbackExporter(Exporter):  # type: ignore[misc]
    """nbgrader's way to the page: `c.GenerateFeedback.exporter_class`."""

    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page of a notebook that nbgrader has read; it tells in `resources` whose it is."""
        from nbgrader.api import Gradebook

        resources = self._init_resources(resources)
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            grades = read_grades(gradebook, about["assignment"], about["student"], about["notebook"])
        return feedback_page(nb, grades), resources
