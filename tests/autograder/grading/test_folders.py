"""Folders as students and systems leave them: the lesson is found, and nobody else is stopped or missing."""

from __future__ import annotations

import os
import shutil
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.course import nbgrader_api
from autograder.grading.run import Grading
from autograder.submissions.submission import submitted
from tests.autograder.hand_ins import NAME, OWN, content, packed
from tests.tools import FULL, system_tool

# what lies in a student's folder, whether it is graded, and words of what is told
FOLDERS = {
    "copy-beside-blank": (
        {f"{NAME} (1).ipynb": "solved", OWN: "blank"},
        f"handed in as `{NAME} (1).ipynb`",
    ),
    "fuller-copy": ({f"{NAME}-Copy1.ipynb": "solved", OWN: "half"}, "most answers are written in it"),
    "fuller-original": ({f"{NAME}-Copy1.ipynb": "half", OWN: "solved"}, f"`{OWN}` was taken, since most"),
    "as-full": ({"a.ipynb": "solved", "b/a.ipynb": "half again", OWN: "solved"}, f"`{OWN}` (6 answers"),
    "saved-as-text": ({f"{NAME}.ipynb.txt": "solved"}, f"handed in as `{NAME}.ipynb.txt`"),
    "capitals": ({f"{NAME}.IPYNB": "solved"}, f"`{NAME}.IPYNB`"),
    "folder-in-folder": ({f"a/b/{OWN}": "solved"}, f"`a/b/{OWN}`"),
    "zip-in-zip": ({"a.zip": {"b.zip": {OWN: "solved", f"__MACOSX/._{OWN}": "mac"}}}, "`a.zip/b.zip/"),
    "no-suffix": ({"download": "solved", OWN: "pdf"}, "the lesson's cells are not in it"),
    "mac": ({OWN: "solved", f"._{OWN}": "mac", f"__MACOSX/{OWN}": "half", ".DS_Store": "mac"}, ""),
}
UNGRADABLE = {
    "pdf": ({"answers.pdf": "pdf"}, "it holds answers.pdf: ask for the notebook"),
    "other-lesson": ({"1.ipynb": "another lesson"}, "it holds 1.ipynb: rename it if it is the lesson"),
    "damaged": ({"work.zip": "PK\3\4 damaged"}, "it holds work.zip"),
    "empty": ({}, "it is empty: ask"),
}


def lay(folder: Path, files: dict[str, object]) -> None:
    folder.mkdir(parents=True)
    for place, kind in files.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(packed(kind) if isinstance(kind, dict) else content(str(kind)))


def test_the_lesson_is_found_whatever_it_is_called_and_what_was_taken_is_told(released_course, tmp_path):
    system_tool("bwrap")
    root = Path(shutil.copytree(released_course, tmp_path / "he101"))
    folders = FOLDERS if FULL else dict(list(FOLDERS.items())[::3])
    with nbgrader_api(root).gradebook as gradebook:
        gradebook.update_or_create_student("zoë", first_name="Zoë")
    for student, (files, _) in {**folders, **UNGRADABLE}.items():
        lay(root / "submitted" / student / NAME, files)
    parted = unicodedata.normalize("NFD", "zoë")
    lay(root / "submitted" / parted / NAME, {OWN: "solved"})
    (root / "submitted" / "high").mkdir()
    (root / "submitted" / "high" / OWN).write_bytes(content("solved"))
    latin = os.fsdecode(b"m\xfcller")
    lay(root / "submitted" / latin / NAME, {OWN: "solved"})
    results = {result.student: result for result in Grading(root)}
    graded = {student: result.score for student, result in results.items() if result.status == "graded"}
    assert graded == dict.fromkeys((*folders, "zoë"), 15.0)
    for student, (_, words) in folders.items():
        told = " ".join(results[student].repairs)
        assert words in told if words else not told, student
    for student, (_, words) in UNGRADABLE.items():
        assert words in results[student].reason
    assert "lies one folder too high. Put it into submitted/high/" in results["high"].reason
    assert "not UTF-8" in results[r"m\xfcller"].reason
    assert {r.status for r in Grading(root)} == {"unchanged", "ungradable"}
    for verb in (
        ["feedback", "--student", "zoë"],
        ["report"],
        ["export", "--to", "csv", "--missing", "zero"],
    ):
        told = CliRunner().invoke(main, [verb[0], str(root), *verb[1:]])
        assert told.exit_code == 0, told.output
    rows = [line.split(",") for line in (root / "grades.csv").read_text(encoding="utf-8").splitlines()]
    cells = {row[1]: (row[7], row[10]) for row in rows}
    assert cells["zoë"] == ("graded", "15")
    assert {cells[student] for student in (*UNGRADABLE, "high", r"m\xfcller")} == {("ungradable", "")}


def test_two_folders_whose_names_differ_in_unicodes_form_alone_are_told_apart(tmp_path):
    (tmp_path / "source" / NAME).mkdir(parents=True)
    for form in ("NFC", "NFD"):
        lay(tmp_path / "submitted" / unicodedata.normalize(form, "zoë") / NAME, {OWN: "solved"})
    found = {submission.student: submission for submission in submitted(tmp_path, student="zoë")}
    assert list(found) == ["zoë", r"zo\xeb"]
    assert [s for s, submission in found.items() if not submission.misnamed] == ["zoë"]
    assert "written in another way" in found[r"zo\xeb"].misnamed


@pytest.mark.parametrize("kept", ["zoë", unicodedata.normalize("NFD", "zoë")])
def test_a_student_is_called_as_the_gradebook_has_the_name(tmp_path, kept):
    (tmp_path / "source" / NAME).mkdir(parents=True)
    lay(tmp_path / "submitted" / "zoë" / NAME, {OWN: "solved"})
    (submission,) = submitted(tmp_path, students=[kept])
    assert (submission.student, submission.lesson) == (kept, NAME)
    assert submission.read() == content("solved")
