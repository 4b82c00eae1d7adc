"""The verbs that measure or try heinit itself: `heinit test`, `heinit bench` and `heinit attack`."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from autograder.commands import options
from autograder.errors import UsageError
from autograder.lessons import checkout

if TYPE_CHECKING:
    from autograder.attacks.run import Verdict


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[PYTEST ARGUMENT]...")
def test(arguments: tuple[str, ...]) -> None:
    """Run the test suite, on all cores. What follows goes to pytest: paths, -k WORD, -x.

    Paths are relative to the checkout.
    """
    root = checkout()
    if importlib.util.find_spec("pytest") is None:
        raise UsageError("pytest is not installed here. Run it as `./heinit test`, which installs it.")
    cores = () if any(argument.startswith(("-n", "--pdb")) for argument in arguments) else ("-n", "auto")
    command = [sys.executable, "-m", "pytest", *cores, "--dist", "loadgroup", *arguments]
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # one core a worker is enough
    try:
        sys.exit(subprocess.run(command, cwd=root, check=False).returncode)
    except KeyboardInterrupt:
        sys.exit(130)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", required=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(name: str | None, arguments: tuple[str, ...]) -> None:
    """Measure, and print tables. NAME chooses a module of benchmarks/; what follows is for it."""
    root = checkout()
    scripts = sorted((root / "benchmarks").glob("[a-z]*.py"))
    names = [script.stem for script in scripts]
    if name is not None and name not in names:
        raise UsageError(f"there is no benchmark called {name!r}. The benchmarks are: {', '.join(names)}.")
    sys.path.insert(0, str(root))
    for chosen in [name] if name else names:
        sys.argv = [f"heinit bench {chosen}", *arguments]
        importlib.import_module(f"benchmarks.{chosen}").main()


@click.command()
@click.option("--case", "name", metavar="NAME", help="Try only this case.")
@options.as_json
def attack(name: str | None, as_json: bool) -> None:
    """Grade hostile notebooks on this machine, and say what each one gained."""
    from autograder.attacks.run import AttackCourse, attacks

    cases = attacks(name)
    click.echo(f"Trying {len(cases)} hostile notebooks in a course of their own.", err=True)
    failed = 0
    with AttackCourse() as course:
        verdicts = (course.attempt(case) for case in cases)
        for verdict in _shown(verdicts, as_json):
            failed += not verdict.held
    click.echo(f"{len(cases) - failed} of {len(cases)} attacks were held.", err=True)
    if failed:
        sys.exit(1)


def _shown(verdicts: Iterable[Verdict], as_json: bool) -> Iterable[Verdict]:
    """The verdicts as they come; at the end a table on a terminal, plain lines elsewhere."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table("case", "what it tries", "stopped by", "points", "verdict")
    for verdict in verdicts:
        points = "none" if verdict.score is None else f"{verdict.score:g}"
        says = "held" if verdict.held else "; ".join(verdict.findings)
        if as_json:
            click.echo(json.dumps(verdict.to_json()))
        elif console.is_terminal:
            table.add_row(verdict.name, verdict.title, verdict.wall, points, says)
            click.echo(f"{verdict.name}: {says}", err=True)
        else:
            click.echo(
                f"{verdict.name}: {says} ({points} points; {verdict.title}; stopped by: {verdict.wall})"
            )
        yield verdict
    if console.is_terminal and not as_json:
        console.print(table)
