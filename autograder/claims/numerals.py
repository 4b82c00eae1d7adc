"""Numbers as the prose prints them: "3,074", "0.30", "$2 \\times 10^7$", "-0.369", "nine"."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_PLAIN = r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?"
_POWER = r"(?P<base>\d+(?:\.\d+)?)\^(?:\{(?P<braced>-?\d+)\}|(?P<bare>\d))"
_NUMBER = re.compile(
    rf"(?:(?P<factor>\d+(?:\.\d+)?) *\\times *)?{_POWER}|(?P<sign>(?<![\w}})])[-−])?(?P<plain>{_PLAIN})"
)


@dataclass(frozen=True)
class Numeral:
    """A number in a text. start, end: where; unit: one of its last printed digit."""

    start: int
    end: int
    value: float
    unit: float

    def is_(self, value: float) -> bool:
        """Whether the value, printed with as many digits, is this number."""
        return abs(value - self.value) <= self.unit / 2 * (1 + 1e-9)


def numerals(text: str) -> list[Numeral]:
    """The numbers of a text in their order; letters' indices, as in x_1, are none."""
    return [_numeral(m) for m in _NUMBER.finditer(text) if not re.search(r"[\w\\]$|_\{?$", text[: m.start()])]


def numeral(text: str) -> Numeral:
    """A number in digits, or up to twelve in words. Raises ValueError where the text is neither."""
    numbers = numerals(text)
    return numbers[0] if numbers else Numeral(0, len(text), 1 + _WORDS.index(text.lower()), 1)


def _numeral(match: re.Match[str]) -> Numeral:
    if match["plain"]:
        value = float(match["plain"].replace(",", "")) * (-1 if match["sign"] else 1)
        return Numeral(*match.span(), value, _unit(match["plain"]))
    base, factor = float(match["base"]), match["factor"]
    power = base ** int(match["braced"] or match["bare"])
    if factor is None:  # a power is exact, or a power of ten is an order of magnitude
        return Numeral(*match.span(), power, power if base == 10 else 1e-9 * power)
    return Numeral(*match.span(), float(factor) * power, _unit(factor) * power)


def _unit(digits: str) -> float:
    return float(10.0 ** -len(digits.partition(".")[2]))
