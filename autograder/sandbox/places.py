"""What a submission may see and use: the places of the file system, and the environment.

Every kind of sandbox shows a submission the same: the interpreter, its packages, the system's libraries, the
solver and heinit_lab, all read-only. The answers, the hidden checks, the gradebook and the other submissions
are nowhere among them. A folder with answers or checks that lies inside a visible folder, as in an installed
package, is masked: bubblewrap puts an empty folder there, and Landlock shows the neighbours one by one.
"""

import importlib.util
import stat
import sys
import sysconfig
from pathlib import Path

import heinit_lab
from autograder.sandbox.limits import ONE_THREAD
from autograder.solver.landlock import IOCTL_DEV, READ, READ_DIR, READ_FILE, WRITE_FILE

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
FILES = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")

# Matrices of some megabytes come and go. Memory that is returned to the kernel must be cleared again.
KEEP = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(64 << 20)}
ENVIRONMENT = {
    "HOME": "/box",
    "TMPDIR": "/box",
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "MPLCONFIGDIR": "/box/matplotlib",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "NBGRADER_EXECUTION": "autograde",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    **ONE_THREAD,
    **KEEP,
}
INSIDE = {**ENVIRONMENT, "PYTHONPATH": "/course"}  # the sandbox's whole environment


def own() -> list[tuple[str, str]]:
    """The course's own code that the solver needs, and the list of fonts; and their places in the sandbox."""
    import matplotlib.font_manager  # writes the list once on this machine, which takes seconds

    solver = Path(__file__).resolve().parent.parent / "solver"
    lab = Path(heinit_lab.__file__).resolve().parent
    fonts = Path(matplotlib.get_cachedir()).glob("fontlist-*.json")
    code = [(str(solver), "/course/solver"), (str(lab), "/course/heinit_lab")]
    return [*code, *((str(path), f"/course/fonts/{path.name}") for path in fonts)]


def masks(visible: list[tuple[str, str]]) -> list[str]:
    """The secret folders that lie inside a bound folder, as in an installed package or under /usr."""
    secret = set()
    for name in ("autograder", "heinit_solutions"):
        spec = importlib.util.find_spec(name)
        for folder in (spec and spec.submodule_search_locations) or ():
            secret.add(Path(folder).resolve())
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "notebooks").is_dir():  # all of it is secret, except what is bound by name
        secret.update(p for p in checkout.iterdir() if p.is_dir() and not sys.prefix.startswith(str(p)))
    bound = [Path(source).resolve() for source, _ in visible]
    return sorted(str(p) for p in secret if any(p.is_relative_to(b) and p != b for b in bound))


def binds() -> list[tuple[str, str]]:
    """What is bound and where: the system's libraries, the interpreter, its packages, our own code."""
    system = [(path, path) for path in SYSTEM if Path(path).is_dir() and not Path(path).is_symlink()]
    files = [(path, path) for path in FILES if Path(path).exists()]
    executable = Path(sys.executable)
    folders = {sys.prefix, sys.base_prefix, sys.base_exec_prefix, sysconfig.get_path("purelib")}
    folders |= {str(p.parent.parent) for p in (executable, executable.resolve())}
    outside = sorted(f for f in folders if not f.startswith("/usr/") and f not in ("/usr", "/"))
    # a folder inside another that is bound already needs no bind of its own
    needed = [f for f in outside if not any(f != g and f.startswith(g + "/") for g in outside)]
    return [*system, *files, *((f, f) for f in needed), *own()]


def landlock_places(folder: str) -> list[tuple[str, int]]:
    """The places that Landlock opens to a submission, each with its rights. folder: the sandbox's own."""
    secret = {Path(path) for path in masks(binds())}
    roots = [*(Path(source) for source, _ in binds() if source not in dict(own())), Path(folder, "course")]
    opened = [pair for root in roots for pair in _around(root.resolve(), secret)]
    opened += [(source, READ) for source, _ in own() if Path(source).is_dir()]
    return [*opened, *((path, READ_FILE | WRITE_FILE | IOCTL_DEV) for path in DEVICES)]


def _around(root: Path, secret: set[Path]) -> list[tuple[str, int]]:
    """A folder without the secret ones in it: rights on a folder are rights on all that lies in it."""
    if root in secret:
        return []
    if not any(path.is_relative_to(root) for path in secret):
        return [(str(root), READ)]
    # names can be listed, also those in the secret folders; contents cannot be read
    inside = (child for child in root.iterdir() if not child.is_symlink())  # lib64 may lead to what is secret
    return [(str(root), READ_DIR), *(pair for child in inside for pair in _around(child, secret))]


def closed_to_others() -> bool:
    """Whether a folder on the way to what a solver needs may be entered by its owner alone."""
    needed = [Path(source) for source, _ in binds() if Path(source).is_dir()]
    above = {parent for folder in needed for parent in (folder, *folder.parents)}
    return not all(folder.stat().st_mode & stat.S_IXOTH for folder in above)
