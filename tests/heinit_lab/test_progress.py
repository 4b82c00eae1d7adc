"""What a student's own checks have seen, beside the notebooks and nowhere else."""

from __future__ import annotations

import nbformat
from IPython.utils.capture import capture_output

from autograder.lessons import lessons
from heinit_lab.exercises import BY_LESSON
from heinit_lab.progress import FILE, progress, record

EXERCISES_FIRST = [exercises[0].name for exercises in BY_LESSON.values()]


def shown(folder):
    with capture_output() as captured:
        progress(folder)
    return captured.outputs[0].data


def test_a_check_leaves_its_verdict_and_the_summary_counts_it(shell, tmp_path):
    here = tmp_path / "3-worked-examples"
    here.mkdir()
    record("he_std", "✗", here)
    assert "he_std not right yet" in shown(here)["text/plain"]
    record("he_std", "✓", here)
    data = shown(here)
    assert "Lesson 3 · Two layers, worked through: 1 of " in data["text/plain"]
    assert "he_std passes" in data["text/plain"]
    assert "✓ <code>he_std</code>" in data["text/html"]


def test_lessons_that_lie_beside_each_other_are_counted_together(shell, tmp_path):
    for name in ("1-relu-half-killing", "3-worked-examples"):
        (tmp_path / name).mkdir()
    record("he_std", "✓", tmp_path / "3-worked-examples")
    assert "he_std passes" in shown(tmp_path / "1-relu-half-killing")["text/plain"]


def test_the_folders_of_all_lessons_are_looked_into_and_others_are_not(shell, tmp_path):
    for lesson, name in zip(lessons(), EXERCISES_FIRST, strict=True):
        (tmp_path / lesson.name).mkdir()
        record(name, "✓", tmp_path / lesson.name)
    for stranger, name in (("somebody-else", "relu_moments"), ("3-worked-examples-old", "he_normal")):
        (tmp_path / stranger).mkdir()
        record(name, "✓", tmp_path / stranger)
    text = shown(tmp_path / lessons()[0].name)["text/plain"]
    assert [f"{name} passes" in text for name in EXERCISES_FIRST] == [True] * len(EXERCISES_FIRST)
    assert "relu_moments not solved yet" in text
    assert "he_normal not solved yet" in text


def test_a_damaged_file_counts_as_none_and_is_mended_by_the_next_check(shell, tmp_path):
    here = tmp_path / "lesson"
    here.mkdir()
    damages = ("", "{", "[1]", "null", '{"he_std": "points"}', '{"he_std": ["✓"], "9": {}}', "[" * 100_000)
    for damage in (*(text.encode() for text in damages), b"\xff\xfe", None):
        (here / FILE).write_bytes(damage) if damage is not None else (here / FILE).mkdir()
        assert "he_std not solved yet" in shown(here)["text/plain"], damage
        record("he_std", "✓", here)
        assert ("he_std passes" in shown(here)["text/plain"]) == (damage is not None), damage
        assert [path.name for path in here.iterdir()] == [FILE]
        (here / FILE).unlink() if damage is not None else (here / FILE).rmdir()


def test_a_lesson_has_the_title_of_its_notebook(shell, tmp_path):
    text = shown(tmp_path)["text/plain"]
    for lesson in lessons():
        assert nbformat.read(lesson.path, as_version=4).cells[0].source.splitlines()[0][2:] + ": 0 of" in text


def test_a_folder_that_cannot_be_written_stops_no_check(tmp_path):
    record("he_std", "✓", tmp_path / "missing")
    assert not (tmp_path / "missing").exists()


def test_it_is_no_grade(shell, tmp_path):
    text = shown(tmp_path)["text/plain"]
    assert "point" not in text
    assert "score" not in text
