"""`heinit demo DIR`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--students", type=click.IntRange(1), default=24, show_default=True, help="How many are in the class."
)
@click.option("--seed", default=0, show_default=True, help="The same seed makes the same class.")
@click.option("--no-grade", is_flag=True, help="Hand everything in, and leave the rest to you.")
@click.pass_context
def demo(ctx: click.Context, directory: Path, students: int, seed: int, no_grade: bool) -> None:
    """Make DIRECTORY a course with a class of made-up students: graded, with feedback and a report."""
    from autograder import hints
    from autograder.commands.grade import grade
    from autograder.course import make_course
    from autograder.demo.students import MadeUpClass
    from autograder.feedback.run import FeedbackRun
    from autograder.report.files import make_report

    click.echo(f"Making a course in {directory}.", err=True)
    made_up = MadeUpClass(students, seed)
    course = make_course(directory, made_up.roster())
    count = sum(1 for _ in made_up.hand_in(directory, course))
    click.echo(f"{students} made-up students handed in {count} notebooks.", err=True)
    if no_grade:
        click.echo(f"Grade them with: {hints.heinit('grade', directory)}", err=True)
        return
    try:
        ctx.invoke(grade, directory=directory)
    except SystemExit as end:
        if end.code != 1:  # some hand-ins could not be graded: classes are like that
            raise
    click.echo("Making the feedback pages and the report.", err=True)
    pages = sum(page.status == "made" for page in FeedbackRun(directory, workers=None))
    report = make_report(directory)
    click.echo(f"\n{pages} feedback pages:")
    for page in sorted((directory / "feedback").glob("*/*/*.html")):
        click.echo(f"  {page.resolve().as_uri()}")
    click.echo(f"\nThe class report: {report.page.resolve().as_uri()}")
    click.echo(f"In formgrader: {hints.jupyter_lab(directory)}", err=True)
