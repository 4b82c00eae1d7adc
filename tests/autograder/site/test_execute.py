"""A lesson is run again when, and only when, something that it depends on has changed."""

from __future__ import annotations

from pathlib import Path

import nbformat
import psutil
import pytest

from autograder.errors import HeinitError
from autograder.lessons import NOTEBOOKS, lessons
from autograder.site import execute
from autograder.site.execute import depends_on, executed, key


def test_a_lesson_depends_on_its_own_exercises_and_on_nobody_elses():
    for lesson in lessons():
        files = [path for path in depends_on(lesson) if path.is_relative_to(NOTEBOOKS)]
        names = {path.relative_to(NOTEBOOKS).as_posix() for path in files}
        exercises = {name.split("/")[2] for name in names if name.startswith("heinit_lab/exercises/")}
        assert {e for e in exercises if not e.endswith((".py", ".toml"))} == {lesson.module}
        assert f"heinit_lab/explorers/{lesson.module}.py" in names
        assert "heinit_lab/figures/course.mplstyle" in names


def test_the_key_changes_with_every_file_that_a_lesson_depends_on(monkeypatch):
    lesson = lessons()[2]
    before, read, files = key(lesson), Path.read_bytes, depends_on(lesson)
    assert key(lesson) == before
    monkeypatch.setattr(execute, "depends_on", lambda _: files)
    for path in files:
        with monkeypatch.context() as patched:
            patched.setattr(Path, "read_bytes", lambda p, c=path: read(p) + (b"#" if p == c else b""))
            assert key(lesson) != before, path


def kernels() -> set[int]:
    """The kernels that run below this process; another test's may be among them."""
    below = psutil.Process().children(recursive=True)
    return {process.pid for process in below if "ipykernel_launcher" in process.cmdline()}


@pytest.fixture
def small_lesson(monkeypatch, tmp_path):
    """One lesson, and what its notebook holds; the rest of it is as it is."""
    lesson = lessons()[0]

    def holding(*sources: str):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
        monkeypatch.setattr(execute, "solve", lambda *_: notebook)
        return lesson

    return holding


def test_a_run_is_kept_and_not_repeated(small_lesson, tmp_path):
    drawing = "from heinit_lab import figure, show\nshow(figure()[0], 'Nothing yet.')"
    lesson = small_lesson("print(6 * 7)", drawing)
    (tmp_path / f"{lesson.name}-older.ipynb").write_text("an older run")
    progress: list[tuple[str, bool]] = []
    before = kernels()
    first = executed([lesson], tmp_path, lambda *what: progress.append(what))
    again = executed([lesson], tmp_path, lambda *what: progress.append(what))
    assert progress == [(lesson.name, True), (lesson.name, False)]
    assert first == again
    assert [path.name for path in tmp_path.iterdir()] == [f"{lesson.name}-{key(lesson)}.ipynb"]
    printed, shown = first[lesson.name].cells
    assert printed.outputs[0].text == "42\n"
    assert '<img src="data:image/webp;base64,' in shown.outputs[0].data["text/html"]
    assert kernels() <= before


def test_a_lesson_that_does_not_run_is_named_with_its_reason(small_lesson, tmp_path):
    lesson = small_lesson("raise ValueError('no such layer')")
    with pytest.raises(HeinitError, match=f"{lesson.name} does not run: ValueError: no such layer"):
        executed([lesson], tmp_path, lambda *what: None)
    assert list(tmp_path.iterdir()) == []
