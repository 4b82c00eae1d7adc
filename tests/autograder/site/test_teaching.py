"""Glossary, references, cheat sheet, slides and plans for teachers hold to the lessons and the commands."""

from __future__ import annotations

import re
import shlex
import zipfile
from hashlib import sha256

import click
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.cli import main
from autograder.errors import HeinitError
from autograder.lessons import APPENDIX, CHECKOUT, lessons
from autograder.site import releases, reveal, sheet
from autograder.site.prose import TEACHING, Prose, anchor, on_the_site
from autograder.site.releases import Locked
from autograder.site.slides import WAIT, columns
from autograder.site.terms import Marker, glossary, references
from heinit_lab.activations import ACTIVATIONS
from heinit_lab.exercises import EXERCISES
from heinit_solutions.variance_derivation import gain, weight_variance
from heinit_solutions.worked_examples import draws_needed, he_std
from heinit_solutions.xavier_comparison import xavier_std

assert CHECKOUT is not None
DOCS = CHECKOUT / "docs"
PAGES = {name: (DOCS / path).read_text(encoding="utf-8") for name, path in TEACHING.items()}
# names before a year: "He et al. 2015", "Zhang, Dauphin and Ma (2019)"
CITED = re.compile(
    r"\b((?:[A-Z][a-zé]+, )*[A-Z][a-zé]+(?: and [A-Z][a-zé]+| et al\.| and others))[ ,]+\(?((?:19|20)\d\d)\b"
)


def texts() -> dict[str, str]:
    """The text cells of each lesson and of the appendix, by the name of its page."""
    found = {}
    for path in [*(lesson.path for lesson in lessons()), APPENDIX]:
        cells = nbformat.read(path, as_version=4).cells
        found[f"{path.stem}.html"] = "\n\n".join(c.source for c in cells if c.cell_type == "markdown")
    return found


def test_a_term_is_marked_at_its_first_use_in_a_section_and_where_it_is_free_to_be():
    prose = Prose()
    prose.marker = Marker("4-xavier-comparison.html")
    page = prose.html(
        "## One\n\nThe second moment, *fan-in*, `fan-in`, [fan-in](ERRATA.md) and second moments.\n\n"
        "## Two\n\n- Second moment\n\n## The table\n\nXavier's rule and He's rule, fan-in-like laws.\n"
    )
    marked = re.findall(r'popovertarget="term-([\w-]+)">([^<]+)<', page)
    assert marked == [
        ("second-moment", "second moment"),
        ("second-moment", "Second moment"),
        ("hes-rule", "He's rule"),
        ("law", "laws"),
    ]
    assert prose.phrase("The fan-in of a unit") == "The fan-in of a unit"


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("as He et al. (2015) say", ">He et al. (2015)</a> say"),
        ("(He et al. 2015, equation 10)", ">He et al. 2015</a>, equation"),
        ("(see He, Zhang, Ren and Sun 2015)", ">He, Zhang, Ren and Sun 2015</a>)"),
        ("(Zhang, Dauphin and Ma 2019) trains", ">Zhang, Dauphin and Ma 2019</a>) trains"),
        ("He et al. (2016) is another paper", "<p>He et al. (2016) is another paper</p>"),
    ],
)
def test_a_citation_leads_to_the_paper_and_leaves_the_brackets_of_others(text, link):
    prose = Prose()
    prose.marker = Marker("1-relu-half-killing.html")
    assert link in prose.html(text)


def test_each_term_is_explained_where_the_glossary_says_and_no_form_has_two_meanings():
    forms = [form.lower() for term in glossary() for form in term.forms]
    assert len(forms) == len(set(forms))
    pages = texts()
    for term in glossary():
        file, _, fragment = str(on_the_site(term.introduced)).partition("#")
        sections = {anchor(part.partition("\n")[0]): part for part in pages[file].split("\n## ")}
        assert any(form.lower() in sections[fragment].lower() for form in term.forms), term.ident
        assert term.definition.endswith("."), term.ident


def test_the_references_are_the_papers_that_the_lessons_name():
    named = {cited for text in texts().values() for cited in CITED.findall(text)}
    listed = {(name, str(paper.year)) for paper in references() for name in paper.cited}
    assert named - listed == set(), "add the paper to references.toml"
    assert listed - named == set(), "no lesson names it"
    for paper in references():
        assert re.match(r"https://(doi\.org|arxiv\.org|proceedings|papers|cdn)", paper.link), paper.ident


def test_the_mistakes_that_the_plans_name_are_mistakes_of_their_exercises():
    rows = [row for page in PAGES.values() for row in re.findall(r"(?m)^\| `(\w+)` \| ([\w-]+) \|", page)]
    assert len(rows) > 30
    known = {(name, mistake.name) for name, each in EXERCISES.items() for mistake in each.misconceptions}
    assert set(rows) - known == set()


def test_the_commands_that_the_pages_for_teachers_give_are_there():
    names = {lesson.name for lesson in lessons()}
    given = re.findall(r"(?m)^\./heinit ([^#\n]+)", "\n".join(PAGES.values()))
    assert len(given) > 30
    for line in given:
        verb, *words = shlex.split(line)
        command = main.get_command(click.Context(main), verb)
        assert command is not None
        commands = [command, *(command.commands.values() if isinstance(command, click.Group) else ())]
        options = {option for each in commands for parameter in each.params for option in parameter.opts}
        for word in words:
            if word.startswith("--"):
                assert word.partition("=")[0] in options or verb == "bench", line
            if re.match(r"\d-", word):
                assert word in names, line


