"""What a guest of WebAssembly may ask of its host: the calls of WASI preview 1, answered from memory.

How it works. A guest can do nothing but compute and call these functions, so what they do not offer does
not exist for it. Its files are a `Tree` in this process's memory; no call opens a file, a socket or a process
of this machine. The descriptors of the host that a guest reaches are the `Door`s which
the host put in the guest's table, by number, and the guest can only read and write bytes there.

Every pointer and length comes from the guest. They are taken as unsigned numbers, and are used only as bounds
of slices of the guest's own memory, whose length is checked.

Source: the specification of wasi_snapshot_preview1.
"""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from autograder.sandbox.tree import EXIST, ISDIR, NOTDIR, PERM, File, Folder, Tree, WasiError

if TYPE_CHECKING:
    import wasmtime

BADF, FAULT, INVAL, IO, MFILE, NOSYS, SPIPE = 8, 21, 28, 29, 33, 52, 70
UNKNOWN, DEVICE, FOLDER, REGULAR = 0, 2, 3, 4  # kinds of file
CREATE, DIRECTORY, EXCLUSIVE, TRUNCATE = 1, 2, 4, 8  # how to open a path
APPEND = 1
MAY_READ, MAY_WRITE, MAY_ALL = 2, 64, 2**64 - 1
ROOT = 3  # the descriptor of the tree's root
MOST_VECTORS, MOST_OPEN = 1024, 1024
SLEEP = 3600  # seconds that one wait may last
PIECE = 2**20  # bytes that one call reads or writes at most
CLOCKS = time.time_ns, time.monotonic_ns, time.process_time_ns, time.thread_time_ns


@dataclass(frozen=True)
class Door:
    """What lies behind a descriptor of the host.

    read: gives at most so many bytes, none at the end. write: takes bytes, and says how many it took.
    """

    read: Callable[[int], bytes] = lambda _: b""
    write: Callable[[bytes], int] = len


def read_end(fd: int) -> Door:
    """Bytes from a descriptor of the host."""
    return Door(partial(os.read, fd), lambda _: 0)


def write_end(fd: int) -> Door:
    """Bytes to a descriptor of the host."""
    return Door(write=partial(os.write, fd))


@dataclass(eq=False)
class Opened:
    """An open file or folder. at: the place in it, in bytes. entries: of a folder, when it was listed."""

    node: File | Folder
    reads: bool = True
    writes: bool = False
    appends: bool = False
    at: int = 0
    entries: tuple[tuple[str, File | Folder], ...] = ()


