"""The course's terms and papers: their lists, and their first use in each section of a page.

A term becomes a button that opens its definition (`popover`, so that keyboard, touch and a page without a
script work alike), a citation becomes a link to the list of references.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.site.prose import on_the_site

TEXT = Path(__file__).parent / "text"
# Within these, text is a link, a name, a formula, or the place where a term is explained.
_LEFT_ALONE = ("a", "button", "code", "em", "math", "strong", "summary")


@dataclass(frozen=True)
class Term:
    """A term of the glossary. definition: Markdown. introduced: the section that explains it, as a link.

    forms: the words that stand for it in a text.
    """

    ident: str
    name: str
    definition: str
    introduced: str
    forms: tuple[str, ...]


@dataclass(frozen=True)
class Reference:
    """A paper. cited: the names that stand before the year where a text cites it."""

    ident: str
    cited: tuple[str, ...]
    authors: str
    title: str
    published: str
    year: int
    link: str


def glossary() -> list[Term]:
    """All terms, in alphabetical order."""
    terms = [
        Term(
            ident,
            name := row.get("name", ident),
            row["definition"],
            row["introduced"],
            tuple(row.get("forms", [name])),
        )
        for ident, row in _rows("glossary.toml")
    ]
    return sorted(terms, key=lambda term: term.name.lower())


def references() -> list[Reference]:
    """All papers, in alphabetical order of their first authors."""
    return [Reference(ident, tuple(row.pop("cited")), **row) for ident, row in _rows("references.toml")]


def _rows(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from tomllib.loads((TEXT / name).read_text(encoding="utf-8")).items()


def _any_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first."""
    return "|".join(map(re.escape, sorted(set(words), key=len, reverse=True)))


class Marker:
    """Marks terms and citations in the paragraphs of one page. used: the terms marked so far."""

    def __init__(self, file: str) -> None:
        """`file`: the page's name, "3-worked-examples.html"."""
        self.used: dict[str, Term] = {}
        self._page = file.removesuffix(".html")
        self._section = ""
        self._seen: set[str] = set()
        self._terms = {form.lower(): term for term in glossary() for form in term.forms}
        self._papers = {(name, str(p.year)): p for p in references() for name in p.cited}
        terms, names = _any_of(self._terms), _any_of(name for name, _ in self._papers)
        self._pattern = re.compile(
            rf"(?<![\w-])(?:(?P<term>(?i:{terms}))|(?P<names>{names}) \(?(?P<year>\d{{4}})\b\)?)(?![\w-])"
        )

    def begin(self, section: str) -> None:
        """From here on, the text belongs to the section with this anchor."""
        self._section = section
        self._seen.clear()

    def marked(self, paragraph: str) -> str:
        """A paragraph's HTML with the first use of each term and paper of the section marked."""
        parts, within = [], 0
        for part in re.split(r"(<[^>]*>)", paragraph):
            if tag := re.match(r"<(/?)(\w+)", part):
                if tag[2] in _LEFT_ALONE:
                    within += -1 if tag[1] else 1
            elif not within:
                part = self._pattern.sub(self._mark, part)
            parts.append(part)
        return "".join(parts)

    def _mark(self, match: re.Match[str]) -> str:
        if form := match["term"]:
            term = self._terms[form.lower()]
            if term.ident in self._seen or self._explained_here(term):
                return form
            self._seen.add(term.ident)
            self.used[term.ident] = term
            return f'<button type="button" class="term" popovertarget="term-{term.ident}">{form}</button>'
        paper = self._papers.get((match["names"], match["year"]))
        if paper is None or paper.ident in self._seen:
            return match[0]
        self._seen.add(paper.ident)
        # a bracket that the citation did not open stays outside of the link
        cited, bracket = match[0], ""
        if cited.endswith(")") and "(" not in cited:
            cited, bracket = cited[:-1], ")"
        return f'<a class="citation" href="references.html#{paper.ident}">{cited}</a>{bracket}'

    def _explained_here(self, term: Term) -> bool:
        return on_the_site(term.introduced) == f"{self._page}.html#{self._section}"
