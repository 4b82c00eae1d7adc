"""What a guest of WebAssembly may ask for: its own files in memory, and nothing by a wrong pointer."""

from __future__ import annotations

import ctypes
import os
import struct

import pytest

from autograder.sandbox.tree import (
    EXIST,
    ISDIR,
    MOST_NODES,
    NOENT,
    NOSPC,
    NOTDIR,
    NOTEMPTY,
    NOTSUP,
    PERM,
    Tree,
)
from autograder.sandbox.wasi import (
    BADF,
    CREATE,
    DIRECTORY,
    EXCLUSIVE,
    FAULT,
    INVAL,
    MAY_READ,
    MAY_WRITE,
    MFILE,
    NOSYS,
    ROOT,
    SPIPE,
    TRUNCATE,
    Wasi,
    read_end,
    write_end,
)

SIZE = 2**16  # bytes of the guest's memory
OUT, VECTOR, DATA, PATH = 0, 64, 128, 32768  # where the guest below keeps what
FILES = {"/lib/a.py": b"library", "/lib/deep/b.py": b"more"}


class Guest:
    """A memory and the calls of WASI upon it, as the guest's C library makes them."""

    def __init__(self, room: int = 1000) -> None:
        self.wasi = Wasi(Tree(FILES, ("/box",), room), ["python"], {"HOME": "/box"})
        self.memory = (ctypes.c_ubyte * SIZE)()
        self.wasi.attach(None, self)  # type: ignore[arg-type]

    def data_len(self, store: object) -> int:
        return SIZE

    def get_buffer_ptr(self, store: object) -> ctypes.Array:
        return self.memory

    def call(self, name: str, *args: int) -> int:
        wide = [name in ("fd_seek", "fd_filestat_set_size") and i == 1 for i in range(len(args))]
        return self.wasi.guarded(f"_{name}", wide)(*args)

    def text(self, text: str, at: int = PATH) -> tuple[int, int]:
        data = text.encode()
        self.memory[at : at + len(data)] = data
        return at, len(data)

    def number(self, form: str = "I") -> int:
        return struct.unpack_from(f"<{form}", self.memory, OUT)[0]

    def on(self, name: str, path: str, *more: int) -> int:
        return self.call(name, ROOT, *self.text(path), *more)

    def open(self, path: str, how: int = 0, rights: int = MAY_READ) -> int:
        """The error's number below zero, or the descriptor."""
        error = self.call("path_open", ROOT, 0, *self.text(path), how, rights, 0, 0, OUT)
        return -error or self.number()

    def write(self, fd: int, data: bytes) -> int:
        self.memory[DATA : DATA + len(data)] = data
        struct.pack_into("<II", self.memory, VECTOR, DATA, len(data))
        return self.call("fd_write", fd, VECTOR, 1, OUT)

    def read(self, fd: int, size: int = 100) -> bytes:
        struct.pack_into("<II", self.memory, VECTOR, DATA, size)
        assert self.call("fd_read", fd, VECTOR, 1, OUT) == 0
        return bytes(self.memory[DATA : DATA + self.number()])


@pytest.fixture
def guest() -> Guest:
    return Guest()


def test_a_guest_reads_what_is_there_and_writes_in_its_own_folder_alone(guest):
    assert guest.read(guest.open("lib/deep/../a.py")) == b"library"
    assert guest.open("../../../../etc/passwd") == -NOENT
    assert guest.open("lib/a.py/x") == -NOTDIR
    assert guest.open("lib/a.py", rights=MAY_WRITE) == -PERM
    assert guest.open("lib/a.py", TRUNCATE) == -PERM
    assert guest.open("lib/new", CREATE, MAY_WRITE) == -PERM
    assert guest.open("lib", rights=MAY_WRITE) == -ISDIR
    assert guest.on("path_remove_directory", "box/.") == PERM
    for change in ("path_unlink_file", "path_create_directory", "path_remove_directory"):
        assert guest.on(
            change, "lib/c" if "create" in change else "lib/deep" if "remove" in change else "lib/a.py"
        )
        assert guest.on(change, "box") and guest.on(change, "..") and guest.on(change, "")
    assert guest.on("path_rename", "lib/a.py", ROOT, *guest.text("box/a", PATH + 100)) == PERM
    assert guest.on("path_rename", "box", ROOT, *guest.text("box/a", PATH + 100)) == NOTSUP
    fd = guest.open("box/a", CREATE | EXCLUSIVE, MAY_READ | MAY_WRITE)
    assert guest.write(fd, b"0123456789") == 0
    assert guest.call("fd_seek", fd, 2**64 - 4, 2, OUT) == 0 and guest.read(fd) == b"6789"
    assert guest.open("box/a", CREATE | EXCLUSIVE) == -EXIST
    assert guest.open("box/a", DIRECTORY) == -NOTDIR
    assert guest.on("path_rename", "box/a", ROOT, *guest.text("lib/a.py", PATH + 100)) == PERM
    assert guest.read(guest.open("lib/a.py")) == b"library"


