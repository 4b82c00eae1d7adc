"""The questions of all lessons, as HTML that a learning platform shows."""

import html
from collections.abc import Iterable
from dataclasses import dataclass

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.lessons import Lesson
from autograder.questions.question import question
from heinit_lab.exercises import BY_LESSON

DECIMAL = "Write a decimal number."  # platforms take no 1/8 and no sqrt(2)


@dataclass(frozen=True)
class Response:
    """An answer of a question. value: a number, or the text of a choice. hint: HTML, or ""."""

    value: float | str
    hint: str = ""


@dataclass(frozen=True)
class Item:
    """A question of the bank. name: "3.1 he_std". prompt: HTML.

    tolerance: of a number, how far off a right answer may be. choices: of a choice, all answers in the
    order in which the site shows them; empty for a number. mistakes: the answers that have a hint.
    """

    name: str
    prompt: str
    right: float | str
    tolerance: float
    choices: tuple[Response, ...]
    mistakes: tuple[Response, ...]


def bank(lessons: Iterable[Lesson]) -> dict[str, list[Item]]:
    """The questions of these lessons, by the name of the lesson."""
    return {lesson.name: list(_items(lesson)) for lesson in lessons}


def _items(lesson: Lesson) -> Iterable[Item]:
    for number, exercise in enumerate(BY_LESSON[lesson.module], start=1):
        asks = question(exercise.name)
        if asks is None:
            continue
        hints = {wrong.value: "".join(map(to_html, wrong.hints)) for wrong in asks.wrong}
        name = f"{lesson.name.split('-')[0]}.{number} {exercise.name}"
        prompt = to_html(asks.prompt) + ("" if asks.options else f"<p>{DECIMAL}</p>")
        tolerance = 0.0 if isinstance(asks.right, str) else asks.close * abs(asks.right)
        choices = tuple(Response(option, hints.get(option, "")) for option in asks.options)
        mistakes = tuple(Response(value, hint) for value, hint in hints.items())
        yield Item(name, prompt, asks.right, tolerance, choices, mistakes)


def to_html(markdown: str) -> str:
    """Markdown of the course as HTML in which a formula is TeX, as MathJax reads it: \\\\( … \\\\)."""
    text: str = MarkdownWithMath(renderer=_Tex(escape=False)).render(markdown)
    return text.strip()


def code(choice: Response) -> str:
    """A choice as HTML."""
    return f"<code>{html.escape(str(choice.value))}</code>"


class _Tex(IPythonRenderer):  # type: ignore[misc]  # nbconvert has no types
    """Leaves a formula to the platform, which has a script for formulas."""

    def inline_math(self, body: str) -> str:
        return f"\\({html.escape(body)}\\)"

    def block_math(self, body: str) -> str:
        return f"\\[{html.escape(body)}\\]"

    multiline_math = block_math
