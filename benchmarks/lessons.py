"""What the lessons cost: imports, a run from top to bottom, memory, checks, frames of the explorers.

The limits are the course's own aims. They are printed beside what was measured, never asserted:
a busy machine is no mistake.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from timeit import repeat
from typing import Any

import nbformat
import psutil
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table

from autograder.lessons import Lesson, lessons
from autograder.lessons.compose import solve
from heinit_lab.checking.check import examine
from heinit_lab.exercises import BY_LESSON

RUNS = 7
IMPORT_LIMIT, LESSON_LIMIT, MEMORY_LIMIT, ANSWER_LIMIT, FRAME_LIMIT = 0.3, 10.0, 400.0, 0.1, 0.1
ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

# Runs in the kernel after the last cell.
PROBE = """
def _probe():
    import json, statistics, time
    from heinit_lab.explorers.explorer import Explorer

    try:
        with open("/proc/self/status") as status:
            peak = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
    except OSError:
        import psutil
        info = psutil.Process().memory_info()
        peak = getattr(info, "peak_wset", info.rss) / 2**20
    frames = {}
    shown = [*globals().values(), *globals().get("Out", {}).values()]
    for explorer in {id(v): v for v in shown if isinstance(v, Explorer)}.values():
        explorer.frame()
        seconds = []
        for slider in explorer.sliders:
            for value in slider.values:
                start = time.perf_counter()
                explorer.frame(**{slider.name: value})
                seconds.append(time.perf_counter() - start)
        frames[explorer.title] = seconds
    print(json.dumps({"peak": peak, "frames": frames}))

_probe()
"""


@dataclass(frozen=True)
class LessonRun:
    """A solved lesson, run once. Seconds and megabytes; processor: the kernel's own seconds."""

    lesson: str
    start: float
    cells: float
    processor: float
    peak: float
    frames: dict[str, list[float]]
    error: str = ""


def main() -> None:
    """Measure everything and print the tables."""
    console = Console(width=max(Console().width, 110))
    console.print(_import_table())
    runs = [_run(lesson) for lesson in track(lessons(), "Running the lessons", console=Console(stderr=True))]
    console.print(_lesson_table(runs))
    console.print(_answer_table())
    console.print(_frame_table(runs))


def _import_table() -> Table:
    """Importing heinit_lab, and what a lesson imports of it, in fresh processes.

    With NumPy alone, as a check needs it; and after what a notebook's figures and sliders need besides.
    """
    setups = [cell.source for lesson in lessons() for cell in lesson.notebook.cells if cell.id == "setup"]
    steps = (
        "import sys, time; start = time.perf_counter()",
        "import BEFORE; base = time.perf_counter()",
        "import heinit_lab; from heinit_lab.checking.check import examine; checks = time.perf_counter()",
        *setups,
        "print(base - start, checks - base, time.perf_counter() - checks)",
        "assert ('matplotlib' in sys.modules) == ('matplotlib' in 'BEFORE')",
    )
    limit = f"of {_ms(IMPORT_LIMIT)}"
    table = _titled_table(f"Imports, {RUNS} fresh processes", "", "median", "least to most", "ratio", limit)
    for name, before in (
        ("NumPy", "numpy"),
        ("NumPy, Matplotlib, IPython, ipywidgets", "numpy, matplotlib.pyplot, IPython, ipywidgets"),
    ):
        runs = []
        for _ in track(range(RUNS + 1), f"Importing {name}", console=Console(stderr=True)):
            command = [sys.executable, "-c", "\n".join(steps).replace("BEFORE", before)]
            child = subprocess.run(command, capture_output=True, text=True, check=True)
            runs.append([float(word) for word in child.stdout.split()])
        base, checks, all_lessons = zip(*runs[1:], strict=True)  # the first fills the disk's cache
        table.add_row(name, *_spread(base), "1.00", "")
        for then, added in (
            ("then heinit_lab and its checks", checks),
            ("then all lessons' own", all_lessons),
        ):
            ratio = statistics.median(more / less for more, less in zip(added, base, strict=True))
            used = _share(statistics.median(added), IMPORT_LIMIT)
            table.add_row(f"  {then}", *_spread(added), f"{ratio:.2f}", used)
    return table


