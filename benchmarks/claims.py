"""The numbers of the lessons' prose, each recomputed with the lesson's seeds and with twenty sets of others.

Run it with `heinit bench claims`; lessons' numbers limit it to these lessons. It prints a line for each
claim, and ends with exit code 1 where a line is red: a sentence says more than other seeds bear out. With
`--write` the values are kept, for the tests and for the site. All lessons take about four minutes of one
core. Races are not run again: see `heinit bench replication --others`.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from autograder.claims.measure import (
    OTHERS,
    Values,
    extremes,
    keep,
    kept,
    measured,
    shown_values,
    verdict_on,
)
from autograder.claims.table import claims, prose, uncovered
from autograder.lessons import Lesson, lesson, lessons


def main() -> None:
    """Measure, print, and exit with 1 where a claim does not hold or a number has no row."""
    arguments = sys.argv[1:]
    wanted = [lesson(name) for name in arguments if not name.startswith("-")] or lessons()
    console, red = Console(width=170), 0
    rows = {row.key for each in lessons() for row in claims(each)}
    values = {key: row for key, row in kept().items() if key in rows}
    for each in wanted:
        values_of = recomputed(each, console)
        table = Table(title=each.name, box=SIMPLE, pad_edge=False, row_styles=["", "dim"])
        for heading in ("claim", "kind", "value", f"{OTHERS} other sets of seeds", "true of", ""):
            table.add_column(heading)
        for row in claims(each):
            own, *others = values_of[row.key]
            verdict = verdict_on(row, own, others, prose(each)[row.cell])
            red += not verdict.holds
            table.add_row(
                escape(f"{row.cell}: {row.text}"),
                row.kind,
                shown_values(own),
                extremes(others),
                f"{verdict.others}/{verdict.sets}",
                "" if verdict.holds else f"[red]red: {verdict.complaint}",
            )
            values[row.key] = values_of[row.key][: 1 if row.kind == "exact" else None]
        console.print(table)
        for cell, words in uncovered(each):
            red += 1
            console.print(f"[red]no row: {escape(cell)}: {escape(words)}")
    if "--write" in arguments:
        keep(values)
    console.print(f"{red} red")
    if red:
        sys.exit(1)


def recomputed(each: Lesson, console: Console) -> dict[str, list[Values]]:
    """By a row's key, the values with the lesson's seeds, and with each set of others."""
    rows = claims(each)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        run = pool.map(measured, repeat(each), repeat(rows), range(OTHERS + 1))
        sets = list(track(run, each.name, OTHERS + 1, console=console, transient=True))
    return {row.key: [values[row.key] for values in sets] for row in rows}
