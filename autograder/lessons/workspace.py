"""The student's workspace: copies of the lessons that are theirs, and are never overwritten."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import HeinitError, UsageError
from autograder.lessons import NOTEBOOKS, Lesson, lessons

PAGES = ("README.md", "ERRATA.md")
SOLVED = "solved"


@dataclass(frozen=True)
class Filled:
    """What filling a workspace did: paths relative to it. opens: the first lesson's notebook."""

    copied: tuple[str, ...]
    kept: tuple[str, ...]
    opens: str


def fill(directory: Path, solved: bool = False) -> Filled:
    """Put into `directory` what is not there yet: the lessons and the pages beside them.

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
    wanted = {directory / name: (NOTEBOOKS / name).read_bytes() for name in PAGES}
    for lesson in course:
        for file in _files(lesson.path.parent):
            wanted[directory / file.relative_to(NOTEBOOKS)] = file.read_bytes()
    opens = course[0]
    if solved:
        for lesson in course:
            for file in _files(lesson.path.parent):
                content = _solved(lesson) if file == lesson.path else file.read_bytes()
                wanted[directory / SOLVED / file.relative_to(NOTEBOOKS)] = content
    copied: list[str] = []
    kept: list[str] = []
    for path, content in wanted.items():
        done = _put(path, content)
        (copied if done else kept).append(path.relative_to(directory).as_posix())
    first = f"{SOLVED}/" if solved else ""
    return Filled(tuple(copied), tuple(kept), f"{first}{opens.name}/{opens.path.name}")


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and not _hidden(p.relative_to(folder)))


def _hidden(path: Path) -> bool:
    """Checkpoints and a student's progress are not part of a lesson."""
    return any(part.startswith(".") for part in path.parts)


def _solved(lesson: Lesson) -> bytes:
    import nbformat

    from autograder.lessons.compose import asked, solve, unmarked

    notebook = solve(nbformat.read(lesson.path, as_version=4), lesson.solutions)
    for cell in notebook.cells:
        if asked(cell) is not None:
            cell.source = unmarked(cell.source)
    written: str = nbformat.writes(notebook)
    return written.encode()


def _put(path: Path, content: bytes) -> bool:
    """Write a file that is not there; False where one is. A cut-off write leaves nothing."""
    if os.path.lexists(path):
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise HeinitError(
            f"{path} cannot be written ({error.strerror}). Name a folder of your own with --dir."
        ) from None
    return True
