"""Which exercises pass, as far as your own checks have seen. Not a grade, and sent to nobody.

Every `check` in a notebook leaves its verdict in a small file beside that notebook;
`progress()` reads the files of the lessons that lie beside each other, in folders of their names.
"""

import html
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

FILE = ".heinit-progress.json"
TITLES = {
    "relu_half_killing": "Half the neurons go silent",
    "variance_derivation": "Where the 2 comes from",
    "worked_examples": "Two layers, worked through",
    "xavier_comparison": "He and Xavier: a factor of √2 in every layer",
    "very_deep_networks": "Very deep networks: the claim, tested",
    "the_clinic": "The clinic: a network that will not learn",
}
_WORDS = {"✓": "passes", "✗": "not right yet", "○": "not solved yet"}


def record(name: str, mark: str, folder: Path | None = None) -> None:
    """Keep the verdict of a check. Where nothing can be written, nothing is kept.

    folder: where the notebook lies; by default, where the kernel runs.
    """
    path = (folder or Path.cwd()) / FILE
    marks = {**_read(path), name: mark}
    temporary = path.with_name(f"{FILE}.{os.getpid()}")
    with suppress(OSError):
        try:  # whoever reads finds the old file or the new file, whole
            temporary.write_text(json.dumps(marks, ensure_ascii=False, indent=1), encoding="utf-8")
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def progress(folder: Path | None = None) -> None:
    """Show which exercises of every lesson pass, as of the last check of each.

    folder: where the notebook lies; by default, where the kernel runs.
    """
    from IPython.display import display

    from heinit_lab.exercises import BY_LESSON

    here = folder or Path.cwd()
    marks: dict[str, str] = {}
    folders = [f"{number}-{lesson}".replace("_", "-") for number, lesson in enumerate(BY_LESSON, 1)]
    for place in (*(here.parent / name for name in folders), here):
        marks.update(_read(place / FILE))
    lessons = {
        _title(number, lesson): {exercise.name: marks.get(exercise.name, "○") for exercise in exercises}
        for number, (lesson, exercises) in enumerate(BY_LESSON.items(), start=1)
    }
    display({"text/plain": _plain(lessons), "text/html": _table(lessons)}, raw=True)


def _read(path: Path) -> dict[str, str]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    marks = content.items() if isinstance(content, dict) else ()
    return {name: mark for name, mark in marks if isinstance(mark, str) and mark in _WORDS}


def _summary(marks: Mapping[str, str]) -> str:
    return f"{list(marks.values()).count('✓')} of {len(marks)} pass"


def _plain(lessons: Mapping[str, Mapping[str, str]]) -> str:
    return "\n".join(
        f"{lesson}: {_summary(marks)}. " + ", ".join(f"{name} {_WORDS[mark]}" for name, mark in marks.items())
        for lesson, marks in lessons.items()
    )


def _table(lessons: Mapping[str, Mapping[str, str]]) -> str:
    rows = "".join(
        f'<tr><th scope="row" style="text-align:left">{html.escape(lesson)}</th>'
        f'<td style="text-align:left">{_summary(marks)}</td>'
        f'<td style="text-align:left">{"; ".join(_entry(n, m) for n, m in marks.items())}</td></tr>'
        for lesson, marks in lessons.items()
    )
    head = "".join(
        f'<th scope="col" style="text-align:left">{title}</th>'
        for title in ("Lesson", "Public checks", "Exercises, as of their last check")
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _entry(name: str, mark: str) -> str:
    style = "white-space:nowrap"  # no mark at the end of a line and its name on the next
    return f'<span title="{_WORDS[mark]}" style="{style}">{mark} <code>{html.escape(name)}</code></span>'


def _title(number: int, lesson: str) -> str:
    """A lesson as its notebook's first heading calls it."""
    return f"Lesson {number} · {TITLES.get(lesson) or lesson.replace('_', ' ').capitalize()}"
