"""The pages: whole, linked, and written only where they differ."""

from __future__ import annotations

import html
import json
import re
from itertools import pairwise
from urllib.parse import unquote

import nbformat
import pytest

from autograder.claims.table import claims
from autograder.errors import UsageError
from autograder.lessons import APPENDIX, lessons
from autograder.lessons.compose import solution_function, solve
from autograder.site import build
from autograder.site.build import MANIFEST, build_site, site_files
from autograder.site.frames import FRAMES_MIME, NARROW_MIME
from autograder.site.prose import SIDE_NOTE, plain
from autograder.site.provenance import excerpt
from autograder.site.slides import columns

FRAMES = {
    "title": "Which c?",
    "size": (640, 350),
    "sliders": [{"name": "c", "label": "c", "stops": ["1", "2"], "start": 1}],
    "narrow": {"size": (420, 350), "smallest": 9.0},
    "frames": [
        {"picture": "QQ==", "narrow": "YQ==", "words": "It fades."},
        {"picture": "Qg==", "narrow": "Yg==", "words": "It <stays>."},
    ],
}


@pytest.fixture(scope="module")
def runs():
    """The solved lessons, not run, but for one explorer and one line that was printed."""
    found = {}
    for lesson in lessons():
        found[lesson.name] = solve(nbformat.read(lesson.path, as_version=4), lesson.solutions)
        for cell in found[lesson.name].cells:
            if cell.id in ("hook-explorer", "explorer"):
                cell.outputs = [nbformat.v4.new_output("display_data", {FRAMES_MIME: FRAMES})]
            elif cell.id.startswith("test-"):
                cell.outputs = [nbformat.v4.new_output("display_data", {"text/plain": "✓ passes."})]
            elif cell.id == "law-race":
                figure = '<img src="data:image/png;base64,QQ==" alt="A" width="9" style="aspect-ratio:64/35">'
                cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": figure})]
            elif cell.id == "setup":
                cell.outputs = [nbformat.v4.new_output("stream", text="<b>printed</b>\n")]
    return found


@pytest.fixture(scope="module")
def files(runs):
    return site_files(runs, "heinit_lab.whl")


LIVE = {"live/manifest.json": b'{"bytes": 10200000, "drawing": 9000000}', "live/worker.js": b"worker"}


@pytest.fixture(scope="module")
def live(runs):
    return site_files(runs, "heinit_lab.whl", LIVE)


def test_pages_speak_of_python_in_the_page_only_where_they_are_live(live, files):
    assert LIVE.items() <= live.items()
    for name, page in pages(files).items():
        assert "live" not in re.sub(r"<main\b.*</main>", "", page, flags=re.DOTALL), name
        assert "live-course" in pages(live)[name]
    for lesson in lessons():
        page = pages(live)[f"{lesson.name}.html"]
        assert "fetches 10 MB of Python" in page
        cells = nbformat.read(lesson.path, as_version=4).cells
        stubs = {name: cell.source for cell in cells if (name := solution_function(cell)) is not None}
        script = page.partition('id="live-course">')[2].partition("</script>")[0]
        (own,) = (each for each in json.loads(script)["lessons"] if "setup" in each)
        assert {name: exercise["stub"] for name, exercise in own["exercises"].items()} == stubs
        for name in stubs:
            assert f'data-exercise="{name}"' in page
            assert f'data-exercise="{name}"' not in pages(files)[f"{lesson.name}.html"]
    assert "Python in the page" in live["about.html"].decode()


def test_no_page_has_an_inline_style_or_script(live):
    for name, page in pages(live).items():
        assert not re.search(r"<[^>]*\s(?:style|on\w+)=", page), name
        for attributes in re.findall(r"<script\b([^>]*)>", page):
            assert "src=" in attributes or 'type="application/json"' in attributes, name


def pages(files):
    return {name: content.decode() for name, content in files.items() if name.endswith(".html")}


