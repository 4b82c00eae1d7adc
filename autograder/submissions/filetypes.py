"""What a file is that is no notebook, in words: students hand in web pages, shortcuts and photos."""

import re
from collections.abc import Sequence

TEXT = "it is a text, and no notebook"
BINARY = "it is no text, and so no notebook"
# how a file begins
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "it is a PDF, not the notebook that it was made from"),
    (b"\x89PNG", "it is an image (PNG)"),
    (b"\xff\xd8\xff", "it is an image (JPEG)"),
    (b"GIF8", "it is an image (GIF)"),
    (b"RIFF", "it is an image, a sound or a film (RIFF)"),
    (b"II*\0", "it is an image (TIFF)"),
    (b"MM\0*", "it is an image (TIFF)"),
    (b"BM", "it is an image (BMP)"),
    (b"PK\3\4", "it is a zip archive"),
    (b"PK\5\6", "it is an empty zip archive"),
    (b"\x1f\x8b", "it is a gzip file"),
    (b"BZh", "it is a bzip2 file"),
    (b"\xfd7zXZ", "it is an xz file"),
    (b"\x28\xb5\x2f\xfd", "it is a Zstandard file"),
    (b"7z\xbc\xaf", "it is a 7-Zip archive"),
    (b"Rar!", "it is a RAR archive"),
    (b"\xd0\xcf\x11\xe0", "it is a document of an old Office program (Word, Excel or PowerPoint)"),
    (b"{\\rtf", "it is a rich-text document"),
    (b"L\0\0\0\x01\x14\x02\0", "it is a shortcut of Windows, not the file that it leads to"),
    (b"book\0\0\0\0mark", "it is an alias of macOS, not the file that it leads to"),
    (b"bplist00", "it is a shortcut or a settings file of macOS (a property list)"),
    (b"\0\5\x16\7", "it is what macOS keeps beside a file; the file itself has a name without ._"),
    (b"\0\0\0\1Bud1", "it is what macOS keeps about a folder (.DS_Store)"),
    (b"SQLite format 3", "it is a database (SQLite)"),
    (b"\x89HDF", "it is an HDF5 file"),
    (b"\x93NUMPY", "it is an array of NumPy's (.npy)"),
    (b"\x80\3", "it is a Python pickle"),
    (b"\x80\4", "it is a Python pickle"),
    (b"\x80\5", "it is a Python pickle"),
    (b"\x7fELF", "it is a program"),
    (b"MZ\x90", "it is a program"),
    (b"wOF", "it is a font"),
    (b"ID3", "it is a sound (MP3)"),
)
# which folder in a zip archive says that it is a document
_OFFICE = {"word/": "it is a Word document", "xl/": "it is an Excel table", "ppt/": "it is a PowerPoint file"}
# how a text begins, in small letters
_TEXTS: tuple[tuple[str, str], ...] = (
    (
        r"version https://git-lfs",
        "it is a Git LFS pointer, not the notebook that it stands for: git lfs pull",
    ),
    (r"\S*/annex/objects/", "it is a pointer of git-annex, not the notebook that it stands for"),
    (
        r"(<\?xml[^>]*>\s*)?<!doctype plist|(<\?xml[^>]*>\s*)?<plist",
        "it is a shortcut of macOS (.webloc), not the notebook",
    ),
    (r"\[internetshortcut\]", "it is a shortcut to a web page (.url), not the notebook"),
    (r"\[desktop entry\]", "it is a shortcut (.desktop), not the notebook"),
    (r'\{[^{}]{0,400}"(doc_id|resource_id)"', "it is a shortcut to a drive (.gdoc), not the notebook"),
    (r'\{\s*"url":\s*"https?://(docs|drive|colab)[^{}]*\}', "it is a shortcut to a drive, not the notebook"),
    (r"https?://\S+$", "it is a link, not the notebook"),
    (
        r"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<(!doctype html|html|head|body|script|div)",
        "it is a web page, not the notebook",
    ),
    (r"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?(<!doctype svg[^>]*>\s*)?<svg", "it is an image (SVG)"),
    (r"<\?xml", "it is an XML file"),
    (r"mime-version:|(from|received|return-path): ", "it is an e-mail"),
    (r"diff --git|--- \S+\n\+\+\+ ", "it is a patch (a diff)"),
    (r"\\(documentclass|begin\{)|%\s.{0,200}\n\\documentclass", "it is a LaTeX document"),
    (r"%!ps", "it is a PostScript file"),
    (r"---\n+(title|jupyter|output|format):", "it is a Markdown document, not the notebook"),
)
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
        for folder, words in _OFFICE.items():
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
    for pattern, words in _TEXTS:
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
