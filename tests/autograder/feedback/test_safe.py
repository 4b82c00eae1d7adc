"""A submission's HTML, Markdown and outputs become harmless, and stay readable."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.feedback.html.markdown import render_markdown
from autograder.feedback.html.mathml import mathml
from autograder.feedback.html.outputs import render_output
from autograder.feedback.html.safe import ATTRIBUTES, REMOVED, TAGS, safe_html, safe_style
from tests.autograder.feedback import hostile

OURS = {"class", "display", "stretchy", "mathvariant", "tabindex", "rel", "alt"}
DOT = "R0lGODlhAQABAIAAAP///////yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="  # a picture of one pixel
CANARY = "http://canary.invalid"
# Named here once more, so that an entry too many in the allow-list is noticed.
NEVER = {
    *("script", "style", "link", "meta", "base", "template", "svg", "video", "audio"),
    *("iframe", "object", "embed", "form", "input", "button"),
}


class Reader(HTMLParser):
    """The elements and attributes of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


def harmless(html: str) -> bool:
    read = Reader(html)
    addresses = [value or "" for name, value in read.attributes if name in ("src", "href")]
    styles = " ".join(value or "" for name, value in read.attributes if name == "style")
    return (
        not read.tags & ((REMOVED | NEVER) - {"math"})
        and not any(name.startswith("on") or name in ("id", "name", "srcdoc") for name, _ in read.attributes)
        and all(re.match(r"data:image/|https?://|mailto:", address) for address in addresses)
        and not re.search(r"url|position|fixed|expression|@import", styles)
    )


TRIED = [
    *hostile.snippets(CANARY),
    *hostile.markdown(CANARY),
]


@pytest.mark.parametrize("tried", TRIED)
def test_hostile_html_is_harmless_as_html_and_as_markdown(tried: str):
    assert harmless(safe_html(tried))
    assert harmless(render_markdown(tried))
    assert harmless(render_markdown(f"**bold** {tried}\n\n- item {tried}\n\n> {tried}"))


@pytest.mark.parametrize("output", hostile.outputs(CANARY), ids=str)
def test_hostile_outputs_are_harmless(output):
    assert harmless(render_output(output))


@given(
    st.lists(
        st.sampled_from([*TRIED, "<p>", "</p>", "`", "$", '"', "'", "<", ">", "\n\n", "text "]), max_size=12
    )
)
def test_pieces_of_hostile_text_in_any_order_are_harmless(pieces):
    assert harmless(safe_html("".join(pieces)))
    assert harmless(render_markdown("".join(pieces)))


@given(st.text(alphabet="\\{}^_&$<>\"' abfrctexmhin12", max_size=200))
def test_any_formula_becomes_mathml_or_its_own_source(tex):
    cleaned = Reader(mathml(tex))
    assert harmless(mathml(tex))
    assert cleaned.tags & {"math", "code"}


def test_cleaning_what_is_clean_changes_nothing():
    for tried in TRIED:
        once = safe_html(tried)
        assert safe_html(once) == once


def test_a_formula_moved_into_an_attribute_is_dropped_with_it():
    cleaned = render_markdown('<p title="\n\n$x\\text{ onerror=evil }$\n\n">text</p>')
    assert "title" not in {name for name, _ in Reader(cleaned).attributes}
    assert "held" not in cleaned


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("color: red; text-align:right", "color:red;text-align:right"),
        (
            "border-left:4px solid #D55E00;padding:2px 0 2px 12px",
            "border-left:4px solid #D55E00;padding:2px 0 2px 12px",
        ),
        ("max-width:100%;aspect-ratio:600/350", "max-width:100%;aspect-ratio:600/350"),
        ("color: rgb(1, 2, 3)", "color:rgb(1, 2, 3)"),
        ("position:fixed;top:0;z-index:9", None),
        ("margin:-5px", None),
        ("width:calc(1px * 9999)", None),
        ("background:url(http://x)", None),
        ("background:u\\72l(http://x)", None),
        ("color:red/**/;background-image:url(x)", None),
        ("width:expression(alert(1))", None),
        ("color:var(--x)", None),
    ],
)
def test_a_style_keeps_what_cannot_leave_its_box(style, kept):
    assert safe_style(style) == kept


def test_honest_html_is_kept():
    cells = '<td style="text-align:right">4</td>'
    head = '<thead><tr><th scope="col">n</th></tr></thead>'
    table = f"<table>{head}<tbody><tr>{cells}</tr></tbody></table>"
    source = f"data:image/gif;base64,{DOT}"
    picture = f'<img src="{source}" alt="A figure" width="600" style="max-width:100%;height:auto">'
    link = '<a href="https://example.org/a?b=1" rel="noopener noreferrer nofollow">source</a>'
    for html in (table, picture, link, "<details><summary>more</summary>text</details>"):
        assert safe_html(html) == html


def test_markdown_has_mathematics_as_mathml_and_code_in_colours():
    cleaned = render_markdown(
        "# A\n\n$\\operatorname{Var}[w] = 2/n$\n\n```python\nreturn 1\n```", headings_below=1
    )
    assert "<h2>A</h2>" in cleaned
    assert "<mi>Var</mi>" in cleaned
    assert '<span class="k">return</span>' in cleaned
    assert "script" not in cleaned


def test_only_known_elements_and_attributes_can_come_through():
    html = "".join(
        f'<{tag} data-x="1" onclick="x" id="i" class="c" name="n">t</{tag}>' for tag in TAGS | REMOVED
    )
    read = Reader(safe_html(html))
    assert read.tags <= TAGS
    allowed = set().union(*ATTRIBUTES.values(), {"rel"})
    assert {name for name, _ in read.attributes} <= allowed


@pytest.mark.parametrize("element", ["<div>", "<ul><li>", "<b><p>", "<table><tr><td>"])
def test_elements_without_end_stand_there_as_text(element):
    assert safe_html(element * 200_000).startswith("<pre>&lt;")
    assert safe_html(element * 50 + "here").count("here") == 1
    assert "here" in safe_html("<p>here</p><br>" * 5_000)


@pytest.mark.parametrize("fake", ["<div><!--</div>-->", '<ul><li title="</ul>">', "<i class='</i>'><a>"])
def test_an_end_that_is_none_hides_no_depth(fake: str):
    assert safe_html(fake * 5_000).startswith("<pre>&lt;")
