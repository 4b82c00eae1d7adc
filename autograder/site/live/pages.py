"""What the pages tell their script about the course: stubs, imports, and where the notebooks are."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.lessons.compose import solution_function
from autograder.site.lesson_page import LessonPage


def course_data(file: str, course: Sequence[LessonPage], files: Mapping[str, bytes]) -> dict[str, Any]:
    """For the script of the page `file`. Of its own lesson it gets the stubs; of the others, the names."""
    return {
        "file": file,
        "megabytes": megabytes(files),
        "drawing": megabytes(files, "drawing"),
        "lessons": [_lesson_data(page, whole=page.file == file) for page in course],
    }


def megabytes(files: Mapping[str, bytes], what: str = "bytes") -> int:
    """How much a page fetches before its first check; "drawing": what it then fetches before it draws."""
    manifest: dict[str, int] = json.loads(files.get("live/manifest.json", b"{}"))
    return round(manifest.get(what, 0) / 1e6)


def _lesson_data(page: LessonPage, *, whole: bool) -> dict[str, Any]:
    name = page.lesson.name
    cells = page.lesson.notebook.cells
    stubs = {exercise: cell.source for cell in cells if (exercise := solution_function(cell)) is not None}
    data: dict[str, Any] = {
        "number": page.number,
        "title": page.title,
        "file": page.file,
        "exercises": {exercise: {"stub": stub} if whole else {} for exercise, stub in stubs.items()},
    }
    if whole:
        # explorers take guesses, which start empty
        names = [cell.source for cell in cells if cell.id == "setup" or cell.id.startswith("guess-")]
        data["setup"] = "\n".join(names)
        data["notebook"] = f"notebooks/{name}/{name}.ipynb"
    return data
