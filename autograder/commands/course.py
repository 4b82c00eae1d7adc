"""`heinit course DIR`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--roster",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The students, as CSV: nbgrader's columns (id, first_name, ...), a gradebook export of Canvas, or "
    "Moodle's participants. On a course that is there already, only they are imported.",
)
@click.option(
    "--renew",
    is_flag=True,
    help="Write the configuration and the lessons of a course anew, after heinit has changed. Submissions, "
    "grades and your own settings stay.",
)
def course(directory: Path, roster: Path | None, renew: bool) -> None:
    """Make DIRECTORY a course: a standard nbgrader directory, composed and released."""
    from autograder import hints
    from autograder.course import make_course, nbgrader_api, renew_course
    from autograder.lms.roster import import_roster, read_roster

    if renew:
        click.echo(f"{directory} is renewed. What was there before is in {renew_course(directory)}.")
        if not roster:
            return
    entries = read_roster(roster) if roster else []
    if entries and (directory / "nbgrader_config.py").is_file():
        with nbgrader_api(directory).gradebook as gradebook:
            new, known = import_roster(gradebook, entries)
        click.echo(f"{directory} is a course already; the roster was imported: {new} new, {known} known.")
        return
    for lesson in make_course(directory, entries):
        click.echo(f"released {lesson.name}")
    if entries:
        click.echo(f"imported {len(entries)} {'student' if len(entries) == 1 else 'students'}")
    click.echo(f"Students' submissions go to {directory / 'submitted'}/STUDENT/LESSON/LESSON.ipynb.")
    # formgrader reads the configuration of the directory that its server is started in
    click.echo(f"To hand out and grade in formgrader: {hints.jupyter_lab(directory)}")
    click.echo(f"To grade from here: {hints.heinit('grade', directory)}")