def _run(lesson: Lesson) -> LessonRun:
    """Run a solved lesson from top to bottom, on one core."""
    notebook = solve(lesson.notebook, lesson.solutions)
    os.environ.update(ONE_CORE)
    begin = time.perf_counter()
    manager = KernelManager(kernel_name="python3", transport_encryption="auto")
    client = NotebookClient(notebook, km=manager, timeout=600, force_raise_errors=True)
    probe = nbformat.v4.new_code_cell(PROBE)
    notebook.cells.append(probe)
    with tempfile.TemporaryDirectory() as folder, client.setup_kernel(cwd=folder):
        kernel = psutil.Process(client.km.provisioner.pid)
        if hasattr(kernel, "cpu_affinity"):
            kernel.cpu_affinity(kernel.cpu_affinity()[:1])
        started, error = time.perf_counter(), ""
        busy = sum(kernel.cpu_times()[:2])
        try:
            for index, cell in enumerate(notebook.cells[:-1]):
                client.execute_cell(cell, index)
        except Exception as failed:
            error = str(failed).strip().splitlines()[-1]
        cells, busy = time.perf_counter() - started, sum(kernel.cpu_times()[:2]) - busy
        client.execute_cell(probe, len(notebook.cells) - 1)
        manager.shutdown_kernel(now=True)
    text = "".join(output.get("text", "") for output in probe.outputs)
    probed: dict[str, Any] = json.loads(text) if text else {"peak": float("nan"), "frames": {}}
    return LessonRun(lesson.name, started - begin, cells, busy, probed["peak"], probed["frames"], error)


def _lesson_table(runs: Sequence[LessonRun]) -> Table:
    """Each solved lesson from top to bottom."""
    seconds, memory = f"of {LESSON_LIMIT:g} s", f"of {MEMORY_LIMIT:g} MB"
    columns = ("lesson", "start", "cells", "processor", "cells / start", seconds, "peak", memory)
    table = _titled_table(
        "Solved lessons from top to bottom, on one core, after the kernel's start", *columns
    )
    for each in runs:
        table.add_row(
            each.lesson,
            f"{each.start:.2f} s",
            f"{each.cells:.2f} s",
            f"{each.processor:.2f} s",
            f"{each.cells / each.start:.1f}",
            _share(each.cells, LESSON_LIMIT),
            f"{each.peak:.0f} MB",
            _share(each.peak, MEMORY_LIMIT),
        )
    stopped = [f"{each.lesson} stopped: {each.error}" for each in runs if each.error]
    table.caption = "\n".join(stopped) or None
    return table


def _answer_table() -> Table:
    """How long `check` takes with the reference answer, beside the answer's own work."""
    table = _titled_table(
        "Public checks, reference answers", "exercise", "median", "least to most", f"of {_ms(ANSWER_LIMIT)}"
    )
    for lesson in lessons():
        for exercise in BY_LESSON[lesson.module]:
            check = partial(examine, exercise.name, getattr(lesson.solutions, exercise.name))
            values = repeat(check, number=1, repeat=RUNS)
            table.add_row(exercise.name, *_spread(values), _share(statistics.median(values), ANSWER_LIMIT))
    return table


def _frame_table(runs: Sequence[LessonRun]) -> Table:
    """One frame of each explorer, at every stop of every slider."""
    table = _titled_table(
        "Explorers, a frame", "explorer", "stops", "median", "slowest", f"slowest of {_ms(FRAME_LIMIT)}"
    )
    for each in runs:
        for title, values in each.frames.items():
            slowest = max(values)
            table.add_row(
                f"{each.lesson}: {title}",
                str(len(values)),
                _ms(statistics.median(values)),
                _ms(slowest),
                _share(slowest, FRAME_LIMIT),
            )
    return table


def _titled_table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", caption_justify="left", box=box.SIMPLE_HEAD)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    return table


def _spread(values: Sequence[float]) -> tuple[str, str]:
    """The median, and the least and the most."""
    return _ms(statistics.median(values)), f"{_ms(min(values))} to {_ms(max(values))}"


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.3g} ms" if abs(seconds) < 1 else f"{seconds:.2f} s"


def _share(value: float, limit: float) -> str:
    """How much of the limit is used; in red where it is passed."""
    text = f"{100 * value / limit:.0f} %"
    return f"[red]{text}[/red]" if value > limit else text
