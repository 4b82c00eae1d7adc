"""A course's path: whatever can work works, what nbgrader cannot do is refused before anything is made."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder import course
from autograder.course import make_course, nbgrader_api, renew_course
from autograder.errors import UsageError
from autograder.text import printable

# names of courses, many oddities in each; the last is of as many bytes as a name may have
WORK = (
    "\"; import os; os.mkdir('harm') #",
    " it's ~ \\d\\ #1 & <b>; `id` \\",
    "-n é" + "x" * 249 + "!",
)
REFUSED = {
    "$HOME": r"has \$ in",
    "${HOME}": r"has \$ { } in",
    "why?": r"has \? in",
    "per%20cent": "has % in",
    "a[1]*": r"has \* \[ \] in",
    "{assignment_id}": "has { } in",
    "%(here)s": "has % in",
    "two\nlines": "line ends",
    "\x1bc": "control characters",
    "right\u202eleft": "control characters",
    os.fsdecode(b"m\xfcller"): "not UTF-8",
}


@pytest.fixture(autouse=True)
def _without_lessons(monkeypatch, tmp_path):
    monkeypatch.setattr(course, "lessons", list)  # they take seconds, and know nothing of the path
    monkeypatch.chdir(tmp_path)


@pytest.mark.full
def test_a_course_works_whatever_quotes_its_name_has_and_nothing_lies_outside(tmp_path):
    real = tmp_path / "real"
    (tmp_path / "link").symlink_to(real)
    for name in (*WORK, "link"):
        make_course(tmp_path / name)
        at = Path(name) if name in WORK else real
        for again in (False, True):
            if again:
                renew_course(at)
            api = nbgrader_api(at)
            assert api.coursedir.course_id == at.name[:128].strip(), name
            with api.gradebook as gradebook:
                assert Path(gradebook.engine.url.database) == tmp_path / at / "gradebook.db"
    assert (tmp_path / "link").is_symlink()
    assert {path.name for path in tmp_path.iterdir()} == {*WORK, "link", "real"}


def test_a_path_that_nbgrader_would_take_for_something_else_is_refused_in_a_sentence(tmp_path):
    for name, why in REFUSED.items():
        for path in (tmp_path / name, tmp_path / name / "he101"):
            with pytest.raises(UsageError, match=why) as refused:
                make_course(path)
            assert str(refused.value) == printable(str(refused.value)), name
    assert not list(tmp_path.iterdir())
