"""What hostile notebooks win under plain nbgrader: `heinit bench attack_table [--store] [CASE ...]`.

Only cases that are safe to try without a sandbox are tried, each in a course of its own kind:
nbgrader's own configuration, its own Execute. `--store` writes what was measured to case.toml, and
the page that readers see, docs/attacks.md, from all of them. With `--walls`, every case is tried in each kind
of sandbox instead, and a case whose `open` in case.toml says otherwise than what was seen is named.
"""

import importlib.metadata
import re
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import nbformat

from autograder.attacks.run import CASES, Attack, AttackCourse, Canaries, attacks
from autograder.course import make_course, nbgrader_api
from autograder.sandbox.kinds import KINDS, WEBASSEMBLY

ALL_KINDS = (*KINDS, WEBASSEMBLY)
PAGE = Path(__file__).resolve().parents[1] / "docs" / "attacks.md"
HEAD = Path(__file__).with_suffix(".md")
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
    if "--walls" in sys.argv:
        _try_walls()
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
    if store:
        PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The page, from what is stored with the cases."""
    cases = attacks()
    tried = [case for case in cases if case.nbgrader_score is not None]
    head = HEAD.read_text(encoding="utf-8").format(
        version=importlib.metadata.version("nbgrader"),
        all=len(cases),
        plain=len(tried),
        won=sum(case.nbgrader_score > case.score for case in tried),
        shown=sum(bool(case.without) for case in cases),
        kinds=" | ".join(ALL_KINDS),
        lines="---|" * len(ALL_KINDS),
    )
    return head + "\n".join(map(_row, cases)) + "\n"


def _row(case: Attack) -> str:
    given = "not tried" if case.nbgrader_score is None else f"{case.nbgrader_score:g}"
    if case.nbgrader_score is not None and case.nbgrader_score > case.score:
        given = f"**{given}**"
    words = [text.replace("|", "\\|") for text in (case.mechanism, case.wall)]
    held = [f"**open**: {case.open[kind]}" if kind in case.open else "held" for kind in ALL_KINDS]
    return f"| `{case.name}` | {words[0]} | {words[1]} | {case.score:g} | {given} | {' | '.join(held)} |"


def _try_walls() -> None:
    """Try every case in each kind of sandbox."""
    surprises = 0
    for kind in [*KINDS, *([WEBASSEMBLY] if find_spec("wasmtime") else [])]:
        with AttackCourse(make_course, kind) as course:
            for case in attacks():
                verdict = course.attempt(case)
                if verdict.held is (kind in case.open):
                    surprises += 1
                    print(
                        f"{kind} {case.name}: {'; '.join(verdict.findings) or 'held, though named as open'}"
                    )
        print(f"{kind}: {len(attacks())} cases tried", flush=True)
    sys.exit(surprises > 0)


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
