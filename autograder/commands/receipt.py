"""`heinit receipt DIR STUDENT LESSON`."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import click


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.argument("student")
@click.argument("lesson")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def receipt(directory: Path, student: str, lesson: str, as_json: bool) -> None:
    """Show how STUDENT's LESSON in DIRECTORY was graded, and verify it by grading it again."""
    from autograder.grading.verify import verify

    warnings.filterwarnings("ignore", module="nbgrader")
    verified = verify(directory, student, lesson)
    result, differences = verified.result, verified.differences
    if as_json:
        answer = {**result.to_json(), "verified": not differences, "differences": differences}
        click.echo(json.dumps(answer))
    else:
        click.echo(f"{student}, {lesson}: {result.score:g} of {result.max_score:g}")
        for name, cell in result.cells.items():
            named = f"  ({', '.join(cell['misconceptions'])})" if cell["misconceptions"] else ""
            score = "by hand" if cell["score"] is None else f"{cell['score']:g}"
            click.echo(f"  {name}: {score} of {cell['max_score']:g}{named}")
        for key in ("submission", "checks", "environment", "seed"):
            click.echo(f"{key}: {result.receipt[key]}")
        click.echo(f"versions: {', '.join(f'{k} {v}' for k, v in result.receipt['versions'].items())}")
        click.echo(f"sandbox: {'yes' if result.sandboxed else 'NO, it ran with the rights of who graded'}")
        if not result.reproducible:
            click.echo("An answer draws from the operating system's entropy: grading again may differ.")
        for difference in differences:
            click.echo(f"differs: {difference}.", err=True)
        if not differences:
            click.echo("Graded again just now: the same.")
    if differences:
        sys.exit(1)
