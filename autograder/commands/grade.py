"""`heinit grade DIR [LESSON ...]`."""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.commands.workers import conclude, over_submissions

if TYPE_CHECKING:
    from autograder.grading.result import Result
    from autograder.grading.run import Grading

UNSANDBOXED = (
    "Grading without a sandbox: a submission can read your files and the other submissions, use the network, "
    "and go on running. Every grade of this run is marked as unsandboxed."
)


@click.command()
@over_submissions
@click.option(
    "--unsandboxed",
    is_flag=True,
    help="Where there is no sandbox: run students' code with your own rights, over all that is yours.",
)
def grade(directory: Path, unsandboxed: bool, as_json: bool, **options: Any) -> None:
    """Grade what is submitted in DIRECTORY and not graded at its present content."""
    from autograder.grading.run import Grading

    # nbgrader's queries make SQLAlchemy warn about objects that it has not saved yet
    warnings.filterwarnings("ignore", module="nbgrader")
    if unsandboxed:
        click.echo(UNSANDBOXED, err=True)
    grading = Grading(directory, sandboxed=not unsandboxed, **options)
    if not grading.submissions:
        click.echo(f"Nothing is submitted in {directory / 'submitted'}.", err=True)
        return
    counts: Counter[str] = Counter()
    for result in progress(grading):
        counts[result.status] += 1
        if as_json:
            click.echo(json.dumps(result.to_json()))
        path = f"submitted/{result.student}/{result.lesson}/{result.lesson}.ipynb"
        if result.status == "graded" and result.repairs:
            click.echo(f"{path} was repaired: {' '.join(result.repairs)}", err=True)
        if result.status == "ungradable":
            click.echo(
                f"{path} could not be graded: {result.reason} It counts as ungradable, not as 0.", err=True
            )
    conclude(counts, "ungradable")


def progress(grading: Grading) -> Iterator[Result]:
    """The results as they come, with a bar on a terminal and plain lines elsewhere, on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console, total = Console(stderr=True), len(grading.submissions)
    if not console.is_terminal:
        for i, result in enumerate(grading, 1):
            score = "" if result.score is None else f" {result.score:g} of {result.max_score:g}"
            click.echo(f"[{i}/{total}] {result.student} {result.lesson}: {result.status}{score}", err=True)
            yield result
        return
    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, TextColumn("{task.description}"), console=console) as bar:
        task = bar.add_task("", total=total)
        for result in grading:
            bar.update(task, advance=1, description=f"{result.student} {result.lesson}")
            yield result
