"""The verbs that measure or try heinit itself: `heinit test`, `heinit bench` and `heinit attack`."""

import importlib
import importlib.util
import json
import os
import subprocess
import sys

import click

from autograder.commands import options
from autograder.errors import UsageError
from autograder.lessons import checkout


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[PYTEST ARGUMENT]...")
def test(arguments: tuple[str, ...]) -> None:
    """Run the test suite, on all cores. What follows goes to pytest: paths, -k WORD, -x.

    Paths are relative to the checkout.
    """
    root = checkout()
    if importlib.util.find_spec("pytest") is None:
        raise UsageError("pytest is not installed here. Run it as `./heinit test`, which installs it.")
    alone = any(argument.startswith(("-n", "--pdb")) for argument in arguments)
    # one more than there are cores: a test often waits, for a limit of time or for a browser
    workers = () if alone else ("-n", str((os.cpu_count() or 1) + 1))
    spread = ("--dist", "loadgroup", "--no-loadscope-reorder")  # in the order of tests/conftest.py
    command = [sys.executable, "-m", "pytest", *workers, *spread, *arguments]
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # one core a worker is enough
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of processes would each compile the course
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
@click.option(
    "--case", "names", metavar="NAME", multiple=True, help="Try only this case; also several times."
)
@options.wall
@options.as_json
def attack(names: tuple[str, ...], wall: str, as_json: bool) -> None:
    """Grade hostile notebooks on this machine, and say what each one gained."""
    from rich.console import Console
    from rich.table import Table

    from autograder.attacks.run import AttackCourse, attacks
    from autograder.course import make_course

    cases = [case for name in names or (None,) for case in attacks(name)]
    click.echo(f"Trying {len(cases)} hostile notebooks in a course of their own.", err=True)
    console, held = Console(), 0
    table = Table("case", "what it tries", "stopped by", "points", "verdict")
    with AttackCourse(make_course, wall) as course:
        for verdict in map(course.attempt, cases):
            held += verdict.held
            points = "none" if verdict.score is None else f"{verdict.score:g}"
            says = "held" if verdict.held else "; ".join(verdict.findings)
            if as_json:
                click.echo(json.dumps(verdict.to_json()))
            elif console.is_terminal:
                table.add_row(verdict.name, verdict.title, verdict.wall, points, says)
                click.echo(f"{verdict.name}: {says}", err=True)
            else:
                about = f"{points} points; {verdict.title}; stopped by: {verdict.wall}"
                click.echo(f"{verdict.name}: {says} ({about})")
    if table.rows:
        console.print(table)
    click.echo(f"{held} of {len(cases)} attacks were held.", err=True)
    if held < len(cases):
        sys.exit(1)
