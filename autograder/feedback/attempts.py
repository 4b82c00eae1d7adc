"""What a feedback page says of a student's other attempts, and the grades of a page for each of those.

The page of the attempt that counts is `feedback/STUDENT/LESSON/LESSON.html`, that of another attempt
`attempt-NUMBER/LESSON.html` beside it. Each page links to all others.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

from autograder.grades import CellGrade, Grades
from autograder.grading.attempts import Attempt, Attempts
from autograder.grading.receipts import Receipts
from autograder.times import shown_time


@dataclass(frozen=True)
class AttemptLine:
    """One attempt, as the page of another shows it.

    handed_in: by the course's clocks, '' where the time is not known.
    graded: False where it was handed in beyond the limit. counts: whether it is the one that counts.
    score, max_score: of the checks. page: where its page lies, '' for the page that shows this.
    """

    number: int
    handed_in: str
    graded: bool
    counts: bool
    score: float
    max_score: float
    page: str


class AttemptPages:
    """A student's attempts at a lesson, where there are several.

    kept, receipts: of the gradebook. timezone: the course's, '' for UTC.
    """

    def __init__(self, kept: Attempts, receipts: Receipts, student: str, lesson: str, timezone: str) -> None:
        self._lesson, self._timezone = lesson, timezone
        attempts = kept.of(student, lesson)
        self._attempts = attempts if len(attempts) > 1 else []
        result = receipts.find(student, lesson) if self._attempts else None
        self._counting = result.receipt["submission"] if result else ""

    @property
    def others(self) -> list[Attempt]:
        """The graded attempts that do not count."""
        return [each for each in self._attempts if each.graded and each.submission != self._counting]

    @property
    def counting(self) -> int:
        """The number of the attempt that counts, 0 where it is the only attempt."""
        return next((each.number for each in self._attempts if each.submission == self._counting), 0)

    def lines(self, number: int = 0) -> tuple[AttemptLine, ...]:
        """The attempts, as the page of one shows them. number: of that attempt, 0 for the one that counts."""
        return tuple(
            AttemptLine(
                each.number,
                shown_time(each.submitted_at, self._timezone) if each.submitted_at else "",
                each.graded,
                each.number == self.counting,
                each.result.score or 0.0,
                each.result.max_score or 0.0,
                self._address(each, number or self.counting) if each.graded else "",
            )
            for each in self._attempts
        )

    def grades(self, attempt: Attempt, counting: Grades) -> Grades:
        """What the checks gave an attempt, as grades. counting: those of the attempt that counts."""
        ids = {grade_id.removeprefix("test-"): grade_id for grade_id in counting.cells}
        cells = {
            ids.get(name, name): CellGrade(
                cell["max_score"], cell["score"], needs_manual=cell["score"] is None
            )
            for name, cell in attempt.result.cells.items()
        }
        return Grades(counting.student, counting.lesson, counting.name, 0.0, cells, {}, attempt.submitted_at)

    def _address(self, attempt: Attempt, shown: int) -> str:
        """The way to an attempt's page from the page of another."""
        if attempt.number == shown:
            return ""
        place = page_of(self._lesson, 0 if attempt.number == self.counting else attempt.number)
        return quote(str(place if shown == self.counting else PurePosixPath("..", place)))


def page_of(lesson: str, number: int) -> PurePosixPath:
    """Where a page lies, from the folder of a student's lesson. number: as in `lines`."""
    return PurePosixPath(f"attempt-{number}" if number else "", f"{lesson}.html")
