"""Throughput of `heinit grade` beside `nbgrader autograde`, on the same submissions, in the same run.

Plain nbgrader grades a sample of the class, since it takes that long, and is measured without the
time that it takes to start; heinit grades the whole class and is measured with it. Only what
nbgrader graded is counted. The floor is what the students' cells and the checks themselves need.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from autograder.grading.pool import cores
from autograder.lessons import lessons
from benchmarks._shared import HEINIT, made_up_course

PLAIN = """
c = get_config()
c.CourseDirectory.root = {root!r}
c.CourseDirectory.course_id = "plain"
c.Execute.timeout = 600
c.Execute.extra_arguments = ["--log-level=ERROR"]
"""
CPU = Path("/sys/fs/cgroup/cpuacct")


@dataclass(frozen=True)
class Round:
    """One round: seconds a notebook of each way, and processor seconds a notebook of heinit's.

    plain_pages, pages: seconds a feedback page. spent: processor seconds that one more notebook costs, all
    processes together and without their start. most: the bound, one and a half floors and 60 ms.
    """

    plain: float
    two_plain: float
    heinit: float
    floor: float
    spent: float | None
    most: float
    plain_pages: float
    pages: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="heinit bench grading", description=__doc__)
    parser.add_argument("--students", type=int, default=60, help="in the class that heinit grades")
    parser.add_argument("--sample", type=int, default=2, help="of them, whom nbgrader grades")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rounds = []
    with made_up_course(options.students) as (course, submissions):
        for number in range(options.rounds):
            rounds.append(_one_round(course, len(submissions), options.sample))
            print(f"round {number + 1} of {options.rounds}: {rounds[-1]}", file=sys.stderr)
    _show(rounds, len(submissions), options.sample)


def _one_round(course: Path, submissions: int, sample: int) -> Round:
    """Each way once, one after the other."""
    students = sorted(path.name for path in (course / "submitted").iterdir())
    plain = [
        plain_course(course.with_name(f"plain{k}"), course, students[k * sample : (k + 1) * sample])
        for k in (0, 1)
    ]
    alone, graded = autograde([plain[0]])
    start, _ = autograde([plain[0]])  # all is graded: what is left is its start
    pages, pages_start = (_all_lessons([plain[0]], "generate_feedback") for _ in range(2))
    for root in plain:
        shutil.rmtree(root / "autograded", ignore_errors=True)
    two, both = autograde(plain)
    for root in plain:
        shutil.rmtree(root)
    shutil.rmtree(course / "autograded", ignore_errors=True)
    seconds, spent, lines = heinit(course)
    assert len(lines) == submissions
    _, start_spent, few = heinit(course, "--student", students[0], f"--workers={cores()}")
    more = submissions - len(few)
    begun = time.perf_counter()
    subprocess.run(
        [HEINIT, "feedback", course, "--force"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    own_pages = time.perf_counter() - begun
    return Round(
        (alone - start) / graded,
        (two - start) / both,
        seconds / submissions,
        work(lines) / submissions,
        None if spent is None or start_spent is None else (spent - start_spent) / more,
        1.5 * (work(lines) - work(few)) / more + 0.06,
        (pages - pages_start) / graded,
        own_pages / submissions,
    )


def work(lines: Sequence[dict]) -> float:
    """Processor seconds of students' cells, answers and checks."""
    return sum(sum(line["work"].values()) for line in lines)


def plain_course(root: Path, course: Path, students: Sequence[str]) -> Path:
    """A course under nbgrader's own configuration, released, with these students' submissions."""
    shutil.copytree(course / "source", root / "source")
    (root / "nbgrader_config.py").write_text(PLAIN.format(root=str(root)))
    for lesson in lessons():
        nbgrader(root, "generate_assignment", lesson.name).wait()
    for student in students:
        shutil.copytree(course / "submitted" / student, root / "submitted" / student)
    return root


def autograde(roots: Sequence[Path]) -> tuple[float, int]:
    """Wall seconds of nbgrader over these courses at the same time, and how many notebooks it graded."""
    seconds = _all_lessons(roots, "autograde")
    return seconds, sum(len(list(root.glob("autograded/*/*/*.ipynb"))) for root in roots)


