"""The fault campaign at full size: kill the grader at twenty moments, and finish the class each time."""

import os
import subprocess
import sys
from pathlib import Path

CAMPAIGN = Path(__file__).resolve().parents[1] / "tests" / "autograder" / "grading"


def main() -> None:
    """Run the tests of grading with twenty moments to be killed at."""
    moments = sys.argv[1] if len(sys.argv) > 1 else "20"
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", str(CAMPAIGN)]
    sys.exit(subprocess.run(command, env={**os.environ, "HEINIT_FAULTS": moments}, check=False).returncode)
