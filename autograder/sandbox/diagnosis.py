"""Why a sandbox does not start on this machine, and what to do about it.

What fails says so in its last line: bubblewrap, the launcher before it, or Python behind it. From this line
and the system's settings follows one of a few causes, and each cause has its own advice.
"""

import re
from pathlib import Path

NO_SANDBOX = "there is no sandbox here, so nothing is graded: {why} " + (
    "To run students' code with your own rights all the same, say --unsandboxed."
)
NOT_LINUX = "bubblewrap is for Linux. Grade in a virtual machine or a container that has Linux."
NOT_INSTALLED = "bubblewrap is not installed. " + (
    "On Debian or Ubuntu: apt install bubblewrap; on Fedora: dnf install bubblewrap."
)
APPARMOR = "kernel.apparmor_restrict_unprivileged_userns"
SETTINGS = {  # a setting that forbids namespaces, the value that does so, and what allows them
    "kernel.unprivileged_userns_clone": ("0", "sysctl kernel.unprivileged_userns_clone=1"),
    "user.max_user_namespaces": ("0", "sysctl user.max_user_namespaces=10000"),
    APPARMOR: ("1", f"sysctl {APPARMOR}=0 (or a profile of AppArmor's that gives bwrap `userns`)"),
}
_UNREADABLE = re.compile(
    r"execvp|ModuleNotFoundError|ImportError|shared librar|find source path|init_fs_encoding|encodings|"
    r"(FileNotFoundError|PermissionError).*/"
)
_FORBIDDEN = re.compile(
    r"namespace|[ug]id.?map|unshare|setns|RTM_NEW|mount|capabilit|not permitted|setres[ug]id|setgroups"
)


def no_sandbox(reasons: dict[str, str]) -> str:
    """The sentence where no sandbox stands. reasons: why not, for each kind that was tried."""
    return NO_SANDBOX.format(why=" ".join(f"{kind}: {why.rstrip('.')}." for kind, why in reasons.items()))


def diagnosis(line: str, places: list[str], settings: Path = Path("/proc/sys")) -> str:
    """What a failed start means, in sentences.

    line: the last that was said. places: the folders that are visible inside. settings: the kernel's.
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
        ways = [
            way
            for name, (value, way) in SETTINGS.items()
            if _value(settings / name.replace(".", "/")) == value
        ]
        return f"bubblewrap is installed, but this system does not let it make namespaces ({line}). " + (
            f"An administrator allows them by: {'; '.join(ways)}." if ways else ELSEWHERE
        )
    return f"bubblewrap does not start ({line})."


ELSEWHERE = (
    "A container must allow user namespaces (Docker: --security-opt seccomp=unconfined --security-opt "
    "apparmor=unconfined --security-opt systempaths=unconfined). Elsewhere, ask an administrator about "
    f"{', '.join(SETTINGS)}."
)


def _value(setting: Path) -> str:
    try:
        return setting.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def last_line(errors: bytes) -> str:
    """The last line of what was written to standard error."""
    return next(reversed(errors.decode(errors="replace").strip().splitlines()), "")[:300]