class Wasi:
    """The functions that a guest imports, over the memory of its instance.

    table: the guest's descriptors. chance: gives random bytes; until it is set, zeros, so that the hashes of
    the guest's strings are the same on every machine.
    """

    def __init__(self, tree: Tree, arguments: list[str], environment: Mapping[str, str]) -> None:
        self.tree = tree
        self.table: dict[int, Door | Opened] = {
            **dict.fromkeys(range(3), Door()),
            ROOT: Opened(tree.root),
        }
        self.chance: Callable[[int], bytes] = bytes
        self._arguments = [f"{text}\0".encode() for text in arguments]
        self._environment = [f"{name}={value}\0".encode() for name, value in environment.items()]
        self._size = -1

    def define(self, linker: wasmtime.Linker, module: wasmtime.Module) -> None:
        """Define every function that the module imports; what is not offered here fails with ENOSYS."""
        for each in module.imports:
            kind: Any = each.type
            wide = [str(parameter) == "i64" for parameter in kind.params]
            function = self.guarded(f"_{each.name}", wide)
            linker.define_func(each.module, str(each.name), kind, function)

    def attach(self, store: wasmtime.Store, memory: wasmtime.Memory) -> None:
        """Take the memory of the instance."""
        self._store, self._memory = store, memory

    def guarded(self, name: str, wide: Sequence[bool]) -> Callable[..., int]:
        """The function of this name, whose result is WASI's number of its error. (`proc_exit` never returns.)

        wide: which parameters have 64 bits; the others have 32.
        """
        function = getattr(self, name, None)
        masks = [2**64 - 1 if each else 2**32 - 1 for each in wide]

        def call(*args: int) -> int:
            if function is None:
                return NOSYS
            try:
                function(*(arg & mask for arg, mask in zip(args, masks, strict=True)))
            except WasiError as failed:
                return failed.number
            except OSError:
                return IO
            except (struct.error, ValueError, OverflowError, MemoryError):
                return FAULT
            return 0

        return call

    # --- the guest's memory

    @property
    def _view(self) -> memoryview:
        size = self._memory.data_len(self._store)
        if size != self._size:
            self._size, self._whole = size, memoryview(self._memory.get_buffer_ptr(self._store)).cast("B")
        return self._whole

    def _bytes(self, at: int, size: int) -> bytes:
        data = bytes(self._view[at : at + size])
        if len(data) != size:
            raise WasiError(FAULT)
        return data

    def _put(self, at: int, data: bytes) -> None:
        self._view[at : at + len(data)] = data  # raises ValueError outside the memory

    def _pack(self, at: int, form: str, *values: int) -> None:
        struct.pack_into(f"<{form}", self._view, at, *values)

    def _path(self, at: int, size: int) -> str:
        return self._bytes(at, min(size, 4097)).decode("utf-8", "surrogateescape")

    def _first(self, vectors: int, count: int) -> tuple[int, int]:
        """Of the guest's buffers, place and size of the first one that is not empty."""
        parts = struct.iter_unpack("<II", self._bytes(vectors, 8 * min(count, MOST_VECTORS)))
        at, size = next((part for part in parts if part[1]), (0, 0))
        return at, min(size, PIECE)

    # --- arguments, environment, time, chance

    def _strings(self, strings: list[bytes], places: int, at: int) -> None:
        for i, text in enumerate(strings):
            self._pack(places + 4 * i, "I", at)
            self._put(at, text)
            at += len(text)

    def _args_get(self, places: int, at: int) -> None:
        self._strings(self._arguments, places, at)

    def _environ_get(self, places: int, at: int) -> None:
        self._strings(self._environment, places, at)

    def _args_sizes_get(self, count: int, size: int) -> None:
        self._pack(count, "I", len(self._arguments))
        self._pack(size, "I", sum(map(len, self._arguments)))

    def _environ_sizes_get(self, count: int, size: int) -> None:
        self._pack(count, "I", len(self._environment))
        self._pack(size, "I", sum(map(len, self._environment)))

    def _clock_res_get(self, clock: int, out: int) -> None:
        self._pack(out, "Q", 1000)

    def _clock_time_get(self, clock: int, precision: int, out: int) -> None:
        self._pack(out, "Q", CLOCKS[clock % len(CLOCKS)]())

    def _random_get(self, at: int, size: int) -> None:
        self._bytes(at, size)
        for start in range(0, size, PIECE):
            self._put(at + start, self.chance(min(PIECE, size - start)))

    def _poll_oneoff(self, subscriptions: int, events: int, count: int, out: int) -> None:
        """Wait until the first of some times; a descriptor is always ready."""
        if not 0 < count <= MOST_VECTORS:
            raise WasiError(INVAL)
        waits = []
        for user, kind, clock, end, flags in struct.iter_unpack(
            "<QB7xI4xQ8xH6x", self._bytes(subscriptions, 48 * count)
        ):
            now = CLOCKS[clock % len(CLOCKS)]() if flags & 1 else 0
            waits.append((0 if kind else max(0, end - now), user, kind))
        wait, user, kind = min(waits)
        time.sleep(min(wait / 1e9, SLEEP))
        self._pack(events, "QHB5xQH6x", user, 0, kind, 1, 0)
        self._pack(out, "I", 1)

    def _proc_exit(self, code: int) -> None:
        raise SystemExit(code)

    # --- descriptors

    def _handle(self, fd: int) -> Door | Opened:
        if fd not in self.table:
            raise WasiError(BADF)
        return self.table[fd]

    def _opened(self, fd: int) -> Opened:
        handle = self._handle(fd)
        if not isinstance(handle, Opened):
            raise WasiError(SPIPE)
        return handle

    def _file(self, handle: Opened) -> File:
        if not isinstance(handle.node, File):
            raise WasiError(ISDIR)
        return handle.node

    def _folder(self, fd: int) -> Folder:
        node = self._opened(fd).node
        if not isinstance(node, Folder):
            raise WasiError(NOTDIR)
        return node

    def _accept(self, *_: int) -> None:
        """Do nothing: these calls change nothing in memory."""

    _fd_advise = _fd_datasync = _fd_sync = _fd_filestat_set_times = _accept
    _path_filestat_set_times = _sched_yield = _accept

    def _fd_close(self, fd: int) -> None:
        handle = self._handle(fd)
        if fd <= ROOT:
            raise WasiError(PERM)
        if isinstance(handle, Opened) and isinstance(handle.node, File):
            handle.node.handles -= 1
        del self.table[fd]

    def _fd_read(self, fd: int, vectors: int, count: int, out: int) -> None:
        handle = self._handle(fd)
        at, size = self._first(vectors, count)
        if not isinstance(handle, Opened):
            data = handle.read(size) if size else b""
        elif handle.reads:
            data = bytes(self._file(handle).data[handle.at : handle.at + size])
            handle.at += len(data)
        else:
            raise WasiError(BADF)
        self._put(at, data)
        self._pack(out, "I", len(data))

    def _fd_write(self, fd: int, vectors: int, count: int, out: int) -> None:
        handle = self._handle(fd)
        data = self._bytes(*self._first(vectors, count))
        wrote = len(data)
        if not isinstance(handle, Opened):
            wrote = handle.write(data)
        elif handle.writes:
            file = self._file(handle)
            at = len(file.data) if handle.appends else handle.at
            handle.at = at + wrote
            self.tree.resize(file, max(len(file.data), handle.at))
            memoryview(file.data)[at : handle.at] = data
        else:
            raise WasiError(BADF)
        self._pack(out, "I", wrote)

    def _fd_seek(self, fd: int, offset: int, whence: int, out: int) -> None:
        handle = self._opened(fd)
        starts = 0, handle.at, len(self._file(handle).data)
        at = starts[whence % 3] + offset - (2**64 if offset >= 2**63 else 0)
        if at < 0:
            raise WasiError(INVAL)
        handle.at = at
        self._pack(out, "Q", at)

    def _fd_tell(self, fd: int, out: int) -> None:
        self._pack(out, "Q", self._opened(fd).at)

    def _fd_fdstat_get(self, fd: int, out: int) -> None:
        handle = self._handle(fd)
        opened = handle if isinstance(handle, Opened) else None
        kind = _kind(opened.node) if opened else UNKNOWN
        self._pack(out, "BxH4xQQ", kind, APPEND if opened and opened.appends else 0, MAY_ALL, MAY_ALL)

    def _fd_fdstat_set_flags(self, fd: int, flags: int) -> None:
        self._opened(fd).appends = bool(flags & APPEND)

    def _fd_filestat_get(self, fd: int, out: int) -> None:
        handle = self._handle(fd)
        if isinstance(handle, Opened):
            self._stat(handle.node, out)
        else:
            self._pack(out, "QQB7xQQQQQ", 0, fd, DEVICE if fd < ROOT else UNKNOWN, 1, 0, 0, 0, 0)

    def _stat(self, node: File | Folder, out: int) -> None:
        size = len(node.data) if isinstance(node, File) else 0
        self._pack(out, "QQB7xQQQQQ", 1, node.number, _kind(node), 1, size, 0, 0, 0)

    def _fd_filestat_set_size(self, fd: int, size: int) -> None:
        handle = self._opened(fd)
        if not handle.writes:
            raise WasiError(BADF)
        self.tree.resize(self._file(handle), size)

    def _fd_prestat_get(self, fd: int, out: int) -> None:
        if fd != ROOT:
            raise WasiError(BADF)
        self._pack(out, "II", 0, len("/"))

    def _fd_prestat_dir_name(self, fd: int, at: int, size: int) -> None:
        self._put(at, b"/"[:size])

    def _fd_readdir(self, fd: int, at: int, size: int, first: int, out: int) -> None:
        folder, handle = self._folder(fd), self._opened(fd)
        if first == 0:
            handle.entries = ((".", folder), ("..", folder), *folder.inside.items())
        data = b"".join(_entries(handle, first, size))[:size]
        self._put(at, data)
        self._pack(out, "I", len(data))

    # --- paths

    def _path_open(
        self, fd: int, follow: int, at: int, size: int, how: int, rights: int, _: int, flags: int, out: int
    ) -> None:
        path, writes = self._path(at, size), bool(rights & MAY_WRITE)
        folder, name = self.tree.place(self._folder(fd), path)
        free = next((n for n in range(ROOT + 1, MOST_OPEN) if n not in self.table), None)
        if free is None:
            raise WasiError(MFILE)
        if name and name not in folder.inside and how & CREATE:
            self.tree.make(folder, name, File(bytearray()))
        elif how & CREATE and how & EXCLUSIVE:
            raise WasiError(EXIST)
        node = self.tree.find(folder, name)
        if isinstance(node, Folder):
            if writes:
                raise WasiError(ISDIR)
        elif how & DIRECTORY or path.endswith("/"):
            raise WasiError(NOTDIR)
        else:
            if writes or how & TRUNCATE:
                self.tree.resize(node, 0 if how & TRUNCATE else len(node.data))
            node.handles += 1
        self.table[free] = Opened(node, bool(rights & MAY_READ), writes, bool(flags & APPEND))
        self._pack(out, "I", free)

    def _path_filestat_get(self, fd: int, follow: int, at: int, size: int, out: int) -> None:
        self._stat(self.tree.find(self._folder(fd), self._path(at, size)), out)

    def _path_readlink(self, fd: int, at: int, size: int, to: int, room: int, out: int) -> None:
        self.tree.find(self._folder(fd), self._path(at, size))
        raise WasiError(INVAL)  # nothing here is a link

    def _path_create_directory(self, fd: int, at: int, size: int) -> None:
        self.tree.make(*self.tree.place(self._folder(fd), self._path(at, size)), Folder(open=True))

    def _path_unlink_file(self, fd: int, at: int, size: int) -> None:
        self.tree.remove(*self.tree.place(self._folder(fd), self._path(at, size)), File)

    def _path_remove_directory(self, fd: int, at: int, size: int) -> None:
        self.tree.remove(*self.tree.place(self._folder(fd), self._path(at, size)), Folder)

    def _path_rename(self, fd: int, at: int, size: int, to: int, new_at: int, new_size: int) -> None:
        target = self.tree.place(self._folder(to), self._path(new_at, new_size))
        self.tree.move(*self.tree.place(self._folder(fd), self._path(at, size)), *target)


def _kind(node: File | Folder) -> int:
    return REGULAR if isinstance(node, File) else FOLDER


def _entries(handle: Opened, first: int, size: int) -> Iterator[bytes]:
    """The entries of a folder from the number `first` on, until they are more than `size` bytes."""
    for i, (name, node) in enumerate(handle.entries[first:], first + 1):
        text = name.encode("utf-8", "surrogateescape")
        entry = struct.pack("<QQIB3x", i, node.number, len(text), _kind(node)) + text
        yield entry
        size -= len(entry)
        if size <= 0:
            return
