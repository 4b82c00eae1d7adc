"""What processes of ours take over from whoever starts them.

A caller's environment may name another NumPy, a backend of Matplotlib's that is not installed, a library that
is gone, or a home that nobody can write in. None of that is to decide a score or to stop a run. So the judge,
the limited process, the workers, the sandbox and the kernels that run our lessons get the variables of
`INHERITED`, and have no home: what a library wants to keep for later has a place beside our own modules.
The command itself runs as it was started: `settle` takes away what would change its imports, opens the
streams that are closed, and says which limit is too low for it.
"""

import os
import site
import sys
from contextlib import suppress
from pathlib import Path

from autograder.errors import HeinitError
from autograder.sandbox.limits import ONE_THREAD
from autograder.solver.process_limits import RAISE, LowLimitError, reach

INHERITED = (
    *("PATH", "LD_LIBRARY_PATH", "PYTHONHOME"),  # where programs, their libraries and Python's own lie
    *("TMPDIR", "TEMP", "TMP", "TZ"),
    *("KUBERNETES_SERVICE_HOST", "container"),  # by which a container is known
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE"),  # what Windows needs
)
BENDS = ("PYTHONPATH", "PYTHONSTARTUP", "PYTHONINSPECT", "MPLBACKEND")
PACKAGE = Path(__file__).resolve().parent
# Matplotlib's list of fonts takes seconds to make: it stays where Python keeps what it has compiled.
MATPLOTLIB = PACKAGE / "__pycache__" / "matplotlib"
STREAMS = "stdin", "stdout", "stderr"
# what the command itself needs, of any verb
LEAST = {"RLIMIT_AS": 2**29, "RLIMIT_DATA": 2**28, "RLIMIT_FSIZE": 2**24, "RLIMIT_NOFILE": 48}
NOWHERE = os.devnull  # a home in which nothing is found and nothing can be written


def inherited(*more: str) -> dict[str, str]:
    """The environment of a process of ours. more: further names to inherit, as that of the home."""
    kept = {name: os.environ[name] for name in (*INHERITED, *more) if name in os.environ}
    return {
        "HOME": NOWHERE,
        **kept,
        "LANG": "C.UTF-8",
        "MPLCONFIGDIR": str(MATPLOTLIB),
        "PYTHONPATH": os.pathsep.join(_own_places()),
        "PYTHONSAFEPATH": "1",  # nothing that lies where somebody grades is ours
        **ONE_THREAD,
    }


def settle() -> None:
    """Make the command independent of what it was started in. Raises HeinitError where that cannot be.

    Of PYTHONPATH, a folder that holds this package stays, for heinit may have been installed there.
    """
    if os.name == "posix" and sys.getfilesystemencoding() != "utf-8":  # names of folders would be others
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    for closed in (name for name in STREAMS if getattr(sys, name) is None):
        # else the next file that is opened would take the stream's number, and be written to
        null = Path(os.devnull).open("r+" if closed == "stdin" else "w", encoding="utf-8")  # noqa: SIM115
        os.set_inheritable(null.fileno(), True)
        setattr(sys, closed, null)
    try:
        Path.cwd()
    except FileNotFoundError:
        raise HeinitError("the directory that this was started in is gone. Go to another one.") from None
    try:
        reach(LEAST)
    except LowLimitError as error:
        raise HeinitError(f"this cannot be done here: {error}. {RAISE}") from None
    own = _own_places()
    foreign = _pythonpath() - {*own, *site.getsitepackages()}
    sys.path[:] = [place for place in sys.path if not place or _absolute(place) not in foreign]
    for name in BENDS:
        os.environ.pop(name, None)
    if own:
        os.environ["PYTHONPATH"] = os.pathsep.join(own)


def keep_only_inherited() -> None:
    """Give this process, which somebody else has started, the environment of a process of ours."""
    kept = inherited()
    for name in set(os.environ) - set(kept):
        del os.environ[name]
    os.environ.update(kept)


def _own_places() -> list[str]:
    """The folders of PYTHONPATH that hold our packages, in a checkout or installed."""
    ours = {PACKAGE.parent, PACKAGE.parent / "notebooks"}
    return sorted(place for place in _pythonpath() if Path(place).resolve() in ours)


def _pythonpath() -> set[str]:
    places = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return {_absolute(place) for place in places if place}


def _absolute(place: str) -> str:
    with suppress(FileNotFoundError):  # where the current directory is gone
        return str(Path(place).absolute())
    return place
