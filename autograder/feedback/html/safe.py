"""HTML of a submission, made safe to stand in a page that somebody else opens.

Theory of operation
-------------------
A page of formgrader runs with the instructor's rights: a script in it can change grades. So
nothing in a submission may run, ask another host for something, or change what stands outside the
submission's own place. Three walls, each enough for most attacks by itself:

1. This module. The HTML is read by a real parser (html5ever, the one of Firefox's Servo, through
   nh3) into a tree; only the elements and attributes of harmless.toml are kept; the tree is
   written again. Whatever the tables do not list is gone: scripts, handlers, frames, forms, style
   sheets, SVG, ids and classes, so neither names of the page's own scripts nor its styles can be
   taken over. An address is kept in two places only: a link to the web, which a reader must
   press, and a picture that is inside the page itself. Of inline styles, those are kept that
   cannot leave their box: a closed grammar of values, without addresses, functions or negative
   lengths.
2. The page's policy (Content-Security-Policy): the browser itself refuses scripts that do not
   carry the page's own mark, and every other host.
3. The page's style sheet gives each place of a submission `contain: content`, so that what is in
   it is neither drawn nor laid out beyond it.

Everything that comes from a submission passes `safe_html`: Markdown (markdown.py), outputs
(outputs.py); plain text is escaped. This package itself makes formulas and highlighted code from
text, and they need elements that a submission may not have. They are put in after the cleaning,
in the place of tokens: see `held` below. nh3 cleans; the tables and the grammar of styles are our
own, since nh3 has no rules that keep a submission inside its place.

A short text can also become a page that no browser can open: some markup multiplies when it is read. So
what is made is bounded, and shown as its source where it is larger (`bounded`); so are the sum of what a
page holds (`Room`), the depth of elements, the cells that a table's cell covers, and a picture's pixels
(pictures.py). What takes too long or too much memory to make ends its own process, and with it one page
(autograder/limited_process.py).

Not defended: a picture or a text can still show something untrue, or imitate a part of the page.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from html import escape
from itertools import accumulate
from pathlib import Path

import nh3

from autograder.feedback.html.pictures import can_be_shown

HARMLESS = tomllib.loads(Path(__file__).with_name("harmless.toml").read_text(encoding="utf-8"))
TAGS, REMOVED = (set(HARMLESS["html"][kind].split()) for kind in ("elements", "removed"))
ATTRIBUTES = {tag: set(listed.split()) for tag, listed in HARMLESS["html"]["attributes"].items()}
ROLES, PROPERTIES = (set(HARMLESS["html"][kind].split()) for kind in ("roles", "properties"))
# Words, colours and lengths that are not negative; nothing that could hold an address.
# Without `++` the expression would try each way to cut a long word into words.
_VALUE = re.compile(
    r"(?:rgba?\([\d.,%\s]++\)|[a-z][a-z-]*+|#[0-9a-f]{3,8}"
    r"|(?:\d++(?:\.\d++)?|\.\d++)(?:px|em|rem|ex|ch|pt|%)?|[\s,/]++)++",
    re.ASCII | re.IGNORECASE,
)
_PICTURE = re.compile(
    r"data:image/(?:png|jpeg|gif|webp);base64,([A-Za-z0-9+/=\s]*)", re.ASCII | re.IGNORECASE
)
_TOKEN = re.compile(r"held[0-9a-f]{16}x\d+x")
DEEPEST = 60  # elements in each other, more than any page needs: browsers end at some hundreds
WIDEST = 100  # rows or columns that a table's cell may cover,
WIDEST_SUM = 2_000  # and all cells together
LONGEST = 200_000  # characters of text that one output shows in a page
MOST, MOST_TAGS = 4_000_000, 50_000  # characters, and tags, of what is made of one cell or output
ROOM, TAGS_ROOM = 25_000_000, 400_000  # of what a page shows of a submission
CODE_ROOM = 200_000  # characters of code that a page shows in colours
_ELEMENT = re.compile(  # but for those that hold nothing, and those that end by themselves inside of another
    r"<(/?)(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr"
    r"|dd|dt|li|p|rp|rt|tbody|td|tfoot|th|thead|tr)(?![a-z0-9]))[a-z]",
    re.ASCII | re.IGNORECASE,
)
_WEB = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x20]+", re.ASCII | re.IGNORECASE)

CUT = "\n[the rest is in the notebook]"
LARGE = '<p class="unshown">Shown as it is written, since a page cannot hold what this becomes.</p>'
FULL = '<p class="unshown">Not shown, since the page is full: this is in the notebook.</p>'
Link = Callable[[str], "str | None"]


def to_the_web(address: str) -> str | None:
    """The address of a link that leads to the web, or None: only such links work in a feedback page."""
    return address if _WEB.fullmatch(address) else None


def safe_html(html: str, held: Mapping[str, str] | None = None, link: Link = to_the_web) -> str:
    """The same HTML without anything that could run, ask another host, or leave its place.

    held: for tokens in the text (_TOKEN), HTML of our own that takes their place. A token that a
        submission moved into an attribute is dropped with the attribute.
    link: gives the address that a link's address becomes, or None for none.
    """
    ours, spans = held or {}, WIDEST_SUM
    if _too_deep(html):
        html = as_text(html)

    def attribute(tag: str, name: str, value: str) -> str | None:
        nonlocal spans
        if _TOKEN.search(value):
            return None
        match name:
            case "style":
                return safe_style(value)
            case "href":
                return link(value)
            case "src":
                picture = _PICTURE.fullmatch(value)
                return value if picture and can_be_shown(picture[1]) else None
            case "role":
                return value if value in ROLES else None
            case "colspan" | "rowspan":
                if not re.fullmatch(r"\d{1,3}", value, re.ASCII) or int(value) > min(WIDEST, spans):
                    return None
                spans -= int(value)
            case "width" | "height" | "start":
                return value if re.fullmatch(r"\d{1,4}", value, re.ASCII) else None
        return value

    cleaned = nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags=REMOVED,
        attributes=ATTRIBUTES,
        attribute_filter=attribute,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
    if _too_deep(cleaned):  # an end that stood in a comment, say, has ended nothing
        cleaned = as_text(html)
    return _TOKEN.sub(lambda token: ours.get(token[0], token[0]), cleaned)


def _too_deep(html: str) -> bool:
    depths = accumulate(-1 if closes else 1 for closes in _ELEMENT.findall(html))
    return any(depth > DEEPEST for depth in depths)


def as_text(text: str) -> str:
    """A text as it is, or its beginning."""
    cut = CUT if len(text) > LONGEST else ""
    return f"<pre>{escape(text[:LONGEST])}{cut}</pre>"


def bounded(html: str, source: str) -> str:
    """HTML that was made of a source; the source itself where the HTML is too large for a page."""
    if len(html) <= MOST and html.count("<") <= MOST_TAGS:
        return html
    return LARGE + as_text(source)


class Room:
    """What a page can still hold of a submission."""

    def __init__(self) -> None:
        self._characters, self._tags, self._code = ROOM, TAGS_ROOM, CODE_ROOM

    def take(self, html: str) -> str:
        """A piece of the page, or a sentence where there is no room for the piece."""
        self._characters -= len(html)
        self._tags -= html.count("<")
        return html if min(self._characters, self._tags) >= 0 else FULL

    def colours(self, source: str) -> bool:
        """Whether this code can have colours too."""
        self._code -= len(source)
        return self._code >= 0


def safe_style(style: str) -> str | None:
    """The declarations of an inline style that cannot leave their box, or None where none is left."""
    kept = []
    for declaration in style.split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name.lower() in PROPERTIES and _VALUE.fullmatch(value):
            kept.append(f"{name.lower()}:{value}")
    return ";".join(kept) or None
