"""The system calls that a solver must not make, denied by a filter in the kernel.

The namespaces and the missing rights stop nearly everything that could reach another process. The
filter stops the rest: keyrings, in which a submission could leave data for the next submission of
the same user, and parts of the kernel that no notebook needs and that often had security holes.
A denied call fails with ENOSYS, as on a kernel that does not have it.
"""

import ctypes
import platform
import struct

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06  # of the kernel's packet filter
ALLOW, DENY = 0x7FFF0000, 0x00050000 | 38  # ENOSYS
NUMBER, ARCHITECTURE = 0, 4  # offsets in the kernel's description of a call

# name: number on x86_64, number on aarch64
DENIED = {
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "perf_event_open": (298, 241),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
}
# Calls that allocate memory outside any process. Only a control group can limit such memory. With the
# last three, a socket keeps what many others sent, or more than 208 KiB; pairs of sockets need none of them.
DETACHED_MEMORY = {
    "shmget": (29, 194),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "msgget": (68, 186),
    "semget": (64, 190),
    "vmsplice": (278, 75),
    "bind": (49, 200),
    "listen": (50, 201),
    "setsockopt": (54, 208),
}
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


def denied(detached_memory: bool = False) -> dict[str, int]:
    """The names and numbers of the denied calls on this machine.

    detached_memory: whether to deny memory outside any process as well.
    Empty on a machine whose numbers are not listed here.
    """
    if platform.machine() not in MACHINES:
        return {}
    column, _ = MACHINES[platform.machine()]
    calls = {**DENIED, **DETACHED_MEMORY} if detached_memory else DENIED
    return {name: numbers[column] for name, numbers in calls.items()}


def forbid_calls(libc: ctypes.CDLL, detached_memory: bool) -> None:
    """Deny the calls to this process and to all processes that it starts. Needs no_new_privs."""
    numbers = list(denied(detached_memory).values())
    if not numbers:
        return
    _, architecture = MACHINES[platform.machine()]
    last = len(numbers) + 5  # the index of the step that denies
    # calls of another architecture have other numbers, and so have calls of x32 (2**30 and above)
    program = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 0, last - 2, architecture),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, last - 4, 0, 2**30),
        *((EQUAL, last - 5 - i, 0, number) for i, number in enumerate(numbers)),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, DENY),
    ]
    filters = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
    header = ctypes.create_string_buffer(struct.pack("HL", len(program), ctypes.addressof(filters)))
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the filter of system calls")
