"""Time and memory of `heinit grade` from ten submissions to two thousand, and what bounds it beyond.

First a class of each size is graded in one go, while the memory of the coordinator, of its
workers and of their judges is watched, and what it leaves on the disk is counted. Then the two
parts that every submission passes through are measured alone: the scheduler, with tasks that do
nothing, and the writer, with copies of one outcome. From these follows what a larger class needs.
"""

import argparse
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, replace

import psutil
from rich import box
from rich.console import Console
from rich.table import Table

from autograder.course import nbgrader_api
from autograder.grading.cluster import Cluster
from autograder.grading.job import Job, Refusal
from autograder.grading.pool import cores
from autograder.grading.run import Grading
from autograder.grading.worker import GradingTask, Outcome
from autograder.grading.writer import Writer
from autograder.lessons import lessons
from autograder.submissions.submission import Submission
from benchmarks._shared import HEINIT, made_up_course
from benchmarks.grading import accounted

SIZES = (10, 100, 500, 2000)  # submissions


@dataclass
class ScaleRun:
    """One run: submissions, wall seconds, and the largest memory in MB of each kind of process.

    busy: processor seconds of all its processes over wall seconds, or None where nobody counts them.
    notebooks, gradebook: bytes of the autograded notebooks and of the database.
    """

    submissions: int
    seconds: float = 0.0
    busy: float | None = None
    notebooks: int = 0
    gradebook: int = 0
    coordinator: float = 0.0
    worker: float = 0.0
    judge: float = 0.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="heinit bench scale", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="submissions")
    options = parser.parse_args()
    console = Console(width=100)
    memory_of = ("coordinator", "worker", "judge")
    table = Table("submissions", "seconds", "a submission", "cores busy", *memory_of, box=box.SIMPLE)
    for size in options.sizes:
        run = _graded(size)
        each = f"{run.seconds / size * 1000:.0f} ms"
        memory = (f"{m:.0f} MB" for m in (run.coordinator, run.worker, run.judge))
        busy = "unknown" if run.busy is None else f"{run.busy:.2f}"
        table.add_row(str(size), f"{run.seconds:.0f}", each, busy, *memory)
    console.print(f"heinit grade on {cores()} cores; the largest memory of one process of each kind")
    console.print(table)
    kilobytes = run.notebooks / run.submissions / 1e3, run.gradebook / run.submissions / 1e3
    console.print("on the disk: {:.0f} kB a notebook, {:.1f} kB of gradebook".format(*kilobytes))
    console.print(f"through the scheduler, empty tasks: {_empty_tasks():.0f} a second")
    for kind, pace in _written().items():
        console.print(f"through the writer, {kind}: {pace:.0f} submissions a second")


def _graded(size: int) -> ScaleRun:
    """Grade a class of that many submissions in one go, and watch."""
    with made_up_course(-(-size // len(lessons()))) as (course, paths):
        for path in paths[size:]:
            path.unlink()
            path.with_name("timestamp.txt").unlink()
            path.parent.rmdir()
        run = ScaleRun(size)
        with accounted() as (prefix, spent):
            begun = time.perf_counter()
            process = subprocess.Popen(
                [*prefix, HEINIT, "grade", course], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            while process.poll() is None:
                _watch(process.pid, run)
                time.sleep(0.5)
            run.seconds = time.perf_counter() - begun
            used = spent()
        if process.returncode != 0:
            raise SystemExit(f"grading {size} submissions ended with {process.returncode}")
        run.busy = None if used is None else used / run.seconds
        run.notebooks = sum(path.stat().st_size for path in course.glob("autograded/*/*/*.ipynb"))
        run.gradebook = (course / "gradebook.db").stat().st_size
        return run


def _watch(pid: int, run: ScaleRun) -> None:
    with suppress(psutil.Error):
        coordinator = psutil.Process(pid)
        run.coordinator = max(run.coordinator, _memory(coordinator))
        for child in coordinator.children(recursive=True):
            with suppress(psutil.Error):
                line = " ".join(child.cmdline())
                if "spawn_main" in line:
                    run.worker = max(run.worker, _memory(child))
                elif "autograder.judge.process" in line:
                    run.judge = max(run.judge, _memory(child))


def _memory(process: psutil.Process) -> float:
    return process.memory_info().rss / 1e6


def _empty_tasks(count: int = 3000) -> float:
    """Tasks a second that a scheduler gives to workers which do nothing with them."""
    cluster = Cluster(NoJob(), workers=cores())
    begun = 0.0
    for done, _ in enumerate(cluster.run(range(count))):
        if done == 100:  # everything has started
            begun = time.perf_counter()
    return (count - 101) / (time.perf_counter() - begun)


class NoJob(Job[int, Refusal]):
    """A job whose workers do nothing."""

    tasks_per_start = 1

    def environment(self) -> str:
        return ""

    def do(self, task: int) -> Refusal:
        return Refusal("nothing was graded")


def _written(count: int = 1000) -> dict[str, float]:
    """Submissions a second that the writer saves, new ones and ones that it had before."""
    paces = {}
    with made_up_course(1, lessons()[:1]) as (course, (path,)):
        (result,) = Grading(course)
        text = (course / "autograded" / path.relative_to(course / "submitted")).read_bytes()
        scores = {f"test-{name}": cell["score"] for name, cell in result.cells.items()}
        batch = []
        for i in range(count):
            task = GradingTask(Submission(f"copy{i}", path.stem, path))
            batch.append((task, Outcome(replace(result, student=f"copy{i}"), text, scores)))
        writer = Writer(course, nbgrader_api(course))
        for kind in ("new", "known"):
            begun = time.perf_counter()
            for k in range(0, count, 50):
                for task, outcome in batch[k : k + 50]:
                    writer.write(task, outcome)
                writer.save(batch[k : k + 50])
            paces[kind] = count / (time.perf_counter() - begun)
        writer.close()
    return paces
