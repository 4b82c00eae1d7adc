"""Lesson 2: find the c that keeps the signal, see it predicted, and try it on any activation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heinit_lab.activations import ACTIVATIONS
from heinit_lab.drivers import Answer, driver, fallbacks
from heinit_lab.explorers.explorer import Explorer, Slider
from heinit_lab.figures.marks import label_line, level, theory
from heinit_lab.figures.numbers import number
from heinit_lab.figures.show import figure
from heinit_lab.figures.style import HE, SKY, THEORY
from heinit_lab.mean_field import kept
from heinit_lab.networks import draw, forward, moments, unit_normal

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes


DEPTH = 30
LAYERS = np.arange(DEPTH + 1)
STOPS = tuple(round(0.8 + 0.1 * k, 1) for k in range(25))


class _Networks:
    """The mean of many networks as a thick line, and twenty of them, one by one, as thin ones."""

    def __init__(self, ax: Axes, markevery: int) -> None:
        from matplotlib.collections import LineCollection

        self._each = LineCollection([], colors=SKY, linewidths=0.8, alpha=0.6)
        ax.add_collection(self._each)
        (self._mean,) = ax.plot([], [], color=HE, markevery=markevery)
        self.artists: list[Artist] = [self._each, self._mean]

    def move(self, layers: np.ndarray, q: np.ndarray) -> None:
        self._each.set_segments([np.column_stack([layers, row]) for row in q[:20]])
        self._mean.set_data(layers, q.mean(axis=0))


def _unit_moments(n: int, networks: int, rng: np.random.Generator) -> np.ndarray:
    """Second moments of ReLU networks with c = 1: (networks, DEPTH + 1); with any c, c^l times as large."""
    x = unit_normal(n, rng, networks)
    _, hs = forward(x, draw([n] * (DEPTH + 1), 1, rng, networks=networks))
    return np.asarray(moments(hs))


def _depth_axis(ax: Axes) -> None:
    ax.set(yscale="log", xlim=(0, DEPTH), ylim=(1e-14, 1e8))
    ax.set(xlabel="layer", ylabel="second moment, over the input's")


def signal_explorer(guess: float | None = None, networks: int = 40, n: int = 128) -> Explorer:
    """Forty networks, one slider for c, and no theory: where does the signal keep its size?

    guess: a reader's c; the slider starts at the stop nearest to it, or at 1.
    """
    unit = _unit_moments(n, networks, np.random.default_rng(0))
    fig, ax = figure(6.4, 3.5)
    lines = _Networks(ax, markevery=3)
    ax.axhline(1, color=THEORY, lw=1, ls=":")
    label_line(ax, DEPTH, 1, "as it went in", THEORY)
    _depth_axis(ax)

    def update(c: float) -> str:
        q = unit * c**LAYERS
        lines.move(LAYERS, q)
        mean = q[:, -1].mean()
        low, high = np.percentile(q[:, -1], (10, 90))
        verdict = "fades" if mean < 0.5 else "keeps its size" if mean <= 2 else "swells"
        return (
            f"c = {c}: after {DEPTH} layers the second moment is {number(mean)} times what went in, on "
            f"average over {networks} networks; 8 in 10 of them lie between {number(low)} and "
            f"{number(high)}. The signal {verdict}.{yours}"
        )

    yours = "" if guess is None else f" Your guess was c = {guess:g}."
    start = min(STOPS, key=lambda c: abs(c - (1.0 if guess is None else guess)))
    slider = Slider("c", "c, variance c / n", STOPS, start)
    return Explorer("Which c keeps the signal?", fig, update, lines.artists, [slider])


def depth_explorer() -> Explorer:
    """Second moment against depth: predicted, measured, and how far one network may be from either."""
    networks, rng = 80, np.random.default_rng(1)
    units = {n: _unit_moments(n, networks, rng) for n in (8, 32, 128)}
    fig, ax = figure(6.4, 3.7)
    lines = _Networks(ax, markevery=3)
    predicted = theory(ax)
    text = label_line(ax, DEPTH, 1, "predicted", THEORY, xytext=(-4, 12), ha="right", va="baseline")
    _depth_axis(ax)

    def update(c: float, n: int) -> str:
        q, expected = units[n] * c**LAYERS, (c / 2) ** LAYERS
        lines.move(LAYERS, q)
        predicted.set_data(LAYERS, expected)
        text.xy = (DEPTH, expected[-1])
        last = q[:, -1]
        return (
            f"c = {c}, {n} units a layer. Predicted after {DEPTH} layers: {number(expected[-1])}. "
            f"Measured, mean of {networks} networks: {number(last.mean())} ± "
            f"{number(last.std() / np.sqrt(networks))}. Half of the networks are below "
            f"{number(float(np.median(last)))}, one in ten below {number(float(np.percentile(last, 10)))}."
        )

    sliders = [Slider("c", "c, variance c / n", STOPS, 1.5), Slider("n", "units a layer", tuple(units), 128)]
    return Explorer("Predicted and measured", fig, update, [*lines.artists, predicted, text], sliders)


def gain_explorer(gain: Answer) -> Explorer:
    """The student's c for one activation after another, in twenty layers of 128 units.

    gain: the student's answer. A leaky unit has a = 0.1 here, an ELU a = 1.
    """
    answer = driver("gain", gain, lambda name, a: 1 / kept(name, a), "relu", 0.0)
    whose = "your" if answer.solved else "the"
    depth, n, networks = 20, 128, 24
    rng = np.random.default_rng(2)
    Ws = list(draw([n] * (depth + 1), 1, rng, networks=networks))
    z_1 = rng.standard_normal((networks, 1, n), dtype=np.float32)
    parameter = {"leaky": 0.1, "elu": 1.0}

    fig, (left, right) = figure(7.4, 3.4, ncols=2)
    z = np.linspace(-4, 4, 201)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    (curve,) = left.plot(z, z, color=HE, marker="")
    theory(left, z, z**2 * density)
    left.set(ylim=(0, 0.72), xlabel="z", title="c f(z)² × density; dashed: z²")
    lines = _Networks(right, markevery=2)
    level(right, 1)
    right.set(yscale="log", xlim=(1, depth), ylim=(1e-3, 1e3), xticks=[5, 10, 15, 20])
    right.set(xlabel="layer", title="second moment of z")

    def update(name: str) -> str:
        f, a = ACTIVATIONS[name], parameter.get(name, 0.0)
        c = float(answer.function(name, a))

        def scaled(z: np.ndarray) -> np.ndarray:
            return np.asarray(np.sqrt(max(c, 0.0)) * f(z, a), np.float32)

        with np.errstate(all="ignore"):
            curve.set_ydata(c * f(z, a) ** 2 * density)
            zs, _ = forward(scaled(z_1), Ws[:-1], scaled)
            q = moments([z_1, *zs])
        lines.move(np.arange(1, depth + 1), q)
        which = f"{name} (a = {a:g})" if a else name
        if not np.isfinite(q[:, -1]).all():
            lost = f"Before layer {depth} some networks leave the range of numbers."
            return f"{which}: {whose} c is {c:.4g}. {lost}"
        low, high = np.percentile(q[:, -1], (10, 90))
        return (
            f"{which}: {whose} c is {c:.4g}. At layer {depth} the second moment of z is "
            f"{number(float(q[:, -1].mean()))} on average over {networks} networks; 8 in 10 lie "
            f"between {number(low)} and {number(high)}.{fallbacks(answer)}"
        )

    slider = Slider("name", "activation", tuple(ACTIVATIONS), "relu")
    return Explorer("Your gain, at work", fig, update, [curve, *lines.artists], [slider], ("gain",))
