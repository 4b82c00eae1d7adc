"""How a lesson is written, held as numbers: short cells, prose beside code, headings, alt text.

Run with `pytest tests/test_prose.py -s` to read the numbers of every lesson.
"""

from __future__ import annotations

import ast
import re
import statistics
import urllib.parse
from functools import cache
from itertools import pairwise

import nbformat
import numpy as np
import pytest
from nbformat import NotebookNode

from autograder.lessons import lesson, lessons
from autograder.lessons.canonical import CELL_METADATA, KERNEL, LANGUAGE
from autograder.lessons.compose import checked_function, solution_function, solve

pytestmark = pytest.mark.parametrize("name", [each.name for each in lessons()])

CODE_MEDIAN, CODE_NINETIETH, CODE_MOST = 4, 12, 25  # lines, solutions filled in
PROSE_MEDIAN = (30, 80)  # words
HYPE = (
    "amazing",
    "as we all know",
    "as you know",
    "crucial",
    "cutting-edge",
    "deep dive",
    "delve",
    "dive in",
    "effortless",
    "exciting",
    "game-changer",
    "groundbreaking",
    "in this notebook",
    "incredible",
    "it is important to note",
    "it should be noted",
    "it's worth noting",
    "journey",
    "let's",
    "leverage",
    "needless to say",
    "obviously",
    "powerful",
    "revolutionary",
    "seamless",
    "simply",
    "state-of-the-art",
    "stunning",
    "supercharge",
    "unlock",
    "world-class",
)


@cache
def student(name: str) -> NotebookNode:
    """The lesson as students get it."""
    return nbformat.read(lesson(name).path, 4)


def markdown(name: str) -> list[NotebookNode]:
    return [cell for cell in student(name).cells if cell.cell_type == "markdown"]


def code(name: str) -> list[NotebookNode]:
    return [cell for cell in student(name).cells if cell.cell_type == "code"]


def prose(source: str) -> str:
    """Markdown without its code, formulas, link targets and HTML tags: what is read as text."""
    source = re.sub(r"(?ms)^(```|~~~).*?^\1\s*$", " ", source)
    source = re.sub(r"(`+)(?:(?!\1).)+?\1(?!`)", " ", source, flags=re.S)
    source = re.sub(r"\$\$.*?\$\$|\$[^$\n]+\$", " ", source, flags=re.S)
    source = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", source)
    return re.sub(r"<!--.*?-->|</?[a-zA-Z][^>]*>", " ", source, flags=re.S)


def headings(name: str) -> list[tuple[int, str]]:
    """Level and text of every heading, in order; what looks like one in a code block is none."""
    levels = []
    for cell in markdown(name):
        source = re.sub(r"(?ms)^(```|~~~).*?^\1\s*$", "", cell.source)
        levels += [
            (len(marks), text.strip()) for marks, text in re.findall(r"(?m)^(#{1,6})\s+(.+?)\s*#*$", source)
        ]
    return levels


def anchor(heading: str) -> str:
    """The fragment by which JupyterLab links to a heading."""
    plain = re.sub(r"[`*]|(?<!\w)_|_(?!\w)", "", heading)
    return plain.replace(" ", "-")


def test_code_cells_are_short(name):
    solved = solve(student(name), lesson(name).solutions)
    lengths = {
        cell.id: len([line for line in cell.source.split("\n") if not line.strip().startswith("### ")])
        for cell in solved.cells
        if cell.cell_type == "code"
    }
    median = statistics.median(lengths.values())
    ninetieth = float(np.percentile(list(lengths.values()), 90))
    longest = max(lengths, key=lengths.__getitem__)
    print(
        f"\n{name}: {len(lengths)} code cells, median {median:g} lines, 90 % up to {ninetieth:g}, "
        f"most {lengths[longest]} ({longest})"
    )
    assert median <= CODE_MEDIAN
    assert ninetieth <= CODE_NINETIETH
    assert lengths[longest] <= CODE_MOST, longest


def test_there_are_as_many_prose_cells_as_code_cells(name):
    print(f"\n{name}: {len(markdown(name))} prose cells, {len(code(name))} code cells")
    assert len(markdown(name)) >= len(code(name))


def test_prose_cells_are_neither_slogans_nor_essays(name):
    words = {cell.id: len(cell.source.split()) for cell in markdown(name)}
    median = statistics.median(words.values())
    longest = sorted(words, key=words.__getitem__)[-3:][::-1]
    print(
        f"\n{name}: median {median:g} words a prose cell, longest "
        + ", ".join(f"{cell} {words[cell]}" for cell in longest)
    )
    assert PROSE_MEDIAN[0] <= median <= PROSE_MEDIAN[1]


