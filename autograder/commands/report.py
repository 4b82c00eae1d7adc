"""`heinit report DIR`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from autograder.report.files import Report


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--compare",
    type=click.Path(path_type=Path),
    metavar="EARLIER",
    help="Say what changed since this report: its folder, or its report.json. By default, the last one.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the numbers as one JSON object.")
def report(directory: Path, compare: Path | None, as_json: bool) -> None:
    """Write the class report of DIRECTORY: scores, mistakes, exercises, and whom to write to."""
    from autograder.report.files import make_report

    made = make_report(directory, compare)
    if as_json:
        click.echo(json.dumps(_numbers(made), ensure_ascii=False))
    click.echo(f"The report is {made.page}; the same as a table, {made.folder / 'report.csv'}.", err=True)


def _numbers(made: Report) -> dict[str, Any]:
    from autograder.report import numbers

    return {
        "page": str(made.page),
        "made_at": made.made_at.isoformat(),
        "compared_with": made.changed.since.isoformat() if made.changed else None,
        "lessons": [asdict(lesson) for lesson in numbers.lessons(made.of, made.blank)],
        "exercises": [asdict(exercise) for exercise in numbers.exercises(made.of)],
        "mistakes": [asdict(mistake) for mistake in numbers.mistakes(made.of)],
        "alike": [asdict(group) for group in made.groups],
    }
