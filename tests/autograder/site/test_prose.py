"""Markdown on the site: headings lead somewhere, and so do links."""

from __future__ import annotations

import re

import pytest

from autograder.errors import HeinitError
from autograder.site.prose import Prose, anchor, on_the_site, plain, render_lines


def test_a_heading_has_an_anchor_and_a_link_that_says_what_it_is():
    prose = Prose()
    page = prose.html("## Half of `what`?")
    assert '<h2 id="half-of-what">Half of <code>what</code>?</h2>' in page
    assert 'href="#half-of-what" aria-label="Link to: Half of what?"' in page


def test_equal_headings_have_different_anchors():
    prose = Prose()
    prose.html("## Twice\n\n## Twice")
    assert [heading.anchor for heading in prose.contents] == ["twice", "twice-2"]


def test_an_exercise_is_found_under_its_name():
    assert anchor("Exercise 3.1 · <code>he_std</code> · 2 points") == "exercise-he_std"


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("../2-variance-derivation/2-variance-derivation.ipynb", "2-variance-derivation.html"),
        ("a/a.ipynb#Step-1:-through-the-weights", "a.html#step-1-through-the-weights"),
        ("#Half-of-what?", "#half-of-what"),
        ("ERRATA.md", "errata.html"),
        ("https://example.org/x", "https://example.org/x"),
        ("pictures.zip", None),
        ("javascript:alert(1)", None),
    ],
)
def test_links_of_notebooks_lead_to_pages(address, leads_to):
    assert on_the_site(address) == leads_to


def test_a_link_that_leads_nowhere_is_an_error_or_its_text():
    with pytest.raises(HeinitError, match=r"a link leads nowhere on the site: lost\.txt"):
        Prose().html("[there](lost.txt)")
    assert plain(Prose(strict=False).html("[there](lost.txt)")) == "there (lost.txt)"


def test_wide_formulas_and_tables_scroll_by_themselves_with_the_keyboard_too():
    prose = Prose()
    assert '<div class="formula"><math' in prose.html("$$x = 1$$")
    long = prose.html("$$" + " + ".join(f"x_{{{k}}}" for k in range(20)) + "$$")
    assert '<div class="formula" role="group" aria-label="Formula" tabindex="0">' in long
    assert 'aria-label="Table" tabindex="0"><table>' in prose.html("| a |\n|---|\n| 1 |")


def test_plain_text_has_spaces_where_a_page_has_blocks():
    assert plain("<p>one &amp; two</p><p>three</p><script>never</script>") == "one & two three"


def test_plain_text_of_a_formula_tells_an_index_from_a_letter_and_keeps_its_full_stop():
    assert plain(Prose().html("Draw $2/n_{in}$, then $x^2$.")) == "Draw 2/n_in, then x^2."


def test_a_formula_is_not_parted_from_its_bracket_or_full_stop():
    page = Prose().html("Draw $w$ ($c$ in all), then $x$. But $y$ alone.\n\n$$z$$\n\nEnd.")
    together = re.findall(r'<span class="together">(.*?)</span>', page)
    assert [plain(one).replace(" ", "") for one in together] == ["(c", "x."]
    assert "<div" in page


def test_a_line_of_code_knows_how_far_it_is_indented():
    page = render_lines("def f(x):\n    return x\n\n\ny = f(1)\n")
    lines = re.findall(r'<span class="line in-(\d+)">(.*?)\n</span>', page, re.DOTALL)
    assert [(int(by), plain(text)) for by, text in lines] == [
        (0, "def f(x):"),
        (4, "return x"),
        (0, ""),
        (0, ""),
        (0, "y = f(1)"),
    ]
    assert page.endswith("\n</span></code></pre></div>\n")
    assert 'class="columns"' not in page
    assert 'class="columns"' in Prose().html("```\n./heinit lab   # opens\n```")


def test_formulas_on_one_line_are_several_but_a_gap_within_one_parts_nothing():
    two = Prose().html(r"$$\left[a \qquad b\right] = 1, \qquad c = e^{x \qquad y}.$$")
    assert two.count('<math display="block">') == 2
    assert two.count('class="formula several"') == 1
    first, second = re.findall(r'<math display="block">(.*?)</math>', two, re.DOTALL)
    assert [plain(first), plain(second)] == ["[ab]=1,", "c=e^xy."]
    assert all(part.count("<mrow") == part.count("</mrow>") for part in (first, second))
    assert "several" not in Prose().html("$$a = 1$$")


def test_a_link_to_a_file_that_is_not_on_the_site_names_the_file():
    page = Prose(strict=False).html(
        "[Grades](docs/x.md), [`a.py`](a.py), [it](ERRATA.md), [w](https://w.example)"
    )
    assert plain(page) == "Grades (docs/x.md), a.py, it, w"
    assert page.count("<a ") == 2


def test_an_option_of_a_command_is_not_broken_after_its_hyphen():
    page = Prose().html("`--force`, `heinit lab --x`")
    assert '<code class="together">--force</code>' in page
    assert "<code>heinit lab --x</code>" in page


def test_a_table_with_a_long_word_of_code_can_be_stacked():
    head = "| a | b |\n|---|---|\n"
    assert "sentences" in Prose().html(f"{head}| x | `{'y' * 24}` |")
    assert "sentences" not in Prose().html(f"{head}| x | `{'y' * 10} {'y' * 13}` |")
