"""What an initializer does, read from what it draws: `inspect_initializer`.

    inspect_initializer(he_normal)                                          # (n_in, n_out, rng)
    inspect_initializer(lambda shape: nn.init.orthogonal_(torch.empty(shape)))
    inspect_initializer(lambda shape: keras.initializers.HeNormal()(shape), in_axis=-2)

It is called for matrices of two shapes, neither of them square. A rule is a number c over a number of units,
and the two shapes tell which one: fan_in, fan_out, or another. Whether a number differs from another, and
whether draws are what they seem, is judged at the limit of `checking.laws`, which chance passes with a
probability of FALSE_FAIL for each measure.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod, sqrt
from typing import Any, NamedTuple

import numpy as np

from heinit_lab.checking.draw_cases import DrawCase
from heinit_lab.checking.observe import Call, observe
from heinit_lab.checking.randomness import random_calls, randomness
from heinit_lab.checking.written import seeded, written
from heinit_lab.fingerprint import FAR, FEWEST, Fingerprint, fingerprint, variance_of_truncated

SHAPES = (1024, 128), (256, 768)
"""Of the matrices that are drawn, (n_out, n_in)."""
_SMALL = (48, 96)  # on which the dependence on the seed is tried
STILL = "constant", "identity"
"""Laws by which nothing is drawn."""
_EXACT = 2e-3  # relative error of a variance that nothing but rounding moves

Shape = tuple[int, ...]


class Fans(NamedTuple):
    """Of a layer: how many numbers a unit adds up, how many units read a number, and the input channels."""

    fan_in: int
    fan_out: int
    channels: int


FANS: dict[str, Callable[[Fans], float]] = {
    "fan_in": lambda f: f.fan_in,
    "fan_out": lambda f: f.fan_out,
    "the mean of fan_in and fan_out": lambda f: (f.fan_in + f.fan_out) / 2,
    "the larger of fan_in and fan_out": lambda f: max(f.fan_in, f.fan_out),
    "the smaller of fan_in and fan_out": lambda f: min(f.fan_in, f.fan_out),
    "the input channels, without the kernel's size": lambda f: f.channels,
    "the square of fan_in": lambda f: f.fan_in**2,
    "the root of fan_in": lambda f: sqrt(f.fan_in),
    "nothing": lambda f: 1,
}
"""What a variance may be a number over."""

RULES: dict[str, dict[float, str]] = {
    "fan_in": {
        2: "He's rule, 2 / fan_in",
        1: "LeCun's rule, 1 / fan_in, which is Xavier's by fan_in",
        1 / 3: "PyTorch's default for layers, 1 / (3 fan_in)",
        2 / 3: "2 / (3 fan_in): the edge of a uniform law was taken for He's standard deviation",
        25 / 9: "PyTorch's gain for tanh, (5/3)² / fan_in",
        9 / 16: "PyTorch's gain for SELU, (3/4)² / fan_in",
    },
    "fan_out": {2: "He's rule by fan_out, 2 / fan_out", 1: "1 / fan_out"},
    "the mean of fan_in and fan_out": {
        1: "Xavier's rule (Glorot and Bengio's), 2 / (fan_in + fan_out)",
        2: "twice Xavier's rule, 4 / (fan_in + fan_out)",
    },
    "the larger of fan_in and fan_out": {1: "orthogonal with gain 1", 2: "orthogonal with gain √2"},
    "the input channels, without the kernel's size": {2: "He's rule without the kernel's size"},
    "the square of fan_in": {4: "(2 / fan_in)²: He's variance was taken for the standard deviation"},
    "the root of fan_in": {
        sqrt(2): "√(2 / fan_in): He's standard deviation was taken for the variance",
        1: "√(1 / fan_in): LeCun's standard deviation was taken for the variance",
    },
}
"""By what the variance is a number over: the number, and the name of the rule."""


@dataclass(frozen=True, repr=False)
class Inspection:
    """The report on an initializer; what shows it prints it.

    fans, prints: of each shape. over: the key of FANS that the variance is c over, or '' where there is none.
    c, error: that number and its standard error. rule: its name, or ''. beside: how far the rule is from the
    nearest other. seed: what two calls have in common. notes: what else was seen.
    """

    name: str
    fans: tuple[Fans, ...]
    prints: tuple[Fingerprint, ...]
    over: str
    c: float
    error: float
    rule: str
    beside: str
    seed: str
    notes: tuple[str, ...] = ()

    @property
    def laws(self) -> tuple[str, ...]:
        """The law of each shape's weights."""
        return tuple(each.law for each in self.prints)

    def __repr__(self) -> str:
        both = list(zip(self.prints, self.fans, strict=True))
        rows = {
            "fans": [f"{f.fan_in:,} in, {f.fan_out:,} out" for f in self.fans],
            "mean": [_measured(p.mean, p.mean_error) + ", not 0" * p.shifted for p in self.prints],
            "variance": [_measured(p.variance, p.variance * p.error) for p in self.prints],
            "× fan_in": [f"{p.variance * f.fan_in:.4g}" for p, f in both],
            "× fan_out": [f"{p.variance * f.fan_out:.4g}" for p, f in both],
            "rule": [self.rule or "none by name"],
            "c": [self._c],
            "next": [self.beside],
            "law": [_law(p) for p in self.prints],
            "entries": [_entries(p) for p in self.prints],
            "seed": [self.seed],
        }
        lines = [f"{name:<11}{'; '.join(dict.fromkeys(words))}" for name, words in rows.items() if any(words)]
        chance = "By chance alone, less than one such report in a million is wrong."
        return "\n".join([self.name, *lines, *self.notes, chance])

    @property
    def _c(self) -> str:
        if all(each.law in STILL for each in self.prints):
            return "none: nothing is drawn"
        if not self.over:
            return "none: the variances are not one c over any number of units"
        if self.over == "nothing":
            before = [sqrt(self.c / variance_of_truncated(p.cut)) for p in self.prints if p.cut]
            cut = f", {before[0]:.3g} before the cut" if before else ""
            return f"none: the standard deviation is {sqrt(self.c):.4g} at every size{cut}"
        return f"{_measured(self.c, self.error)} over {self.over}"


