"""The verb `heinit collect DIR LESSON FILE...`: from a platform's archives into a course."""

import sys
from collections import Counter
from pathlib import Path

import click

from autograder import command_lines
from autograder.commands import options
from autograder.errors import UsageError
from autograder.text import printable


@click.command()
@options.written_course()
@click.argument("lesson")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True), metavar="[FILE]...")
@click.option("--groups", type=options.FILE, metavar="TABLE", help="Who is in which group, by the platform.")
@click.option(
    "--timezone",
    metavar="ZONE",
    help="Of the platform's clock, such as Europe/Berlin; by default the course's.",
)
@click.option("--force", is_flag=True, help="Also in place of submissions that came in another way.")
def collect(
    directory: Path,
    lesson: str,
    files: tuple[Path, ...],
    groups: Path | None,
    timezone: str | None,
    force: bool,
) -> None:
    """Take LESSON's hand-ins from FILEs: archives, folders or notebooks, as a learning platform gives them.

    A copy of each FILE is kept in DIRECTORY/downloaded/LESSON/archive, and all that lies there is read.
    """
    from autograder.course import nbgrader_api
    from autograder.lms.collect import NOBODYS, add_archives, lay_down, open_collection, sources
    from autograder.lms.roster import read_groups
    from autograder.settings import read_settings
    from autograder.submissions.submission import check_selection
    from autograder.times import TimeError, zone_named

    api = nbgrader_api(directory)
    check_selection(directory, sorted(api.get_source_assignments()), [lesson])
    name = timezone or read_settings(directory).timezone
    try:
        zone = zone_named(name) if name else None
    except TimeError:
        raise UsageError(f"there is no time zone {timezone!r}. Write it as in Europe/Berlin.") from None
    members = read_groups(groups) if groups else None
    add_archives(directory, lesson, files)
    if not sources(directory, lesson):
        command = command_lines.heinit("collect", directory)
        raise UsageError(f"there is no archive of {lesson} yet. Name it: {command} {lesson} FILE")
    collection = open_collection(api.coursedir, lesson, members, zone)
    counts: Counter[str] = Counter()
    for laid in lay_down(directory, lesson, collection, force):
        hand_in, student = laid.hand_in, printable(laid.hand_in.student)
        counts[laid.status] += 1
        counts["without a notebook"] += not hand_in.has_notebook
        if laid.status == "kept":
            click.echo(f"{student}: another submission is there, and stays. To replace it: --force", err=True)
        elif laid.status != "unchanged":
            click.echo(f"{student}: {laid.status} from {printable(hand_in.archive)} ({hand_in.platform})")
        for note in hand_in.notes:
            click.echo(f"{student}: {note}", err=True)
    for path, why in collection.nobodys.items():
        click.echo(printable(f"{path}: {why}."), err=True)
    for problem in collection.problems:
        click.echo(problem, err=True)
    summary = ", ".join(f"{n} {status}" for status, n in sorted(counts.items()) if n)
    click.echo(f"{summary or 'nothing was collected'}.", err=True)
    if collection.nobodys or collection.problems:
        place, course = directory / NOBODYS.format(lesson), command_lines.heinit("course", directory)
        click.echo(
            f"Of {len(collection.nobodys)} files it is not known whose they are: {place} lists them. While "
            f"that list is there, no grade file writes a zero for the lesson. Import the roster with "
            f"{course} --roster FILE and collect again, or put a file into submitted/STUDENT/{lesson}/.",
            err=True,
        )
        sys.exit(1)
