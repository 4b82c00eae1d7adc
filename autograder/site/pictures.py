"""The pictures of the site, as files named by their content: equal pictures are one file."""

import base64
import hashlib
import io
import re

# A figure that `heinit_lab.show` has written as HTML.
FIGURE = re.compile(
    r'(?:<style>[^<]*</style>)?<img src="data:image/(?P<kind>png|webp);base64,(?P<data>[^"]+)"[^>]*'
    r' alt="(?P<alt>[^"]*)"[^>]* width="\d+"[^>]*aspect-ratio:(?P<width>\d+)/(?P<height>\d+)[^>]*>'
)


class Pictures(dict[str, bytes]):
    """The picture files of a site: their content by their path on the site."""

    def add(self, content: bytes) -> str:
        """Keep a picture; its path."""
        path = f"pictures/{hashlib.sha256(content).hexdigest()[:12]}.webp"
        self[path] = content
        return path


def smaller(output: str) -> str:
    """An output with its figure, if it is one, as a WebP: the same picture in half the bytes."""
    figure = FIGURE.fullmatch(output.strip())
    if figure is None or figure["kind"] == "webp":
        return output
    data = base64.b64encode(webp(base64.b64decode(figure["data"]))).decode()
    return output.replace(f"image/png;base64,{figure['data']}", f"image/webp;base64,{data}")


def webp(png: bytes, colours: int | None = None) -> bytes:
    """The same picture, pixel by pixel, as a WebP; with `colours`, in so few flat ones."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as opened:
        picture = opened.convert("RGB")
    effort = {"quality": 60, "method": 3}
    if colours is not None:  # one of hundreds of frames: less effort for each
        picture = picture.quantize(colours, dither=Image.Dither.NONE).convert("RGB")
        effort = {"quality": 50, "method": 2}
    buffer = io.BytesIO()
    picture.save(buffer, "webp", lossless=True, **effort)
    return buffer.getvalue()
