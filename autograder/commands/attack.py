"""`heinit attack`."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from autograder.attacks.run import Verdict


@click.command()
@click.option("--case", "name", metavar="NAME", help="Try only this case.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a case.")
def attack(name: str | None, as_json: bool) -> None:
    """Grade hostile notebooks on this machine, and say what each one gained."""
    from autograder.attacks.run import AttackCourse, attacks

    warnings.filterwarnings("ignore", module="nbgrader")
    cases = attacks(name)
    click.echo(f"Trying {len(cases)} hostile notebooks in a course of their own.", err=True)
    failed = 0
    with AttackCourse() as course:
        verdicts = (course.attempt(case) for case in cases)
        for verdict in _shown(verdicts, as_json):
            failed += not verdict.held
    click.echo(f"{len(cases) - failed} of {len(cases)} attacks were held.", err=True)
    if failed:
        sys.exit(1)


def _shown(verdicts: Iterable[Verdict], as_json: bool) -> Iterable[Verdict]:
    """The verdicts as they come; at the end a table on a terminal, plain lines elsewhere."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table("case", "what it tries", "stopped by", "points", "verdict")
    for verdict in verdicts:
        points = "none" if verdict.score is None else f"{verdict.score:g}"
        says = "held" if verdict.held else "; ".join(verdict.findings)
        if as_json:
            click.echo(json.dumps(verdict.to_json()))
        elif console.is_terminal:
            table.add_row(verdict.name, verdict.title, verdict.wall, points, says)
            click.echo(f"{verdict.name}: {says}", err=True)
        else:
            click.echo(
                f"{verdict.name}: {says} ({points} points; {verdict.title}; stopped by: {verdict.wall})"
            )
        yield verdict
    if console.is_terminal and not as_json:
        console.print(table)
