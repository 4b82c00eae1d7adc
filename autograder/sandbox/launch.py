"""Start bubblewrap, as root or as anybody, with the interpreter wherever it lives.

Run as a program: `python -I launch.py '{"binds": [[source, place], ...], "uid": ..., "argv": [...]}'`.
The program is needed for root alone. Root may read an interpreter that nobody else may (in
/root, say), and student code shall not run with root's uid, not even inside a namespace. So in
a mount namespace of its own, root first binds what is needed where everybody may look, then
becomes an ordinary user for ever, and only then becomes bubblewrap.
"""

import ctypes
import json
import os
import sys
from pathlib import Path
from typing import Any

CLONE_NEWNS = 0x20000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
STAGE = "/mnt"  # in our own mount namespace: what lies there on the host is untouched

libc = ctypes.CDLL(None, use_errno=True)


def main(order: dict[str, Any]) -> None:
    """Become bubblewrap."""
    places = {}
    if os.geteuid() == 0:
        check(libc.unshare(CLONE_NEWNS), "unshare")
        check(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "make mounts private")
        check(libc.mount(b"tmpfs", STAGE.encode(), b"tmpfs", 0, b"mode=0755"), "stage")
        for i, (source, _) in enumerate(order["binds"]):
            staged = f"{STAGE}/{i}"
            if Path(source).is_dir():
                Path(staged).mkdir()
            else:
                Path(staged).touch()
            check(libc.mount(source.encode(), staged.encode(), None, MS_BIND | MS_REC, None), source)
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


def check(result: int, what: str) -> None:
    """Raise OSError where a call failed."""
    if result != 0:
        raise OSError(ctypes.get_errno(), what)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
