"""`heinit report DIR`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click


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
    from autograder.report import numbers
    from autograder.report.files import TABLE, make_report

    written = make_report(directory, compare)
    cohort = written.cohort
    if as_json:
        content = {
            "page": str(written.page),
            "made_at": written.made_at.isoformat(),
            "compared_with": written.changed.since.isoformat() if written.changed else None,
            "lessons": [asdict(lesson) for lesson in numbers.lessons(cohort, written.blank)],
            "exercises": [asdict(exercise) for exercise in numbers.exercises(cohort)],
            "mistakes": [asdict(mistake) for mistake in numbers.mistakes(cohort)],
            "alike": [asdict(group) for group in written.groups],
        }
        click.echo(json.dumps(content, ensure_ascii=False))
    click.echo(f"The report is {written.page}; the same as a table, {written.folder / TABLE}.", err=True)
