"""The system calls that a submission may make: filters that the kernel runs before each call.

How it works. `filters/calls.toml` lists what each filter allows and says why; libseccomp has compiled
that page into programs of the kernel's packet filter, `filters/*.bpf`, which this module hands to the kernel.
So libseccomp is needed by whoever changes the page (`./heinit bench syscalls --store`), and by nobody
who grades. A program holds the numbers of x86-64 and of aarch64; on any other machine there is no sandbox.

- `solver` allows what IPython, NumPy and Matplotlib need, measured on the lessons and on what students write.
  Every other call fails with EPERM: no socket but a pair of UNIX ones, no namespaces, no mounts, no keyrings,
  no tracing, no shared memory of System V, no io_uring, no watches of files. A call that is newer than the
  page fails too. A call of another architecture (32 bits, x32) ends the process.
- `attributes`, `truncation` and `signals` stand beside `solver` in a sandbox without namespaces, where files
  and processes of others have the same names inside and outside, for what the kernel's Landlock does not see.

A filter needs no_new_privs, holds for all that the process starts, and can never be taken off. Of several
filters the strictest answer counts.
"""

import ctypes
import os
import platform
import struct
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
MACHINES = ("x86_64", "aarch64")  # for which the programs hold numbers
STEP = 8  # bytes of an instruction
FILTERS = Path(__file__).with_name("filters")


@cache
def program(name: str) -> bytes:
    """The compiled filter of that name."""
    return (FILTERS / f"{name}.bpf").read_bytes()


def warm_filters() -> None:
    """Read all filters, before a fence hides them."""
    for path in FILTERS.glob("*.bpf"):
        program(path.stem)


def forbid_calls(libc: ctypes.CDLL, names: Iterable[str]) -> None:
    """Put these filters around this process and all that it starts. Needs no_new_privs. Raises OSError."""
    if platform.machine() not in MACHINES:
        raise OSError(0, f"there is no filter of system calls for {platform.machine()}")
    for name in names:
        steps = program(name)
        held = ctypes.create_string_buffer(steps)
        header = struct.pack("HL", len(steps) // STEP, ctypes.addressof(held))
        done = libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header, 0, 0)
        check_call(done, "the filter of system calls")


def check_call(result: int, what: str) -> int:
    """The result of a call of the C library. Raises OSError where the call failed."""
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
    return result
