"""The conformance report on WCAG 2.1 A and AA: `heinit bench accessibility [--store]`.

accessibility.toml has a verdict on each criterion, and the tests that look at the criterion, or what was
looked at by hand. The rules of axe-core are read from axe itself, which says which criterion each is about.
`--store` writes docs/accessibility.md, which a test holds to be current.
"""

import re
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import axe_playwright_python

PAGE = Path(__file__).resolve().parents[1] / "docs" / "accessibility.md"
VERDICTS = ("supports", "partly supports", "does not support", "not applicable", "not evaluated")
LEVELS = {"A": "wcag2a wcag21a", "AA": "wcag2aa wcag21aa"}
HEAD = Path(__file__).with_suffix(".md")


@dataclass(frozen=True)
class Criterion:
    """What is known of one criterion. tests: their names below tests/. hand: what was looked at, or ""."""

    number: str
    name: str
    level: str
    verdict: str
    remark: str
    tests: tuple[str, ...] = ()
    hand: str = ""

    @property
    def rules(self) -> list[str]:
        """The rules of axe-core about this criterion that the tests run."""
        tag = f"wcag{self.number.replace('.', '')}"
        return [rule for rule, tags in axe_rules().items() if tag in tags]


def criteria() -> list[Criterion]:
    """All criteria, in their order."""
    rows = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["criterion"]
    return [Criterion(**{**row, "tests": tuple(row.get("tests", ()))}) for row in rows]


def _axe_source() -> str:
    """The program of axe-core that the tests run."""
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@cache
def axe_rules() -> dict[str, list[str]]:
    """The rules of axe-core that run by default, each with its tags."""
    rules = re.findall(
        r'\{id:"([a-z0-9-]+)",(?:(?!\{id:").)*?tags:\[([^\]]*)\]((?:(?!\{id:").)*)', _axe_source()
    )
    tagged = {name: re.findall(r'"([^"]+)"', tags) for name, tags, rest in rules if "enabled:!1" not in rest}
    return {name: tags for name, tags in tagged.items() if not {"experimental", "deprecated"} & {*tags}}


def render() -> str:
    """The page."""
    known = criteria()
    counts = {verdict: sum(c.verdict == verdict for c in known) for verdict in VERDICTS}
    summary = ", ".join(f"{verdict}: {count}" for verdict, count in counts.items() if count)
    version = re.search(r"axe v(\d[\d.]*\d)", _axe_source())
    assert version is not None
    parts = [
        HEAD.read_text(encoding="utf-8").format(
            summary=f"Of {len(known)} criteria: {summary}.", version=version[1]
        )
    ]
    for level in LEVELS:
        parts.append(
            f"\n## Level {level}\n\n| criterion | verdict | remarks | rests on |\n|---|---|---|---|\n"
        )
        parts += [_row(c) for c in known if c.level == level]
    return "".join(parts)


def _row(criterion: Criterion) -> str:
    rests = [f"axe: {', '.join(f'`{rule}`' for rule in criterion.rules)}"] if criterion.rules else []
    rests += map(_in_words, criterion.tests)
    rests += [f"by hand: {criterion.hand}"] if criterion.hand else []
    if criterion.verdict == "not applicable":
        rests = []
    row = (f"{criterion.number} {criterion.name}", criterion.verdict, criterion.remark, "; ".join(rests))
    return f"| {' | '.join(row)} |\n"


def _in_words(test: str) -> str:
    """A test by the sentence that its name is, and its file."""
    file, _, name = test.partition("::")
    return f"*{name.removeprefix('test_').replace('_', ' ')}* (`{Path(file).name}`)"


def main() -> None:
    """Print the page, or store it."""
    if "--store" in sys.argv:
        PAGE.write_text(render(), encoding="utf-8")
        print(f"stored in {PAGE}")
    else:
        print(render())
