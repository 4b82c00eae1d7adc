"""The seed of a submission's hidden inputs."""

from __future__ import annotations

from nbformat.v4 import new_code_cell, new_notebook

from autograder.judge.seed import SECRET, key_of, secret, seed_of

LESSON = "3-worked-examples"


def test_the_same_submission_meets_the_same_inputs_and_any_other_meets_others():
    notebook, other = new_notebook(cells=[new_code_cell("a")]), new_notebook(cells=[new_code_cell("b")])
    inputs = seed_of(notebook, key_of("anna", LESSON, b"secret"))
    assert inputs == seed_of(notebook, key_of("anna", LESSON, b"secret"))
    others = {
        seed_of(other, key_of("anna", LESSON, b"secret")),
        seed_of(notebook, key_of("ben", LESSON, b"secret")),
        seed_of(notebook, key_of("anna", "4", b"secret")),
        seed_of(notebook, key_of("anna", LESSON, b"another secret")),
        seed_of(notebook, key_of("anna", LESSON, b"secret"), {"helper.py": b"a"}),
        seed_of(notebook, key_of("anna", LESSON, b"secret"), {"helper.py": b"b"}),
    }
    assert inputs not in others
    assert len(others) == 6


def test_a_course_keeps_its_secret_and_two_courses_have_two(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    assert secret(tmp_path / "one") == secret(tmp_path / "one") != secret(tmp_path / "two")
    assert (tmp_path / "one" / SECRET).stat().st_mode & 0o077 == 0
