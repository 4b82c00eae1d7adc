"""The limits of one process, and what to say where this machine's own are lower than a session needs.

A session is held to the same limits on every machine, so that a score is the same on every machine: a limit
that this machine does not allow is named, and nothing is graded under a lower one.
"""

from collections.abc import Iterable, Iterator, Mapping

try:
    import resource
except ImportError:  # on Windows
    resource = None  # type: ignore[assignment]

# of a limit: the option of the shell's `ulimit` that shows it, the bytes of its unit, and a value below
# which the limit may be why something of ours did not start
SHELL = {
    "RLIMIT_AS": ("-v", 1024, 2**33),
    "RLIMIT_CPU": ("-t", 1, 3600),
    "RLIMIT_DATA": ("-d", 1024, 2**33),
    "RLIMIT_FSIZE": ("-f", 1024, 2**30),
    "RLIMIT_NOFILE": ("-n", 1, 1024),
    "RLIMIT_NPROC": ("-u", 1, 1024),
    "RLIMIT_STACK": ("-s", 1024, 2**23),
}
RAISE = (
    "Raise that limit, or have an administrator raise it (limits.conf, a service's unit, or what a job "
    "requests), and run this again."
)


class LowLimitError(Exception):
    """A hard limit of this machine's is lower than a session needs; the text has no full stop."""


def set_limit(name: str, needed: int) -> None:
    """Set the soft and the hard limit of this process. Raises LowLimitError where that is not allowed."""
    try:
        resource.setrlimit(getattr(resource, name), (needed, needed))
    except (ValueError, OSError):
        raise _too_low(name, needed) from None


def reach(limits: Mapping[str, int]) -> None:
    """Raise this process's soft limits to these at least, for it and for what it starts.

    Raises LowLimitError where a hard limit is lower.
    """
    for name, soft, hard in _finite(limits):
        if hard is not None and hard < limits[name]:
            raise _too_low(name, limits[name])
        if soft < limits[name]:
            most = resource.RLIM_INFINITY if hard is None else hard
            resource.setrlimit(getattr(resource, name), (most, most))


def low_limits(reason: str) -> str:
    """A sentence that names the limits that may be why something does not start here, or ''.

    reason: what has been said about it; where a limit is named there, there is no more to say.
    """
    low = [
        f"{name} (`ulimit {SHELL[name][0]}`) is {hard // SHELL[name][1]}"
        for name, _, hard in _finite(SHELL)
        if hard is not None and hard < SHELL[name][2]
    ]
    return f" A limit may be why: here {', and '.join(low)}." if low and "RLIMIT_" not in reason else ""


def _finite(names: Iterable[str]) -> Iterator[tuple[str, int, int | None]]:
    """The finite limits of this process: name, soft and hard limit; None where the hard limit is infinite."""
    for name in names:
        if hasattr(resource, name):
            soft, hard = resource.getrlimit(getattr(resource, name))
            if soft != resource.RLIM_INFINITY:
                yield name, soft, None if hard == resource.RLIM_INFINITY else hard


def _too_low(name: str, needed: int) -> LowLimitError:
    _, hard = resource.getrlimit(getattr(resource, name))
    option, unit, _ = SHELL.get(name, ("-a", 1, 0))
    return LowLimitError(
        f"{name} (`ulimit {option}`) is {hard // unit} here, and {-(-needed // unit)} is needed"
    )
