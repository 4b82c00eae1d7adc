"""Read what students handed in as plain files: no link is followed, no pipe and no device is opened.

How it works. Whoever hands in chooses what lies in the folder, and what it is called. So a path below
`submitted/` is walked one name after the other, each opened relative to the descriptor of the folder
before it, without following a link. A file is read only where the opened descriptor itself belongs to
a plain file that has no second name (a hard link): whatever is exchanged meanwhile, the file that was
looked at is the file that is read. `submitted/` itself may be a link: that folder is the instructor's.
Where students own their folders, a hard link to a file of their own hides nothing and is read: else
they could make a neighbour's file a hard link, and cost the neighbour a grade.

`read_beside` reads what lies beside a notebook, up to MOST_FILES files and MOST_BYTES bytes, those of
upper folders first. What is left out is told by its name. Nobody opens these files a second time: the
copies in `autograded/`, the sandbox and the receipt's hash are made from what was read here.
"""

import os
import stat
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path

from autograder.submissions.archives import is_junk
from autograder.text import printable

MOST_FILES, MOST_BYTES = 200, 16 * 2**20  # of the files beside one notebook that are taken
MOST_ENTRIES, MOST_DEPTH = 2000, 8  # names that are looked at, and folders inside one another
NAMED, LONGEST = 5, 80  # files that are left out and named, and characters of a path that are told
TIMESTAMP = "timestamp.txt"
EXCHANGE_FILES = (TIMESTAMP, "submission_secret.txt")  # nbgrader's own, which no answer may depend on
PROVIDED = ("heinit_lab", "numpy", "matplotlib", "IPython")  # imported before a student's first cell
_KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
    stat.S_IFREG: "a file",
}


class NotPlainError(OSError):
    """A path is not the plain file, or the folder, that it should be; `strerror` says what it is."""

    def __init__(self, kind: str, name: str = "") -> None:
        super().__init__(None, kind, name)


@dataclass(frozen=True)
class Beside:
    """What lies beside a notebook: the content of each file that was taken, and why others were not.

    The keys of both are paths from the notebook's folder, with / between their parts.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def for_cells(self) -> dict[str, bytes]:
        """The files that the notebook's cells find in their folder."""
        return {path: content for path, content in self.files.items() if path not in EXCHANGE_FILES}

    @property
    def notes(self) -> list[str]:
        """What instructor and student should know of these files, a sentence each."""
        notes = [left_out(self.left_out)] if self.left_out else []
        for name in PROVIDED:
            notes += [
                f"`{path}` was not used: `import {name}` gives the course's own."
                for path in (f"{name}.py", f"{name}/__init__.py")
                if path in self.files
            ]
        return notes


def is_text(name: str) -> bool:
    """Whether the bytes of a file's name are UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def left_out(why: dict[str, str]) -> str:
    """The sentence that names the files which were left out. why: by their paths."""
    named = [f"`{_shortened(path)}` ({reason})" for path, reason in why.items()]
    if len(named) > NAMED:
        named[NAMED:] = [f"and {len(named) - NAMED:,} more"]
    return f"Left out of what lies beside the notebook: {', '.join(named)}."


def _shortened(path: str) -> str:
    text = printable(path).replace("`", "'")  # which would end the code that it is shown as
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}...{text[-LONGEST // 2 :]}"


@contextmanager
def opened_folder(root: Path, *names: str) -> Iterator[int]:
    """A descriptor of the folder names[-1] in names[-2] ... in `root`; only `root` may be a link.

    Raises NotPlainError where one of them is no folder, or OSError.
    """
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in names:
            inner = _open(folder, name, stat.S_IFDIR)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def read_plain(folder: int, name: str, most: int) -> bytes | None:
    """The content of a file in an opened folder; None where there are more than `most` bytes.

    Raises NotPlainError where it is no plain file, or OSError.
    """
    with os.fdopen(_open(folder, name, stat.S_IFREG), "rb") as file:
        if os.fstat(file.fileno()).st_size > most:  # what a sparse file would be, once it is copied
            return None
        content = file.read(most + 1)
    return content if len(content) <= most else None


def _open(folder: int, name: str, kind: int) -> int:
    """A descriptor of what is called `name`, if it is of this kind: looked at before and after opening it."""
    owner = os.fstat(folder).st_uid
    _check(name, os.stat(name, dir_fd=folder, follow_symlinks=False), kind, owner)  # opening may have effects
    opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    try:
        _check(name, os.fstat(opened), kind, owner)
    except NotPlainError:
        os.close(opened)
        raise
    return opened


def _check(name: str, about: os.stat_result, kind: int, owner: int) -> None:
    if stat.S_IFMT(about.st_mode) != kind:
        raise NotPlainError(_KINDS.get(stat.S_IFMT(about.st_mode), "of no known kind"), name)
    own = about.st_uid == owner != os.geteuid()
    if kind == stat.S_IFREG and about.st_nlink > 1 and not own:
        raise NotPlainError("a hard link (the file has another name elsewhere)", name)


def read_beside(root: Path, *names: str, ignore: Sequence[str] = (), most: int | None = None) -> Beside:
    """What lies in the folder names[-1] in names[-2] ... in `root`, up to `most` bytes.

    ignore: patterns of names that are passed over, as nbgrader's `CourseDirectory.ignore` has them.
    Raises NotPlainError where that is no folder, or OSError.
    """
    reader = _FolderReader(ignore, MOST_BYTES if most is None else most)
    folders: deque[tuple[str, ...]] = deque([()])
    while folders:
        inside = folders.popleft()
        try:
            with opened_folder(root, *names, *inside) as folder:
                folders.extend(reader.read(folder, inside))
        except OSError as error:
            if not inside:
                raise
            reader.left_out["/".join(inside)] = str(error.strerror)
    return Beside(reader.files, reader.left_out)


class _FolderReader:
    """Reads one folder after the other, until enough was read."""

    def __init__(self, ignore: Sequence[str], most: int) -> None:
        self.files: dict[str, bytes] = {}
        self.left_out: dict[str, str] = {}
        self._ignore, self._room, self._entries = ignore, most, MOST_ENTRIES

    def read(self, folder: int, inside: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Read the files of a folder. Gives the folders in it."""
        with os.scandir(folder) as listing:
            entries = list(islice(listing, self._entries + 1))
        self._entries -= len(entries)
        if self._entries < 0:
            self.left_out["/".join((*inside, "*"))] = f"more than {MOST_ENTRIES:,} names"
            self._entries = 0
            return
        for entry in sorted(entries, key=lambda entry: entry.name):
            if is_junk(entry.name) or any(fnmatchcase(entry.name, pattern) for pattern in self._ignore):
                continue
            place = (*inside, entry.name)
            try:
                if not is_text(entry.name):
                    raise NotPlainError("its name is not UTF-8")
                if not entry.is_dir(follow_symlinks=False):
                    self.files["/".join(place)] = self._content(folder, entry.name)
                elif len(place) > MOST_DEPTH:
                    raise NotPlainError(f"more than {MOST_DEPTH} folders deep")
                else:
                    yield place
            except OSError as error:
                self.left_out["/".join(place)] = str(error.strerror)

    def _content(self, folder: int, name: str) -> bytes:
        if len(self.files) == MOST_FILES:
            raise NotPlainError(f"more than {MOST_FILES} files")
        content = read_plain(folder, name, self._room)
        if content is None:
            raise NotPlainError(f"more than {MOST_BYTES // 2**20} MiB in all")
        self._room -= len(content)
        return content
