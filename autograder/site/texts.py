"""The pages that no lesson has: errata, for teachers, glossary, references, cheat sheet, questions."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from autograder.lessons import NOTEBOOKS, SHARE
from autograder.site.lesson_page import LessonPage
from autograder.site.prose import TEACHING, Prose, on_the_site, plain
from autograder.site.sheet import cheat_sheet
from autograder.site.terms import glossary, references

HERE = Path(__file__).parent
# What the bar names, and the pages below an entry of the bar, each with its title.
BAR = {
    "index.html": "Start",
    "in-your-own-project.html": "In your own project",
    "glossary.html": "Reference",
    "instructors.html": "For teachers",
    "about.html": "About",
    "search.html": "Search",
}
BELOW = {
    "glossary.html": {
        "glossary.html": "Glossary",
        "references.html": "References",
        "cheat-sheet.html": "Cheat sheet",
        "questions-people-ask.html": "Questions people ask",
        "errata.html": "Errata",
    },
    "instructors.html": {
        "instructors.html": "From the roster to the grades",
        "ninety-minutes.html": "In ninety minutes",
        "five-weeks.html": "In five weeks",
    },
    "about.html": {"about.html": "About", "accessibility.html": "Accessibility"},
}
_QUESTIONS = (
    "What learners ask about He, Xavier and ReLU, each with a short answer and the "
    "section that derives or measures it."
)
PAGES = BAR | {file: title for pages in BELOW.values() for file, title in pages.items()}


def pages_of_text(course: Sequence[LessonPage], live: bool) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each page as (file, template, what the template needs). live: whether the pages are live."""
    about = _text("about.md") + (_text("live.md") if live else "")
    yield "errata.html", "page", _prose(_errata(course), strict=True)
    yield "about.html", "page", _prose(about, strict=False)
    yield "questions-people-ask.html", "page", _prose(_questions(), strict=True)
    yield "cheat-sheet.html", "sheet", _prose(cheat_sheet(), strict=True)
    for name, path in TEACHING.items():
        text = (SHARE / "docs" / path).read_text(encoding="utf-8")
        if name == "instructors.md":  # below the site's own first words
            text = _text(name) + text.partition("\n")[2]
        yield f"{name.removesuffix('.md')}.html", "page", _prose(text, strict=False)
    prose, sections = Prose(), {f"{p.file}#{h.anchor}": (p, h) for p in course for h in p.contents}
    terms = []
    for term in glossary():
        address = str(on_the_site(term.introduced))
        page, heading = sections[address]
        where = Markup(f"lesson {page.number}, {heading.title}")
        terms.append((term, Markup(prose.phrase(term.definition)), address, where))
    yield "glossary.html", "glossary", {"entries": terms}
    yield "references.html", "references", {"papers": references()}


def _prose(text: str, strict: bool) -> dict[str, Any]:
    prose = Prose(strict)
    return {"body": Markup(prose.html(text)), "contents": prose.contents}


def _questions() -> str:
    """The questions that learners ask, with links to the sections that answer them whole."""
    rows = tomllib.loads(_text("questions-people-ask.toml"))["group"]
    lines = ["# Questions people ask", _QUESTIONS]
    for group in rows:
        lines += [f"## {group['title']}", group["about"]]
        for row in group["question"]:
            links = [f"[{_section(where)}]({where})" for where in row["where"]]
            lines += [f"### {row['asks']}", row["answer"], f"The whole answer: {'; '.join(links)}."]
    return "\n\n".join(lines)


def _section(where: str) -> str:
    """A section in words. where: the section as a lesson links to it, "2-….ipynb#Any-activation"."""
    lesson, _, title = where.partition("#")
    of = f"lesson {lesson[0]}" if lesson[0].isdigit() else "the appendix"
    return f"{of}, {title.replace('-', ' ')}"


def _errata(course: Sequence[LessonPage]) -> str:
    """The errata, with links to the sections of the lessons that they name."""
    text = (NOTEBOOKS / "ERRATA.md").read_text(encoding="utf-8")
    titles = {page.lesson.name: {plain(h.title) for h in page.contents} for page in course}

    def linked(row: re.Match[str]) -> str:
        lesson = row[2]

        def section(title: re.Match[str]) -> str:
            known = title[1] in titles[lesson]
            return f"[{title[1]}]({lesson}.ipynb#{title[1].replace(' ', '-')})" if known else title[0]

        return row[1] + re.sub(r"\*([^*]+)\*", section, row[3])

    return re.sub(r"(\[Lesson \d\]\([^)]*/([^/)]+)\.ipynb\))(.*)", linked, text)


def _text(name: str) -> str:
    return (HERE / "text" / name).read_text(encoding="utf-8")
