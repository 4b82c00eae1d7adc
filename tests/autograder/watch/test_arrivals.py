"""A hand-in counts when it is whole, however it comes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.watch import arrivals
from autograder.watch.arrivals import Arrivals
from tests.autograder.grading.conftest import ONE

WHOLE = ONE.path.read_bytes()
HALF = WHOLE[: len(WHOLE) // 2]
NAME = f"{ONE.name}.ipynb"
LOOK, LATER = 0.5, arrivals.PATIENCE + 1
LONG_AGO = -1000.0

# Steps: what is written (or None), seconds until the next look, and whether the hand-in then counts.
# A file that is written has the time of then, or of another clock, as the third part of the first says.
WAYS = {
    "in one piece": [((NAME, WHOLE, 0), 0, False), (None, LOOK, True)],
    "in two, with a pause": [
        ((NAME, HALF, 0), LOOK, False),
        (None, LOOK, False),
        ((NAME, WHOLE, 0), 0, False),
        (None, LOOK, True),
    ],
    "never in whole": [((NAME, HALF, 0), LOOK, False), (None, LOOK, False), (None, LATER, True)],
    "growing all the time": [((NAME, WHOLE[:n], 0), LATER, False) for n in range(1000, 5000, 1000)],
    "old and broken, by rename": [((NAME, HALF, LONG_AGO), 0, False), (None, LOOK, True)],
    "from a machine whose clock is ahead": [((NAME, WHOLE, 500), 0, False), (None, LOOK, True)],
    "broken, from a clock ahead": [((NAME, HALF, 500), 0, False), (None, LOOK, False), (None, LATER, True)],
    "with a file beside it that grows": [
        ((NAME, WHOLE, 0), 0, False),
        (("data.csv", b"1", 0), LOOK, False),
        (("data.csv", b"12", 0), LOOK, False),
        (None, LOOK, True),
    ],
    "the time first, as an archive may": [
        (("timestamp.txt", b"2026-03-01", 0), LOOK, False),
        (None, LOOK, False),
        ((NAME, WHOLE, 0), LOOK, False),
        (None, LOOK, True),
    ],
    "empty": [((NAME, b"", 0), LOOK, False), (None, LOOK, False), (None, LATER, True)],
}


class Clock:
    now = 1e9

    def monotonic(self) -> float:
        return self.now

    def time_ns(self) -> int:
        return int(self.now * 1e9)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(arrivals, "time", clock)
    return clock


def course(root: Path) -> Path:
    source = root / "source" / ONE.name / NAME
    source.parent.mkdir(parents=True)
    source.write_bytes(WHOLE)
    return root


def test_a_hand_in_counts_when_its_files_are_still_and_can_be_read_or_were_waited_for(tmp_path, clock):
    for way, steps in WAYS.items():
        root = course(tmp_path / way)
        watched, folder = Arrivals(root), root / "submitted" / "ada" / ONE.name
        folder.mkdir(parents=True)
        watched.whole()
        for number, (written, seconds, counts) in enumerate(steps):
            if written:
                (folder / written[0]).write_bytes(written[1])
                os.utime(folder / written[0], (clock.now + written[2],) * 2)
            clock.now += seconds
            assert watched.whole() == [folder / NAME] * counts, (way, number)


def test_what_is_graded_comes_again_when_it_changes_or_everything_is_taken_for_new(tmp_path, clock):
    root = course(tmp_path)
    watched, paths = Arrivals(root), []
    for student in ("zoe", "ada"):  # who comes first is graded first
        paths.append(root / "submitted" / student / ONE.name / NAME)
        paths[-1].parent.mkdir(parents=True)
        paths[-1].write_bytes(WHOLE)
        os.utime(paths[-1], (0, 0))
        assert watched.whole() == []
        clock.now += 0.1
    clock.now += LOOK
    assert watched.whole() == paths
    for path in paths:
        assert watched.still(path)
        watched.graded(path)
    assert (watched.whole(), watched.pending) == ([], False)
    paths[0].write_bytes(WHOLE + b" ")
    assert (watched.whole(), watched.pending) == ([], True)
    clock.now += LOOK
    assert watched.whole() == paths[:1]
    paths[0].write_bytes(HALF)  # while the grader reads it
    assert not watched.still(paths[0])
    watched.forget()
    paths[1].unlink()
    paths[1].parent.rmdir()
    clock.now += LATER
    watched.whole()
    clock.now += LATER
    assert watched.whole() == paths[:1]
