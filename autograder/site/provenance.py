"""How the numbers of a piece of prose were made, folded away below the piece."""

from collections.abc import Mapping

from jinja2 import Environment
from markupsafe import Markup

from autograder.claims.measure import OTHERS, Values, extremes, shown_values, verdict_on
from autograder.claims.table import Claim
from autograder.site.prose import Prose

_MADE_OF = {"exact": "the same with every seed", "here": "of this draw"}


def provenance(
    rows: list[Claim], values: Mapping[str, list[Values]], source: str, prose: Prose, templates: Environment
) -> str:
    """The disclosure for the claims of one text cell, or '' where it has none. values: see `kept`.

    A call whose value the text itself prints needs none. A row that was written after `heinit bench claims
    --write` ran last has no values, and is left out.
    """
    shown = []
    for row in (row for row in rows if row.key in values and row.value not in row.text):
        own, *others = values[row.key]
        verdict = verdict_on(row, own, others, source)
        shown.append(
            {
                "says": Markup(prose.phrase(excerpt(source, row.text))),
                "value": shown_values(own),
                "others": extremes(others),
                "holds": _MADE_OF.get(row.kind) or f"true of {verdict.others} of {verdict.sets}",
                "expression": row.value,
            }
        )
    return templates.get_template("provenance.html.j2").render(rows=shown, sets=OTHERS) if shown else ""


def excerpt(source: str, text: str) -> str:
    """Some words of a text, with the whole of a formula in which they begin or end, and no mark left open."""
    start = source.index(text)
    end = start + len(text)
    for sign in ("$$", "$"):
        if source[:start].count(sign) % 2:
            start = source.rindex(sign, 0, start)
        if source[:end].count(sign) % 2:
            end = source.index(sign, end) + len(sign)
    words = " ".join(source[start:end].replace("$$", "$").strip(" |").split())
    for mark in ("**", "*", "`"):
        if words.count(mark) % 2:
            words = words.replace(mark, "")
    return words if words.count("[") == words.count("](") else words.replace("[", "").replace("]", "")
