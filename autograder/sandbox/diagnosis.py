"""Why no sandbox stands on this machine, and what to do about it.

Two kinds of sandbox are tried, and what is missing is said for each. What fails to start says so in its last
line: bubblewrap, the launcher before it, or Python behind it. From this line and from what is known of the
machine follows one of a few causes, and each cause has its own advice.
"""

import ctypes
import errno
import os
import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.solver.landlock import version
from autograder.solver.syscalls import MACHINES

NO_SANDBOX = "there is no sandbox here, so nothing is graded. {why} " + (
    "To run students' code with your own rights all the same, say --unsandboxed."
)
WAYS = {  # where Linux has to come from, by Python's name of the system
    "darwin": "This is macOS, and the sandbox needs Linux. Grade in a Linux container or a virtual machine: "
    "docs/Containerfile is the recipe, and docs/installing.md has the lines for podman and docker.",
    "win32": "This is Windows, and the sandbox needs Linux. Grade in WSL 2 (wsl --install) or a container: "
    "docs/Containerfile is the recipe, and docs/installing.md has the lines for podman and docker.",
}
NOT_LINUX = "This system has no sandbox for students' code. Grade in a virtual machine that has Linux."
NOT_INSTALLED = "bubblewrap is not installed. " + (
    "On Debian or Ubuntu: apt install bubblewrap; on Fedora: dnf install bubblewrap."
)
APPARMOR = "kernel.apparmor_restrict_unprivileged_userns"
SETTINGS = {  # a setting that forbids namespaces, the value that does so, and what allows them
    "kernel.unprivileged_userns_clone": ("0", "sysctl kernel.unprivileged_userns_clone=1"),
    "user.max_user_namespaces": ("0", "sysctl user.max_user_namespaces=10000"),
    APPARMOR: (
        "1",
        f"sysctl {APPARMOR}=0 (or, for bubblewrap alone, the profile of AppArmor's in docs/installing.md)",
    ),
}
IN_A_CONTAINER = {
    "kubernetes": "A pod may make namespaces with hostUsers: false and, in the container's securityContext, "
    "procMount: Unmasked and seccompProfile: {type: Unconfined}.",
    "container": "A container may make namespaces with --security-opt seccomp=unconfined --security-opt "
    "apparmor=unconfined and, in Docker, --security-opt systempaths=unconfined, in Podman, --security-opt "
    "unmask=ALL.",
}
ELSEWHERE = f"Ask an administrator about {', '.join(SETTINGS)}."
FIRST = (5, 13)  # the first version of Linux that has Landlock
PROFILE = "landlock_create_ruleset, landlock_add_rule and landlock_restrict_self"
_UNREADABLE = re.compile(
    r"execvp|ModuleNotFoundError|ImportError|shared librar|find source path|init_fs_encoding|encodings|"
    r"(FileNotFoundError|PermissionError).*/"
)
_FORBIDDEN = re.compile(
    r"namespace|[ug]id.?map|unshare|setns|RTM_NEW|mount|capabilit|not permitted|setres[ug]id|setgroups"
)


@dataclass(frozen=True)
class Machine:
    """What is known of a machine.

    system: as `sys.platform`. processor: as `platform.machine`. kernel: its version. container: 'kubernetes',
    'container', or '' where this is none. settings: the values of SETTINGS that can be read. landlock: the
    error of the question for Landlock's version, 0 where there is none. seccomp: whether filters can be put.
    """

    system: str = "linux"
    processor: str = MACHINES[0]
    kernel: tuple[int, ...] = (6, 1)
    container: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    landlock: int = 0
    seccomp: bool = True


def this_machine(root: Path = Path("/"), environment: Mapping[str, str] = os.environ) -> Machine:
    """The machine that this runs on. root, environment: where to look, for tests."""
    if sys.platform != "linux":
        return Machine(sys.platform)
    values = {name: _text(root / "proc/sys" / name.replace(".", "/")).strip() for name in SETTINGS}
    landlock = 0
    try:
        version(ctypes.CDLL(None, use_errno=True))
    except OSError as error:
        landlock = error.errno or errno.ENOSYS
    return Machine(
        processor=platform.machine(),
        kernel=tuple(int(part) for part in re.findall(r"\d+", platform.release())[:2]),
        container=container(root, environment),
        settings={name: value for name, value in values.items() if value},
        landlock=landlock,
        seccomp=(root / "proc/sys/kernel/seccomp").is_dir(),
    )


