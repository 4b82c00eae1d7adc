"""The files of reveal.js that slides are made with, of one release."""

from pathlib import Path

from autograder.errors import HeinitError
from autograder.site.releases import Locked, release_files

RELEASE = "5.2.0"
CARRIER = "sphinx-revealjs==3.2.1"
LOCKED = {
    "dist/reveal.css": Locked(54097, "68f915a11ebf7203c0446576b7e952ff61c5dd02134a8a226ffaf62ed42136d2"),
    "dist/reveal.js": Locked(112163, "46538b52db48724192f59bf46f5e851a18e302777c46f4a34c32709d010d6a29"),
    "plugin/notes/notes.js": Locked(
        69167, "df1201d19d03241a2897d39c3d38768177df1cbd4bde06327b321cb83461ae89"
    ),
    "LICENSE": Locked(1108, "34014800f4126ac2525e224166f099f26628612e95c41f76d70841b63138c989"),
}


def reveal_files(cache: Path) -> dict[str, str]:
    """The text of each file of the lock, by its name. cache: a folder that keeps what was found.

    Raises HeinitError where a file is neither in the cache nor to be had.
    """
    kept = cache / f"reveal-{RELEASE}"
    files = release_files(LOCKED, kept, CARRIER, found={})
    if lacking := sorted(LOCKED.keys() - files.keys()):
        raise HeinitError(
            f"reveal.js {RELEASE} is not complete here: {', '.join(lacking)} cannot be had. See that pip "
            f"reaches a package index, or put the files of reveal.js {RELEASE} into {kept}."
        )
    return {name: content.decode() for name, content in files.items()}
