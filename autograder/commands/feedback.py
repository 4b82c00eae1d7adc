"""`heinit feedback DIR [LESSON ...]`."""

from __future__ import annotations

import json
import sys
import warnings
from collections import Counter
from pathlib import Path

import click

from autograder import hints
from autograder.commands.workers import spread


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.argument("lessons", nargs=-1, metavar="[LESSON]...")
@click.option("--student", metavar="NAME", help="Make only this student's pages.")
@click.option("--force", is_flag=True, help="Make again what is up to date.")
@spread
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a page.")
def feedback(
    directory: Path,
    lessons: tuple[str, ...],
    student: str | None,
    force: bool,
    workers: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Make the feedback page of everything graded in DIRECTORY whose page is missing or out of date."""
    from autograder.feedback.run import FeedbackRun

    warnings.filterwarnings("ignore", module="nbgrader")
    run = FeedbackRun(directory, lessons, student, force, workers, scheduler)
    counts: Counter[str] = Counter()
    for result in run:
        counts[result.status] += 1
        if as_json:
            click.echo(json.dumps(result.to_json()))
        if result.status == "failed":
            click.echo(f"{result.page} was not made: {result.reason}", err=True)
        elif result.status == "made" and not as_json:
            click.echo(directory / result.page)
    if not run.graded:
        click.echo(f"Nothing is graded in {directory}. Run: {hints.heinit('grade', directory)}", err=True)
    else:
        click.echo(", ".join(f"{n} {status}" for status, n in sorted(counts.items())) + ".", err=True)
    if counts["failed"]:
        sys.exit(1)
