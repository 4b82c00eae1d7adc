"""Text that comes from elsewhere, as files, databases, pages and terminals can hold it.

Python's own text can hold more: halves of surrogate pairs, which no UTF-8 has; NULs, which PostgreSQL
refuses; and control characters, which steer a terminal. Text is made safe where it comes in: the cells of a
submission in repair/notebook.py, all that a solver says in solver/channel.py (which stands by itself, and
decodes so that nothing of the kind arrives), and reasons and names where they are printed.
"""

import re
import unicodedata
from typing import Any

_STEERS = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_UNHELD = re.compile("[\0\ud800-\udfff]")
_UNSHOWN = re.compile("[\0-\x08\x0b-\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SIGNS = re.compile(r"[^\w\s\0-\x7f]{100,}")
_UNBROKEN = re.compile(r"[^\s\0-\x7f]{100}")


def storable(value: Any) -> Any:
    """A text, or a value of JSON with all its texts, without NULs and halves of surrogate pairs.

    U+FFFD, the replacement character, takes the place of each; two halves that belong together are joined.
    """
    if isinstance(value, str):
        if not _UNHELD.search(value):
            return value
        joined = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return joined.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if isinstance(value, dict):
        return {storable(key): storable(part) for key, part in value.items()}
    if isinstance(value, list):
        return [storable(part) for part in value]
    return value


def displayable(page: str) -> str:
    """A page's text without what no browser shows; U+FFFD takes the place of each such character.

    To lay out a letter with 100,000 accents, or as many letters of Thai without a break, takes a browser
    a time that grows as the square: long runs lose their accents, and may be broken.
    """
    page = _UNSHOWN.sub("\N{REPLACEMENT CHARACTER}", page)
    page = _SIGNS.sub(lambda run: "".join(c for c in run[0] if unicodedata.category(c)[0] != "M"), page)
    return _UNBROKEN.sub("\\g<0>\N{ZERO WIDTH SPACE}", page)


def printable(text: str) -> str:
    """A text as one line of a terminal or a log: escapes such as \\x1b stand for what steers it.

    Without that, the name of a folder could set a terminal's title, hide a line, or forge another one.
    """
    return _STEERS.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)
