"""Import a class into the gradebook from a table, as nbgrader or a learning platform writes it.

A form of roster.toml says which headings a platform's table has, and which field of a student is in which
column. To take in another table is to add a form there, and a case to tests/autograder/lms/rosters.toml.
"""

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from nbgrader import api

from autograder.errors import UsageError
from autograder.gradebook import Student
from autograder.submissions.archives import same_form
from autograder.text import printable

FIELDS = ("first_name", "last_name", "email", "lms_user_id")
LONGEST = 128  # characters that the gradebook keeps of a field
_NO_TEXTS = (b"PK\3\4", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b")
# A student's id names folders, on every system.
ALLOWED = re.compile(r"[^\W_][^/\\:*?\"<>|\x00-\x1f]*")

HEADER_WITHIN = 6  # lines, since Sakai writes a title above the headings


@dataclass(frozen=True)
class Form:
    """The headings of a platform's table of students.

    needs: of each of these, one heading is there. fields: the headings of each field, and of `name` (`Last,
    First`, or as it is) and `group`; of several, the first with a value counts.
    """

    platform: str
    needs: tuple[tuple[str, ...], ...]
    fields: Mapping[str, tuple[str, ...]]


_TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _headings(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(chain.from_iterable(_TABLE["words"].get(name, (name,)) for name in names))


FORMS = [
    Form(
        form["platform"],
        tuple(map(_headings, form["needs"])),
        {field: _headings(names) for field, names in form["fields"].items()},
    )
    for form in _TABLE["form"]
]


def read_roster(path: Path) -> list[Student]:
    """The students in a table, in its order, as one of FORMS has them.

    Raises UsageError, with the number of the line, where it is none of them or a line is wrong.
    """
    return [student for student, _ in _read(path)]


def read_groups(path: Path) -> dict[str, list[str]]:
    """The ids of the students in each group, from a table of FORMS with a column of groups.

    Raises UsageError as `read_roster` does.
    """
    groups: dict[str, list[str]] = {}
    for student, names in _read(path):
        for name in filter(None, map(str.strip, names.split(","))):
            groups.setdefault(name, []).append(student.id)
    if not groups:
        raise UsageError(f"{path} names no groups. Take the table that has a column for them.")
    return groups


def _read(path: Path) -> list[tuple[Student, str]]:
    """Each student of a table, with the names of the student's groups."""
    lines = list(_lines(path))
    for at, (_, cells) in enumerate(lines[:HEADER_WITHIN]):
        names = [_heading(cell) for cell in cells]
        form = next((f for f in FORMS if all(any(h in names for h in needed) for needed in f.needs)), None)
        if form is not None:
            lines = lines[at + 1 :]
            break
    else:
        number = lines[0][0] if lines else 1
        platforms = ", ".join(dict.fromkeys(f.platform for f in FORMS if f.platform != "nbgrader"))
        raise UsageError(
            f"{path}, line {number}: these are not the headings of a roster. It needs a column `id` "
            "(and may have first_name, last_name, email, lms_user_id), or be a table of students or grades "
            f"from {platforms}, Google Classroom, Teams or ILIAS."
        )
    students: dict[str, tuple[int, Student, str]] = {}
    for number, cells in lines:
        place = f"{path}, line {number}"
        if _is_no_student(cells, form):
            continue
        if not any(cells[len(names) :]):
            cells = cells[: len(names)]
        if len(cells) != len(names):
            raise UsageError(
                f"{place}: it has {len(cells)} cells, and the header has {len(names)}. "
                "A comma inside a cell needs quotes around the cell."
            )
        cells = [same_form(printable(cell.strip())) for cell in cells]  # students choose names on a platform
        if form.platform == "Brightspace":
            cells = [cell.removeprefix("#") for cell in cells]
        row = dict(zip(names, cells, strict=True))
        student = _student(row, form.fields, place)
        if student.id in students:
            raise UsageError(
                f"{place}: {student.id!r} is on line {students[student.id][0]} already. "
                "A student stands in a roster once."
            )
        students[student.id] = (number, student, _first(row, form.fields.get("group", ())))
    if not students:
        raise UsageError(f"{path} has no students.")
    return [(student, groups) for _, student, groups in students.values()]


def import_roster(gradebook: Any, students: Sequence[Student]) -> tuple[int, int]:
    """Put the students into a gradebook, all or none. Returns how many are new, and how many were known.

    gradebook: an open nbgrader Gradebook. Nobody is taken out, and a field that the roster leaves
    empty stays as it is.
    """
    known = {same_form(student.id): student for student in gradebook.students}
    try:
        for student in students:
            fields = {field: value for field in FIELDS if (value := getattr(student, field))}
            if student.id not in known:
                gradebook.db.add(api.Student(id=student.id, **fields))
            else:
                for field, value in fields.items():
                    setattr(known[student.id], field, value)
        gradebook.db.commit()
    except Exception:
        gradebook.db.rollback()
        raise
    if gradebook.authenticator:  # on a JupyterHub, who may see the course
        for student in students:
            gradebook.authenticator.add_student_to_course(student.id, gradebook.course_id)
    new = sum(student.id not in known for student in students)
    return new, len(students) - new


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines that are not empty, each with its number in the file."""
    try:
        data = path.read_bytes()
        if data.startswith(_NO_TEXTS):
            raise UsageError(f"{path} is a spreadsheet or an archive. Save the table as CSV (UTF-8).")
        text = data.decode(json.detect_encoding(data))
    except OSError as error:
        raise UsageError(f"the roster {path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UsageError(f"{path}, line {line}: this is not UTF-8. Save the file as CSV UTF-8.") from None
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    begin = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begin, cells
            begin = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(f"{path}, line {begin}: this is not CSV ({error}).") from None


def _heading(cell: str) -> str:
    return same_form(cell.strip().lstrip("\ufeff#").lower())


def _first(row: Mapping[str, str], headings: Iterable[str]) -> str:
    """The first value that a line has under these headings, or ''."""
    return next((row[heading] for heading in headings if row.get(heading)), "")


def _is_no_student(cells: list[str], form: Form) -> bool:
    """Whether a line of a platform's table is about its columns, or about a student made for tests."""
    first, second = (cell.strip() for cell in [*cells, ""][:2])
    if form.platform == "Moodle":  # Google Classroom has two such lines
        return first in ("Date", "Points") and not any("@" in cell for cell in cells)
    if form.platform == "Blackboard":
        return any(cell.endswith("_previewuser") for cell in cells)
    if form.platform != "Canvas":
        return False
    about_columns = not (first or second) or first.startswith("Points Possible")
    test_student = ("Student, Test", "Test Student", "Student")
    return about_columns or (first in test_student and (first != "Student" or second == "Test"))


def _student(row: Mapping[str, str], headings: Mapping[str, tuple[str, ...]], place: str) -> Student:
    """The student of a line. place: where the line stands, for messages."""
    fields = {field: _first(row, headings.get(field, ())) for field in ("id", "name", *FIELDS)}
    last, _, first = fields.pop("name").partition(",")
    if last:
        fields["last_name"], fields["first_name"] = last.strip(), first.strip()
    for field, value in fields.items():
        if len(value) > LONGEST:
            raise UsageError(f"{place}: the {field} has more than {LONGEST} characters.")
    student = fields["id"]
    if not student:
        wanted = " or ".join(repr(name) for name in headings["id"] if name in row)
        raise UsageError(f"{place}: there is no id. Fill in {wanted}.")
    if not ALLOWED.fullmatch(student):
        raise UsageError(
            f"{place}: {student!r} cannot name a folder. Begin with a letter or digit, and use "
            'none of / \\ : * ? " < > |.'
        )
    return Student(student, fields["first_name"], fields["last_name"], fields["email"], fields["lms_user_id"])
