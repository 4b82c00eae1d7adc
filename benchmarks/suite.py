"""The test suite, with all that it usually tries in part tried whole: lessons, frames, pages, attacks."""

import os
import subprocess
import sys

from benchmarks._shared import HEINIT


def main() -> None:
    """Run the tests at full size. What follows the name of the benchmark goes to pytest."""
    environment = {**os.environ, "HEINIT_FULL": "1"}
    sys.exit(subprocess.run([HEINIT, "test", *sys.argv[1:]], env=environment, check=False).returncode)