def inspect_initializer(
    draw: Callable[..., Any], *, in_axis: int = 1, shapes: Sequence[Shape] = (), seed: int = 0
) -> Inspection:
    """Call an initializer for matrices of two shapes, and report what it draws.

    draw: a function (n_in, n_out, rng), or of a shape, or of a shape and rng. What it returns is anything
        that NumPy reads as an array.
    in_axis: the axis of the weights that counts inputs: 1 in this course and in PyTorch, -2 in Keras and JAX,
        where the outputs come last. Further axes are a kernel's, and belong to both fans.
    shapes: of the weights, to try others than matrices. seed: of the Generators that are passed in.
    Raises TypeError and ValueError, with a sentence that says what to pass.
    """
    if not callable(draw):
        raise TypeError(
            f"inspect_initializer takes a function that draws, and got {_kind(draw)}. Write the draw as a "
            "function, such as lambda n_in, n_out, rng: rng.normal(0, 0.1, (n_out, n_in))."
        )
    if in_axis not in (1, 0, -1, -2):
        raise ValueError(
            f"in_axis is {in_axis!r}, and can be 1 (PyTorch), -2 (Keras, JAX), or 0 and -1 where the two "
            "are exchanged: it names the axis of the weights that counts inputs."
        )
    way = _Way(draw, in_axis)
    wanted = [tuple(map(int, shape)) for shape in shapes] or [way.oriented(shape) for shape in SHAPES]
    notes: list[str] = []
    prints = [fingerprint(way.matrix(shape, seed + k, notes)) for k, shape in enumerate(wanted)]
    fans = tuple(map(way.fans, wanted))
    over, c, error = _over(fans, prints)
    rule, beside = _named(over, c, error, prints[0])
    if over == "fan_out":
        notes.append("To keep the signal level, that is the wrong axis: the number that counts is fan_in.")
        if not way.by_sizes and in_axis == 1:
            notes.append("Do the outputs come last in the shape, as in Keras and JAX? Then say in_axis=-2.")
    still = all(each.law in STILL for each in prints)
    seeds = "nothing is drawn" if still else way.seed(wanted[0] if shapes else way.oriented(_SMALL), seed)
    return Inspection(
        way.name, fans, tuple(prints), over, c, error, rule, beside, seeds, (*dict.fromkeys(notes),)
    )


class _Unreadable(ValueError):
    """What a call returned are no weights of the shape that was asked for."""


