"""What the suite tries in a browser in part, tried whole: all lessons, and every frame of the site."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests" / "browser"


def main() -> None:
    """Run the browser's tests at full size. What follows the name of the benchmark goes to pytest."""
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", str(TESTS), *sys.argv[1:]]
    sys.exit(subprocess.run(command, env={**os.environ, "HEINIT_FULL": "1"}, check=False).returncode)


if __name__ == "__main__":
    main()
