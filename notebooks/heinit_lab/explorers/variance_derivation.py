"""Lesson 2: find the c that keeps the signal, see it predicted, and try it on any activation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.collections import LineCollection

from heinit_lab.activations import ACTIVATIONS
from heinit_lab.explorers.explorer import Explorer, Slider
from heinit_lab.figures import COLOURS, figure, label_line, power_of_ten
from heinit_lab.lessons.variance_derivation import networks_of, second_moments

DEPTH = 30
DRAWN = 20  # networks drawn one by one; the words are about all of them
STOPS = tuple(round(0.8 + 0.1 * k, 1) for k in range(25))


def signal_explorer(guess: float = 1.0, networks: int = 40, n: int = 128, seed: int = 0) -> Explorer:
    """Forty networks, one slider for c, and no theory: where does the signal keep its size?

    guess: where the slider starts, or the stop nearest to it.
    """
    unit = second_moments(DEPTH, n, networks, np.random.default_rng(seed), c=1.0)[0]
    fig, ax = figure(6.4, 3.5)
    layers = np.arange(DEPTH + 1)
    each = ax.add_collection(LineCollection([], colors=COLOURS["sky"], linewidths=0.8, alpha=0.6))
    (mean,) = ax.plot(layers, np.ones(DEPTH + 1), color=COLOURS["he"], markevery=3)
    ax.axhline(1, color=COLOURS["theory"], lw=1, ls=":", marker="none")
    label_line(ax, DEPTH, 1, "as it went in", COLOURS["theory"])
    _depth_axis(ax)

    def update(c: float) -> str:
        q = unit * c**layers
        each.set_segments([np.column_stack([layers, row]) for row in q[:DRAWN]])
        mean.set_ydata(q.mean(axis=0))
        low, high = np.percentile(q[:, -1], (10, 90))
        return (
            f"c = {c}: after {DEPTH} layers the second moment is {_number(q[:, -1].mean())} times what went "
            f"in, on average over {networks} networks; 8 in 10 of them lie between {_number(low)} and "
            f"{_number(high)}. "
            f"{_verdict(q[:, -1].mean())}"
        )

    start = min(STOPS, key=lambda c: abs(c - guess))
    slider = Slider("c", "c, variance c / n", STOPS, start)
    return Explorer("Which c keeps the signal?", fig, update, [each, mean], [slider])


def depth_explorer(seed: int = 1) -> Explorer:
    """Second moment against depth: predicted, measured, and how far one network may be from either."""
    rng = np.random.default_rng(seed)
    networks = 80
    units = {n: second_moments(DEPTH, n, networks, rng, c=1.0)[0] for n in (8, 32, 128)}
    fig, ax = figure(6.4, 3.7)
    layers = np.arange(DEPTH + 1)
    each = ax.add_collection(LineCollection([], colors=COLOURS["sky"], linewidths=0.7, alpha=0.5))
    (mean,) = ax.plot(layers, np.ones(DEPTH + 1), color=COLOURS["he"], markevery=3)
    (predicted,) = ax.plot(layers, np.ones(DEPTH + 1), "--", color=COLOURS["theory"], marker="none")
    text = ax.annotate(
        "predicted",
        (DEPTH, 1),
        xytext=(-4, 12),
        textcoords="offset points",
        color=COLOURS["theory"],
        ha="right",
        fontsize=9,
    )
    _depth_axis(ax)

    def update(c: float, n: int) -> str:
        q = units[n] * c**layers
        each.set_segments([np.column_stack([layers, row]) for row in q[:DRAWN]])
        mean.set_ydata(q.mean(axis=0))
        predicted.set_ydata((c / 2.0) ** layers)
        text.xy = (DEPTH, (c / 2) ** DEPTH)
        last = q[:, -1]
        error = last.std() / np.sqrt(networks)
        return (
            f"c = {c}, {n} units a layer. Predicted after {DEPTH} layers: {_number((c / 2) ** DEPTH)}. "
            f"Measured, mean of {networks} networks: {_number(last.mean())} ± {_number(error)} "
            f"(one standard error). Half of the networks are below {_number(float(np.median(last)))}, "
            f"one in ten below {_number(float(np.percentile(last, 10)))}."
        )

    sliders = [
        Slider("c", "c, variance c / n", STOPS, 1.5),
        Slider("n", "units a layer", tuple(units), 128),
    ]
    return Explorer("Predicted and measured", fig, update, [each, mean, predicted, text], sliders)


def gain_explorer(gain: Callable[..., float], seed: int = 2) -> Explorer:
    """The student's c for one activation after another, in twenty layers of 128 units.

    gain: the student's function. A leaky unit has a = 0.1 here, an ELU a = 1.
    """
    depth, n, networks = 20, 128, 24
    rng = np.random.default_rng(seed)
    weights = list(networks_of(depth, n, networks, rng))
    first = rng.standard_normal((networks, n, 1), dtype=np.float32)
    parameter = {"leaky": 0.1, "elu": 1.0}

    fig, (left, right) = figure(7.4, 3.4, ncols=2)
    z = np.linspace(-4, 4, 201)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    (curve,) = left.plot(z, z, color=COLOURS["he"], marker="none")
    left.plot(z, z**2 * density, "--", color=COLOURS["theory"], lw=1.2, marker="none")
    left.set(ylim=(0, 0.72), xlabel="z", title="c f(z)² × density; dashed: z²")
    layers = np.arange(1, depth + 1)
    (line,) = right.plot(layers, np.ones(depth), color=COLOURS["he"], markevery=2)
    band = right.add_collection(LineCollection([], colors=COLOURS["sky"], linewidths=0.8, alpha=0.6))
    right.axhline(1, color=COLOURS["theory"], ls="--", lw=1.2, marker="none")
    right.set_yscale("log")
    right.set(xlim=(1, depth), ylim=(1e-3, 1e3), xlabel="layer", title="second moment of z")
    right.set_xticks([5, 10, 15, 20])

    def update(name: str) -> str:
        f, a = ACTIVATIONS[name], parameter.get(name, 0.0)
        c = float(gain(name, a))
        q, signal = [], first
        with np.errstate(all="ignore"):
            curve.set_ydata(c * f(z, a) ** 2 * density)
            for W in weights:
                q.append(np.mean(np.square(signal, dtype=float), axis=(1, 2)))
                signal = np.float32(np.sqrt(max(c, 0.0))) * (W @ f(signal, a).astype(np.float32))
        rows = np.array(q).T
        line.set_ydata(rows.mean(axis=0))
        band.set_segments([np.column_stack([layers, row]) for row in rows[:DRAWN]])
        end = rows[:, -1]
        low, high = np.percentile(end, (10, 90))
        which = f"{name} (a = {a:g})" if a else name
        if not np.isfinite(end).all():
            return (
                f"{which}: your c is {c:.4g}. Before layer {depth} some networks leave the range of numbers."
            )
        return (
            f"{which}: your c is {c:.4g}. At layer {depth} the second moment of z is "
            f"{_number(float(end.mean()))} on average over {networks} networks; 8 in 10 lie "
            f"between {_number(low)} and {_number(high)}."
        )

    slider = Slider("name", "activation", tuple(ACTIVATIONS), "relu")
    return Explorer("Your gain, at work", fig, update, [curve, band, line], [slider], powered_by=("gain",))


def _depth_axis(ax: object) -> None:
    ax.set_yscale("log")  # type: ignore[attr-defined]
    ax.set(  # type: ignore[attr-defined]
        xlim=(0, DEPTH), ylim=(1e-14, 1e8), xlabel="layer", ylabel="second moment, over the input's"
    )


def _number(value: float) -> str:
    """Two significant digits, with a power of ten where that is easier to read: 1.8 × 10⁻⁴."""
    if value == 0 or not np.isfinite(value):
        return f"{value:g}"
    if 0.01 <= abs(value) < 995:
        return f"{value:.2g}" if abs(value) < 9.95 else f"{value:.0f}"
    return power_of_ten(value)


def _verdict(ratio: float) -> str:
    if ratio < 0.2:
        return "The signal fades."
    return "The signal keeps its size." if ratio <= 4 else "The signal swells."
