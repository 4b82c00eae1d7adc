"""The arguments and options of the commands that run over what is submitted: `grade` and `feedback`."""

from __future__ import annotations

import functools
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from autograder.errors import UsageError


def over_submissions(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its directory, what to choose there, who does the work, and --json.

    The command is called with `directory`, `as_json`, and the arguments of `Grading` and
    `FeedbackRun` as they are named there.
    """

    @click.argument("directory", type=click.Path(path_type=Path))
    @click.argument("names", nargs=-1, metavar="[LESSON]...")
    @click.option("--student", metavar="NAME", help="Only this student.")
    @click.option("--force", is_flag=True, help="Also what is up to date.")
    @click.option(
        "--workers",
        type=click.IntRange(1),
        metavar="N",
        help="How many at once on this machine; by default a core each, where there is enough to do.",
    )
    @click.option(
        "--scheduler", metavar="ADDRESS", help="Use the workers of this scheduler of Dask's distributed."
    )
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each, a line each.")
    @functools.wraps(command)
    def checked(*args: Any, workers: int | None, scheduler: str | None, **kwargs: Any) -> Any:
        if workers is not None and scheduler is not None:
            raise UsageError(
                "--workers is for this machine; with --scheduler, the workers are started there."
            )
        return command(*args, workers=workers, scheduler=scheduler, **kwargs)

    return checked


def conclude(counts: Counter[str], failed: str) -> None:
    """Print how many there are of each status, and exit with 1 where some have the status `failed`."""
    click.echo(", ".join(f"{n} {status}" for status, n in sorted(counts.items())) + ".", err=True)
    if counts[failed]:
        sys.exit(1)