def test_every_link_leads_to_a_page_and_a_place_that_is_there(files):
    found = pages(files)
    for name, page in found.items():
        for address in re.findall(r'(?:href|src|action)="([^"]*)"', page):
            if re.match(r"https?:", address):
                assert "href" in re.search(rf'(\w+)="{re.escape(address)}"', page)[1], "nothing is fetched"
                continue
            path, _, fragment = unquote(address).partition("#")
            assert not path.startswith(("/", "..")), "a page may lie under any path"
            if path.startswith("notebooks/"):
                continue
            assert not path or path in files, f"{name} leads to {address}"
            if fragment:
                assert f'id="{fragment}"' in found[path or name], f"{name} leads to {address}"


def test_ids_are_unique_and_headings_skip_no_level(files):
    for name, page in pages(files).items():
        ids = re.findall(r'\bid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), name
        levels = [int(level) for level in re.findall(r"<h([1-6])\b", page)]
        assert levels.count(1) == 1, name
        assert all(below <= above + 1 for above, below in pairwise(levels)), name


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_a_lesson_shows_each_stub_and_folds_its_answer(files, runs, lesson):
    page = files[f"{lesson.name}.html"].decode()
    names = [name for cell in runs[lesson.name].cells if (name := solution_function(cell))]
    assert re.findall(r"One solution of <code>(\w+)</code>", page) == names
    folded = re.sub(r'<details class="(?:solution|drawn)">.*?</details>', "", page, flags=re.DOTALL)
    assert folded.count("raise</span>") == len(names)
    assert "### BEGIN" not in page
    assert "HIDDEN" not in page
    for solution in re.findall(r'<details class="solution">.*?</details>', page, re.DOTALL):
        assert "NotImplementedError" not in solution
        assert '<p class="verdict">✓ passes.</p>' in solution


def test_a_figure_names_the_file_of_the_function_that_drew_it_even_where_two_lessons_share_it(files):
    page = files["3-worked-examples.html"].decode()
    assert "<code>loss_bands</code> in <code>heinit_lab/plots/very_deep_networks.py</code>" in page


def test_what_belongs_to_a_notebook_alone_is_left_out(files):
    for name, page in pages(files).items():
        if re.match(r"\d", name):
            assert "progress()" not in page
            assert "says there is no module" not in page
            assert "What the cells import" in page
            assert '<pre class="output">&lt;b&gt;printed&lt;/b&gt;</pre>' in page


# What a reader can do with a cell, and not with a page.
WITH_A_CELL = re.compile(
    r"<code>None</code>|\b[Rr](?:un|erun) (?:the|this|that|these|it|both|one)\b|[Pp]ress <em>|Shift\+Enter"
)


def test_a_lesson_tells_a_reader_only_what_a_page_can_do(files):
    for lesson in lessons():
        page = files[f"{lesson.name}.html"].decode()
        assert WITH_A_CELL.findall(page) == [], lesson.name
    page = files["1-relu-half-killing.html"].decode()
    assert "Write your number below; the cell after it" in page
    names = "<code>relu</code>, <code>zero_share</code> and <code>energy_kept</code>"
    assert page.count(f"Here the lesson's own {names} stand in for yours.") == 1


def test_the_appendix_is_a_page_with_the_outputs_that_it_keeps(files):
    page = files[f"{APPENDIX.stem}.html"].decode()
    cells = nbformat.read(APPENDIX, as_version=4).cells
    texts = [out.text for cell in cells for out in cell.get("outputs", ()) if "text" in out]
    assert len(texts) > 5
    for text in texts:
        assert html.escape(text.rstrip()) in page
    tables = re.findall(r'<pre class="output aligned" role="group" aria-label="Table" tabindex="0">', page)
    assert 4 <= len(tables) < len(texts), "columns are not broken into lines, and sentences are"
    assert len(re.findall(r'<img src="pictures/', page)) == 1
    assert "To run the cells" not in page
    assert f'href="{APPENDIX.stem}.html"' in files["index.html"].decode().partition("<main")[2]


def test_an_explorer_begins_where_its_sliders_stand(files):
    page = files["index.html"].decode()
    assert 'max="1" value="1" aria-valuetext="2"' in page
    assert '<p class="words" role="status">It &lt;stays&gt;.</p>' in page
    table = json.loads(re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)[1])
    assert [words for _, words in table["frames"]] == ["It fades.", "It <stays>."]
    for picture, _ in table["frames"]:
        assert picture in files


