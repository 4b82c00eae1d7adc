"""The options of the verbs whose work is spread: how many workers, or whose."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from autograder.errors import UsageError


def spread(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options --workers and --scheduler."""

    @click.option(
        "--workers",
        type=click.IntRange(1),
        metavar="N",
        help="How many at once on this machine; by default a core each, where there is enough to do.",
    )
    @click.option(
        "--scheduler", metavar="ADDRESS", help="Use the workers of this scheduler of Dask's distributed."
    )
    @functools.wraps(command)
    def checked(*args: Any, workers: int | None, scheduler: str | None, **kwargs: Any) -> Any:
        if workers is not None and scheduler is not None:
            raise UsageError(
                "--workers is for this machine; with --scheduler, the workers are started there."
            )
        return command(*args, workers=workers, scheduler=scheduler, **kwargs)

    return checked
