"""The arguments and options that several verbs share."""

from pathlib import Path

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
