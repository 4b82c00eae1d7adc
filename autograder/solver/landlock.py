"""Landlock: the kernel's own fence around a process that has no namespaces.

A process names the places that it and all that it starts may read or write, and can then open nothing else,
connect to no TCP port, and (where the kernel knows how) signal no process outside the fence. It cannot be
taken off. What Landlock does not see: whether a path exists, its size and its times; and changes of a file's
attributes, which filters of system calls (calls.toml) stop instead.

The standard library has no functions for Landlock, so the three calls go through ctypes. Their numbers are
the same on every machine. Source: the kernel's userspace-api/landlock.
"""

import ctypes
import os
import struct
from collections.abc import Iterable

from .syscalls import check_call

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION = 1  # a flag of CREATE_RULESET: only say the version
PATH_BENEATH = 1  # a kind of rule

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
MAKE_CHAR, MAKE_SOCK, MAKE_BLOCK = 1 << 6, 1 << 9, 1 << 11
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
READ = EXECUTE | READ_FILE | READ_DIR
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
TCP = 3  # to bind, to connect
SCOPES = 3  # abstract sockets, signals
# what each version sees of the file system: that number of rights, from the lowest on
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
TRUNCATION, NETWORK, SIGNALS = 3, 4, 6  # the versions that brought these


def version(libc: ctypes.CDLL) -> int:
    """The kernel's version of Landlock. Raises OSError where there is none (ENOSYS, EOPNOTSUPP, EPERM)."""
    number: int = libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION)
    return check_call(number, "Landlock")


def fence(libc: ctypes.CDLL, places: Iterable[tuple[str, int]]) -> None:
    """Fence this process in, and all that it starts. Needs no_new_privs. Raises OSError.

    places: each with its rights; a right that the kernel does not know, or that a file has not, is left out.
    """
    known = version(libc)
    rights = (1 << FILE_RIGHTS[min(known, max(FILE_RIGHTS))]) - 1
    attributes = [rights, TCP, SCOPES][: 1 + (known >= NETWORK) + (known >= SIGNALS)]
    packed = struct.pack(f"{len(attributes)}Q", *attributes)
    ruleset = check_call(
        libc.syscall(CREATE_RULESET, packed, ctypes.c_size_t(len(packed)), 0), "a ruleset of Landlock"
    )
    try:
        for place, allowed in dict(places).items():
            beneath = os.open(place, os.O_PATH | os.O_CLOEXEC)
            try:
                of_this = allowed & rights & (-1 if os.path.isdir(place) else OF_A_FILE)  # noqa: PTH112
                rule = struct.pack("=Qi", of_this, beneath)
                check_call(libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, rule, 0), f"Landlock of {place}")
            finally:
                os.close(beneath)
        check_call(libc.syscall(RESTRICT_SELF, ruleset, 0), "the fence of Landlock")
    finally:
        os.close(ruleset)
