"""Which system calls submissions make: `heinit bench syscalls [--store]`.

Runs the solved lessons and the cells of `benchmarks/habits.toml` in each kind of sandbox, under strace,
and names each call that a submission made and the filters deny: how often, and the first. `--store` compiles
`autograder/solver/filters/calls.toml` with libseccomp into the programs that lie beside the page.
Needs strace (apt install strace), and for `--store` libseccomp (apt install libseccomp2).
"""

import errno
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell, new_notebook

from autograder.judge.client import Judge
from autograder.lessons import lessons
from autograder.lessons.compose import solution_function, solve
from autograder.sandbox.kinds import KINDS
from autograder.sandbox.limits import Limits
from autograder.solver.syscalls import FILTERS, MACHINES
from benchmarks._shared import HEINIT

PAGE = FILTERS / "calls.toml"
HABITS = Path(__file__).with_name("habits.toml")
DENIALS = ("EPERM", "ENOSYS")


def main() -> None:
    """Print what was denied, or store the compiled filters."""
    if "--store" in sys.argv:
        for name, program in compiled().items():
            (FILTERS / f"{name}.bpf").write_bytes(program)
            print(f"{name}: {len(program) // 8} instructions")
    elif "run" in sys.argv:
        _run(sys.argv[-1])
    else:
        if shutil.which("strace") is None:
            sys.exit("strace is not installed: apt install strace")
        for kind in KINDS:
            _measure(kind)


def compiled() -> dict[str, bytes]:
    """The programs of the page's filters, by their names, as libseccomp makes them for all of MACHINES."""
    import pyseccomp as sc

    page: dict[str, dict[str, Any]] = tomllib.loads(PAGE.read_text(encoding="utf-8"))
    programs = {}
    for name, filter_ in page.items():
        built = sc.SyscallFilter(_action(filter_["default"]))
        built.set_attr(sc.Attr.ACT_BADARCH, sc.KILL_PROCESS)
        built.set_attr(sc.Attr.CTL_OPTIMIZE, 2)  # a tree of the calls' numbers
        for machine in MACHINES:
            if (architecture := getattr(sc.Arch, machine.upper())) != sc.system_arch():
                built.add_arch(architecture)
        rules = [("allow", calls) for calls in filter_.get("allow", {}).values()]
        rules += filter_.get("deny", {}).items()
        for then, calls in rules:
            for call in calls.split():
                built.add_rule(_action(then), call)
        for when in filter_.get("when", ()):
            for value in when["values"]:
                matches = sc.Arg(when["argument"], sc.MASKED_EQ, when["mask"], value)
                built.add_rule(_action(when["then"]), when["calls"], matches)
        with tempfile.TemporaryFile() as file:
            built.export_bpf(file)
            file.seek(0)
            programs[name] = file.read()
    return programs


def _action(word: str) -> int:
    import pyseccomp as sc

    if word == "allow":
        return int(sc.ALLOW)
    return int(sc.ERRNO(int(word) if word.isdigit() else getattr(errno, word)))


def _measure(kind: str) -> None:
    """Run everything in this kind of sandbox, and print what its submissions were denied."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        here = [HEINIT, "bench", "syscalls", "run", kind]
        trace = ["strace", "-f", "-qq", "-s", "40", "--pidns-translation", "-o", str(log)]
        subprocess.run([*trace, *here], check=True)
        calls: Counter[str] = Counter()
        denied: Counter[str] = Counter()
        first: dict[str, str] = {}
        for call, line in _submitted_calls(log):
            calls[call] += 1
            if any(f"-1 {name} " in line for name in DENIALS):
                denied[call] += 1
                first.setdefault(call, line.strip()[:100])
    print(f"{kind}: {calls.total()} calls, {len(calls)} of them different")
    for call, count in denied.most_common():
        print(f"  denied {count:5} {call:18} {first[call]}")


def _submitted_calls(log: Path) -> Iterator[tuple[str, str]]:
    """The calls of the processes that have put the filter around themselves, and of all that they start."""
    solvers: set[str] = set()
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        pid, _, text = line.partition(" ")
        if (match := re.match(r"\s*(?:<\.\.\. )?(\w+)", text)) is None:
            continue
        call = match[1]
        if call in ("clone", "clone3", "fork", "vfork") and pid in solvers:
            child = re.search(r"= (\d+)(?: /\* (\d+) in strace's PID NS \*/)?$", text)
            solvers |= {child[2] or child[1]} if child else set()
        if pid in solvers and "resumed" not in text:
            yield call, text
        if "PR_SET_SECCOMP" in text:
            solvers.add(pid)


def _run(kind: str) -> None:
    """Run the solved lessons and the habits in a sandbox of this kind, which has proven itself before."""
    cells: dict[str, str] = tomllib.loads(HABITS.read_text(encoding="utf-8"))
    notebooks = [solve(each.notebook, each.solutions) for each in lessons()]
    notebooks += [new_notebook(cells=[new_code_cell(source)]) for source in cells.values()]
    # without a wall there is no self-test, whose calls are denied
    judge = Judge(Limits(), kind, without=["descriptors"])
    for notebook in notebooks:
        names = [name for cell in notebook.cells if (name := solution_function(cell))]
        judge.execute(notebook, names)
    judge.close()
