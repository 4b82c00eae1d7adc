"""`heinit export DIR --to canvas|moodle|csv`."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--to", required=True, type=click.Choice(["canvas", "moodle", "csv"]), help="For which platform."
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="The file to write."
)
@click.option(
    "--lesson", "lessons", multiple=True, metavar="LESSON", help="Only this lesson; may be repeated."
)
@click.option(
    "--missing",
    type=click.Choice(["empty", "zero"]),
    default="empty",
    show_default=True,
    help="What stands for a lesson that was not handed in.",
)
def export(directory: Path, to: str, out: Path | None, lessons: tuple[str, ...], missing: str) -> None:
    """Write the grades of DIRECTORY as a file that Canvas or Moodle imports, or as a plain table.

    What cannot be graded is left empty and named: that is not a zero.
    """
    from autograder.course import nbgrader_api
    from autograder.errors import UsageError
    from autograder.lms.canvas import CanvasExporter
    from autograder.lms.moodle import MoodleExporter
    from autograder.lms.plain import PlainExporter

    api = nbgrader_api(directory)
    exporters = {"canvas": CanvasExporter, "moodle": MoodleExporter, "csv": PlainExporter}
    exporter = exporters[to](parent=api)
    path = out or directory / exporter.default
    exporter.to, exporter.missing, exporter.assignment = str(path), missing, list(lessons)
    known = sorted(api.get_source_assignments())
    for name in lessons:
        if name not in known:
            raise UsageError(
                f"{directory} has no lesson called {name!r}. Its lessons are: {', '.join(known)}."
            )
    with api.gradebook as gradebook:
        exporter.export(gradebook)
    for note in exporter.notes:
        click.echo(note, err=True)
    click.echo(f"The grades for {exporter.platform} are in {path}.", err=True)
    if exporter.left_out:
        sys.exit(1)
