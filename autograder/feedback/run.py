"""Make the feedback pages of a course directory: read the gradebook once, draw each page, write by rename.

The pages are drawn by the same pool as grading, so they are drawn on as many cores or machines.
"""

import errno
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry

from autograder import command_lines
from autograder.course import nbgrader_api
from autograder.feedback.attempts import AttemptPages, page_of
from autograder.feedback.worker import UNREADABLE, PageJob, PageTask
from autograder.files import write_atomically
from autograder.gradebook import Pair
from autograder.grades import Grades, all_grades, read_grades
from autograder.grading.attempts import Attempts, folder_of, graded_copy
from autograder.grading.job import Refusal
from autograder.grading.pool import do_all
from autograder.grading.receipts import Receipts
from autograder.settings import read_settings
from autograder.submissions.archives import same_form
from autograder.submissions.plain_files import EXCHANGE_FILES
from autograder.submissions.submission import check_selection

UNWRITABLE = "its page cannot be written ({error}). See what stands in its place."
HEAD = 2000  # bytes of a page in which it says what it was made from
END = b"</html>"


@dataclass(frozen=True)
class PageResult:
    """What became of one page; `asdict` of it is a line of `heinit feedback --json`.

    status: made, unchanged or failed. page: its path in the course directory.
    """

    student: str
    lesson: str
    status: str
    page: str
    reason: str = ""


class FeedbackRun:
    """A run over a course directory: which notebooks are graded, and a page for each in turn.

    root: the course directory. names: only these lessons. student: only this student.
    force: also make the pages whose notebook and grades are what they were made from.
    workers: how many at once on this machine; None for a core each, where there is enough to do.
    scheduler: the address of a running one of Dask's.
    only: the students and lessons to make pages for; None for all. api: as in `Grading`.
    Raises UsageError where the directory, a lesson or the student does not exist.
    """

    def __init__(
        self,
        root: Path,
        names: Iterable[str] = (),
        student: str | None = None,
        force: bool = False,
        workers: int | None = 1,
        scheduler: str | None = None,
        only: Collection[Pair] | None = None,
        api: Any = None,
    ) -> None:
        self._api = api or nbgrader_api(root)
        self._workers, self._scheduler = workers, scheduler
        self.root, self.force, wanted = root, force, set(names)
        check_selection(root, sorted(self._api.get_source_assignments()), wanted, student)
        with self._api.gradebook as gradebook:  # what could not be graded and waits for a person has no page
            waiting = {(g.student, g.lesson) for g in all_grades(gradebook) if not g.scored}
        self.graded = [
            pair
            for pair in _graded(root / "autograded")
            if (student is None or same_form(pair[0]) == same_form(student))
            and (not wanted or pair[1] in wanted)
            and (only is None or pair in only)
            and pair not in waiting
        ]

    def __iter__(self) -> Iterator[PageResult]:
        timezone = read_settings(self.root).timezone
        with self._api.gradebook as gradebook:
            kept, receipts = Attempts(gradebook.engine), Receipts(gradebook.engine)
            tasks = (
                task
                for pair in self.graded
                for task in self._tasks(
                    self._read(gradebook, *pair), AttemptPages(kept, receipts, *pair, timezone)
                )
            )
            for task, page in do_all(PageJob(), tasks, len(self.graded), self._workers, self._scheduler):
                student, lesson = task.grades.student, task.grades.lesson
                status, reason = "made" if page else "unchanged", ""
                if isinstance(page, Refusal):
                    status, reason = "failed", page.reason
                elif page:
                    try:
                        self._write(student, lesson, task.number, page)
                    except OSError as error:  # it costs this page alone, unless there is no room for any
                        if error.errno in (errno.ENOSPC, errno.EDQUOT):
                            raise
                        status, reason = "failed", UNWRITABLE.format(error=error.strerror)
                path = self._page(student, lesson, task.number).relative_to(self.root).as_posix()
                yield PageResult(student, lesson, status, path, reason)

    def _tasks(self, task: PageTask, attempts: AttemptPages) -> Iterator[PageTask]:
        """The page of a graded notebook, and those of the student's attempts that do not count."""
        student, lesson = task.grades.student, task.grades.lesson
        if task.refusal:
            yield task
            return
        yield replace(task, attempts=attempts.lines())
        if attempts.counting:  # an earlier page of it, as one that did not count
            shutil.rmtree(self._page(student, lesson, attempts.counting).parent, ignore_errors=True)
        for each in attempts.others:
            graded = graded_copy(folder_of(self.root, student, lesson, each.number))
            with suppress(FileNotFoundError):  # taken away by the instructor
                present = self._present(student, lesson, each.number)
                grades, lines = attempts.grades(each, task.grades), attempts.lines(each.number)
                yield PageTask(grades, graded.read_bytes(), present, attempts=lines, number=each.number)

    def _read(self, gradebook: Any, student: str, lesson: str) -> PageTask:
        try:
            content = (self.root / "autograded" / student / lesson / f"{lesson}.ipynb").read_bytes()
            grades = read_grades(gradebook, lesson, student)
            return PageTask(grades, content, self._present(student, lesson))
        except (MissingEntry, UnicodeEncodeError):  # no gradebook holds a name that is no text
            again = command_lines.heinit("grade", self.root, "--student", student)
            refusal = f"the gradebook does not have it. Run: {again}"
        except OSError as error:
            refusal = UNREADABLE.format(error=error)
        return PageTask(Grades(student, lesson), refusal=refusal)

    def _present(self, student: str, lesson: str, number: int = 0) -> bytes:
        """How the present page begins; b'' where there is none, a damaged one, or a new one is wanted."""
        with suppress(OSError):
            if not self.force and (content := self._page(student, lesson, number).read_bytes()).endswith(END):
                return content[:HEAD]
        return b""

    def _page(self, student: str, lesson: str, number: int) -> Path:
        return self.root / "feedback" / student / lesson / page_of(lesson, number)

    def _write(self, student: str, lesson: str, number: int, content: bytes) -> None:
        page = self._page(student, lesson, number)
        page.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(page, content)
        graded = self.root / "autograded" / student / lesson
        folder = folder_of(self.root, student, lesson, number) if number else graded
        for name in EXCHANGE_FILES:  # by which `nbgrader release_feedback` knows whose page it is
            if (folder / name).is_file():
                write_atomically(page.parent / name, (folder / name).read_bytes())


def _graded(autograded: Path) -> Iterator[Pair]:
    """Whose notebooks are graded; of a folder that cannot be listed, a lesson "?": reading it says why."""
    for folder in sorted(filter(Path.is_dir, autograded.glob("*"))):
        try:
            lessons = sorted(path.name for path in folder.iterdir())
        except OSError:
            lessons = ["?"]
        for lesson in lessons:
            if lesson == "?" or (folder / lesson / f"{lesson}.ipynb").exists():
                yield folder.name, lesson