def test_the_cheat_sheets_numbers_are_those_of_the_answers():
    text, fans = sheet.cheat_sheet(), (4, 64, 128, 256)
    lines = [[cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines()]
    rows = {row[0]: row for row in lines}
    assert rows["He"][3:] == [f"{he_std(n):.3g}" for n in fans]
    assert rows["Xavier (fan-in)"][3:] == [f"{xavier_std(n):.3g}" for n in fans]
    assert rows["He, slope $a = 0.5$ below 0"][3:] == [f"{weight_variance(n, 0.5) ** 0.5:.3g}" for n in fans]
    gains = lines[lines.index(rows["relu"]) + 2]
    assert gains == [
        sheet.in_markdown(gain(name, a)) for name, a in sheet.SHOWN.items() if name in ACTIVATIONS
    ]
    assert rows["30 layers"][2:6] == [r"$1.79 \times 10^{-4}$", "0.215", "1", "4.32"]
    assert f"{draws_needed(0.05):,} draws" in text
    shown = [sheet.in_markdown(x) for x in (0.0, 0.5, 32768.0, 1e-4, 1.915e5)]
    assert shown == ["0", "0.5", r"$3.28 \times 10^{4}$", r"$1.00 \times 10^{-4}$", r"$1.92 \times 10^{5}$"]


def test_without_a_browser_the_sheet_is_not_printed_and_a_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setattr(sheet.shutil, "which", lambda name: None)
    with pytest.raises(HeinitError, match=r"leave out --pdf and print cheat-sheet\.html"):
        sheet.printed({}, "cheat-sheet.html")


FIGURE = (
    '<img src="data:image/webp;base64,QQ==" alt="A &quot;line&quot;" width="640" style="aspect-ratio:64/35">'
)


def test_a_lesson_becomes_slides_by_its_headings_predictions_formulas_and_figures():
    run = new_notebook(
        cells=[
            new_markdown_cell("# Lesson 1 · Title", id="title"),
            new_code_cell("import numpy", id="setup", outputs=[new_output("stream", text="printed")]),
            new_markdown_cell(
                "## One\n\nFirst words.\n\n**Predict.** How many? Write it in place of `None`.", id="a"
            ),
            new_code_cell("guess = None", id="guess-a"),
            new_code_cell("show()", id="b", outputs=[new_output("display_data", {"text/html": FIGURE})]),
            new_markdown_cell("It is a line.\n\n$$x = 1$$\n\n<details>\n\n$$y = 2$$\n\n</details>", id="c"),
            new_markdown_cell("### Exercise 1.1 · `f` · 2 points\n\n- a list", id="d"),
            new_markdown_cell("## Two\n\nWords alone.", id="e"),
        ]
    )
    one, two = columns(run, "1-title.html")
    predicted, figure, formula = one
    assert [slide.heading for slide in (*one, *two)] == ["One", "One", "One", "Two"]
    assert "How many? Write it." in predicted.body
    assert predicted.notes == ["<p>First words.</p>\n", f"<p>{WAIT}</p>"]
    assert 'src="data:image/webp;base64,QQ==" alt="A &quot;line&quot;"' in figure.body
    assert figure.notes == [predicted.body, "<p>It is a line.</p>\n"]
    assert formula.body.count("<math") == 1
    assert (two[0].body, two[0].notes) == ("", ["<p>Words alone.</p>\n"])


def test_reveal_comes_from_the_carrier_then_from_the_cache_and_never_with_another_hash(tmp_path, monkeypatch):
    def download(distribution, folder):
        with zipfile.ZipFile(folder / "carrier.whl", "w") as archive:
            for name, content in carried.items():
                archive.writestr(f"carrier/static/{name}", content)
        return [folder / "carrier.whl"]

    carried = {name: f"content of {name}" for name in reveal.LOCKED}
    monkeypatch.setattr(releases, "fetched", download)
    with pytest.raises(HeinitError, match=r"LICENSE, dist/reveal\.css, .* cannot be had"):
        reveal.reveal_files(tmp_path)
    locked = {name: Locked(len(c), sha256(c.encode()).hexdigest()) for name, c in carried.items()}
    monkeypatch.setattr(reveal, "LOCKED", locked)
    assert reveal.reveal_files(tmp_path) == carried
    files = dict(carried)
    carried.clear()
    assert reveal.reveal_files(tmp_path) == files
    (tmp_path / f"reveal-{reveal.RELEASE}" / "LICENSE").write_text("damaged")
    with pytest.raises(HeinitError, match="LICENSE cannot be had"):
        reveal.reveal_files(tmp_path)


def test_the_numbers_that_the_plans_give_as_answers_stand_in_the_lessons():
    lesson_texts = "\n".join(texts().values())
    for name in ("ninety-minutes.md", "five-weeks.md"):
        given = set(re.findall(r"(?<![\w.*])(?:\d+\.\d+|\d+,\d{3})(?![\w.]*\d)", PAGES[name]))
        exercises = set(re.findall(r"Exercise (\d\.\d)", PAGES[name]))
        assert len(given - exercises) >= 8
        stale = {
            n for n in given - exercises if not re.search(rf"(?<![\d.]){re.escape(n)}(?!\d)", lesson_texts)
        }
        assert stale == set(), name
