"""Lesson 4: the rules side by side, in one layer and over depth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from heinit_lab.drivers import Answer, driver, fallbacks
from heinit_lab.experiments.xavier_comparison import Flow, gains
from heinit_lab.figures.marks import CARD, label_line, networks, note, theory
from heinit_lab.figures.numbers import guessed, number
from heinit_lab.figures.show import Plot, figure
from heinit_lab.figures.style import ACCENT, HE, RULES, SKY, THEORY, WARM

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def ratio(measured: Sequence[float], guess: float | None) -> Plot:
    """The ratio of two networks' signals against depth, and a reader's guess across it."""
    fig, ax = figure()
    depth = np.arange(len(measured))
    theory(ax, depth, np.sqrt(2) ** depth)
    ax.plot(depth, measured, "o", color=HE, ms=5)
    last = f"{measured[-1]:,.0f}"
    label_line(ax, depth[-1], measured[-1], last, HE, weight="bold")
    label_line(ax, 20, 200, "dashed: √2 to the power L", THEORY)
    _guess(ax, 0.5, guess, 0.8, 1e5)
    ax.set(yscale="log", xlim=(0, 36), ylim=(0.7, 2e5), title="One factor of 1.41, layer after layer")
    ax.set(xlabel="layers passed", ylabel="large network / small network")
    return fig, (
        "The ratio of the two networks' signals grows as √2 to the power of the layer: on a logarithmic "
        f"axis, a line from 1 to {last} at layer {depth[-1]}.{guessed(guess)}"
    )


def sigma(compare_table: Answer) -> Plot:
    """The table of both rules, as the student's function gives it: two parallel lines."""
    sizes = [4, 16, 64, 128, 256]
    table = driver("compare_table", compare_table, _own_table, sizes)
    n, *columns = np.asarray(table.function(sizes), dtype=float).T[:3]
    fig, ax = figure()
    sigma_axes(ax, np.array(sizes))
    ends = []
    for (rule, below), s in zip((("Xavier", -13), ("He", 7)), columns, strict=True):
        colour, marker = RULES[rule]
        ax.plot(n, s, marker=marker, ms=6, color=colour)
        seen = [(x, y) for x, y in zip(n, s, strict=True) if 2.7 < x < 640 and 0.04 < y < 1.2]
        for x, y in seen:
            label_line(ax, x, y, f"{y:.3g}", colour, xytext=(0, below), ha="center", va="baseline")
        for x, y in seen[-1:]:
            label_line(ax, x, y, rule, colour, xytext=(24, 0), weight="bold")
        ends.append(f"{rule} from {s[0]:.3g} to {s[-1]:.3g}")
    theory(ax, n[2:4], [columns[0][2], columns[1][3]])
    ax.set(xlim=(2.7, 640), ylim=(0.04, 1.2), title="Two rules, one slope, one gap")
    words = f"Standard deviation against the number of inputs, both axes logarithmic: {'; '.join(ends)}."
    stand_in = fallbacks(table).strip()
    note(ax, 0.98, 0.93, stand_in, inside=True, ha="right")
    return fig, f"{words} A dashed line joins 64 inputs under Xavier and 128 under He. {stand_in}".strip()


def _own_table(ns: Sequence[int]) -> np.ndarray:
    n = np.array(ns, float)
    return np.column_stack([n, n**-0.5, (2 / n) ** 0.5, np.full(n.size, 2**0.5)])


def sigma_axes(ax: Axes, n: np.ndarray) -> None:
    """Logarithmic axes for standard deviations against n_in, with powers of 2 as ticks."""
    ax.set_xscale("log", base=2)
    ax.set_yscale("log", base=2)
    ax.set_xticks(n, [f"{v:.0f}" for v in n])
    ax.set_yticks([2.0**-k for k in range(6)], ["1", "1/2", "1/4", "1/8", "1/16", "1/32"])
    ax.set(xlabel="inputs of the layer, n_in", ylabel="σ of a weight")


def own_network(linear: Flow, relu: Flow, guess: float | None) -> Plot:
    """Xavier and He in a network without and with ReLU, forward. guess: for He at the end of the first."""
    fig, axes = figure(7.2, 3.5, ncols=2, sharey=True)
    ends = []
    for ax, flow, name in zip(axes, (linear, relu), ("Linear units", "ReLU units"), strict=True):
        depth, medians = len(flow.sizes) - 1, []
        for rule in ("Xavier", "He"):
            c = gains(flow.sizes)[rule]
            predicted = flow.predicted(c)[0]
            median = _rule_line(ax, range(depth + 1), flow.under(c).forward, predicted, rule)
            label_line(ax, depth, predicted[-1], rule, RULES[rule][0], weight="bold")
            medians.append(f"{rule} {number(median[-1])}")
        ax.set(yscale="log", xlim=(0, 1.28 * depth), ylim=(1e-11, 1e11), xlabel="layer", title=name)
        ax.set(xticks=range(0, depth + 1, 10), yticks=[10.0**k for k in range(-9, 10, 3)])
        ends.append(f"{name}: {', '.join(medians)}")
    _guess(axes[0], 15, guess, 1e-10, 1e10)
    axes[0].set_ylabel("second moment / input's")
    return fig, (
        f"Second moment against layer, medians over many networks, at layer {depth}. {'. '.join(ends)}. "
        f"Predicted means are dashed.{guessed(guess, ' for He in linear units')}"
    )


