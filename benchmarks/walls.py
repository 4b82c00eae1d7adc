"""The kinds of sandbox beside each other: `heinit bench walls [--students N]`.

Grades one class in each kind of sandbox, on this machine and in what forbids namespaces as a container does
(as this user, and as an ordinary one where this user is root and everybody may read where heinit lies), and
compares every cell's score with the namespaces'. Prints seconds and their ratio, and exits with 1 where a
score differs. Needs bubblewrap 0.8.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from autograder.sandbox.places import closed_to_others
from benchmarks._shared import HEINIT

CONTAINER = ["bwrap", "--unshare-user", "--disable-userns", "--bind", "/", "/", "--dev", "/dev"]
CONTAINER += ["--proc", "/proc"]
USER = 12345


def main() -> None:
    """Print a table: where, seconds, ratio to the namespaces, submissions whose scores differ."""
    parser = argparse.ArgumentParser(prog="heinit bench walls")
    parser.add_argument("--students", type=int, default=60, help="each hands in all lessons")
    students = parser.parse_args().students
    rooms = {"namespaces": [HEINIT], "landlock": [HEINIT], "landlock, in a container": [*CONTAINER, HEINIT]}
    if os.geteuid() == 0 and not closed_to_others():
        rooms["landlock, in a container, as a user"] = [*CONTAINER, HEINIT]
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder, "course")
        demo = [HEINIT, "demo", course, "--students", str(students), "--no-grade"]
        subprocess.run(demo, check=True, capture_output=True)
        print(f"{'sandbox':36} {'seconds':>8} {'ratio':>6} {'other scores':>12}")
        first: dict[str, Any] = {}
        seconds: list[float] = []
        differ = 0
        for room, command in rooms.items():
            here = Path(folder, "here")
            shutil.copytree(course, here)
            ordinary = room.endswith("user")
            if ordinary:
                subprocess.run(["chown", "-R", f"{USER}:{USER}", here], check=True)
            Path(folder).chmod(0o755)
            wall = room.partition(",")[0]
            start = time.monotonic()
            done = subprocess.run(
                [*command, "grade", str(here), "--json", "--wall", wall],
                capture_output=True,
                text=True,
                check=False,
                **({"user": USER, "group": USER, "extra_groups": [], "cwd": here} if ordinary else {}),
                env={**os.environ, "HOME": str(here)} if ordinary else None,
            )
            seconds.append(time.monotonic() - start)
            lines = [json.loads(line) for line in done.stdout.splitlines()]
            scores = {f"{line['student']} {line['lesson']}": line["cells"] for line in lines}
            if not scores:
                sys.exit(f"{room}: {done.stderr[-1000:]}")
            first = first or scores
            others = sum(scores.get(who) != cells for who, cells in first.items())
            differ += others
            print(
                f"{room:36} {seconds[-1]:8.1f} {seconds[-1] / seconds[0]:6.2f} {others:6} of {len(first)}",
                flush=True,
            )
            shutil.rmtree(here)
    sys.exit(differ > 0)
