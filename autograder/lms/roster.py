"""Import a class into the gradebook from a CSV file, as nbgrader, Canvas or Moodle writes it."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nbgrader import api

from autograder.errors import UsageError
from autograder.gradebook import Student
from autograder.text import printable

Line = tuple[int, list[str]]
FIELDS = ("first_name", "last_name", "email", "lms_user_id")
LONGEST = 128  # characters that the gradebook keeps of a field
# A student's id names folders, on every system.
ALLOWED = re.compile(r"[^\W_][^/\\:*?\"<>|\x00-\x1f]*")

# Headings, in lower case, of the fields of a roster; of several, the first with a value counts.
NBGRADER = {field: (field,) for field in ("id", *FIELDS)}
CANVAS = {
    "id": ("sis login id", "sis user id", "id"),
    "lms_user_id": ("id",),
    "name": ("student",),
    "first_name": ("firstname",),  # some accounts have two columns in place of Student
    "last_name": ("lastname",),
}
MOODLE = {
    "id": ("username", "id number", "email address"),
    "first_name": ("first name",),
    "last_name": ("last name", "surname"),
    "email": ("email address",),
    "lms_user_id": ("id number",),
}


def read_roster(path: Path) -> list[Student]:
    """The students in a CSV file, in its order.

    The file is one of three: nbgrader's (`id`, and any of first_name, last_name, email,
    lms_user_id), Canvas's gradebook export, or Moodle's list of participants.
    Raises UsageError, with the number of the line, where it is none of them or a line is wrong.
    """
    lines = _lines(path)
    number, header = next(lines, (1, []))
    names = [heading.strip().lower() for heading in header]
    columns = _columns(names)
    if columns is None:
        raise UsageError(
            f"{path}, line {number}: these are not the headings of a roster. It needs a column `id` "
            "(and may have first_name, last_name, email, lms_user_id), or be a gradebook export of "
            "Canvas or a list of participants of Moodle."
        )
    students: dict[str, tuple[int, Student]] = {}
    for number, cells in lines:
        place = f"{path}, line {number}"
        if columns is CANVAS and _is_no_student(cells):
            continue
        if len(cells) != len(header):
            raise UsageError(
                f"{place}: it has {len(cells)} cells, and the header has {len(header)}. "
                "A comma inside a cell needs quotes around the cell."
            )
        cells = [printable(cell.strip()) for cell in cells]  # students choose names on a platform
        student = _student(dict(zip(names, cells, strict=True)), columns, place)
        if student.id in students:
            raise UsageError(
                f"{place}: {student.id!r} is on line {students[student.id][0]} already. "
                "A student stands in a roster once."
            )
        students[student.id] = (number, student)
    if not students:
        raise UsageError(f"{path} has no students.")
    return [student for _, student in students.values()]


def import_roster(gradebook: Any, students: Sequence[Student]) -> tuple[int, int]:
    """Put the students into a gradebook, all or none. Returns how many are new, and how many were known.

    gradebook: an open nbgrader Gradebook. Nobody is taken out, and a field that the roster leaves
    empty stays as it is.
    """
    known = {student.id: student for student in gradebook.students}
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


def _lines(path: Path) -> Iterator[Line]:
    """The lines that are not empty, each with its number in the file."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
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


def _columns(names: list[str]) -> Mapping[str, tuple[str, ...]] | None:
    """The table of headings to which these names belong; None where they belong to none."""
    if "id" in names:
        return CANVAS if "student" in names or {"firstname", "lastname"} <= set(names) else NBGRADER
    moodle = "first name" in names and any(name in names for name in MOODLE["last_name"])
    return MOODLE if moodle and any(name in names for name in MOODLE["id"]) else None


def _is_no_student(cells: list[str]) -> bool:
    """Whether a line of Canvas's export is about its columns, or about Canvas's test student."""
    first, second = (cell.strip() for cell in [*cells, ""][:2])
    about_columns = not (first or second) or first.startswith("Points Possible")
    test_student = ("Student, Test", "Test Student", "Student")
    return about_columns or (first in test_student and (first != "Student" or second == "Test"))


def _student(cells: Mapping[str, str], columns: Mapping[str, tuple[str, ...]], place: str) -> Student:
    """The student of a line. place: where the line stands, for messages."""
    fields = {
        field: next((cells[name] for name in columns.get(field, ()) if cells.get(name)), "")
        for field in ("id", "name", *FIELDS)
    }
    last, _, first = fields.pop("name").partition(",")
    if last:
        fields["last_name"], fields["first_name"] = last.strip(), first.strip()
    for field, value in fields.items():
        if len(value) > LONGEST:
            raise UsageError(f"{place}: the {field} has more than {LONGEST} characters.")
    student = fields["id"]
    if not student:
        wanted = " or ".join(repr(name) for name in columns["id"] if name in cells)
        raise UsageError(f"{place}: there is no id. Fill in {wanted}.")
    if not ALLOWED.fullmatch(student):
        raise UsageError(
            f"{place}: {student!r} cannot name a folder. Begin with a letter or digit, and use "
            'none of / \\ : * ? " < > |.'
        )
    return Student(student, fields["first_name"], fields["last_name"], fields["email"], fields["lms_user_id"])
