"""Import a class into the gradebook from a CSV file, as nbgrader, Canvas or Moodle writes it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Student

from autograder.errors import UsageError

Line = tuple[int, list[str]]
FIELDS = ("first_name", "last_name", "email", "lms_user_id")
LONGEST = 128  # characters that the gradebook keeps of a field
# A student's id names folders, on every system.
ALLOWED = re.compile(r"[^\W_][^/\\:*?\"<>|\x00-\x1f]*")

# Headings, in lower case, of the fields of a roster; the id is the first of `id` that there is.
NBGRADER = {
    "id": ("id",),
    "first_name": ("first_name",),
    "last_name": ("last_name",),
    "email": ("email",),
    "lms_user_id": ("lms_user_id",),
}
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


@dataclass(frozen=True)
class Entry:
    """One student of a roster. fields: those of FIELDS that the file fills in."""

    id: str
    fields: Mapping[str, str]


def read_roster(path: Path) -> list[Entry]:
    """The students in a CSV file, in its order.

    The file is one of three: nbgrader's (`id`, and any of first_name, last_name, email,
    lms_user_id), Canvas's gradebook export, or Moodle's list of participants.
    Raises UsageError, with the number of the line, where it is none of them or a line is wrong.
    """
    lines = _lines(path)
    number, header = next(lines, (1, []))
    names = [heading.strip().lower() for heading in header]
    columns = _format(names)
    if columns is None:
        raise UsageError(
            f"{path}, line {number}: these are not the headings of a roster. It needs a column `id` "
            "(and may have first_name, last_name, email, lms_user_id), or be a gradebook export of "
            "Canvas or a list of participants of Moodle."
        )
    entries: dict[str, tuple[int, Entry]] = {}
    for number, cells in lines:
        if columns is CANVAS and _is_no_student(cells):
            continue
        if len(cells) != len(header):
            raise UsageError(
                f"{path}, line {number}: it has {len(cells)} cells, and the header has {len(header)}. "
                "A comma inside a cell needs quotes around the cell."
            )
        entry = _entry(dict(zip(names, (cell.strip() for cell in cells), strict=True)), columns, path, number)
        if entry.id in entries:
            raise UsageError(
                f"{path}, line {number}: {entry.id!r} is on line {entries[entry.id][0]} already. "
                "A student stands in a roster once."
            )
        entries[entry.id] = (number, entry)
    if not entries:
        raise UsageError(f"{path} has no students.")
    return [entry for _, entry in entries.values()]


def import_roster(gradebook: Any, entries: list[Entry]) -> tuple[int, int]:
    """Put the students into a gradebook, all or none; how many are new, and how many were there.

    gradebook: an open nbgrader Gradebook. Nobody is taken out, and a field that the roster leaves
    empty stays as it is.
    """
    known = {student.id: student for student in gradebook.students}
    try:
        for entry in entries:
            if entry.id not in known:
                gradebook.db.add(Student(id=entry.id, **entry.fields))
            else:
                for field, value in entry.fields.items():
                    setattr(known[entry.id], field, value)
        gradebook.db.commit()
    except Exception:
        gradebook.db.rollback()
        raise
    if gradebook.authenticator:  # on a JupyterHub, who may see the course
        for entry in entries:
            gradebook.authenticator.add_student_to_course(entry.id, gradebook.course_id)
    new = sum(entry.id not in known for entry in entries)
    return new, len(entries) - new


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


def _format(names: list[str]) -> Mapping[str, tuple[str, ...]] | None:
    if "id" in names and ("student" in names or {"firstname", "lastname"} <= set(names)):
        return CANVAS
    if "id" in names:
        return NBGRADER
    named = any(name in names for name in MOODLE["last_name"]) and "first name" in names
    return MOODLE if named and any(name in names for name in MOODLE["id"]) else None


def _is_no_student(cells: list[str]) -> bool:
    """Whether a line of Canvas's export is about its columns, or its test student."""
    first, second = cells[0].strip(), (cells[1].strip() if len(cells) > 1 else "")
    about_columns = not (first or second) or first.startswith("Points Possible")
    return (
        about_columns or first in ("Student, Test", "Test Student") or (first, second) == ("Student", "Test")
    )


def _entry(
    cells: Mapping[str, str], columns: Mapping[str, tuple[str, ...]], path: Path, number: int
) -> Entry:
    found = {field: _first(cells, columns.get(field, ())) for field in ("id", "name", *FIELDS)}
    last, _, first = found.pop("name").partition(",")
    if last:
        found["last_name"], found["first_name"] = last.strip(), first.strip()
    for field, value in found.items():
        if len(value) > LONGEST:
            raise UsageError(f"{path}, line {number}: the {field} has more than {LONGEST} characters.")
    student = found.pop("id")
    if not student:
        wanted = " or ".join(repr(name) for name in columns["id"] if name in cells)
        raise UsageError(f"{path}, line {number}: there is no id. Fill in {wanted}.")
    if not ALLOWED.fullmatch(student):
        raise UsageError(
            f"{path}, line {number}: {student!r} cannot name a folder. Begin with a letter or digit, and use "
            'none of / \\ : * ? " < > |.'
        )
    return Entry(student, {field: value for field, value in found.items() if value})


def _first(cells: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((cells[name] for name in names if cells.get(name)), "")