def test_a_narrow_page_shows_the_narrow_pictures(runs):
    shown = {
        "text/html": '<img src="data:image/webp;base64,QQ==" alt="A" width="640" style="aspect-ratio:64/35">',
        NARROW_MIME: {"picture": "YQ==", "size": [420, 350], "smallest": 9.0},
    }
    output = nbformat.v4.new_output("display_data", shown)
    last = lessons()[-1].name
    cells = [
        c
        if c.id != "read-three"
        else nbformat.v4.new_code_cell("plots.rates(r)", outputs=[output], id="read-three")
        for c in runs[last].cells
    ]
    made = site_files(runs | {last: nbformat.v4.new_notebook(cells=cells)}, "heinit_lab.whl")
    figure = re.search(r'<figure id="figure-6.1">.*?</picture>', made[f"{last}.html"].decode(), re.DOTALL)[0]
    for page in (figure, made["index.html"].decode()):
        source = re.search(
            r'<source media="\(max-width: 40rem\)" srcset="([^"]+)" width="420" height="350">', page
        )
        assert made[source[1]] in (b"a", b"b")
    table = json.loads(re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)[1])
    assert [made[narrow] for narrow in table["narrow"]] == [b"a", b"b"]


def test_each_question_that_people_ask_has_two_sentences_and_a_section_that_answers_it(files):
    page = files["questions-people-ask.html"].decode()
    entries = json.loads(files["search-index.js"].decode().removeprefix("const SECTIONS = ").rstrip(";\n"))
    parts = re.split(r"<h3 id=[^>]*>", page)[1:]
    assert len(parts) >= 30
    for part in parts:
        question, _, rest = part.partition("</h3>")
        answer, where = re.findall(r"<p>(.*?)</p>", rest, re.DOTALL)[:2]
        assert len(re.findall(r"[.?!](?= |$)", re.sub(r"<[^>]+>", "", answer))) == 2, question
        assert re.search(r'href="[\w-]+\.html#[\w-]+"', where), question
        assert any(plain(question) == heading for _, _, _, heading, _ in entries), "the search finds it"
    assert 'href="questions-people-ask.html"' in files["index.html"].decode()


def test_a_side_note_is_open_on_the_page_and_its_words_go_to_the_slides_notes(files, runs):
    for lesson in lessons():
        page = files[f"{lesson.name}.html"].decode()
        noted = [c.source for c in runs[lesson.name].cells if SIDE_NOTE in c.source]
        assert page.count('<details class="aside" open><summary>') == len(noted)
    assert sum('class="aside"' in page for page in pages(files).values()) >= 4
    notes = [
        note for column in columns(runs["6-the-clinic"], "6.html") for slide in column for note in slide.notes
    ]
    assert any(note.startswith("<p><strong>Who drew these maps first.</strong> Poole") for note in notes)


def test_no_formula_was_left_as_its_source(files):
    for name, page in pages(files).items():
        text = re.sub(r"<(pre|code|script)\b.*?</\1>", "", page, flags=re.DOTALL)
        assert "$" not in text, name
        assert not re.search(r"\\[a-z]{3,}", text), name


def test_the_errata_lead_to_the_sections_that_they_name(files):
    links = re.findall(r'href="(\d[^"]+\.html#[^"]+)"', files["errata.html"].decode())
    assert len(links) >= 14


def test_the_search_knows_every_section(files):
    index = files["search-index.js"].decode()
    entries = json.loads(index.removeprefix("const SECTIONS = ").rstrip(";\n"))
    known = {(file, anchor) for file, anchor, *_ in entries}
    for name, page in pages(files).items():
        for anchor in re.findall(r'<div class="heading"><h\d id="([^"]+)"', page):
            assert (name, anchor) in known or "instructors" in name, (name, anchor)


