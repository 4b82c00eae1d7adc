"""The verbs for a whole course: `heinit course`, `report`, `export` and `demo`."""

import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click

from autograder import command_lines
from autograder.commands import options
from autograder.commands.grading import progress, say_pending
from autograder.text import printable


@click.command()
@options.written_course()
@click.option(
    "--roster",
    type=options.FILE,
    metavar="FILE",
    help="The students, as CSV: nbgrader's columns (id, first_name, ...), or a table of students or grades "
    "as a learning platform gives it. On a course that is there already, only they are imported.",
)
@click.option(
    "--renew",
    is_flag=True,
    help="Write the configuration and the lessons of a course anew, after heinit has changed. Submissions, "
    "grades and your own settings stay.",
)
def course(directory: Path, roster: Path | None, renew: bool) -> None:
    """Make DIRECTORY a course: a standard nbgrader directory, composed and released."""
    from autograder.course import make_course, nbgrader_api, renew_course
    from autograder.lms.roster import import_roster, read_roster
    from autograder.settings import FILE

    if renew:
        kept, readable = renew_course(directory)
        damaged = "" if readable else " Your own settings are only there: the configuration was damaged."
        click.echo(f"{directory} is renewed. What was there before is in {kept}.{damaged}")
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
    click.echo(f"Due dates, late work, points: {directory / FILE} (docs/instructors.md shows the file).")
    click.echo(f"Students' submissions go to {directory / 'submitted'}/STUDENT/LESSON/LESSON.ipynb.")
    # formgrader reads the configuration of the directory that its server is started in
    click.echo(f"To hand out and grade in formgrader: {command_lines.jupyter_lab(directory)}")
    click.echo(f"To grade from here: {command_lines.heinit('grade', directory)}")


@click.command()
@options.written_course()
@click.option(
    "--compare",
    type=options.PATH,
    metavar="EARLIER",
    help="Say what changed since this report: its folder, or its report.json. By default, the last one.",
)
@options.as_json
def report(directory: Path, compare: Path | None, as_json: bool) -> None:
    """Write the class report of DIRECTORY: scores, mistakes, exercises, and whom to write to."""
    from autograder.report.class_statistics import exercise_statistics, lesson_statistics, mistake_counts
    from autograder.report.files import make_report
    from autograder.report.page import TABLE

    say_pending(directory)
    written = make_report(directory, compare)
    cohort = written.cohort
    if as_json:
        content = {
            "page": str(written.page),
            "made_at": written.made_at.isoformat(),
            "compared_with": written.changed.since.isoformat() if written.changed else None,
            "lessons": [asdict(lesson) for lesson in lesson_statistics(cohort, written.blank)],
            "exercises": [asdict(exercise) for exercise in exercise_statistics(cohort)],
            "mistakes": [asdict(mistake) for mistake in mistake_counts(cohort)],
            "alike": [asdict(group) for group in written.groups],
        }
        click.echo(json.dumps(content))
    if written.damaged:
        click.echo(written.damaged, err=True)
    click.echo(f"The report is {written.page}; the same as a table, {written.folder / TABLE}.", err=True)


