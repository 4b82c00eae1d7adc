"""Commands as this user would type them, for sentences that say what to run next."""

import os
import shlex
import shutil
import subprocess
import sysconfig
from pathlib import Path

from autograder.lessons import NOTEBOOKS

PATH = os.environ.get("PATH", "")  # the user's own; the course module extends it for nbgrader later


def heinit(*words: object) -> str:
    """`heinit WORDS`: the installed command where the user has it on PATH, else the script `heinit`."""
    bootstrap = NOTEBOOKS.parent / "heinit"
    if shutil.which("heinit", path=PATH) or not bootstrap.is_file():
        command = ["heinit"]
    elif os.name == "nt":
        command = ["python", str(bootstrap)]
    else:
        command = ["./heinit" if Path.cwd() == bootstrap.parent else str(bootstrap)]
    return quoted(*command, *words)


def jupyter_lab(directory: Path) -> str:
    """JupyterLab started in `directory`, by the jupyter of this environment."""
    own = Path(sysconfig.get_path("scripts")) / "jupyter"
    on_path = shutil.which("jupyter", path=PATH)
    jupyter = "jupyter" if on_path and Path(on_path).resolve() == own.resolve() else own
    return f"{quoted('cd', directory)} && {quoted(jupyter, 'lab')}"


def quoted(*words: object) -> str:
    """Words of a command line; a word with a space in it is quoted, and no path is taken for an option."""
    texts = [f"./{w}" if isinstance(w, Path) and str(w).startswith("-") else str(w) for w in words]
    return subprocess.list2cmdline(texts) if os.name == "nt" else shlex.join(texts)
