"""A file is replaced whole or not at all."""

from __future__ import annotations

import os

import pytest

from autograder.files import replacing, write_atomically


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