def one_layer(layers: Mapping[str, Mapping[str, np.ndarray]], guess: float | None) -> Plot:
    """Four scalings on layers of two shapes: median, 10 to 90 % range, and mean.

    layers: for each shape and each scaling, what many layers keep. guess: a reader's, for the last scaling.
    """
    fig, ax = figure(6.4, 3.6)
    for shape, nudge, marker, colour in zip(layers, (-0.16, 0.16), "os", (SKY, WARM), strict=True):
        for row, kept in enumerate(layers[shape].values()):
            low, median, high = np.quantile(kept, [0.1, 0.5, 0.9])
            y = row + nudge
            ax.plot([low, high], [y, y], color=colour, lw=5, alpha=0.5, marker="", solid_capstyle="butt")
            ax.plot(median, y, marker, color=colour, ms=7, mec="#333333", mew=0.8, zorder=3)
            ax.plot(kept.mean(), y, "|", color=THEORY, ms=13, mew=1.5, zorder=4)
            if row == 0:
                note(ax, high + 0.05, y, shape, va="center")
    ax.axvline(1, color=THEORY, ls="--", lw=1.2, zorder=0)
    if guess is not None:
        x = float(np.clip(guess, 0.02, 2.7))
        ax.plot([x, x], [2.6, 3.45], ":", color=ACCENT, lw=2, marker="")
        note(ax, x, 2.52, f"your guess: {guess}", ACCENT, ha="center", bbox=CARD)
    scalings = list(next(iter(layers.values())))
    whose = ("Xavier, fan-in form", "Glorot", "the 2 forgotten", "first axis")
    ax.set_yticks(range(4), [f"{scaling}\n{name}" for scaling, name in zip(scalings, whose, strict=True)])
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    ax.set(xlim=(0, 2.75), xlabel="second moment out / in, linear layer", title="Four variances in one layer")
    means = "; ".join(
        f"{name}: " + " and ".join(f"{kept[name].mean():.2f}" for kept in layers.values())
        for name in scalings
    )
    return fig, (
        f"What a linear layer keeps of the second moment, means for {' and '.join(layers)}. "
        f"{means}.{guessed(guess, ' for the last, first layer')}"
    )


def weight_gradients(flow: Flow, guess: str | None) -> Plot:
    """The second moment of each matrix's gradient, by layer. guess: a word for the layer that gets least."""
    fig, ax = figure()
    depth = len(flow.sizes) - 1
    ranges = []
    for rule in ("He", "Xavier"):
        c = gains(flow.sizes)[rule]
        predicted = np.full(depth, np.prod(c / 2) / c[0])
        median = _rule_line(ax, range(1, depth + 1), flow.under(c).weights, predicted, rule)
        label_line(ax, depth, median[-1], rule, RULES[rule][0], weight="bold")
        ranges.append(f"{rule} between {number(median.min())} and {number(median.max())}")
    ax.set(yscale="log", xlim=(0, 1.15 * depth), ylim=(1e-12, 1e2), xlabel="layer of the matrix")
    if guess is not None:
        note(ax, 1, 1e-6, f"your guess for the smallest under Xavier: {guess}", ACCENT)
    ax.set(ylabel="second moment of its gradient", title="What each matrix would learn from")
    return fig, (
        f"The second moment of each matrix's gradient, medians over networks of {depth} layers: two level "
        f"bands. {'; '.join(ranges)}.{guessed(guess, ' for the smallest under Xavier')}"
    )


def _rule_line(ax: Axes, x: range, rows: np.ndarray, predicted: np.ndarray, rule: str) -> np.ndarray:
    """Median and 10 to 90 % band of many networks, and the predicted mean, dashed. Returns the median."""
    colour, marker = RULES[rule]
    _, median, _ = networks(ax, x, rows, colour, (0.1, 0.5, 0.9), marker=marker, markevery=3)
    theory(ax, x, predicted)
    return np.asarray(median)


def _guess(ax: Axes, x: float, guess: float | None, low: float, high: float) -> None:
    """A reader's guess, if any, as a dotted line from `low` to `high`, with its words from x on."""
    if guess is not None:
        height = float(np.clip(guess, low, high))
        ax.axhline(height, color=ACCENT, ls=":", lw=2)
        label_line(ax, x, height, f"your guess: {guess:,}", ACCENT, xytext=(0, 4), va="bottom")
