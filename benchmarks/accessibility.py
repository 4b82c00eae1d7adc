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
HEAD = """\
# Accessibility

How far the pages that heinit writes meet the Web Content Accessibility Guidelines 2.1, levels A and AA,
criterion by criterion, in the manner of a VPAT. Made by `./heinit bench accessibility --store` from a
table in which each verdict names what it rests on.

{summary}

## What was judged, and what was not

Judged: the reading edition with its live pages, the feedback page, and the class report, in Chromium.
The tests run axe-core {version} on every page of the reading edition, in turn light and wide or dark and
narrow, on live pages in several states, on feedback pages and on the report. *axe* below says that the
named rules of axe found nothing there; a rule finds some failures of a criterion, never all.

Judged by hand: what *by hand* names, and no more. It was one look, at pages in Chromium that were walked
through by keyboard and mouse, at pictures of them, and at their sources. **Nobody has read these pages
with a screen reader for this report, and nobody who depends on assistive technology has been asked.**
Firefox, Safari and telephones were not tried.

Not judged: JupyterLab and formgrader, which are programs of others. JupyterLab's project [writes about
its own accessibility](https://jupyter-accessibility.readthedocs.io/). The figures in a notebook have the
same text alternatives as on a page, and each explorer its words. The slides are made for a projector:
their pictures have text alternatives, and their reading order is that of the lesson; reveal.js was not
examined beyond that. To read, use the page in their place.

An institution that needs more (a test with screen readers, a signed report) will have to make it; please
tell us what it finds.
"""


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


def axe_source() -> str:
    """The program of axe-core that the tests run."""
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@cache
def axe_rules() -> dict[str, list[str]]:
    """The rules of axe-core that run by default, each with its tags."""
    rules = re.findall(
        r'\{id:"([a-z0-9-]+)",(?:(?!\{id:").)*?tags:\[([^\]]*)\]((?:(?!\{id:").)*)', axe_source()
    )
    found = {name: re.findall(r'"([^"]+)"', tags) for name, tags, rest in rules if "enabled:!1" not in rest}
    return {name: tags for name, tags in found.items() if not {"experimental", "deprecated"} & {*tags}}


def render() -> str:
    """The page."""
    known = criteria()
    counts = {verdict: sum(c.verdict == verdict for c in known) for verdict in VERDICTS}
    summary = ", ".join(f"{verdict}: {count}" for verdict, count in counts.items() if count)
    version = re.search(r"axe v(\d[\d.]*\d)", axe_source())
    assert version is not None
    parts = [HEAD.format(summary=f"Of {len(known)} criteria: {summary}.", version=version[1])]
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


if __name__ == "__main__":
    main()
