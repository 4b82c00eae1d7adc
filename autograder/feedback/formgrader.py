"""formgrader's view of a submission, made safe through nbgrader's configuration.

formgrader renders a submission with an `HTMLExporter`, which takes its settings from the course's
nbgrader_config.py. Three lines there put this module to work: `SafeNotebook` rebuilds the notebook
from harmless parts before a template sees the notebook; `as_it_is` keeps nbconvert from rendering the
Markdown a second time; and our template, which extends formgrader's own, gives the page a policy.
See html/safe.py. The notebook is rebuilt in a limited process (autograder/limited_process.py), since
formgrader's whole server waits for that. What nbconvert then does itself is to colour code of bounded length,
as Python.
"""

import html
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode, from_dict

from autograder.feedback.html.markdown import LONGEST, render_markdown
from autograder.feedback.html.outputs import render_output
from autograder.feedback.html.safe import CUT, Room
from autograder.judge.cells import PageCell, page_cells
from autograder.limited_process import OverLimitError, limited
from autograder.text import displayable

# What formgrader writes into its page, scripts included, without escaping it.
NAMES = ("student", "last_name", "first_name", "notebook_path", "notebook_id", "assignment_id", "filename")


class SafeNotebook(Preprocessor):  # type: ignore[misc]
    """Replace a notebook by one that holds its sources, its outputs and nbgrader's marks, all harmless."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """The rebuilt notebook; names in the resources are escaped too."""
        for name in NAMES:
            if isinstance(resources.get(name), str):
                resources[name] = html.escape(resources[name])
        try:
            cells = limited(safe_cells, nb)
        except OverLimitError as error:
            sentence = f"This notebook cannot be shown: {error}. Open its file in JupyterLab."
            cells = [{"cell_type": "markdown", "id": "unshown", "metadata": {}, "source": sentence}]
        # not "ipython3": that lexer hands a cell of %%html or %%latex to the lexer of its language
        metadata = {"language_info": {"name": "python", "pygments_lexer": "python"}}
        safe = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}
        return from_dict(safe), resources


def safe_cells(notebook: NotebookNode) -> list[dict[str, Any]]:
    """The cells of a notebook, harmless."""
    room = Room()
    return [safe_cell(cell, number, room) for number, cell in enumerate(page_cells(notebook))]


def safe_cell(cell: PageCell, number: int, room: Room) -> dict[str, Any]:
    """One cell: Markdown is already rendered, and each output is one piece of clean HTML."""
    marks = {name: getattr(cell, name) for name in ("grade_id", "solution", "grade", "task", "points")}
    about = {"id": f"cell-{number}", "metadata": {"nbgrader": marks} if cell.grade_id else {}}
    if cell.kind == "markdown":
        source = displayable(room.take(render_markdown(cell.source, attachments=cell.attachments)))
        return about | {"cell_type": "markdown", "source": source}
    drawn = (html for output in cell.outputs if (html := render_output(output)))
    shown = [{"text/html": displayable(room.take(html))} for html in drawn]
    outputs = [{"output_type": "display_data", "data": data, "metadata": {}} for data in shown]
    short = len(cell.source) <= LONGEST and room.colours(cell.source)  # nbconvert gives it colours
    source = displayable(cell.source if short else cell.source[:1000] + CUT)
    code = {"cell_type": "code", "source": source, "execution_count": cell.count, "outputs": outputs}
    return about | code


def as_it_is(rendered: str) -> str:
    """In place of nbconvert's Markdown filter: `SafeNotebook` has rendered the Markdown already."""
    return rendered
