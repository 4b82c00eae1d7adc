"""Names that others chose, made fit for a terminal and a log."""


def printable(text: str) -> str:
    """The text in one line, its control characters and whatever cannot be printed as escapes: \\x1b, \\n.

    Without that, the name of a folder could set a terminal's title, hide a line, or forge another one.
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
