"""What is in an archive or a folder: names as they were meant, nothing out of place, within bounds.

How it works. Nothing is unpacked to a disk: a member is bytes, read when somebody wants it, and a path, which
is only a label. A path keeps no `..`, no drive and no leading /, and is in Unicode's composed form, since
macOS takes letters apart. A zip that does not say which encoding its names have is read as UTF-8 where the
names are UTF-8, else as the zip format prescribes (code page 437). What an operating system or an editor
adds (`__MACOSX`, `._name`, `.DS_Store`, checkpoints) is left out: it is nobody's work.

`expanded` opens archives that a student made, also one in another, up to MOST_UNPACKED bytes, MOST_MEMBERS
members and DEEPEST archives inside one another; the sizes count that come out, not those that are written
in the archive. What is above the bounds, damaged or locked is named with its reason.
"""

import bz2
import gzip
import io
import lzma
import os
import re
import stat
import tarfile
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

from autograder.submissions.filetypes import kind_in_words

Time = tuple[int, ...]  # year, month, day, hour, minute, second
MOST_UNPACKED, BLOCK = 64 * 2**20, 4096  # bytes of what a student packed, and of any member at the least
MOST_MEMBERS, DEEPEST = 2000, 3
LARGEST_INDEX = 2**20  # bytes of the table of contents of a zip that a student made
_JUNK = re.compile(
    r"(?:^|/)(?:__MACOSX|\.ipynb_checkpoints|__pycache__|\.git|\.Trashes|\.Spotlight-V100)(?:/|$)"
    r"|(?:^|/)(?:\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini|\.directory)$",
    re.I,
)
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_OFFICE = ("[Content_Types].xml", "mimetype")  # a member of every Office or OpenDocument file
_DAMAGES = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError),
    *(OSError, RuntimeError, NotImplementedError, ValueError, KeyError, MemoryError),
)


class ArchiveError(Exception):
    """An archive, or a member of it, cannot be read; the text says why, as in "it is damaged"."""


@dataclass(frozen=True)
class Member:
    """A file in an archive or folder. size: in bytes, as an archive says. changed_at: in local time, or ().

    open: gives the file, for `read`.
    """

    path: str
    size: int
    open: Callable[[], IO[bytes]]
    changed_at: Time = ()

    def read(self, most: int) -> bytes:
        """At most so many bytes of the content, and one more where there are more. Raises ArchiveError."""
        with _reading(), self.open() as file:
            return file.read(most + 1)


def is_junk(path: str) -> bool:
    """Whether an operating system or an editor made a file, and no student."""
    return bool(_JUNK.search(path))


def same_form(text: str) -> str:
    """A name in the one form of Unicode in which names are compared."""
    return unicodedata.normalize("NFC", text)


def is_archive(data: bytes) -> bool:
    """Whether data begin as an archive does, Office's documents among them."""
    return data.startswith((b"PK\3\4", *_COMPRESSED)) or data[257:262] == b"ustar"


@contextmanager
def opened(source: Path | bytes, whole: bool = False) -> Iterator[list[Member]]:
    """The files in a folder, or in the archive that a file or its bytes are; a file that is no archive.

    whole: whether an archive, too, is taken as it is. Raises ArchiveError.
    """
    if isinstance(source, Path):
        if source.is_dir():
            yield list(_in_folder(source))
            return
        with _reading(), source.open("rb") as file:
            head = file.read(2000)
        if whole or not (is_archive(head) or head.startswith(b"PK")):
            if not whole and re.search(r"\.(?:zip|gz|tgz|tar|xz|bz2|rar|7z)$", source.name, re.I):
                raise ArchiveError(f"{kind_in_words(head, text=head.decode(errors='replace'))}, and no zip")
            yield [_of_file(source, same_form(source.name))]
            return
    with _reading():
        archive = _archive(source)
    with archive:
        with _reading():
            members = list(_in_zip(archive) if isinstance(archive, zipfile.ZipFile) else _in_tar(archive))
        yield [member for member in members if not is_junk(member.path)]


