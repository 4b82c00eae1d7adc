"""What lies in a student's folder is read as plain files, within bounds, and what is not is told by name."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from autograder.submissions import plain_files
from autograder.submissions.plain_files import NotPlainError, opened_folder, read_beside, read_plain

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes among files")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "submitted" / "anna" / "lesson"
    folder.mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    return folder


def beside(folder: Path) -> plain_files.Beside:
    return read_beside(folder.parents[1], "anna", "lesson", ignore=["*.pyc", "__pycache__", "*.ipynb"])


def test_only_plain_files_are_read_and_all_others_are_named(folder, tmp_path, monkeypatch):
    (folder / "data.csv").write_text("1,2")
    (folder / "notes").mkdir()
    (folder / "notes" / "of\nmine").write_text("mine")
    for name in ("lesson.ipynb", "helper.pyc"):
        (folder / name).write_text("passed over")
    (folder / "secret").symlink_to(tmp_path / "secret.txt")
    (folder / "etc").symlink_to("/etc")
    (folder / "dangling").symlink_to("nowhere")
    (folder / "itself").symlink_to(folder)
    (folder / "notes" / "hard").hardlink_to(tmp_path / "secret.txt")
    os.mkfifo(folder / "pipe")
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
    (folder / os.fsdecode(b"caf\xe9")).touch()
    found = beside(folder)
    assert found.files == {"data.csv": b"1,2", "notes/of\nmine": b"mine"}
    links = dict.fromkeys(("secret", "etc", "dangling", "itself"), "a symbolic link")
    hard = {"notes/hard": "a hard link (the file has another name elsewhere)"}
    odd = {"pipe": "a named pipe", "socket": "a socket", "caf\udce9": "its name is not UTF-8"}
    assert found.left_out == links | hard | odd
    (sentence,) = found.notes
    assert "`caf\\udce9` (its name is not UTF-8), `dangling` (a symbolic link)" in sentence
    assert sentence.endswith("and 3 more.")


@pytest.mark.parametrize("linked", ["submitted/anna", "submitted/anna/lesson"])
def test_a_folder_that_is_a_link_is_not_opened(folder, tmp_path, linked):
    real = (tmp_path / linked).rename(tmp_path / "elsewhere")
    (tmp_path / linked).symlink_to(real)
    with pytest.raises(NotPlainError, match="a symbolic link"):
        beside(folder)


def test_what_is_exchanged_for_a_link_after_the_look_is_not_read(folder, tmp_path, monkeypatch):
    (folder / "data.csv").write_text("1,2")
    plain = (folder / "data.csv").stat()
    (folder / "link").symlink_to(tmp_path / "secret.txt")
    monkeypatch.setattr(os, "stat", lambda *_, **__: plain)
    with opened_folder(folder) as opened, pytest.raises(OSError):
        read_plain(opened, "link", 100)


def test_nobody_makes_a_neighbours_file_a_hard_link_where_students_own_their_folders(
    folder, tmp_path, monkeypatch
):
    (folder / "data.csv").write_text("1,2")
    (tmp_path / "link").hardlink_to(folder / "data.csv")
    assert "hard link" in beside(folder).left_out["data.csv"]
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert beside(folder).files == {"data.csv": b"1,2"}


def test_number_bytes_and_depth_of_the_files_are_bounded(folder, monkeypatch):
    monkeypatch.setattr(plain_files, "MOST_BYTES", 10)
    with (folder / "a-sparse").open("wb") as file:
        file.truncate(3 * 2**30)
    (folder / "b").write_text("12345678")
    (folder / "c").write_text("123")
    (folder / "d").write_text("12")
    assert list(beside(folder).files) == ["b", "d"]
    assert set(beside(folder).left_out) == {"a-sparse", "c"}
    monkeypatch.setattr(plain_files, "MOST_FILES", 1)
    assert beside(folder).left_out["d"] == "more than 1 files"
    monkeypatch.setattr(plain_files, "MOST_DEPTH", 1)
    (folder / "e" / "f").mkdir(parents=True)
    assert beside(folder).left_out["e/f"] == "more than 1 folders deep"
    monkeypatch.setattr(plain_files, "MOST_ENTRIES", 6)
    for i in range(9):
        (folder / "e" / str(i)).touch()
    found = beside(folder)
    assert (list(found.files), found.left_out["e/*"]) == (["b"], "more than 6 names")
