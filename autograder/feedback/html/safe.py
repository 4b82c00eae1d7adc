"""HTML of a submission, made safe to stand in a page that somebody else opens.

Theory of operation
-------------------
A page of formgrader runs with the instructor's rights: a script in it can change grades. So
nothing in a submission may run, ask another host for something, or change what stands outside the
submission's own place. Three walls, each enough for most attacks by itself:

1. This module. The HTML is read by a real parser (html5ever, the one of Firefox's Servo, through
   nh3) into a tree; only the elements and attributes of the tables below are kept; the tree is
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

Not defended: a picture or a text can still show something untrue, or imitate a part of the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape

import nh3


def names(listed: str) -> frozenset[str]:
    """The words of a table."""
    return frozenset(listed.split())


TAGS = names("""
    a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption
    figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp section small span strong
    sub summary sup table tbody td tfoot th thead tr tt u ul var wbr
""")
# These go with all that is in them; of other unknown elements, the text stays.
REMOVED = names("""
    script style title textarea noscript template iframe frameset noembed noframes object embed applet
    svg math select option xmp plaintext audio video canvas
""")
EVERYWHERE = {"title", "style", "align", "dir", "lang"}
ATTRIBUTES = {
    "*": EVERYWHERE,
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "decoding"},
    "div": {"role"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
    "details": {"open"},
}
ROLES = frozenset({"status", "img", "note", "group"})
PROPERTIES = names("""
    aspect-ratio background background-color border border-bottom border-collapse border-color border-left
    border-radius border-right border-spacing border-style border-top border-width color display
    font-family font-size font-style font-variant-numeric font-weight height line-height list-style-type
    margin margin-bottom margin-left margin-right margin-top max-height max-width min-height min-width
    padding padding-bottom padding-left padding-right padding-top text-align text-decoration
    vertical-align white-space width
""")
# Words, colours and lengths that are not negative; nothing that could hold an address.
_VALUE = re.compile(
    r"(?:[a-z][a-z-]*|#[0-9a-f]{3,8}|\d*\.?\d+(?:px|em|rem|ex|ch|pt|%)?|rgba?\([\d.,%\s]+\)|[\s,/])+",
    re.ASCII | re.IGNORECASE,
)
_PICTURE = re.compile(
    r"data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]*", re.ASCII | re.IGNORECASE
)
DEEPEST = 500
VOID = names("area base br col embed hr img input link meta source track wbr")
_ELEMENT = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.ASCII | re.IGNORECASE)
_WEB = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x20]+", re.ASCII | re.IGNORECASE)

Link = Callable[[str], "str | None"]


def to_the_web(address: str) -> str | None:
    """The address of a link that leads to the web, or None: only such links work in a feedback page."""
    return address if _WEB.fullmatch(address) else None


def safe_html(html: str, held: Mapping[str, str] | None = None, link: Link = to_the_web) -> str:
    """The same HTML without anything that could run, ask another host, or leave its place.

    held: for tokens in the text, HTML of our own that takes their place. A token that a
        submission moved into an attribute is dropped with the attribute.
    link: gives the address that a link's address becomes, or None for none.
    """
    held = held or {}
    if _too_deep(html):
        html = f"<pre>{escape(html)}</pre>"

    def attribute(tag: str, name: str, value: str) -> str | None:
        if any(token in value for token in held):
            return None
        match name:
            case "style":
                return safe_style(value)
            case "href":
                return link(value)
            case "src":
                return value if _PICTURE.fullmatch(value) else None
            case "role":
                return value if value in ROLES else None
            case "width" | "height" | "colspan" | "rowspan" | "start":
                return value if re.fullmatch(r"\d{1,4}", value, re.ASCII) else None
        return value

    cleaned = nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags=set(REMOVED),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=attribute,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
    for token, ours in held.items():
        cleaned = cleaned.replace(token, ours)
    return cleaned


def _too_deep(html: str) -> bool:
    """Whether elements are nested more deeply than any page needs: parsing takes time as the square."""
    depth = 0
    for closes, name in _ELEMENT.findall(html):
        if name.lower() not in VOID:
            depth += -1 if closes else 1
        if depth > DEEPEST:
            return True
    return False


def safe_style(style: str) -> str | None:
    """The declarations of an inline style that cannot leave their box, or None where none is left."""
    kept = []
    for declaration in style.split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name.lower() in PROPERTIES and _VALUE.fullmatch(value):
            kept.append(f"{name.lower()}:{value}")
    return ";".join(kept) or None
