"""What hostile notebooks win under plain nbgrader: `heinit bench attack_table [--store] [CASE ...]`.

Only cases that are safe to try without a sandbox are tried, each in a course of its own kind:
nbgrader's own configuration, its own Execute. `--store` writes what was measured to case.toml.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

import nbformat

from autograder.attacking import CASES, Attack, Canaries, attacks
from autograder.course import make_course, nbgrader_api

PLAIN = """
c.Autograde.autograde_preprocessors = [
    "nbgrader.preprocessors.Execute",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Execute.timeout = 60
"""


def main() -> None:
    """Print a table: the case, the most that it has earned, and what plain nbgrader gave it."""
    store = "--store" in sys.argv
    names = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    cases = [case for case in attacks() if case.plain and (not names or case.name in names)]
    print(f"{'case':24} {'earned':>6} {'nbgrader':>8}")
    with Canaries() as canaries, tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "course"
        make_course(root)
        with (root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
            config.write(PLAIN)
        for case in cases:
            won = _score(case, canaries, root)
            print(
                f"{case.name:24} {case.score:6g} {'none' if won is None else format(won, '8g'):>8}",
                flush=True,
            )
            if store and won is not None:
                _store(case, won)


def _score(case: Attack, canaries: Canaries, root: Path) -> float | None:
    """What plain nbgrader gives it, or None where it cannot grade it."""
    path = root / "submitted" / case.name / case.lesson / f"{case.lesson}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(nbformat.writes(case.notebooks(canaries)[0]), encoding="utf-8")
    api = nbgrader_api(root, Execute={"extra_arguments": ["--log-level=ERROR"]})
    if not api.autograde(case.lesson, case.name)["success"]:
        return None
    with api.gradebook as gradebook:
        return float(gradebook.find_submission(case.lesson, case.name).score)


def _store(case: Attack, won: float) -> None:
    path = CASES / case.name / "case.toml"
    text = re.sub(r"^nbgrader_score = .*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    path.write_text(f"{text}nbgrader_score = {won!r}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
