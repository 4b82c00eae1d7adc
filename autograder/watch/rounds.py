"""Collect, grade, make feedback and release it, a few hand-ins at a time, again and again.

A round takes the course's lock, and lets it go before the next look, so a report or an export can run while a
watcher stands. The watcher itself holds a second lock: two of them would only wait for each other.
"""

import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Self

from autograder.course import nbgrader_api
from autograder.errors import HeinitError
from autograder.feedback.run import FeedbackRun
from autograder.gradebook import Pair
from autograder.grading.pool import cores
from autograder.grading.result import Result
from autograder.grading.run import Grading
from autograder.grading.worker import GradingJob, GradingTask
from autograder.lms.exchange import arrived, handed_in_by_another, linked, released_pages
from autograder.lock import course_lock
from autograder.sandbox.sandbox import SandboxError
from autograder.submissions.submission import Submission
from autograder.watch.arrivals import Arrivals

LOCK = ".heinit-watch"
LOOK = 0.5  # seconds between two looks
PAUSE = 10.0  # seconds after something went wrong, such as a full disk
QUEUE = 4  # of so many waiting hand-ins one is in the next round: a long queue drains in large rounds
LARGEST = 50  # hand-ins of a round
DECIDES = ("nbgrader_config.py", "course.toml", "source/*/*.ipynb")  # the rules of a score


@dataclass(frozen=True)
class WatchEvent:
    """What a watcher did; `asdict` of it is a line of `heinit watch --json`.

    event: graded, rescored, ungradable, "beyond the limit", feedback, released or problem. at: in UTC.
    The others are as in `Result`.
    """

    event: str
    student: str = ""
    lesson: str = ""
    score: float | None = None
    max_score: float | None = None
    reason: str = ""
    page: str = ""
    repairs: list[str] = field(default_factory=list)
    attempt: int = 0
    counts: bool = True
    final: float | None = None
    late: float = 0.0
    penalty: float = 0.0
    by_hand: list[str] = field(default_factory=list)
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))

    @classmethod
    def of(cls, result: Result) -> Self:
        """The event of a result, from the fields that both have."""
        shared = {each.name for each in fields(cls)} & {each.name for each in fields(result)}
        return cls(result.status, **{name: getattr(result, name) for name in shared})


class WholeGrading(Grading):
    """Grading that leaves a hand-in for later which has changed since it was last looked at.

    jobs: of earlier rounds, by the checks of their lessons: to read a released lesson takes a while.
    """

    arrivals: Arrivals
    jobs: dict[str, GradingJob]

    def job(self) -> GradingJob:
        checks = repr(sorted(self.checks.items()))
        if checks not in self.jobs:
            job = super().job()
            if job.lessons.keys() != self.checks.keys():  # one is not released yet
                return job
            self.jobs[checks] = job
        return self.jobs[checks]

    def _read(self, submission: Submission, job: GradingJob) -> GradingTask | None:
        task = super()._read(submission, job)
        return task if self.arrivals.still(submission.path) else None


