"""`heinit bench [NAME [ARGUMENT ...]]`."""

from __future__ import annotations

import importlib
import sys

import click

from autograder.errors import UsageError


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", required=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(name: str | None, arguments: tuple[str, ...]) -> None:
    """Measure, and print tables. NAME chooses a module of benchmarks/; what follows is for it."""
    from autograder.lessons import checkout

    root = checkout()
    scripts = sorted((root / "benchmarks").glob("[a-z]*.py"))
    names = [script.stem for script in scripts]
    if name is not None and name not in names:
        raise UsageError(f"there is no benchmark called {name!r}. The benchmarks are: {', '.join(names)}.")
    sys.path.insert(0, str(root))
    for chosen in [name] if name else names:
        sys.argv = [f"heinit bench {chosen}", *arguments]
        importlib.import_module(f"benchmarks.{chosen}").main()
