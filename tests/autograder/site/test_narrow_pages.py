"""On a telephone, a page shows narrow pictures, whose letters can be read."""

from __future__ import annotations

import json
from pathlib import Path

from autograder.lessons import lessons
from autograder.site.frames import FRAMES_MIME, NARROW_MIME
from tests.tools import FULL


def test_every_figure_of_a_lesson_has_a_narrow_form_with_letters_of_nine_pixels_or_more(
    lesson_runs: Path,
) -> None:
    for lesson in lessons():
        (run,) = lesson_runs.glob(f"{lesson.name}-*.ipynb")
        cells = json.loads(run.read_text(encoding="utf-8"))["cells"]
        shown = [output["data"] for cell in cells for output in cell.get("outputs", ()) if "data" in output]
        figures = [data[NARROW_MIME] for data in shown if "<img " in "".join(data.get("text/html", ""))]
        explorers = [data[FRAMES_MIME] for data in shown if FRAMES_MIME in data]
        assert len(figures) >= 5
        drawn = [form for form in figures if form is not None]
        assert len(drawn) >= (len(figures) if FULL else 1)
        assert len(explorers) >= 1
        narrow = [explorer["narrow"] for explorer in explorers if explorer["narrow"]["smallest"] is not None]
        assert len(narrow) >= (len(explorers) if FULL else 1)
        for form in (*drawn, *narrow):
            assert form["smallest"] > 9 - 1e-9
            assert form["size"][0] == 420
        for explorer in explorers:
            assert all(frame["narrow"] != frame["picture"] for frame in explorer["frames"])