def test_there_is_one_title_and_it_comes_first(name):
    levels = [level for level, _ in headings(name)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert student(name).cells[0].source.startswith("# ")


def test_no_heading_level_is_skipped(name):
    for (above, _), (below, text) in pairwise(headings(name)):
        assert below <= above + 1, f"{text!r} is at level {below}, below level {above}"
    levels = [level for level, _ in headings(name)]
    print(f"\n{name}: " + ", ".join(f"{levels.count(n)} headings of level {n}" for n in sorted(set(levels))))


def test_every_figure_is_shown_with_words(name):
    shown = explorers = 0
    for cell in code(name):
        explorers += len(re.findall(r"_explorer\(", cell.source))
        for node in ast.walk(ast.parse(re.sub(r"(?m)^\s*[%!].*$", "", cell.source))):
            if not isinstance(node, ast.Call) or _called(node) != "show":
                continue
            shown += 1
            if any(isinstance(arg, ast.Starred) for arg in node.args):
                continue  # show(*plots.name(...)): both come from a function, and an empty alt is refused
            alts = [k.value for k in node.keywords if k.arg == "alt"] + node.args[1:2]
            assert alts, f"{cell.id}: show(...) without alt"
            for constant in (alts[0],) if isinstance(alts[0], ast.Constant) else ():
                assert isinstance(constant.value, str), cell.id
                assert len(constant.value.split()) >= 5, f"{cell.id}: the alt text says too little"
    print(f"\n{name}: {shown} figures and {explorers} explorers, each with alt text")


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def test_nothing_volatile_is_kept(name):
    nb = student(name)
    assert nb.metadata == {"kernelspec": KERNEL, "language_info": LANGUAGE}
    assert (nb.nbformat, nb.nbformat_minor) == (4, 5)
    for cell in nb.cells:
        assert set(cell.metadata) <= set(CELL_METADATA), cell.id
        if cell.cell_type == "code":
            assert cell.outputs == [], cell.id
            assert cell.execution_count is None, cell.id


def test_cells_are_called_by_words(name):
    ids = [cell.id for cell in student(name).cells]
    assert len(ids) == len(set(ids))
    for cell in student(name).cells:
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", cell.id), cell.id
        assert not re.fullmatch(r"(cell-)?[0-9a-f]{8,}", cell.id), cell.id
        if "nbgrader" in cell.metadata:
            assert cell.id == cell.metadata.nbgrader.grade_id


def test_the_first_code_cell_sets_up(name):
    first = code(name)[0]
    assert first.id == "setup"
    assert "import numpy as np" in first.source.split("\n")
    assert re.search(r"(?m)^(from|import) heinit_lab\b", first.source)


def test_the_contents_lead_to_headings_in_their_order(name):
    links = re.findall(r"\]\(#([^)]+)\)", student(name).cells[0].source)
    anchors = [anchor(text) for _, text in headings(name)]
    print(f"\n{name}: {len(links)} links in the contents")
    assert len(links) >= 3
    places = []
    for link in links:
        assert urllib.parse.unquote(link) in anchors, f"#{link} leads nowhere"
        places.append(anchors.index(urllib.parse.unquote(link)))
    assert places == sorted(places)


def test_exercises_are_numbered_in_order_and_say_their_points(name):
    cells = student(name).cells
    points = {
        checked_function(cell): cell.metadata.nbgrader.points for cell in cells if checked_function(cell)
    }
    solutions = [solution_function(cell) for cell in cells if solution_function(cell)]
    number, headed = name.split("-")[0], []
    for place, cell in enumerate(cells):
        if cell.cell_type != "markdown":
            continue
        for heading in re.findall(r"(?m)^#+\s+Exercise.*$", cell.source):
            match = re.fullmatch(r"### Exercise (\d)\.(\d+) · `(\w+)` · (\d+) points?", heading)
            assert match, f"{heading!r} is not of the form ### Exercise N.k · `name` · P points"
            lesson_number, k, exercise, its_points = match.groups()
            headed.append(exercise)
            assert (lesson_number, int(k)) == (number, len(headed)), heading
            assert float(its_points) == points[exercise], heading
            assert heading.endswith("point" if its_points == "1" else "points"), heading
            assert exercise == next(filter(None, map(solution_function, cells[place:])), None), heading
    print(f"\n{name}: {len(headed)} exercises, {sum(points.values()):g} points")
    assert headed == solutions == list(points)


def test_no_remote_resource_is_fetched(name):
    tag = r"<(?:img|script|link|iframe|video|audio|source|object|embed)\b[^>]*(?:https?:)?//"
    for cell in markdown(name):
        assert not re.search(r"!\[[^\]]*\]\(\s*<?(?:https?:)?//", cell.source), cell.id
        assert not re.search(r"(?m)^\s*\[[^\]]+\]:\s.*\.(?:png|jpe?g|gif|svg|webp)\b", cell.source), cell.id
        assert not re.search(tag, cell.source, flags=re.I), cell.id
    for cell in code(name):
        assert not re.search(r"https?://|urlopen|urlretrieve|\brequests\b", cell.source), cell.id
        assert not re.search(r"(?m)^\s*!|^\s*%%?(?:bash|sh|script|system)\b", cell.source), cell.id


def test_no_phrase_of_a_brochure(name):
    for cell in markdown(name):
        text = " ".join(prose(cell.source).lower().replace("’", "'").split())
        for phrase in HYPE:
            assert not re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text), f"{cell.id}: {phrase!r}"


def test_prose_does_not_shout(name):
    for cell in markdown(name):
        shouted = re.search(r".{0,30}!", prose(cell.source))
        assert not shouted, f"{cell.id}: {shouted.group() if shouted else ''}"
