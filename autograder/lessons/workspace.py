"""The student's workspace: copies of the lessons, which belong to the student and are never overwritten."""

import os
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import HeinitError, UsageError
from autograder.files import write_atomically
from autograder.lessons import APPENDIX, NOTEBOOKS, Lesson, lessons

PAGES = ("README.md", "ERRATA.md", APPENDIX.relative_to(NOTEBOOKS).as_posix())
SOLVED = "solved"


@dataclass(frozen=True)
class FilledWorkspace:
    """What filling a workspace did: paths relative to it. opens: the first lesson's notebook."""

    copied: tuple[str, ...]
    kept: tuple[str, ...]
    opens: str


def fill_workspace(directory: Path, solved: bool = False) -> FilledWorkspace:
    """Put the lessons and the pages beside them into `directory`; a file that is there already stays.

    solved: put solved copies of the lessons too, in the folder `solved`, and open those.
    Raises UsageError where `directory` is no place for a workspace, HeinitError where it
    cannot be written.
    """
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"{directory} is a file. Name a folder with --dir.")
    if directory.resolve().is_relative_to(NOTEBOOKS):
        raise UsageError(
            f"{directory} belongs to the course itself, which a workspace must not change. "
            "Name another folder with --dir."
        )
    course = lessons()
    files = {name: (NOTEBOOKS / name).read_bytes() for name in PAGES}
    for lesson in course:
        for file in _files(lesson.path.parent):
            name = file.relative_to(NOTEBOOKS).as_posix()
            files[name] = file.read_bytes()
            if solved:
                files[f"{SOLVED}/{name}"] = _solved(lesson) if file == lesson.path else files[name]
    # lexists: a link that leads nowhere is the student's too
    kept = [name for name in files if os.path.lexists(directory / name)]
    copied = [name for name in files if name not in kept]
    for name in copied:
        try:
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            write_atomically(directory / name, files[name])
        except OSError as error:
            raise HeinitError(
                f"{directory / name} cannot be written ({error.strerror}). "
                "Name a folder of your own with --dir."
            ) from None
    first = course[0].path.relative_to(NOTEBOOKS).as_posix()
    return FilledWorkspace(tuple(copied), tuple(kept), f"{SOLVED}/{first}" if solved else first)


def _files(folder: Path) -> list[Path]:
    """The files of a lesson; checkpoints and a student's progress are hidden, and no part of the lesson."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(f for f in files if not any(p.startswith(".") for p in f.relative_to(folder).parts))


def _solved(lesson: Lesson) -> bytes:
    import nbformat

    from autograder.lessons.compose import solution_function, solve, unmarked

    notebook = solve(lesson.notebook, lesson.solutions)
    for cell in notebook.cells:
        if solution_function(cell) is not None:
            cell.source = unmarked(cell.source)
    return bytes(nbformat.writes(notebook), "utf-8")