def test_what_a_guest_writes_is_bounded_and_a_removed_file_keeps_its_room_while_it_is_open():
    guest = Guest(room=10)
    fd = guest.open("box/a", CREATE, MAY_READ | MAY_WRITE)
    assert guest.write(fd, b"x" * 11) == NOSPC
    assert guest.call("fd_filestat_set_size", fd, 2**63) == NOSPC
    assert guest.call("fd_seek", fd, 2**62, 0, OUT) == 0 and guest.write(fd, b"x") == NOSPC
    assert guest.call("fd_seek", fd, 0, 0, OUT) == 0 and guest.write(fd, b"x" * 10) == 0
    assert guest.on("path_unlink_file", "box/a") == 0
    other = guest.open("box/b", CREATE, MAY_WRITE)
    assert guest.write(other, b"x") == NOSPC
    assert guest.call("fd_close", other) == 0 and guest.on("path_unlink_file", "box/b") == 0
    made = 0
    while guest.on("path_create_directory", f"box/{made}") == 0:
        made += 1
    assert made == MOST_NODES - 2
    assert guest.on("path_create_directory", f"box/{made}") == NOSPC
    assert guest.on("path_remove_directory", "box") in (PERM, NOTEMPTY)
    opened = [guest.open("lib/a.py") for _ in range(2000)]
    assert opened[-1] == -MFILE


@pytest.mark.parametrize("at", [SIZE, SIZE - 1, 2**31, 2**32 - 1, -1, -(2**31)])
def test_a_pointer_out_of_the_guests_memory_is_a_fault(guest, at):
    fd = guest.open("lib/a.py")
    before = bytes(guest.memory)
    calls = [
        ("fd_read", fd, at, 1, OUT),
        ("fd_read", fd, VECTOR, 0, at),
        ("fd_write", 1, at, 1, OUT),
        ("random_get", at, 100),
        ("random_get", 0, SIZE + 1),
        ("args_get", at, OUT),
        ("environ_get", OUT, at),
        ("environ_sizes_get", OUT, at),
        ("clock_time_get", 0, 0, at),
        ("poll_oneoff", at, OUT, 1, OUT),
        ("fd_fdstat_get", fd, at),
        ("fd_filestat_get", fd, at),
        ("fd_prestat_get", ROOT, at),
        ("fd_prestat_dir_name", ROOT, max(at, SIZE) if at > 0 else at, 100),
        ("fd_readdir", ROOT, at, 200, 0, OUT),
        ("path_filestat_get", ROOT, 0, at, 200, OUT),
        ("path_open", ROOT, 0, at, 200, 0, MAY_READ, 0, 0, OUT),
    ]
    for name, *args in calls:
        assert guest.call(name, *args) == FAULT, name
    assert guest.memory[SIZE - 1] == before[SIZE - 1]
    struct.pack_into("<II", guest.memory, VECTOR, at % 2**32, 2**32 - 1)
    assert guest.call("fd_read", fd, VECTOR, 1, OUT) == FAULT
    assert guest.call("fd_write", 1, VECTOR, 1, OUT) == FAULT


def test_a_guest_has_the_descriptors_that_its_host_gave_it_and_no_other(guest):
    reads, writes = os.pipe()
    guest.wasi.table |= {2000: read_end(reads), 2001: write_end(writes)}
    assert guest.write(2001, b"hello") == 0 and guest.read(2000) == b"hello"
    assert guest.write(2000, b"x") == 0 and guest.number() == 0  # nothing goes the other way
    assert guest.read(2001) == b""
    for fd in (reads, writes, 100, 2**32 - 1):
        assert guest.write(fd, b"x") == BADF
    for name in ("fd_seek", "fd_filestat_set_size"):
        assert guest.call(name, 2001, *([1, 0, OUT] if name == "fd_seek" else [1])) == SPIPE
    assert [guest.call("fd_close", fd) for fd in range(4)] == [PERM] * 4
    for missing in ("sock_accept", "sock_send", "path_link", "path_symlink", "fd_pread"):
        assert guest.call(missing, 0, 0, 0) == NOSYS
    assert guest.call("poll_oneoff", OUT, OUT, 0, OUT) == INVAL
    os.close(reads)
    assert guest.write(2001, b"x")  # a reader that is gone is an error, not a signal
    os.close(writes)


def test_a_folder_is_listed_in_pieces(guest):
    names, first = [], 0
    while True:
        assert guest.call("fd_readdir", ROOT, DATA, 30, first, OUT) == 0
        if not guest.number():
            break
        first, _, length, _ = struct.unpack_from("<QQIB", guest.memory, DATA)
        names.append(bytes(guest.memory[DATA + 24 : DATA + 24 + length]).decode())
    assert names == [".", "..", "lib", "box"]