class Watcher:
    """Watches a course directory, `root`. wall: as in `Grading`. once: until nothing is left to do.

    Raises CourseInUseError where another watcher has the course, SandboxError where there is no sandbox to
    grade in, UsageError where the directory is no course; with `once`, also whatever grading raises.
    """

    def __init__(self, root: Path, wall: str = "", once: bool = False) -> None:
        self._root, self._wall, self._once = root, wall, once
        self._arrivals = Arrivals(root)
        self._open()
        self._collected: set[str] = set()

    def __iter__(self) -> Iterator[WatchEvent]:
        with course_lock(self._root, "heinit watch", name=LOCK, patience=0):
            problem = ""
            while True:
                try:
                    busy = yield from self._round()
                    problem = ""
                except (HeinitError, OSError) as error:
                    if self._once or isinstance(error, SandboxError):
                        raise
                    self._arrivals.forget()  # what was graded may lack its feedback
                    if problem != str(error):  # the same is told once
                        problem = str(error)
                        yield WatchEvent("problem", reason=problem)
                    time.sleep(PAUSE)
                    continue
                if self._once and not busy and not self._arrivals.pending:
                    return
                if not busy:
                    time.sleep(LOOK)

    def _open(self) -> None:
        """Read the course's configuration."""
        decides = self._times()
        self._api = api = nbgrader_api(self._root, JudgeExecute={"wall": self._wall} if self._wall else {})
        collect = api.exchange.Collect(coursedir=api.coursedir, authenticator=api.authenticator, parent=api)
        self._check_owner = collect.check_owner
        self._exchange = Path(collect.root, api.coursedir.course_id)  # the course's folder there
        self._jobs: dict[str, GradingJob] = {}
        self._decides = decides

    def _round(self) -> Generator[WatchEvent, None, bool]:
        """Do what there is to do, a few hand-ins at the most. Returns whether there was something."""
        if self._times() != self._decides:
            self._open()
            self._arrivals.forget()
        yield from self._collect()
        whole = self._arrivals.whole()
        if not whole:
            return False
        with course_lock(self._root, "heinit watch"):
            most = min(LARGEST, max(2 * cores(), len(whole) // QUEUE))
            grading = WholeGrading(
                self._root, workers=cores(), only=whole, most=most, threads=True, api=self._api
            )
            grading.arrivals, grading.jobs = self._arrivals, self._jobs
            paths = {(each.student, each.lesson): each.path for each in grading.submissions}
            pairs = []
            for result in grading:
                pair = result.student, result.lesson
                self._arrivals.graded(paths[pair])
                pairs.append(pair)
                if result.status != "unchanged":
                    yield WatchEvent.of(result)
            yield from self._feedback(pairs)
        return bool(pairs)

    def _collect(self) -> Iterator[WatchEvent]:
        """Collect from the exchange, where a hand-in has arrived there that was not there before."""
        inbound = self._exchange / "inbound"
        names = {folder.name for folder in inbound.iterdir()} if inbound.is_dir() else set()
        new = {name for name in names - self._collected if arrived(inbound / name)}
        if not new:
            return
        with course_lock(self._root, "heinit watch"):
            for lesson in sorted(self._api.get_source_assignments()):
                if any(f"+{lesson}+" in name for name in new):
                    result = self._api.collect(lesson)
                    if not result["success"]:
                        raise HeinitError(f"{lesson} was not collected: {_why(result)}")
        self._collected |= new
        for name in sorted(new):
            if self._check_owner and (reason := handed_in_by_another(inbound / name)):
                yield WatchEvent("problem", reason=reason)

    def _feedback(self, pairs: list[Pair]) -> Iterator[WatchEvent]:
        """Make pages that are missing or out of date, and release those whose hand-in the exchange knows."""
        for page in FeedbackRun(self._root, only=pairs, api=self._api):
            about = page.student, page.lesson
            if page.status == "failed":
                yield WatchEvent("problem", *about, reason=f"{page.page} was not made: {page.reason}")
            elif page.status == "made":
                yield WatchEvent("feedback", *about, page=page.page)
        for student, lesson in dict.fromkeys(pairs):
            place = f"feedback/{student}/{lesson}/{lesson}.html"
            if _unreleased(self._root, self._exchange, self._root / place):
                result = self._api.release_feedback(lesson, student)
                if not result["success"]:
                    raise HeinitError(f"{place} was not released: {_why(result)}")
                yield WatchEvent("released", student, lesson, page=place)

    def _times(self) -> list[tuple[Path, int]]:
        """When the files that decide a score were changed."""
        times = []
        for path in chain.from_iterable(self._root.glob(pattern) for pattern in DECIDES):
            with suppress(OSError):
                times.append((path, path.stat().st_mtime_ns))
        return sorted(times)


def _why(result: dict[str, Any]) -> str:
    """Why a step of nbgrader's has failed."""
    return ["no reason given", *str(result.get("error") or "").strip().splitlines()][-1]


def _unreleased(root: Path, exchange: Path, page: Path) -> bool:
    """Whether a student's pages could be in the exchange, and are not there as they are."""
    if not (exchange / "inbound").is_dir() or not page.is_file():
        return False
    for name, place in released_pages(root, page).items():
        released = exchange / "feedback" / name
        try:
            if released.read_bytes() != linked(place).encode():
                return True
        except OSError:
            return True
    return False
