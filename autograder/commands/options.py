"""The arguments and options that several verbs share."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from autograder.sandbox.kinds import KINDS, WEBASSEMBLY

PATH = click.Path(path_type=Path)
FILE = click.Path(path_type=Path, dir_okay=False)

directory = click.argument("directory", type=PATH)
no_browser = click.option("--no-browser", is_flag=True, help="Only serve, and print the address.")
port = click.option(
    "--port", type=click.IntRange(1, 65535), help="The port to serve on.  [default: the first free from 8888]"
)
wall = click.option(
    "--wall",
    type=click.Choice([*KINDS, WEBASSEMBLY]),
    callback=lambda _, __, value: value or "",
    help="The kind of sandbox that there must be; by default the first that stands.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON: an object a line.")


def written_course(reads: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the argument `directory`, a course that it writes in, and hold the course's lock.

    reads: whether the command is useful where it may only read in the course.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @directory
        @functools.wraps(command)
        def locked(directory: Path, **chosen: Any) -> Any:
            from autograder.lock import course_lock

            context = click.get_current_context()
            verb = (context.command_path.split()[1:2] or [context.info_name or ""])[0]
            with course_lock(directory, f"heinit {verb}", reads=reads):
                return command(directory=directory, **chosen)

        return locked

    return decorate