def _all_lessons(roots: Sequence[Path], command: str) -> float:
    """Wall seconds of a command of nbgrader's for every lesson, over these courses at the same time."""
    begun = time.perf_counter()
    for lesson in lessons():
        running = [nbgrader(root, command, lesson.name) for root in roots]
        for process in running:
            process.wait()
    return time.perf_counter() - begun


def nbgrader(root: Path, *command: str) -> subprocess.Popen[bytes]:
    scripts = sysconfig.get_path("scripts")
    return subprocess.Popen(
        [f"{scripts}/nbgrader", *command],
        cwd=root,
        env={**os.environ, "PATH": scripts + os.pathsep + os.environ["PATH"]},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def heinit(course: Path, *options: str) -> tuple[float, float | None, list[dict]]:
    """Wall seconds of `heinit grade`, processor seconds where they can be had, and its lines."""
    command = [HEINIT, "grade", str(course), "--force", "--json", *options]
    with accounted() as (prefix, spent):
        begun = time.perf_counter()
        done = subprocess.run(
            [*prefix, *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
        )
        seconds = time.perf_counter() - begun
        used = spent()
    return seconds, used, [json.loads(line) for line in done.stdout.splitlines()]


@contextmanager
def accounted() -> Iterator[tuple[list[str], Callable[[], float | None]]]:
    """A prefix for a command, and what it and all it started have spent: a control group knows."""
    with group() as folder:
        if folder is None:
            yield [], lambda: None
        else:
            enter = ["sh", "-c", f'echo $$ > {folder}/cgroup.procs && exec "$@"', "sh"]
            yield enter, lambda: used(folder)


@contextmanager
def group() -> Iterator[Path | None]:
    """A new control group that counts processor time, or None where this user can make none."""
    folder = CPU / f"heinit-bench-{os.getpid()}"
    try:
        folder.mkdir()
    except OSError:
        yield None
        return
    try:
        yield folder
    finally:
        for _ in range(100):
            try:
                folder.rmdir()
                break
            except OSError:
                time.sleep(0.1)


def used(group: Path) -> float:
    """Processor seconds that were spent in a control group."""
    return int((group / "cpuacct.usage").read_text()) / 1e9


def _show(rounds: Sequence[Round], submissions: int, sample: int) -> None:
    """The table: medians, and the range of the rounds."""
    table = Table("", "seconds a notebook", "heinit is so many times faster", box=box.SIMPLE)
    for name, key in (
        ("nbgrader autograde, one process", "plain"),
        ("nbgrader autograde, two processes", "two_plain"),
        (f"heinit grade, {cores()} cores", "heinit"),
    ):
        seconds = [getattr(r, key) for r in rounds]
        ratios = [getattr(r, key) / r.heinit for r in rounds]
        table.add_row(name, spread(seconds, ".3f"), "" if key == "heinit" else spread(ratios, ".1f"))
    seconds = [r.plain + r.plain_pages for r in rounds]
    table.add_row(
        "nbgrader autograde and generate_feedback",
        spread(seconds, ".3f"),
        spread([s / (r.heinit + r.pages) for s, r in zip(seconds, rounds, strict=True)], ".1f"),
    )
    table.add_row("heinit grade and feedback", spread([r.heinit + r.pages for r in rounds], ".3f"), "")
    console = Console(width=100)
    console.print(f"{submissions} notebooks by heinit, {sample} students of them by nbgrader")
    console.print(table)
    floor = [r.floor for r in rounds]
    console.print(
        f"the floor, processor seconds of cells, answers and checks: {spread(floor, '.3f')} a notebook"
    )
    spent = [r.spent for r in rounds if r.spent is not None]
    if spent:
        most = [r.most for r in rounds]
        console.print(
            f"one more notebook costs {spread(spent, '.3f')} processor seconds; 1.5 floors and 60 ms are "
            f"{spread(most, '.3f')}"
        )


def spread(values: Sequence[float], form: str) -> str:
    """The median, and the range in brackets."""
    low, high = min(values), max(values)
    return f"{statistics.median(values):{form}} ({low:{form}} to {high:{form}})"
