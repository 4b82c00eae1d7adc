"""`heinit test`."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import click

from autograder.errors import UsageError

TESTING = {"ignore_unknown_options": True, "help_option_names": ["--help"]}


@click.command(context_settings=TESTING)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[PYTEST ARGUMENT]...")
def test(arguments: tuple[str, ...]) -> None:
    """Run the test suite, on all cores. What follows goes to pytest: paths, -k WORD, -x.

    Paths are relative to the checkout.
    """
    from autograder.lessons import checkout

    root = checkout()
    if importlib.util.find_spec("pytest") is None:
        raise UsageError("pytest is not installed here. Run it as `./heinit test`, which installs it.")
    alone = any(argument.startswith(("-n", "--pdb")) for argument in arguments)
    # two more than there are cores: a test often waits, for a limit of time or for a browser
    workers = () if alone else ("-n", str((os.cpu_count() or 1) + 2))
    spread = ("--dist", "loadgroup", "--no-loadscope-reorder")  # in the order of tests/conftest.py
    command = [sys.executable, "-m", "pytest", *workers, *spread, *arguments]
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # one core a worker is enough
    try:
        sys.exit(subprocess.run(command, cwd=root, check=False).returncode)
    except KeyboardInterrupt:
        sys.exit(130)
