"""The words of figures can be read."""

from __future__ import annotations

import json
from pathlib import Path

from autograder.lessons import lessons


def test_the_words_of_every_figure_of_a_lesson_stand_out_from_its_paper(lesson_runs: Path) -> None:
    notes = [json.loads(path.read_text(encoding="utf-8")) for path in lesson_runs.glob("figures-*.json")]
    assert len(notes) == len(lessons())
    assert all(note["figures"] > 1 for note in notes)
    assert [note["faint"] for note in notes if note["faint"]] == []
