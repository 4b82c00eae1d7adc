"""The test suite, with all that it usually tries in part tried whole: lessons, frames, pages, attacks."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path


def main() -> None:
    """Run the tests at full size. What follows the name of the benchmark goes to pytest."""
    heinit = Path(sysconfig.get_path("scripts")) / "heinit"
    environment = {**os.environ, "HEINIT_FULL": "1"}
    sys.exit(subprocess.run([heinit, "test", *sys.argv[1:]], env=environment, check=False).returncode)


if __name__ == "__main__":
    main()
