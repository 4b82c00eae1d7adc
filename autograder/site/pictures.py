"""The pictures of the site, as files named by their content: equal pictures are one file."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
from dataclasses import dataclass

FOLDER = "pictures"
_IMAGE = re.compile(
    r'<img src="data:image/(?P<kind>png|webp);base64,(?P<data>[^"]+)"[^>]* alt="(?P<alt>[^"]*)"'
    r'[^>]* width="(?P<width>\d+)"[^>]*aspect-ratio:(?P<ratio>[\d./]+)[^>]*>'
)


@dataclass(frozen=True)
class Shown:
    """A figure in a cell's output. width, height: in pixels of a page."""

    content: bytes
    alt: str
    width: int
    height: int


def figure_in(output: str) -> Shown | None:
    """The figure that `heinit_lab.show` has written as HTML, or None for other HTML."""
    match = _IMAGE.fullmatch(output.strip())
    if match is None:
        return None
    width, height = (int(part) for part in match["ratio"].split("/"))
    return Shown(base64.b64decode(match["data"]), html.unescape(match["alt"]), width, height)


class Pictures:
    """The picture files of a site. files: their content by their path on the site."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def add(self, content: bytes, kind: str = "webp") -> str:
        """Keep a picture; its path."""
        path = f"{FOLDER}/{hashlib.sha256(content).hexdigest()[:12]}.{kind}"
        self.files[path] = content
        return path


def smaller(output: str) -> str:
    """An output with its figure, if it is one, as a WebP: the same picture in half the bytes."""
    found = figure_in(output)
    match = re.search(r"data:image/png;base64,[^\"]+", output)
    if found is None or match is None:
        return output
    data = base64.b64encode(webp(found.content)).decode()
    return output.replace(match[0], f"data:image/webp;base64,{data}")


def webp(png: bytes) -> bytes:
    """The same picture, pixel by pixel."""
    from PIL import Image

    buffer = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").save(buffer, "webp", lossless=True, quality=60, method=3)
    return buffer.getvalue()
