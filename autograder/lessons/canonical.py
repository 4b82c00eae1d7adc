"""The canonical form of a lesson, so that every change to a file is a change of content.

The canonical form is what `nbgrader generate_assignment` writes: sorted keys, an indent of one, a
final newline, locks and checksums set. Outputs, counts and volatile metadata are gone. The cells of an
exercise are tagged, so that *Run All* goes on where one of them fails.
"""

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearOutput, ComputeChecksums, LockCells

from autograder.repair.released import MAY_FAIL, may_fail

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {  # without the version, which differs by machine; without it all, a kernel dialog opens
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}
CELL_METADATA = ("deletable", "editable", "nbgrader", "tags")


def canonical(notebook: NotebookNode) -> NotebookNode:
    """A copy in canonical form. Raises nbformat.ValidationError where the notebook is not valid."""
    nb = nbformat.from_dict(notebook)
    nb.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": LANGUAGE})
    nb.nbformat, nb.nbformat_minor = 4, 5
    for cell in nb.cells:
        kept = {
            key: cell.metadata[key]
            for key in CELL_METADATA
            if key in cell.metadata and (key == "nbgrader" or cell.metadata[key])
        }
        cell.metadata = nbformat.from_dict(kept)
        if "nbgrader" in kept:
            cell.id = kept["nbgrader"]["grade_id"]
            # nbgrader's own metadata check writes the type of every graded cell
            cell.metadata.nbgrader.cell_type = cell.cell_type
            if may_fail(cell.metadata.nbgrader):
                cell.metadata.tags = list(dict.fromkeys([*kept.get("tags", ()), MAY_FAIL]))
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        else:
            cell.pop("attachments", None)
    for step in (LockCells(), ClearOutput(), ComputeChecksums()):
        nb, _ = step.preprocess(nb, {})
    nbformat.validate(nb)
    return nb


def unlocked(notebook: NotebookNode) -> NotebookNode:
    """A copy in which an author can edit every cell in JupyterLab."""
    nb = nbformat.from_dict(notebook)
    for cell in nb.cells:
        cell.metadata.pop("editable", None)
        cell.metadata.pop("deletable", None)
    return nb


def text(notebook: NotebookNode) -> str:
    """The file's content, as nbgrader writes it."""
    return f"{nbformat.writes(notebook).rstrip()}\n"
