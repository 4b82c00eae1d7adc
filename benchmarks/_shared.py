"""What several benchmarks share."""

import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from autograder.course import make_course
from autograder.demo.students import MadeUpClass
from autograder.lessons import Lesson, lessons

HEINIT = f"{sysconfig.get_path('scripts')}/heinit"


@contextmanager
def made_up_course(
    students: int, chosen: Sequence[Lesson] | None = None
) -> Iterator[tuple[Path, list[Path]]]:
    """A course in a temporary folder, and what so many students handed in: all lessons, or those chosen."""
    with tempfile.TemporaryDirectory(prefix="heinit-bench-") as folder:
        course = Path(folder, "course")
        make_course(course)
        yield course, list(MadeUpClass(students, broken=False).hand_in(course, list(chosen or lessons())))
