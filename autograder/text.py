"""Text that comes from elsewhere, as files, databases, pages and terminals can hold it.

Python's own text can hold more: halves of surrogate pairs, which no UTF-8 has; NULs, which PostgreSQL
refuses; and control characters, which steer a terminal. Text is made safe where it comes in: the cells of a
submission in repair/notebook.py, all that a solver says in solver/channel.py (which stands by itself, and
decodes so that nothing of the kind arrives), and reasons and names where they are printed.
"""

import re
from typing import Any

_UNHELD = re.compile("[\0\ud800-\udfff]")


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


def printable(text: str) -> str:
    """A text as one line of a terminal or a log: escapes such as \\x1b stand for what cannot be printed.

    Without that, the name of a folder could set a terminal's title, hide a line, or forge another one.
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
