"""Files that exist in memory alone: what a guest of WebAssembly sees, and may write.

The tree is read-only except for folders that are open. What is in an open folder belongs to the guest,
which may make so many files and folders there, with so many bytes in all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

EXIST, ISDIR, NOENT, NOSPC, NOTDIR, NOTEMPTY, NOTSUP, PERM = 20, 31, 44, 51, 54, 55, 58, 63
MOST_NODES = 4096  # files and folders in the open folders


class WasiError(Exception):
    """A call fails, with this number of WASI's errors."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@dataclass(eq=False)
class File:
    """A file. data: bytes where nobody may change them, else a bytearray. handles: how often it is open."""

    data: bytes | bytearray
    number: int = 0
    handles: int = 0


@dataclass(eq=False)
class Folder:
    """A folder. open: whether the guest may make, move and remove what is in it."""

    open: bool = False
    number: int = 0
    inside: "dict[str, File | Folder]" = field(default_factory=dict)


Node = TypeVar("Node", bound=File | Folder)


class Tree:
    """The files and folders below `root`.

    files: the content of each file that is read-only, by its absolute path. open: the paths of the open
    folders, in which the guest may write `room` bytes.
    """

    def __init__(self, files: Mapping[str, bytes], open: Iterable[str], room: int) -> None:
        self.root, self._count = Folder(), 0
        for path, data in files.items():
            _, *above, name = path.split("/")
            self._folder(above).inside[name] = self._numbered(File(data))
        self.clear(open, room)

    def clear(self, open: Iterable[str], room: int) -> None:
        """Make these folders empty and open, and let the guest write so many bytes from now on."""
        for path in open:
            folder = self._folder(path.split("/")[1:])
            folder.open, folder.inside = True, {}
        self.room, self._most = room, self._count + MOST_NODES

    def _folder(self, parts: list[str]) -> Folder:
        at = self.root
        for part in parts:
            if part not in at.inside:
                at.inside[part] = self._numbered(Folder())
            node = at.inside[part]
            assert isinstance(node, Folder)
            at = node
        return at

    def _numbered(self, node: Node) -> Node:
        self._count += 1
        node.number = self._count
        return node

    def place(self, start: Folder, path: str) -> tuple[Folder, str]:
        """The folder that holds what a path names, and its name there; "" where the path ends in a folder."""
        above: list[Folder] = []
        at, parts = start, [part for part in path.split("/") if part not in ("", ".")]
        for i, part in enumerate(parts):
            if part == "..":
                at = above.pop() if above else at
            elif i == len(parts) - 1:
                return at, part
            else:
                above.append(at)
                at = _as_folder(at.inside.get(part))
        return at, ""

    def find(self, start: Folder, path: str) -> File | Folder:
        """The file or folder at a path."""
        folder, name = self.place(start, path)
        node = folder.inside.get(name) if name else folder
        if node is None:
            raise WasiError(NOENT)
        return node

    def make(self, folder: Folder, name: str, node: File | Folder) -> None:
        """Put a new file or folder into an open folder."""
        if not name or name in folder.inside:
            raise WasiError(EXIST)
        _check_open(folder)
        if self._count >= self._most:  # what was removed counts as well
            raise WasiError(NOSPC)
        folder.inside[name] = self._numbered(node)

    def resize(self, file: File, size: int) -> None:
        """Cut a file off, or fill it up with zeros."""
        if isinstance(file.data, bytes):
            raise WasiError(PERM)
        grown = size - len(file.data)
        if grown > self.room:
            raise WasiError(NOSPC)
        self.room -= grown
        if grown > 0:
            file.data.extend(bytes(grown))
        else:
            del file.data[size:]

    def remove(self, folder: Folder, name: str, kind: type[File] | type[Folder]) -> None:
        """Remove a file, or an empty folder."""
        node = self.find(folder, name)
        if not isinstance(node, kind):
            raise WasiError(ISDIR if kind is File else NOTDIR)
        _check_open(folder)
        if not name:
            raise WasiError(PERM)
        if isinstance(node, Folder) and node.inside:
            raise WasiError(NOTEMPTY)
        del folder.inside[name]
        if isinstance(node, File) and not node.handles:  # else it can still be read, and keeps its room
            self.resize(node, 0)

    def move(self, folder: Folder, name: str, target: Folder, new: str) -> None:
        """Give a file another place and name."""
        node = self.find(folder, name)
        if not isinstance(node, File) or not new:  # a folder could be moved into itself
            raise WasiError(NOTSUP)
        _check_open(folder)
        _check_open(target)
        if new in target.inside and target.inside[new] is not node:
            self.remove(target, new, File)
        del folder.inside[name]
        target.inside[new] = node


def _check_open(folder: Folder) -> None:
    if not folder.open:
        raise WasiError(PERM)


def _as_folder(node: File | Folder | None) -> Folder:
    if not isinstance(node, Folder):
        raise WasiError(NOENT if node is None else NOTDIR)
    return node
