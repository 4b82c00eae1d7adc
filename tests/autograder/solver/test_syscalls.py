"""The filters of system calls: what they answer, on every machine that they are for."""

from __future__ import annotations

import errno
import platform
import struct
import tomllib
from typing import Any

import pytest

from autograder.judge.client import Judge
from autograder.sandbox.kinds import KINDS
from autograder.sandbox.limits import Limits
from autograder.solver.syscalls import FILTERS, MACHINES, program
from benchmarks import syscalls
from tests.tools import FULL, missing, system_tool

try:
    import pyseccomp as sc
except RuntimeError:  # there is no libseccomp
    sc = None

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7, "i386": 0x40000003}
ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000
LOAD, JUMP, EQUAL, GREATER, AT_LEAST, ANY_BIT, AND, RETURN = 0x20, 0x05, 0x15, 0x25, 0x35, 0x45, 0x54, 0x06


def answer(name: str, machine: str, number: int, *arguments: int) -> int:
    """What a filter answers to a call: the kernel's packet filter, in ten lines."""
    data = struct.pack("<iIQ6Q", number, ARCHITECTURES[machine], 0, *arguments, *[0] * (6 - len(arguments)))
    steps = list(struct.iter_unpack("<HBBI", program(name)))
    at, held = 0, 0
    while steps[at][0] != RETURN:
        code, true, false, k = steps[at]
        match code:
            case _ if code == LOAD:
                held = struct.unpack_from("<I", data, k)[0]
            case _ if code == AND:
                held &= k
            case _ if code == JUMP:
                at += k
            case _:
                holds = {EQUAL: held == k, GREATER: held > k, AT_LEAST: held >= k, ANY_BIT: bool(held & k)}[
                    code
                ]
                at += true if holds else false
        at += 1
    return int(steps[at][3])


def numbered(call: str, machine: str) -> int:
    if sc is None:
        missing("libseccomp is not installed: apt install libseccomp2")
    return int(sc.resolve_syscall(getattr(sc.Arch, machine.upper()), call))


def test_the_stored_filters_are_those_of_the_page():
    if sc is None:
        missing("libseccomp is not installed: apt install libseccomp2")
    stored = {path.stem: path.read_bytes() for path in FILTERS.glob("*.bpf")}
    assert stored.keys() == tomllib.loads(syscalls.PAGE.read_text(encoding="utf-8")).keys()
    if stored != syscalls.compiled():  # another libseccomp may order the steps otherwise
        pytest.fail("Run ./heinit bench syscalls --store", pytrace=False)


DENIED = """
    ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd bpf perf_event_open userfaultfd keyctl
    add_key request_key io_uring_enter io_uring_register mount umount2 pivot_root chroot move_mount
    open_tree fsopen fsmount mount_setattr unshare setns kexec_load kexec_file_load init_module finit_module
    delete_module reboot swapon acct quotactl settimeofday clock_settime adjtimex personality bind listen
    connect accept accept4 setsockopt shmget shmat msgget semget mq_open memfd_create memfd_secret
    inotify_init1 fanotify_init setpriority sched_setaffinity name_to_handle_at open_by_handle_at vmsplice
    splice io_setup mknodat setxattr lookup_dcookie
"""
CALLS: list[tuple[str, str, tuple[int, ...], int]] = [
    ("solver", "read", (), ALLOW),
    ("solver", "getrandom", (), ALLOW),
    ("solver", "socket", (2, 1), ERRNO | errno.EPERM),
    ("solver", "socket", (1, 1), ERRNO | errno.EPERM),
    ("solver", "socketpair", (1, 1), ALLOW),
    ("solver", "socketpair", (2, 1), ERRNO | errno.EPERM),
    ("solver", "socketpair", (1 << 32 | 1, 1), ALLOW),  # the kernel looks at 32 bits
    ("solver", "clone", (0x01200011,), ALLOW),
    ("solver", "clone", (0x003D0F00,), ALLOW),
    *(
        ("solver", "clone", (flag | 17,), ERRNO | errno.EPERM)
        for flag in (0x20000, *(1 << n for n in range(25, 31)))
    ),
    ("solver", "clone3", (), ERRNO | errno.ENOSYS),
    ("solver", "ioctl", (0, 0x5401), ALLOW),
    ("solver", "ioctl", (0, 0x5412), ERRNO | errno.EPERM),
    ("solver", "ioctl", (0, 1 << 32 | 0x5412), ERRNO | errno.EPERM),
    ("solver", "prlimit64", (0, 7), ALLOW),
    ("solver", "prlimit64", (1, 7), ERRNO | errno.EPERM),
    ("solver", "prctl", (15,), ALLOW),
    ("solver", "prctl", (22, 2), ERRNO | errno.EPERM),
    ("solver", "fcntl", (3, 1024), ERRNO | errno.EPERM),
    *(("solver", call, (), ERRNO | errno.EPERM) for call in DENIED.split()),
    ("attributes", "fchmodat", (), ERRNO),  # pretended
    ("attributes", "read", (), ALLOW),
    ("truncation", "openat", (0, 0, 0x200), ERRNO | errno.EPERM),
    ("truncation", "openat", (0, 0, 0x241), ALLOW),
    ("truncation", "truncate", (), ERRNO | errno.EPERM),
    ("signals", "kill", (), ERRNO | errno.EPERM),
    ("signals", "read", (), ALLOW),
]


