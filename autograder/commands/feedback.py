"""`heinit feedback DIR [LESSON ...]`."""

from __future__ import annotations

import json
import warnings
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from autograder import hints
from autograder.commands.workers import conclude, over_submissions


@click.command()
@over_submissions
def feedback(directory: Path, as_json: bool, **options: Any) -> None:
    """Make the feedback page of everything graded in DIRECTORY whose page is missing or out of date."""
    from autograder.feedback.run import FeedbackRun

    warnings.filterwarnings("ignore", module="nbgrader")
    run = FeedbackRun(directory, **options)
    if not run.graded:
        click.echo(f"Nothing is graded in {directory}. Run: {hints.heinit('grade', directory)}", err=True)
        return
    counts: Counter[str] = Counter()
    for result in run:
        counts[result.status] += 1
        if as_json:
            click.echo(json.dumps(asdict(result)))
        if result.status == "failed":
            click.echo(f"{result.page} was not made: {result.reason}", err=True)
        elif result.status == "made" and not as_json:
            click.echo(directory / result.page)
    conclude(counts, "failed")
