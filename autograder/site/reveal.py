"""The files of reveal.js that slides are made with: of one release, by their hashes.

The Python package index has no reveal.js, but a distribution that carries the release as it is. A cache keeps
what was found.
"""

import hashlib
import tempfile
import zipfile
from pathlib import Path

from autograder.errors import HeinitError
from autograder.files import write_atomically
from autograder.wheels import fetched

RELEASE = "5.2.0"
CARRIER = "sphinx-revealjs==3.2.1"
WITHIN = "sphinx_revealjs/_static/revealjs/"
SHA256 = {
    "dist/reveal.css": "68f915a11ebf7203c0446576b7e952ff61c5dd02134a8a226ffaf62ed42136d2",
    "dist/reveal.js": "46538b52db48724192f59bf46f5e851a18e302777c46f4a34c32709d010d6a29",
    "plugin/notes/notes.js": "df1201d19d03241a2897d39c3d38768177df1cbd4bde06327b321cb83461ae89",
    "LICENSE": "34014800f4126ac2525e224166f099f26628612e95c41f76d70841b63138c989",
}


def reveal_files(cache: Path) -> dict[str, str]:
    """The text of each file of SHA256, by its name. cache: a folder that keeps what was found.

    Raises HeinitError where a file is neither in the cache nor to be had.
    """
    kept = cache / f"reveal-{RELEASE}"
    files = {name: (kept / name).read_bytes() for name in SHA256 if (kept / name).is_file()}
    files = {name: content for name, content in files.items() if _is(name, content)}
    if files.keys() < SHA256.keys():
        files |= _carried()
    if lacking := sorted(SHA256.keys() - files.keys()):
        raise HeinitError(
            f"reveal.js {RELEASE} is not complete here: {', '.join(lacking)} cannot be had. See that pip "
            f"reaches a package index, or put the files of reveal.js {RELEASE} into {kept}."
        )
    for name, content in files.items():
        (kept / name).parent.mkdir(parents=True, exist_ok=True)
        if not (kept / name).is_file() or (kept / name).read_bytes() != content:
            write_atomically(kept / name, content)
    return {name: content.decode() for name, content in files.items()}


def _is(name: str, content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == SHA256[name]


def _carried() -> dict[str, bytes]:
    """What the distribution carries; nothing where pip cannot have it."""
    with tempfile.TemporaryDirectory() as folder:
        files: dict[str, bytes] = {}
        for wheel in fetched(CARRIER, Path(folder)):
            with zipfile.ZipFile(wheel) as archive:
                names = set(archive.namelist())
                files |= {name: archive.read(WITHIN + name) for name in SHA256 if WITHIN + name in names}
        return {name: content for name, content in files.items() if _is(name, content)}
