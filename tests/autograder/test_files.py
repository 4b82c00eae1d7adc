"""A file is replaced whole or not at all."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from datetime import datetime

import pytest

from autograder.files import read_json, replacing, typed, write_atomically
from autograder.gradebook import Status


@dataclass
class Kept:
    """Something that a file keeps."""

    name: str
    when: datetime | None = None
    parts: tuple[float, ...] = ()
    counts: dict[str, list[int]] = field(default_factory=dict)
    inner: list[Kept] = field(default_factory=list)
    status: Status = Status.MISSING


def test_what_a_file_keeps_is_read_by_its_types_and_what_a_later_version_added_is_left_out(tmp_path):
    kept = Kept("a", datetime(2026, 3, 1), (1.0, 2.5), {"x": [1]}, [Kept("b")], Status.GRADED)
    path = tmp_path / "kept.json"
    path.write_text(json.dumps(asdict(kept), default=datetime.isoformat))
    assert typed(Kept, read_json(path)) == kept
    later = read_json(path)
    later["colour"] = later["inner"][0]["mood"] = {"of": "tomorrow"}
    later["parts"] = [1, 2.5]  # JSON of another program writes 1.0 so
    assert typed(Kept, later) == kept
    wrong = ({"name": None}, {"when": "soon"}, {"parts": 1}, {"counts": {"x": [True]}}, {"inner": ["b"]})
    for damage in ([], None, 1, {}, *({"name": "a"} | each for each in (*wrong, {"status": "lost"}))):
        with pytest.raises(ValueError):
            typed(Kept, damage)
    for content in (b"", b"{", b"[" * 100_000, b"\xff", b"9" * 5000):
        path.write_bytes(content)
        with pytest.raises(ValueError):
            read_json(path)


@pytest.mark.parametrize("content", ["two\nlines·\n", b"\x00\xff"])
@pytest.mark.parametrize("durable", [False, True])
def test_a_file_is_created_and_replaced_and_nothing_stays_beside_it(tmp_path, content, durable):
    path = tmp_path / ("x" * 255)
    for _ in range(2):
        write_atomically(path, content, durable=durable)
        assert path.read_bytes() == (content.encode() if isinstance(content, str) else content)
        assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("failing", ["replace", "fsync"])
def test_where_writing_fails_the_old_file_stays_and_no_other(tmp_path, monkeypatch, failing):
    path = tmp_path / "page.html"
    path.write_text("old")

    def fail(*_, **__):
        raise OSError("no room")

    monkeypatch.setattr(*((os, "fsync") if failing == "fsync" else (type(path), "replace")), fail)
    with pytest.raises(OSError, match="no room"):
        write_atomically(path, "new", durable=True)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_writer_that_is_interrupted_leaves_the_old_file(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), replacing(path) as temporary:
        temporary.write_text("half of the ne")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