@pytest.mark.parametrize("machine", MACHINES)
def test_each_call_is_allowed_or_fails_as_it_should(machine):
    wrong = []
    for name, call, arguments, expected in CALLS:
        number = numbered(call, machine)
        if number >= 0 and (given := answer(name, machine, number, *arguments)) != expected:
            wrong.append((name, call, arguments, hex(given)))
    assert wrong == []


def test_calls_of_another_architecture_end_the_process_or_fail():
    for name in ("solver", "attributes", "truncation", "signals"):
        assert answer(name, "i386", 3) == KILL
    for number in (41, 0, 257, 600, 5000):  # x32, and calls that are newer than the page
        assert answer("solver", "x86_64", 0x40000000 + number) != ALLOW
    assert {answer("solver", machine, 600) for machine in MACHINES} == {ERRNO | errno.EPERM}


def test_only_calls_that_exist_stand_on_the_page():
    page: dict[str, dict[str, Any]] = tomllib.loads(syscalls.PAGE.read_text(encoding="utf-8"))
    lists = [
        calls for each in page.values() for part in ("allow", "deny") for calls in each.get(part, {}).values()
    ]
    unknown = [
        call
        for calls in lists
        for call in calls.split()
        if all(numbered(call, machine) < -9999 for machine in MACHINES)
    ]
    assert unknown == []


HABITS: dict[str, str] = tomllib.loads(syscalls.HABITS.read_text(encoding="utf-8"))
# what a kind of sandbox does not give; SECURITY.md says so
NOT_THERE = {("landlock", "processes"): "PermissionError"}  # multiprocessing keeps its locks in /dev/shm


@pytest.mark.parametrize("kind", KINDS if FULL else KINDS[1:])  # whose filters are stricter
def test_what_students_write_runs_in_every_sandbox(kind):
    system_tool("bwrap")
    judge = Judge(Limits(), kind)
    try:
        for name, source in HABITS.items():
            ((errors),) = [judge_errors(judge, source)]
            assert errors == ([NOT_THERE[kind, name]] if (kind, name) in NOT_THERE else []), (name, errors)
    finally:
        judge.close()


def judge_errors(judge: Judge, source: str) -> list[str]:
    """The names of the errors that a cell ends in."""
    from nbformat.v4 import new_code_cell, new_notebook

    notebook = new_notebook(cells=[new_code_cell(source)])
    judge.execute(notebook, [])
    return [output.ename for output in notebook.cells[0].outputs if output.output_type == "error"]


def test_this_machine_is_named_where_there_is_no_filter_for_it(monkeypatch):
    from autograder.sandbox.sandbox import SandboxError
    from autograder.sandbox.selftest import prove

    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(SandboxError, match="no filter of system calls for riscv64"):
        prove(None)  # type: ignore[arg-type]