class _Way:
    """How an initializer is called, and how its weights lie."""

    def __init__(self, draw: Callable[..., Any], in_axis: int) -> None:
        self.draw, self.in_axis = draw, in_axis
        self.out_axis = {1: 0, 0: 1, -2: -1, -1: -2}[in_axis]
        name = getattr(draw, "__name__", type(draw).__name__)
        self.name = "the function" if name == "<lambda>" else name
        try:
            known = inspect.signature(draw).parameters.values()
        except (TypeError, ValueError):  # some functions of C have no signature that can be read
            known = {}.values()
        places = [p for p in known if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        names, needed = [p.name for p in places], sum(p.default is p.empty for p in places)
        self.by_sizes = needed == 3 or names[2:3] == ["rng"] or (needed == 2 and names[1] != "rng")
        self.takes_rng = needed == 3 or "rng" in names[1:3]
        if needed == 2 and names[1] == "shape":
            raise TypeError(
                f"{self.name} wants {names[0]} before the shape, as the initializers of JAX do. Write a "
                f"function of the shape alone: lambda shape: {self.name}(jax.random.key(0), shape). "
                "For JAX, say in_axis=-2 as well."
            )
        if needed > 3:
            raise TypeError(
                f"{self.name} needs {needed} arguments. inspect_initializer calls a function "
                "(n_in, n_out, rng), or of a shape, or of a shape and rng."
            )

    def oriented(self, shape: Shape) -> Shape:
        """The shape (n_out, n_in) as this initializer has it."""
        return shape if self.in_axis in (1, -1) else shape[::-1]

    def fans(self, shape: Shape) -> Fans:
        """Of weights of this shape."""
        channels, out = shape[self.in_axis], shape[self.out_axis]
        kernel = prod(shape) // (channels * out)
        return Fans(channels * kernel, out * kernel, channels)

    def arguments(self, shape: Shape) -> tuple[Any, ...]:
        """What comes before rng."""
        return (shape[self.in_axis], shape[self.out_axis]) if self.by_sizes else (shape,)

    def text(self, shape: Shape, rng: str = "rng") -> str:
        """The call, as it is written."""
        parts = [*map(written, self.arguments(shape)), *[rng] * self.takes_rng]
        return f"{self.name}({', '.join(parts)})"

    def matrix(self, shape: Shape, seed: int, notes: list[str]) -> np.ndarray:
        """Weights of this shape as a matrix (n_out, n_in). Raises ValueError."""
        if len(shape) < 2 or (self.by_sizes and len(shape) > 2):
            raise ValueError(
                f"{shape} is no shape that {self.name} can be called for: weights have two axes or more, and "
                "more than two need a function of a shape."
            )
        if prod(shape) < FEWEST:
            raise ValueError(
                f"A shape {shape} has too few weights to read a law from: take {FEWEST:,} or more."
            )
        rng = (np.random.default_rng(seed),) if self.takes_rng else ()
        w = self.read(observe(self.numbers, shape, *rng), shape)
        if w.shape == shape[::-1] != shape:
            notes.append(f"It returns shape {w.shape} where {shape} was expected; read as its transpose.")
            w = w.T
        return np.moveaxis(w, self.out_axis, 0).reshape(shape[self.out_axis], -1)

    def read(self, call: Call, shape: Shape) -> np.ndarray:
        """The weights that a call returned. Raises ValueError."""
        if isinstance(call.error, _Unreadable):
            raise ValueError(str(call.error))
        if call.error is not None:
            called = "n_in and n_out" if self.by_sizes else "a shape, which is a tuple"
            raise ValueError(
                f"{self.text(shape)} raises {type(call.error).__name__}: {call.error}. The initializer is "
                f"called with {called}. Where it wants a tensor or a layer, write a function that makes that "
                "and returns its weights."
            ) from call.error
        return np.asarray(call.value)

    def numbers(self, shape: Shape, *rng: np.random.Generator) -> np.ndarray:
        """What a call returns, as an array of this shape or of the reverse. Raises _Unreadable."""
        value = self.draw(*self.arguments(shape), *rng)
        text, wanted = self.text(shape), f"expected an array of shape {shape}"
        if value is None:
            raise _Unreadable(f"{text} returns nothing; {wanted}. Does the function end with return?")
        if hasattr(value, "detach"):  # a tensor of PyTorch, which may want gradients
            value = value.detach().cpu().double()
        try:
            w = np.asarray(value)
            w = w.astype(float) if w.dtype.kind not in "cSUO" else np.array(None)
        except (TypeError, ValueError):
            w = np.array(None)
        if w.dtype == object:
            more = " Return its weight." * hasattr(value, "weight")
            raise _Unreadable(f"{text} returns {_kind(value)}, and no array of numbers; {wanted}.{more}")
        if w.shape not in (shape, shape[::-1]):
            raise _Unreadable(f"{text} returns shape {w.shape}; {wanted}.")
        if not np.all(np.isfinite(w)):
            raise _Unreadable(f"{text} returns numbers that are not finite.")
        return w

    def seed(self, shape: Shape, seed: int) -> str:
        """What two calls have in common."""
        if not self.takes_rng:
            a, b = (self.read(observe(self.numbers, shape), shape) for _ in range(2))
            same = np.array_equal(a, b)
            return f"two calls give {'the same weights: the seed is fixed' if same else 'different weights'}"
        case = DrawCase(shape, shape=shape, variance=1.0)
        calls = random_calls(case, self.numbers, seed)
        for call in calls:
            self.read(call, shape)
        found = randomness(case, calls).finding(self.text(shape, seeded(seed)), self.text(shape), seed)
        return found.headline if found else "the same seed gives the same weights, another seed others"


def _over(fans: Sequence[Fans], prints: Sequence[Fingerprint]) -> tuple[str, float, float]:
    """Over which of FANS the variances are one number, that number, and its standard error; '' for none."""
    v = np.array([0.0 if each.law in STILL else each.variance for each in prints])
    relative = np.array([each.error or _EXACT for each in prints])
    for name, units in FANS.items() if np.all(v > 0) else ():
        each = v * [units(f) for f in fans]
        c = float(np.average(each, weights=(relative * each) ** -2.0))
        exact = not any(p.error for p in prints)
        if np.ptp(each) <= FAR * float(np.hypot(*(relative * each)[[each.argmin(), each.argmax()]])):
            return name, c, 0.0 if exact else c * float(np.sum(relative**-2.0)) ** -0.5
    return "", 0.0, 0.0


def _named(over: str, c: float, error: float, found: Fingerprint) -> tuple[str, str]:
    """The rule that the number c is, or '', and how far the nearest other is, in a sentence."""
    rules = dict(RULES.get(over, {}))
    if found.law == "truncated":
        left = variance_of_truncated(found.cut)
        rules = {k: f"{name}, the cut corrected for" for k, name in rules.items()} | {
            k * left: f"{name}, the cut not corrected for" for k, name in rules.items()
        }
    near = sorted(rules, key=lambda k: abs(k - c))
    fits = bool(near) and abs(near[0] - c) <= (FAR * error or _EXACT * c)
    other = near[1 if fits else 0 :][: 1 if error else 0]
    beside = [f"{rules[k]}: {abs(k - c) / error:,.0f} standard errors away" for k in other]
    return rules[near[0]] if fits else "", "".join(beside)


def _measured(value: float, error: float) -> str:
    return f"{value:.4g} (standard error {error:.1g})" if error else f"{value:.4g}"


def _law(found: Fingerprint) -> str:
    words = {
        "uniform": f"uniform from {found.low:.4g} to {found.high:.4g}",
        "truncated": f"normal, cut off at {found.cut:.2f} standard deviations",
        "constant": f"one number everywhere, {found.low:.4g}",
        "signs": f"two numbers, {found.low:.4g} and {found.high:.4g}",
        "another law": f"neither normal nor uniform: kurtosis {found.kurtosis:.2f}",
        "lopsided": f"lopsided: kurtosis {found.kurtosis:.2f}",
    }.get(found.law, found.law)
    return f"{100 * found.zeros:.2g} % are exactly 0, the others {words}" if found.zeros else words


def _entries(found: Fingerprint) -> str:
    if found.law in STILL:
        return "nothing is left to chance"
    if found.law == "orthogonal":
        return "the rows or the columns are at right angles, and equally long"
    return f"not independent: {found.shared}" if found.shared else "independent, as far as they tell"


def _kind(value: Any) -> str:
    """A value's type, with its article."""
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeinouAEIOU' else 'a'} {name}"
