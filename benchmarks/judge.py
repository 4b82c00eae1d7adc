"""What a notebook costs in the judge and the solver, and their memory over a thousand notebooks.

One process grades them, as a worker does, without the coordinator, Dask and the gradebook. What it
spends itself on a notebook (reading, repairing, writing) is left out; all that the judge, the solver
and the sandbox around them spend is counted by a control group. The bound is one and a half times
the work that nobody can leave out (the student's cells, the answers to the checks, the checks),
and 60 ms. nbgrader grades some of the same notebooks in the same run.
"""

import argparse
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import psutil
from rich import box
from rich.console import Console
from rich.table import Table

from autograder.grading.job import Refusal
from autograder.grading.run import Grading
from autograder.grading.worker import GradingJob, GradingTask
from benchmarks._shared import made_up_course
from benchmarks.grading import CPU, autograde, group, plain_course, spread, used

WARM = 10  # notebooks that are not counted: sources are parsed once, and warm parents started
Usage = Callable[[], float]
SEEN = (50, 100, 200, 500, 1000, 2000, 5000)  # notebooks after which memory is measured


@dataclass(frozen=True)
class Cost:
    """Processor seconds of one notebook: the floor's three parts, and all of judge and solver."""

    cells: float
    answers: float
    checks: float
    spent: float

    @property
    def most(self) -> float:
        """The bound."""
        return 1.5 * (self.cells + self.answers + self.checks) + 0.06


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="heinit bench judge", description=__doc__)
    parser.add_argument("--students", type=int, default=30, help="in the class, each with all lessons")
    parser.add_argument("--sample", type=int, default=2, help="of them, whom nbgrader grades")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=int, default=1000, help="notebooks that one judge grades on end")
    options = parser.parse_args()
    console = Console(width=100)
    with made_up_course(options.students) as (course, _), _counting() as usage:
        grading = Grading(course)
        (course / ".heinit-secret").write_text("benchmark")
        job = grading.job()
        tasks = [grading.task(submission, job) for submission in grading.submissions]
        rounds, plain = [], []
        try:
            job.start()
            for task in islice(cycle(tasks), WARM):
                job.do(task)
            for _ in range(options.rounds):
                rounds.append([(task.submission.lesson, cost(job, task, usage)) for task in tasks])
                plain.append(
                    _by_nbgrader(course.with_name(f"plain{len(plain)}"), course, options.sample, usage)
                )
            console.print(f"{len(tasks)} notebooks in {options.rounds} rounds; processor seconds a notebook")
            console.print(costs([lesson_cost for round in rounds for lesson_cost in round]))
            _conclude(console, rounds, plain)
            _memory(console, job, tasks, options.memory)
        finally:
            job.close()


@contextmanager
def _counting() -> Iterator[Usage]:
    """Processor seconds that this process, and all that it will start, have spent."""
    with group() as folder:
        if folder is None:
            raise SystemExit("this needs a control group that counts processor time. Run it as root.")
        (folder / "cgroup.procs").write_text(str(os.getpid()))
        try:
            yield lambda: used(folder)
        finally:
            (CPU / "cgroup.procs").write_text(str(os.getpid()))


def cost(job: GradingJob, task: GradingTask, usage: Usage) -> Cost:
    """Grade one notebook, and count."""
    before = usage() - time.process_time()
    outcome = job.do(task)
    if isinstance(outcome, Refusal):
        raise SystemExit(f"{task.submission.student}, {task.submission.lesson}: {outcome.reason}")
    return Cost(**outcome.result.work, spent=usage() - time.process_time() - before)


def _by_nbgrader(root: Path, course: Path, sample: int, usage: Usage) -> float:
    """Processor seconds of plain nbgrader for a notebook, without its start."""
    students = sorted(path.name for path in (course / "submitted").iterdir())[:sample]
    plain_course(root, course, students)
    before = usage()
    _, graded = autograde([root])
    all_of_it = usage() - before
    before = usage()
    autograde([root])  # all is graded: what is left is its start
    return (all_of_it - (usage() - before)) / graded


def costs(counted: Iterable[tuple[str, Cost]]) -> Table:
    """The table, a row for a lesson."""
    rows: dict[str, list[Cost]] = defaultdict(list)
    for lesson, cost in counted:
        rows[lesson].append(cost)
        rows["all"].append(cost)
    keys = ("cells", "answers", "checks", "spent", "most")
    heads = ("cells", "answers", "checks", "judge and solver", "bound")
    table = Table("", *heads, box=box.SIMPLE)  # bound: 1.5 floors and 60 ms
    for lesson in (*sorted(set(rows) - {"all"}), "all"):
        table.add_row(lesson, *(f"{_mean(rows[lesson], key):.3f}" for key in keys))
    return table


def _conclude(console: Console, rounds: Sequence[Sequence[tuple[str, Cost]]], plain: Sequence[float]) -> None:
    """The bound, round by round, and nbgrader beside it."""
    spent, most = ([_mean([c for _, c in round], key) for round in rounds] for key in ("spent", "most"))
    shares = [s / m for s, m in zip(spent, most, strict=True)]
    ratios = [p / s for p, s in zip(plain, spent, strict=True)]
    console.print(
        f"judge and solver spend {spread(spent, '.3f')}, which is {spread(shares, '.2f')} of the bound"
    )
    console.print(f"plain nbgrader spends {spread(plain, '.2f')}, {spread(ratios, '.0f')} times as much")


def _mean(costs: Sequence[Cost], key: str) -> float:
    """The mean of one column."""
    return statistics.fmean(getattr(cost, key) for cost in costs)


def _memory(console: Console, job: GradingJob, tasks: Sequence[GradingTask], most: int) -> None:
    """Grade so many notebooks one after the other, and print what each process holds."""
    table = Table("notebooks", "worker", "judge", "warm parents", box=box.SIMPLE)
    for number, task in enumerate(islice(cycle(tasks), most), start=1):
        job.do(task)
        if number in SEEN or number == most:
            table.add_row(str(number), *(f"{size / 1e6:.1f} MB" for size in _held()))
    console.print("resident memory of the processes that stay")
    console.print(table)


def _held() -> Iterator[int]:
    """Bytes of this process, of its judge, and of the warm parents together."""
    yield psutil.Process().memory_info().rss
    parents = 0
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            line = " ".join(child.cmdline())
            if "autograder.judge.process" in line:
                yield child.memory_info().rss
            elif "solver.zygote" in line and "bwrap" not in line:
                parents += child.memory_info().rss
    yield parents
