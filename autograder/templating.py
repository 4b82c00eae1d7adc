"""The one way in which pages are filled from Jinja templates: the report, the feedback pages, the site."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.grades import points
from heinit_lab.checking.report import rich


def environment(folder: Path) -> Environment:
    """The templates in `folder`. All that they insert is escaped; a name without a value is an error.

    Filters of its own: `points` writes a score, `rich` renders the marks of a hint (code, formulas).
    """
    templates = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    templates.filters["points"] = points
    templates.filters["rich"] = lambda text: Markup(rich(text))
    return templates
