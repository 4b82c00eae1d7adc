"""The verbs for what is submitted: `heinit grade DIR`, `heinit feedback DIR` and `heinit receipt DIR ...`."""

import functools
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder import command_lines
from autograder.commands import options
from autograder.errors import UsageError
from autograder.sandbox.kinds import UNSANDBOXED
from autograder.text import printable

if TYPE_CHECKING:
    from autograder.grading.result import Result
    from autograder.grading.run import Grading

NO_SANDBOX = (
    "Grading without a sandbox: a submission can read your files and the other submissions, use the network, "
    "and go on running. Every grade of this run is marked as unsandboxed."
)


def over_submissions(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give `grade` and `feedback` their directory, what to choose there, who does the work, and --json.

    The command is called with `directory`, `as_json`, and the arguments of `Grading` and
    `FeedbackRun` as they are named there.
    """

    @options.written_course()
    @click.argument("names", nargs=-1, metavar="[LESSON]...")
    @click.option("--student", metavar="NAME", help="Only this student.")
    @click.option("--force", is_flag=True, help="Also what is up to date.")
    @click.option(
        "--workers",
        type=click.IntRange(1),
        metavar="N",
        help="How many at once on this machine; by default a core each, where there is enough to do.",
    )
    @click.option("--scheduler", metavar="ADDRESS", help="Use the workers of this scheduler of Dask.")
    @options.as_json
    @functools.wraps(command)
    def checked(workers: int | None, scheduler: str | None, **kwargs: Any) -> Any:
        if workers is not None and scheduler is not None:
            raise UsageError("--workers is for this machine; with --scheduler, workers are started there.")
        return command(workers=workers, scheduler=scheduler, **kwargs)

    return checked


@click.command()
@over_submissions
@options.wall
@click.option(
    "--unsandboxed",
    is_flag=True,
    help="Where there is no sandbox: run students' code with your own rights, over all that is yours.",
)
def grade(directory: Path, wall: str, unsandboxed: bool, as_json: bool, **chosen: Any) -> None:
    """Grade what is submitted in DIRECTORY and not graded at its present content."""
    from autograder.grades import remarks
    from autograder.grading.run import Grading

    if unsandboxed and wall:
        raise UsageError("--unsandboxed asks for no sandbox, and --wall for one: say one of them.")
    if unsandboxed:
        click.echo(NO_SANDBOX, err=True)
    grading = Grading(directory, wall=UNSANDBOXED if unsandboxed else wall, **chosen)
    if not grading.submissions:
        click.echo(f"Nothing is submitted in {directory / 'submitted'}.", err=True)
        return
    walls = {UNSANDBOXED}  # of which the run has been told already
    results = with_notes(grading, progress(grading))
    for result in counted(results, as_json, "ungradable"):
        if result.status == "graded" and result.wall not in walls:
            walls.add(result.wall)
            click.echo(f"The sandbox is of the kind {result.wall}.", err=True)
        path = f"submitted/{result.student}/{result.lesson}/{result.lesson}.ipynb"
        if result.status == "graded" and result.repairs:
            click.echo(printable(f"{path} was repaired: {' '.join(result.repairs)}"), err=True)
        if result.status == "beyond the limit" or not result.counts:
            which = result.reason or f"it is attempt {result.attempt}, and another attempt counts."
            click.echo(printable(f"{path}: {which}"), err=True)
        if result.status != "unchanged" and (words := remarks(result.late, result.penalty, result.by_hand)):
            click.echo(printable(f"{path}: {words}."), err=True)
        if result.status == "ungradable":
            why = f"{path} could not be graded: {result.reason} It counts as ungradable, not as 0."
            click.echo(printable(why), err=True)


def with_notes(grading: "Grading", results: Iterator["Result"]) -> Iterator["Result"]:
    """The results; before the first, what has changed in the course's settings is said."""
    first = next(results, None)
    for note in grading.notes:
        click.echo(printable(note), err=True)
    if first is not None:
        yield first
        yield from results


def progress(grading: "Grading", lines: bool = True) -> Iterator["Result"]:
    """The results as they come, with a bar on a terminal and, if wanted, lines elsewhere, on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console, total = Console(stderr=True), len(grading.submissions)
    if not console.is_terminal:
        for i, result in enumerate(grading, 1):
            if lines:
                score = "" if result.final is None else f" {_total(result)}"
                who = printable(f"{result.student} {result.lesson}")
                click.echo(f"[{i}/{total}] {who}: {result.status}{score}", err=True)
            yield result
        return
    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    names = TextColumn("{task.description}", markup=False)  # a folder can be called [/red]
    with Progress(*columns, names, console=console) as bar:
        task = bar.add_task("", total=total)
        for result in grading:
            bar.update(task, advance=1, description=printable(f"{result.student} {result.lesson}"))
            yield result


def _total(result: "Result") -> str:
    from autograder.grades import points

    return f"{points(result.final or 0.0)} of {points(result.max_score or 0.0)}"


def say_pending(directory: Path) -> None:
    """Say what is not yet scored by the course's present settings."""
    from autograder.course import nbgrader_api
    from autograder.grading.scoring import pending

    if notes := pending(directory, nbgrader_api(directory)):
        command = command_lines.heinit("grade", directory)
        click.echo(
            printable(f"{' '.join(notes)} The grades are those of before, until you run: {command}"), err=True
        )


@click.command()
@over_submissions
def feedback(directory: Path, as_json: bool, **chosen: Any) -> None:
    """Make the feedback page of everything graded in DIRECTORY whose page is missing or out of date."""
    from autograder.feedback.run import FeedbackRun

    run = FeedbackRun(directory, **chosen)
    say_pending(directory)
    if not run.graded:
        click.echo(
            f"Nothing is graded in {directory}. Run: {command_lines.heinit('grade', directory)}", err=True
        )
        return
    for result in counted(run, as_json, "failed"):
        if result.status == "failed":
            click.echo(printable(f"{result.page} was not made: {result.reason}"), err=True)
        elif result.status == "made" and not as_json:
            click.echo(printable(str(directory / result.page)))


def counted(results: Iterable[Any], as_json: bool, failed: str) -> Iterator[Any]:
    """The results; at the end the number of each status. Exits with 1 where some have the status `failed`."""
    counts: Counter[str] = Counter()
    for result in results:
        counts[result.status] += 1
        if as_json:
            click.echo(json.dumps(asdict(result)))
        yield result
    click.echo(", ".join(f"{n} {status}" for status, n in sorted(counts.items())) + ".", err=True)
    if counts[failed]:
        sys.exit(1)


@click.command()
@options.directory
@click.argument("student")
@click.argument("lesson")
@options.as_json
def receipt(directory: Path, student: str, lesson: str, as_json: bool) -> None:
    """Show how STUDENT's LESSON in DIRECTORY was graded, and verify it by grading it again."""
    from autograder.grades import points, remarks
    from autograder.grading.verify import verify

    verified = verify(directory, student, lesson)
    result, differences = verified.result, verified.differences
    if as_json:
        answer = {**asdict(result), "verified": not differences, "differences": differences}
        click.echo(json.dumps(answer))
    else:
        click.echo(f"{printable(student)}, {lesson}: {_total(result)}")
        if words := remarks(result.late, result.penalty, result.by_hand):
            click.echo(f"  {words}")
        for name, cell in result.cells.items():
            named = f"  ({', '.join(cell['misconceptions'])})" if cell["misconceptions"] else ""
            score = "to be graded by hand" if cell["score"] is None else points(cell["score"])
            by_hand = ", by hand" if name in result.by_hand else ""
            click.echo(f"  {name}: {score} of {points(cell['max_score'])}{by_hand}{named}")
            if cell.get("why"):
                click.echo(f"    {cell['why']}")
        for key in ("submission", "checks", "environment", "seed"):
            click.echo(f"{key}: {result.receipt[key]}")
        click.echo(f"versions: {', '.join(f'{k} {v}' for k, v in result.receipt['versions'].items())}")
        none = result.wall == UNSANDBOXED
        if result.wall:
            click.echo(f"sandbox: {'NONE, it ran with the rights of who graded' if none else result.wall}")
        if not result.reproducible:
            click.echo("An answer draws from the operating system's entropy: grading again may differ.")
        for difference in differences:
            click.echo(printable(f"differs: {difference}."), err=True)
        if result.reason:
            click.echo(printable(f"A person has graded all of it: the checks could not. {result.reason}"))
        elif not differences:
            click.echo("Graded again just now: the same.")
    if differences:
        sys.exit(1)
