"""From hand-in to feedback while `heinit watch` stands: a class that hands in within a minute.

Hand-ins are put into `submitted/` by rename, at even distances of time. Each is timed from its rename to
the moment when its feedback page is there. The watcher has started, and has graded one hand-in, before.
"""

import argparse
import json
import signal
import statistics
import subprocess
import time
from pathlib import Path

from autograder.grading.pool import cores
from autograder.lessons import lessons
from benchmarks._shared import HEINIT, made_up_course

LESSON = lessons()[2]
WAIT = 600  # seconds for the last page


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="heinit bench watch", description=__doc__)
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=60.0, help="in which they hand in")
    options = parser.parse_args()
    with made_up_course(options.students + 1, [LESSON]) as (course, _):
        latencies, drained, events = _measured(course, options.seconds)
    lost = options.students - len(latencies)
    print(f"{options.students} hand-ins within {options.seconds:g} s on {cores()} cores: {lost} lost")
    if not latencies:
        raise SystemExit(1)
    ordered = sorted(latencies)
    median, p95 = statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1))]
    print(
        f"from hand-in to feedback: median {median:.1f} s, 95th percentile {p95:.1f} s, "
        f"at most {ordered[-1]:.1f} s"
    )
    print(f"the last page was there {drained:.1f} s after the last hand-in; {events} events were told")
    if lost:
        raise SystemExit(1)


def _measured(course: Path, seconds: float) -> tuple[list[float], float, int]:
    """The seconds from hand-in to page of each, those from last hand-in to last page, and the events."""
    aside, out = course.with_name("aside"), course.with_name("events")
    (course / "submitted").rename(aside)  # on the same file system, so that each is one rename
    (course / "submitted").mkdir()
    first, *others = sorted(path.name for path in aside.iterdir())
    command = [HEINIT, "watch", str(course), "--json"]
    with out.open("w") as file:
        watcher = subprocess.Popen(command, stdout=file, stderr=subprocess.DEVNULL)
    try:
        (aside / first).rename(course / "submitted" / first)
        _pages(course, {first}, WAIT)
        begun, handed_in, there = time.monotonic(), dict[str, float](), dict[str, float]()
        for i, student in enumerate(others):
            while (left := begun + i * seconds / len(others) - time.monotonic()) > 0:
                there |= _pages(course, handed_in.keys() - there.keys(), min(left, 0.05))
            handed_in[student] = time.monotonic()
            (aside / student).rename(course / "submitted" / student)
        last = time.monotonic()
        there |= _pages(course, handed_in.keys() - there.keys(), WAIT)
    finally:
        watcher.send_signal(signal.SIGINT)
        watcher.wait()
    graded = [json.loads(line) for line in out.read_text().splitlines()]
    latencies = [there[student] - handed_in[student] for student in there]
    return latencies, max(there.values(), default=last) - last, len(graded)


def _pages(course: Path, students: set[str], seconds: float) -> dict[str, float]:
    """When the pages of these students came, waiting until all are there, or for so long."""
    until, there = time.monotonic() + seconds, dict[str, float]()
    while True:
        for student in students - there.keys():
            if (course / "feedback" / student / LESSON.name / f"{LESSON.name}.html").exists():
                there[student] = time.monotonic()
        if (students and len(there) == len(students)) or time.monotonic() > until:
            return there
        time.sleep(0.1)  # to look often would take a core from the watcher