@pytest.fixture
def quick(monkeypatch, runs, tmp_path):
    """`build_site` with the lessons' runs at hand."""
    monkeypatch.setattr(build, "executed", lambda *_: runs)
    wheel = tmp_path / "heinit_lab.whl"
    wheel.write_bytes(b"a wheel")
    monkeypatch.setattr(build, "build_wheel", lambda _: wheel)
    return lambda directory: build_site(directory, tmp_path, lambda *_: None)


@pytest.mark.full
def test_a_second_build_writes_only_what_changed(quick, tmp_path):
    site = tmp_path / "site"
    first = quick(site)
    assert len(first.written) == len([p for p in site.rglob("*") if p.is_file()]) - 1
    (site / "about.html").unlink()
    assert quick(site).written == ("about.html",)
    assert quick(site).written == ()


@pytest.mark.full
def test_what_a_later_build_no_longer_makes_is_taken_away_and_nothing_else(quick, tmp_path):
    site = tmp_path / "site"
    quick(site)
    manifest = json.loads((site / MANIFEST).read_text())
    (site / "old.html").write_text("of a former build")
    (site / "old" / "deep").mkdir(parents=True)
    (site / "old" / "deep" / "old.js").write_text("of a former build")
    (site / "mine.txt").write_text("of the reader")
    (site / MANIFEST).write_text(json.dumps(manifest | {"old.html": "0", "old/deep/old.js": "0"}))
    quick(site)
    assert not (site / "old.html").exists()
    assert not (site / "old").exists()
    assert (site / "mine.txt").exists()


def test_a_directory_that_holds_something_else_is_left_alone(quick, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "index.html").write_text("mine")
    with pytest.raises(UsageError, match="holds something else than a site"):
        quick(tmp_path / "thesis")
    assert (tmp_path / "thesis" / "index.html").read_text() == "mine"


def test_the_notebooks_lie_beside_the_wheel_that_they_ask_for(quick, tmp_path):
    quick(tmp_path / "site")
    for lesson in lessons():
        folder = tmp_path / "site" / "notebooks" / lesson.name
        assert (folder / f"{lesson.name}.ipynb").read_bytes() == lesson.path.read_bytes()
        assert "NotImplementedError" not in (folder / f"{lesson.name}-solved.ipynb").read_text()
        assert (folder / "heinit_lab.whl").is_file()
    folder = tmp_path / "site" / "notebooks" / APPENDIX.stem
    assert (folder / APPENDIX.name).read_bytes() == APPENDIX.read_bytes()
    assert (folder / "heinit_lab.whl").is_file()


def test_each_number_of_the_text_can_be_opened_to_show_how_it_was_made(files):
    for lesson in lessons():
        page = pages(files)[f"{lesson.name}.html"]
        opened = "".join(re.findall(r'<details class="made">.*?</details>', page, re.DOTALL))
        rows, shown = [row for row in claims(lesson) if row.value not in row.text], html.unescape(opened)
        assert opened.count("<tr>") == len(rows) + opened.count("<thead>") > 20
        assert [row.text for row in rows if f"<code>{row.value}</code>" not in shown] == []


def test_words_with_a_number_are_shown_with_the_whole_of_their_formula():
    source = "Of $128 \\pm 8$, **all `f(3)`** and\n$$\nx = 0.5,\n$$\nso [it](#x) is 3 | 4 |"
    for text, shown in (
        (r"\pm 8", r"$128 \pm 8$"),
        ("8$, **all `f", "$128 \\pm 8$, all f"),
        ("0.5", "$ x = 0.5, $"),
        ("[it](#x) is 3", "[it](#x) is 3"),
        ("so [it", "so it"),
        (" 4 |", "4"),
    ):
        assert excerpt(source, text) == shown
