"""Start bubblewrap, also for root, and wherever the interpreter is installed.

Run as a program: `python -I launch.py '{"binds": [[source, place], ...], "uid": ..., "argv": [...]}'`.
`BINDS` among the arguments stands for the options that bind the folders.

Only root needs this program. Student code must not run with root's uid, not even inside a
namespace, but the interpreter may lie where only root can read, in /root for example. So root
creates a mount namespace, binds there what is needed to a place that everybody can read, becomes
an ordinary user for good, and then becomes bubblewrap.
"""

import ctypes
import json
import os
import sys
from pathlib import Path
from typing import Any

CLONE_NEWNS = 0x20000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
STAGE = "/mnt"  # in our own mount namespace: the host's /mnt is untouched

libc = ctypes.CDLL(None, use_errno=True)


def main(order: dict[str, Any]) -> None:
    """Replace this process by bubblewrap."""
    places = {}
    if os.geteuid() == 0:
        _check(libc.unshare(CLONE_NEWNS), "unshare")
        _check(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "make mounts private")
        _check(libc.mount(b"tmpfs", STAGE.encode(), b"tmpfs", 0, b"mode=0755"), "stage")
        for i, (source, _) in enumerate(order["binds"]):
            staged = f"{STAGE}/{i}"
            if Path(source).is_dir():
                Path(staged).mkdir()
            else:
                Path(staged).touch()
            _check(libc.mount(source.encode(), staged.encode(), None, MS_BIND | MS_REC, None), source)
            places[source] = staged
        os.setgroups([])
        os.setresgid(order["uid"], order["uid"], order["uid"])
        os.setresuid(order["uid"], order["uid"], order["uid"])
    binds = []
    for source, place in order["binds"]:
        binds += ["--bind" if place in order["writable"] else "--ro-bind", places.get(source, source), place]
    bwrap, *options = order["argv"]
    cut = options.index("BINDS")
    os.execv(bwrap, [bwrap, *options[:cut], *binds, *options[cut + 1 :]])


def _check(result: int, what: str) -> None:
    """Raise OSError if a call failed."""
    if result != 0:
        raise OSError(ctypes.get_errno(), what)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
