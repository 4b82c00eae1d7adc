"""`he_over_glorot`: how many times larger He's weights are than Glorot's."""

from math import sqrt

from heinit_lab.checking import Cases, Prompt
from heinit_lab.checking.trials import VALUES, Trials
from heinit_lab.exercises._shared import constant, exercise
from heinit_lab.exercises.xavier_comparison._shared import layer_case


def _is_root_two(trials: Trials) -> bool:
    """The same number for every layer, and it is 1.41 or nearer."""
    number = constant(trials)
    return number is not None and abs(number - sqrt(2)) < 0.005


def _is_another_constant(trials: Trials) -> bool:
    return constant(trials) is not None and not _is_root_two(trials)


EXERCISE = exercise(
    "he_over_glorot",
    Cases(
        layer_case(4, 3, 1.32287566),
        layer_case(1, 1, 1.41421356),
        layer_case(128, 64, 1.22474487),
        layer_case(10, 70, 2.82842712),
        layer_case(300, 300, 1.41421356),
        looks_at=VALUES,
    ),
    mistakes={
        "constant-root-two": lambda n, m: sqrt(2),
        "same-for-every-layer": lambda n, m: 1.323,
        "ratio-inverted": (lambda n, m: sqrt(n / (n + m)), lambda n, m: n / (n + m)),
        "xavier-for-he": (lambda n, m: sqrt((n + m) / (2 * n)), lambda n, m: sqrt(2 * n / (n + m))),
        "fan-out-for-fan-in": (
            lambda n, m: sqrt((n + m) / m),
            lambda n, m: (n + m) / m,
            lambda n, m: sqrt((n + m) / (2 * m)),
            lambda n, m: sqrt(m / (n + m)),
            lambda n, m: sqrt(2 * m / (n + m)),
        ),
        "variance-for-std": lambda n, m: (n + m) / n,
        "root-missing": lambda n, m: (n + m) / (2 * n),
        "bound-for-std": lambda n, m: sqrt((n + m) / (3 * n)),
        "std-against-variance": (
            lambda n, m: 2 / n / sqrt(2 / (n + m)),
            lambda n, m: sqrt(2 / n) / (2 / (n + m)),
        ),
        "difference-for-ratio": (
            lambda n, m: sqrt(2 / n) - sqrt(2 / (n + m)),
            lambda n, m: 2 / n - 2 / (n + m),
            lambda n, m: sqrt((n + m) / n) - 1,
            lambda n, m: 100 * (sqrt((n + m) / n) - 1),
        ),
        "product-for-ratio": (lambda n, m: 2 / sqrt(n * (n + m)), lambda n, m: 4 / (n * (n + m))),
        "one-rule-only": (
            lambda n, m: sqrt((n + m) / 2),
            lambda n, m: sqrt(n + m),
            lambda n, m: sqrt(2 / (n + m)),
            lambda n, m: sqrt(2 / n),
            lambda n, m: 2 / sqrt(n + m),
        ),
        "fans-compared": (
            lambda n, m: sqrt(m / n),
            lambda n, m: sqrt(n / m),
            lambda n, m: sqrt(2 * m / n),
            lambda n, m: m / n,
            lambda n, m: n / m,
        ),
        "product-of-fans": (lambda n, m: sqrt(m), lambda n, m: sqrt(2 / n) * (n * m) ** 0.25),
        "root-on-one-side": (lambda n, m: sqrt(n + m) / n, lambda n, m: (n + m) / sqrt(n)),
        "sum-of-roots": lambda n, m: 1 + sqrt(m / n),
        "two-twice": lambda n, m: sqrt(2 * (n + m) / n),
        "brackets-missing": (
            lambda n, m: sqrt(n + m / n),
            lambda n, m: sqrt(2 / n) / sqrt(2 / n + m),
            lambda n, m: sqrt(2 / n / 2 / (n + m)),
        ),
        "integer-division": (lambda n, m: sqrt((n + m) // n), lambda n, m: int(sqrt((n + m) / n))),
        "rounded": lambda n, m: round(sqrt((n + m) / n), 3),
    },
    shown_by={"constant-root-two": _is_root_two, "same-for-every-layer": _is_another_constant},
    hints="rule",
    hidden=2,
    prompt=Prompt(3, "10 inputs, 70 outputs: how many times larger are He's weights than Glorot's?"),
)
