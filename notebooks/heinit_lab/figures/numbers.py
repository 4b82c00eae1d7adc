"""Numbers as they are read, in every figure, alt text and explorer."""

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float) -> str:
    """Two significant digits, or all digits before the point: 0.83, 2,400, 3.7 × 10⁻⁹.

    A power of ten stands where the number is smaller than 0.001, or 100,000 and more.
    """
    if value == 0 or not abs(value) < float("inf"):
        return f"{value:g}"
    if 0.001 <= abs(value) < 99_999.5:
        return f"{value:.2g}" if abs(value) < 9.95 else f"{value:,.0f}"
    digits, exponent = f"{value:.1e}".split("e")
    return f"{digits} × 10{str(int(exponent)).translate(_SUPERSCRIPT)}"


def percent(share: float, digits: int = 1) -> str:
    """A share: "63.2 %"."""
    return f"{100 * share:.{digits}f} %"


def guessed(guess: object, what: str = "") -> str:
    """The end of a figure's words that repeats a reader's guess; '' where there is none. what: " for ..."."""
    if guess is None:
        return ""
    if isinstance(guess, (int, float)) and not isinstance(guess, bool):
        guess = format(guess, "," if abs(guess) < 1e9 else "g")
    return f" Your guess{what}: {guess}."
