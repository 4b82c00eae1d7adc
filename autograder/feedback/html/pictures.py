"""Which pictures of a submission a page can show: a file of 100 kB can be a picture of 10,000 megapixels.

A picture's size is read from its head, and no pixel is decoded. SVG is not shown: a drawing is a program,
and 2 kB of it can keep a browser busy for ever.
"""

import base64
import warnings
from io import BytesIO

KINDS = ("image/png", "image/jpeg", "image/gif", "image/webp")
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")  # a browser goes by the content, whatever the kind says
MOST_PIXELS = 40_000_000  # a figure of 50 by 30 cm, at 300 dots per inch


def can_be_shown(content: str) -> bool:
    """Whether a text is a picture in base64, of no more than MOST_PIXELS."""
    from PIL import Image

    try:
        data = base64.b64decode("".join(content.split()), validate=True)
        with warnings.catch_warnings(action="ignore"), Image.open(BytesIO(data), formats=FORMATS) as picture:
            return picture.width * picture.height <= MOST_PIXELS
    except Exception:  # whatever is wrong with the picture, the page has its words instead
        return False