def expanded(files: Mapping[str, bytes]) -> tuple[dict[str, bytes], dict[str, str]]:
    """The files, and those in archives among them in the archives' places; why an archive could not be read.

    A file in an archive has the archive's path before its own, with / between. An archive of a single file
    (`.gz`) becomes that file. A document of an Office program stays what it is.
    """
    out: dict[str, bytes] = {}
    problems: dict[str, str] = {}
    room = [MOST_UNPACKED, MOST_MEMBERS]

    def admitted(content: bytes) -> bytes:
        room[0] -= max(len(content), BLOCK)
        room[1] -= 1
        if min(room) < 0:
            raise ArchiveError(f"more than {MOST_UNPACKED // 2**20} MiB or {MOST_MEMBERS:,} files are in it")
        return content

    def expand(path: str, data: bytes, depth: int) -> None:
        if not is_archive(data):
            out[path] = data
            return
        try:
            if depth == DEEPEST:
                raise ArchiveError(f"it lies in {DEEPEST} archives, one inside the other")
            if data.startswith(_COMPRESSED):
                expand(path, admitted(_decompressed(data, room[0])), depth)
                return
            with opened(data) as members:
                if any(member.path in _OFFICE for member in members):
                    out[path] = data
                    return
                for member in members:
                    expand(f"{path}/{member.path}", admitted(member.read(room[0])), depth + 1)
        except ArchiveError as error:
            problems[path] = str(error)

    for path, data in files.items():
        expand(path, data, 0)
    return out, problems


def zip_of(data: bytes) -> zipfile.ZipFile:
    """A zip archive in memory. Raises zipfile.BadZipFile, also for a table of contents beyond reason."""
    end = data.rfind(b"PK\5\6")
    index = int.from_bytes(data[end + 12 : end + 16], "little")
    if end < 0 or index > LARGEST_INDEX or b"PK\6\7" in data[max(end - 99, 0) : end]:
        raise zipfile.BadZipFile
    return zipfile.ZipFile(io.BytesIO(data))


def _archive(source: Path | bytes) -> zipfile.ZipFile | tarfile.TarFile:
    if isinstance(source, bytes):
        return zip_of(source) if source.startswith(b"PK") else tarfile.open(fileobj=io.BytesIO(source))
    with source.open("rb") as file:
        zipped = file.read(2) == b"PK"
    return zipfile.ZipFile(source) if zipped else tarfile.open(source)


def _decompressed(data: bytes, most: int) -> bytes:
    """At most so many bytes of what is compressed, and one more where there are more."""
    start: Any = gzip.open if data[:2] == b"\x1f\x8b" else bz2.open if data[:2] == b"BZ" else lzma.open
    with _reading(), start(io.BytesIO(data)) as file:
        content: bytes = file.read(most + 1)
        return content


def _in_folder(root: Path) -> Iterator[Member]:
    """The files of a folder, links aside; a folder that cannot be read is a member that cannot be read."""
    closed: list[str] = []
    for place, folders, files in os.walk(root, onerror=lambda error: closed.append(str(error.filename))):
        folders.sort()
        for name in sorted(files):
            path = Path(place, name)
            label = _label(path.relative_to(root).as_posix())
            if not path.is_symlink() and not is_junk(label):
                yield _of_file(path, label)
    for folder in closed:
        yield _of_file(Path(folder), _label(f"{Path(folder).relative_to(root).as_posix()}/(the folder)"))


def _of_file(path: Path, label: str) -> Member:
    def opened_plain() -> IO[bytes]:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise ArchiveError("it is no plain file, or is closed to you")
        return path.open("rb")

    size = 0
    changed_at: Time = ()
    with suppress(OSError):
        status = path.lstat()
        size, changed_at = status.st_size, time.localtime(status.st_mtime)[:6]
    return Member(label, size, opened_plain, changed_at)


def _in_zip(archive: zipfile.ZipFile) -> Iterator[Member]:
    for entry in archive.infolist():
        if not entry.is_dir():
            file = partial(archive.open, entry)
            yield Member(_label(_meant(entry)), entry.file_size, file, entry.date_time)


def _in_tar(archive: tarfile.TarFile) -> Iterator[Member]:
    for count, entry in enumerate(archive):
        if count > MOST_MEMBERS * 10:
            raise ArchiveError(f"it has more than {MOST_MEMBERS * 10:,} members")
        if entry.isreg():  # then extractfile gives a file, and not None
            file = cast("Callable[[], IO[bytes]]", partial(archive.extractfile, entry))
            yield Member(_label(entry.name), entry.size, file, time.localtime(entry.mtime)[:6])


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except _DAMAGES as error:
        raise ArchiveError(_in_words(error)) from None


def _meant(entry: zipfile.ZipInfo) -> str:
    """The name of a zip's member; a name in UTF-8 is read as UTF-8, also where the zip does not say so."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode()
    except UnicodeError:
        return entry.filename


def _label(path: str) -> str:
    parts = path.replace("\\", "/").split("/")
    return same_form("/".join(part for part in parts if part not in ("", ".", "..")))


def _in_words(error: Exception) -> str:
    text = str(error)
    if "password" in text or "encrypted" in text:
        return "it is locked with a password"
    return "it cannot be read" if isinstance(error, PermissionError) else "it is damaged, or no archive"
