"""The verb `heinit watch DIR`: hand-ins are graded as they arrive."""

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands import options
from autograder.text import printable

if TYPE_CHECKING:
    from autograder.watch.rounds import WatchEvent


@click.command()
@options.directory
@click.option("--once", is_flag=True, help="Do what there is to do, and end: for a cron job.")
@options.wall
@options.as_json
def watch(directory: Path, once: bool, wall: str, as_json: bool) -> None:
    """Collect, grade, make feedback and release it as hand-ins arrive in DIRECTORY, until Ctrl+C.

    Hand-ins arrive in nbgrader's exchange, where the course has one, and in DIRECTORY/submitted.
    """
    from autograder.watch.rounds import Watcher

    failed = False
    if not once:
        click.echo(f"Watching {directory}. Stop with Ctrl+C.", err=True)
    for event in Watcher(directory, wall, once):
        failed |= event.event in ("ungradable", "problem")
        click.echo(json.dumps(asdict(event)) if as_json else _line(event))
        sys.stdout.flush()
    if failed:
        sys.exit(1)


def _line(event: "WatchEvent") -> str:
    from autograder.grades import remarks

    at = f"{datetime.fromisoformat(event.at).astimezone():%H:%M:%S}"
    if event.event == "problem":
        return printable(f"{at} {event.reason}")
    if event.final is not None and event.event in ("graded", "rescored"):
        besides = remarks(event.late, event.penalty, event.by_hand)
        points = f"{event.final:g} of {event.max_score:g}{f' ({besides})' if besides else ''}."
        which = [] if event.counts else [f"Attempt {event.attempt}, and an earlier attempt counts."]
        says = " ".join([points, *which, *event.repairs])
    elif event.event == "ungradable":
        says = f"{event.reason} It counts as ungradable, not as 0."
    else:
        says = event.page or event.reason
    return printable(f"{at} {event.student} {event.lesson}: {event.event} {says}".rstrip())
