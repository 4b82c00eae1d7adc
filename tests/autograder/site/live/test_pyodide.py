"""The files of Pyodide: found wherever the builder has them, and refused where they are other files."""

from __future__ import annotations

import hashlib
import io
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from autograder.errors import HeinitError, UsageError
from autograder.site.live import pyodide
from autograder.site.live.pyodide import LOCKED, pyodide_files
from autograder.site.releases import Locked

FILES = {"pyodide.js": b"script", "numpy.whl": b"arrays"}


@pytest.fixture(autouse=True)
def release(monkeypatch: pytest.MonkeyPatch) -> None:
    """A release of two small files, and no package index."""
    names = {name: Locked(len(c), hashlib.sha256(c).hexdigest()) for name, c in FILES.items()}
    monkeypatch.setattr(pyodide, "LOCKED", names)
    monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: None)


def folder(path: Path, files: dict[str, bytes]) -> Path:
    (path / "full").mkdir(parents=True)
    for name, content in files.items():
        (path / "full" / name).write_bytes(content)
    return path


def wheel(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**files, "other.txt": b"other"}.items():
            archive.writestr(f"carrier/assets/{name}", content)
    return path


def tarball(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:bz2") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"pyodide/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


@pytest.mark.parametrize("source", [folder, wheel, tarball])
def test_a_folder_a_wheel_and_an_archive_give_the_same_files_and_the_cache_gives_them_again(source, tmp_path):
    named, cache = source(tmp_path / "source", FILES), tmp_path / "cache"
    assert pyodide_files(named, cache) == FILES
    assert pyodide_files(None, cache) == FILES


@pytest.mark.parametrize("source", [folder, wheel, tarball])
@pytest.mark.parametrize("changed", [b"Script", b"a longer script"])
def test_a_file_whose_hash_differs_is_refused_by_name(source, changed, tmp_path):
    named = source(tmp_path / "source", FILES | {"pyodide.js": changed})
    with pytest.raises(UsageError, match=r"pyodide\.js in .*source is not that of Pyodide .*SHA-256 differs"):
        pyodide_files(named, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_a_damaged_cache_is_not_used_and_the_missing_file_is_named(tmp_path):
    pyodide_files(folder(tmp_path / "source", FILES), tmp_path)
    kept = tmp_path / f"pyodide-{pyodide.RELEASE}" / "pyodide.js"
    kept.write_bytes(b"Script")
    with pytest.raises(HeinitError, match=r"not complete here: pyodide\.js cannot.* --pyodide PATH"):
        pyodide_files(None, tmp_path)


def test_what_is_neither_a_folder_nor_an_archive_is_told_in_a_sentence(tmp_path):
    (tmp_path / "text").write_text("no archive")
    for path in (tmp_path / "text", tmp_path / "nowhere"):
        with pytest.raises(UsageError, match="neither a folder nor an archive"):
            pyodide_files(path, tmp_path / "cache")


def test_the_lock_names_the_runtime_numpy_and_what_draws_each_with_its_size_and_hash():
    assert {"pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip"} <= LOCKED.keys()
    assert any(name.startswith("numpy-") for name in LOCKED)
    assert any(name.startswith("matplotlib-") for name in LOCKED)
    assert all(len(file.sha256) == 64 and file.size > 1000 for file in LOCKED.values())