def container(root: Path, environment: Mapping[str, str]) -> str:
    """The kind of container that this is, as `Machine` has it."""
    groups, first = _text(root / "proc/1/cgroup"), _text(root / "proc/1/environ").split("\0")
    if "KUBERNETES_SERVICE_HOST" in environment or "kubepods" in groups:
        return "kubernetes"
    marks = any((root / mark).exists() for mark in (".dockerenv", "run/.containerenv"))
    named = any(text.startswith("container=") for text in first) or "container" in environment
    return "container" if marks or named or re.search("docker|containerd|libpod|lxc", groups) else ""


def no_sandbox(reasons: Mapping[str, str]) -> str:
    """The sentences where no sandbox stands. reasons: why not, for each kind that was tried."""
    whys = [why.strip().rstrip(".") for why in reasons.values()]
    if len(set(whys)) == 1:
        return NO_SANDBOX.format(why=f"{whys[0]}.")
    each = " ".join(f"{kind}: {why}." for kind, why in zip(reasons, whys, strict=True))
    return NO_SANDBOX.format(why=each)


def diagnosis(line: str, places: list[str], machine: Machine) -> str:
    """What the failed start of a sandbox with namespaces means, in sentences.

    line: the last that was said. places: the folders that are visible inside.
    """
    line = line.strip().rstrip(".")
    if not line:
        return "bubblewrap ended at once and gave no reason. Try: bwrap --ro-bind / / true."
    if _UNREADABLE.search(line):
        return (
            f"bubblewrap works, but Python or one of its packages cannot be read inside ({line}). Visible "
            f"there are {', '.join(places)}. Install heinit and all its packages into one virtual "
            "environment, as ./heinit does, whose files everybody may read."
        )
    if _FORBIDDEN.search(line):
        ways = [way for name, (value, way) in SETTINGS.items() if machine.settings.get(name) == value]
        where = "this container" if machine.container else "this system"
        advice = f"An administrator allows them by: {'; '.join(ways)}." if ways else ELSEWHERE
        if machine.container:
            advice = f"{IN_A_CONTAINER[machine.container]} {advice if ways else ''}".strip()
            if not landlock_missing(machine):
                advice = f"None are needed with --wall landlock. {advice}"
        return f"bubblewrap is installed, but {where} does not let it make namespaces ({line}). {advice}"
    return f"bubblewrap does not start ({line})."


def landlock_missing(machine: Machine) -> str:
    """What a sandbox of Landlock lacks on a machine, and how to get it, in sentences; '' where nothing is."""
    kernel = "Linux " + ".".join(map(str, machine.kernel))
    if machine.system != "linux":
        return WAYS.get(machine.system, NOT_LINUX)
    if machine.processor not in MACHINES:
        return (
            f"There is no filter of system calls for this processor ({machine.processor}). "
            f"Grade on one of these: {', '.join(MACHINES)}."
        )
    if not machine.seccomp:
        return f"This kernel ({kernel}) has no filters of system calls (seccomp). Use your distribution's."
    if not machine.landlock:
        return ""
    if machine.landlock == errno.EOPNOTSUPP:
        where = "the container's host adds" if machine.container else "this machine adds"
        return (
            "Landlock was switched off when this kernel was started. An administrator of "
            f"{where} landlock to the kernel's parameter lsm= (cat /sys/kernel/security/lsm shows the list)."
        )
    if machine.kernel < FIRST:
        return f"This kernel ({kernel}) has no Landlock, which came with Linux 5.13. Update the kernel."
    if machine.container:
        return (
            "The container's seccomp profile hides Landlock. Update the container engine (the profiles of "
            f"Docker, Podman and containerd allow Landlock since 2022), or allow {PROFILE} in its profile."
        )
    if machine.landlock == errno.ENOSYS:
        return (
            f"This kernel ({kernel}) was built without Landlock (CONFIG_SECURITY_LANDLOCK). "
            "Use your distribution's."
        )
    return f"Landlock is forbidden here ({os.strerror(machine.landlock)}): a filter has to allow {PROFILE}."


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def last_line(errors: bytes) -> str:
    """The last line of what was written to standard error."""
    return next(reversed(errors.decode(errors="replace").strip().splitlines()), "")[:300]