class _Export(click.Group):
    """`export DIRECTORY` writes grades; only `export questions` is another command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, *ctx.help_option_names):
            args = ["grades", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=_Export, no_args_is_help=True, options_metavar="", subcommand_metavar="DIRECTORY | questions"
)
def export() -> None:
    """Write the grades of DIRECTORY, or the questions of all lessons, as a platform imports them.

    `export DIRECTORY --to PLATFORM` writes the grades: see `export grades --help`.
    `export questions --to PLATFORM` writes the questions of the reading edition, with their hints.
    """


@export.command("questions")
@click.option("--to", required=True, type=click.Choice(["moodle", "canvas"]), help="The platform.")
@click.option("--out", type=options.FILE, metavar="FILE", help="The file to write.")
@click.option("--lesson", "names", multiple=True, metavar="LESSON", help="Only this lesson; repeatable.")
def export_questions(to: str, out: Path | None, names: tuple[str, ...]) -> None:
    """Write a bank of questions: Moodle XML, or quizzes in QTI 1.2 for Canvas.

    They are those of the reading edition: what a function returns, with the hint of each mistake.
    """
    from autograder.files import write_atomically
    from autograder.lessons import lesson, lessons
    from autograder.questions.bank import bank
    from autograder.questions.moodle import moodle_xml
    from autograder.questions.qti import qti_archive

    write, ending = {"moodle": (moodle_xml, "xml"), "canvas": (qti_archive, "zip")}[to]
    questions = bank([lesson(name) for name in names] or lessons())
    path = out or Path(f"questions-{to}.{ending}")
    write_atomically(path, write(questions))
    count = sum(map(len, questions.values()))
    click.echo(f"{count} questions of {len(questions)} lessons are in {path}.", err=True)


@export.command("grades")
@options.written_course(reads=True)
@click.option("--to", required=True, type=click.Choice(["canvas", "moodle", "csv"]), help="The platform.")
@click.option("--out", type=options.FILE, metavar="FILE", help="The file to write.")
@click.option("--lesson", "lessons", multiple=True, metavar="LESSON", help="Only this lesson; repeatable.")
@click.option(
    "--missing",
    type=click.Choice(["empty", "zero"]),
    default="empty",
    show_default=True,
    help="What stands for a lesson that was not handed in.",
)
def export_grades(directory: Path, to: str, out: Path | None, lessons: tuple[str, ...], missing: str) -> None:
    """Write the grades of DIRECTORY as a file that Canvas or Moodle imports, or as a plain table.

    What cannot be graded is left empty and named: that is not a zero.
    """
    from autograder.course import nbgrader_api
    from autograder.lms.canvas import CanvasExporter
    from autograder.lms.moodle import MoodleExporter
    from autograder.lms.plain import PlainExporter
    from autograder.submissions.submission import check_selection

    api = nbgrader_api(directory)
    exporters = {"canvas": CanvasExporter, "moodle": MoodleExporter, "csv": PlainExporter}
    exporter = exporters[to](parent=api)
    path = out or directory / exporter.default
    exporter.to, exporter.missing, exporter.assignment = str(path), missing, list(lessons)
    check_selection(directory, sorted(api.get_source_assignments()), lessons)
    say_pending(directory)
    with api.gradebook as gradebook:
        exporter.export(gradebook)
    for note in exporter.notes:
        click.echo(printable(note), err=True)
    click.echo(f"The grades for {exporter.platform} are in {path}.", err=True)
    if exporter.left_out:
        sys.exit(1)


@click.command()
@options.directory
@click.option("--students", type=click.IntRange(1), default=24, show_default=True, help="How many students.")
@click.option("--seed", default=0, show_default=True, help="The same seed makes the same class.")
@click.option("--no-grade", is_flag=True, help="Hand everything in, and leave the rest to you.")
def demo(directory: Path, students: int, seed: int, no_grade: bool) -> None:
    """Make DIRECTORY a course with a class of made-up students: graded, with feedback and a report."""
    from autograder.course import make_course
    from autograder.demo.students import MadeUpClass
    from autograder.feedback.run import FeedbackRun
    from autograder.grading.run import Grading
    from autograder.report.files import make_report

    made_up = MadeUpClass(students, seed)
    released = make_course(directory, made_up.roster())
    count = sum(1 for _ in made_up.hand_in(directory, released))
    click.echo(f"{directory} is a course: {students} made-up students handed in {count} notebooks.")
    if no_grade:
        click.echo(f"Grade them with: {command_lines.heinit('grade', directory)}")
        return
    results = list(progress(Grading(directory, workers=None), lines=False))
    counts = Counter(result.status for result in results)
    repaired = sum(bool(result.repairs) for result in results)
    click.echo(f"Graded: {counts['graded']}, of which {repaired} were repaired before.")
    click.echo(f"Not gradable: {counts['ungradable']}, as in any class; that is not a zero.")
    pages = sum(page.status == "made" for page in FeedbackRun(directory, workers=None))
    first = next(iter(sorted((directory / "feedback").glob("*/*/*.html"))), None)
    if first is not None:
        click.echo(f"Feedback: {pages} pages in {directory / 'feedback'}. One of them: {_address(first)}")
    click.echo(f"The class report: {_address(make_report(directory).page)}")
    click.echo(f"What was repaired or not gradable: {command_lines.heinit('grade', directory)} --force")
    click.echo(f"In formgrader: {command_lines.jupyter_lab(directory)}")


def _address(page: Path) -> str:
    return page.resolve().as_uri()
