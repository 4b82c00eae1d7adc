"""What a file is that is no notebook, in words: students hand in web pages, shortcuts and photos."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

TEXT = "it is a text, and no notebook"
BINARY = "it is no text, and so no notebook"
# By a file's first bytes, by a folder in a zip archive, and by a pattern for how a text begins: what it is.
_TABLE: dict[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
)
_BEGINNINGS = [(beginning.encode("latin-1"), words) for beginning, words in _TABLE["beginnings"].items()]
_PYTHON = re.compile(
    r"^(?:import \w|from [\w.]+ import |(?:async )?def \w+\(|class \w+[(:]|# In\[|# %%|@\w)", re.M
)
_MARKDOWN = re.compile(r"^(?:#{1,6} \S|```|\* |- )", re.M)


def kind_in_words(data: bytes, names: Sequence[str] = (), text: str = "") -> str:
    """What a file is, as a sentence goes on after "could not be graded".

    data: how the file begins, b'' where only the text counts. names: the files in an archive. text: the
    text of the file, where there is one. TEXT is said of a text that may be a notebook's.
    """
    head, start = data[:600], text[:2000].lstrip("\ufeff \t\r\n")
    if names:
        for folder, words in _TABLE["office"].items():
            if any(name.startswith(folder) for name in names):
                return words
        if "mimetype" in names:
            return "it is a document of LibreOffice (OpenDocument)"
    for beginning, words in _BEGINNINGS:
        in_a_text = len(beginning) < 4 and beginning.isalnum() and b"\0" not in head
        if head.startswith(beginning) and not in_a_text:
            return words
    if head[4:8] == b"ftyp":
        return "it is a photo or a film (HEIC, MP4)"
    if head[257:262] == b"ustar":
        return "it is a tar archive"
    for pattern, words in _TABLE["texts"].items():
        if re.match(pattern, start.lower(), re.S):
            return words
    if start[:1] in ("{", "[", '"'):
        return TEXT
    if sum(not (c.isprintable() or c.isspace()) for c in start) * 10 > len(start):
        return BINARY
    if "{" in text and '"cells"' in text:
        return TEXT
    if _PYTHON.search(text[:20_000]):
        return "it is Python source, not a notebook"
    return "it is a Markdown document, not the notebook" if _MARKDOWN.search(start) else TEXT
