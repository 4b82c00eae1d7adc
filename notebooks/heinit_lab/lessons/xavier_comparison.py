"""Lesson 4: random networks measured forwards and backwards, under three rules for their weights.

One set of draws serves all rules: ReLU commutes with a positive factor, so a rule that makes
every weight of a layer sqrt(c) times larger makes every second moment after it c times larger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from heinit_lab.figures import COLOURS, figure, label_line, power_of_ten

STYLES: Mapping[str, tuple[str, str]] = {
    "Xavier": (COLOURS["xavier"], "s"),
    "Glorot": (COLOURS["glorot"], "^"),
    "He": (COLOURS["he"], "o"),
}


def gains(sizes: Sequence[int]) -> dict[str, np.ndarray]:
    """For each rule, the c of every layer in Var[w] = c / n_in. sizes: units, the input's first."""
    n_in, n_out = np.array(sizes[:-1], float), np.array(sizes[1:], float)
    return {"Xavier": n_in / n_in, "Glorot": 2 * n_in / (n_in + n_out), "He": 2 * n_in / n_in}


@dataclass(frozen=True)
class Flow:
    """Second moments in many random networks, a row for each network, L + 1 or L columns.

    sizes: the L + 1 numbers of units. keep: the share of its second moment that a layer's
    nonlinearity keeps, 1/2 for ReLU and 1 for the identity.
    forward: of h_0 .. h_L over that of the input. backward: of the gradient with respect to
    h_0 .. h_L over that at the output. weights: of the gradient of each of the L matrices.
    All are those of networks with c = 1 / keep.
    """

    sizes: tuple[int, ...]
    keep: float
    forward: np.ndarray
    backward: np.ndarray
    weights: np.ndarray

    def under(self, c: np.ndarray) -> Flow:
        """The same draws, with Var[w] = c / n_in in each layer."""
        before, after = _products(np.asarray(c) * self.keep)
        return Flow(
            self.sizes,
            self.keep,
            self.forward * before,
            self.backward * after,
            self.weights * before[:-1] * after[1:],
        )

    def predicted(self, c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The expected forward and backward moments with Var[w] = c / n_in in each layer."""
        factor = np.asarray(c) * self.keep
        shape = np.array(self.sizes[1:]) / np.array(self.sizes[:-1])
        return _products(factor)[0], _products(factor * shape)[1]


def _products(factors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Products of all factors before, and of all from, each of the L + 1 positions."""
    before = np.concatenate([[1.0], np.cumprod(factors)])
    return before, np.concatenate([np.cumprod(factors[::-1])[::-1], [1.0]])


class Draws(Protocol):
    """Where standard normal numbers come from: a Generator, or a stock of its numbers."""

    def standard_normal(self, size: tuple[int, ...], dtype: type) -> np.ndarray: ...


class Stock:
    """Normal numbers drawn once and dealt again from the first, so that an explorer answers fast.

    Two networks dealt from the start of one stock share their luck; within one, all is independent.
    """

    def __init__(self, rng: np.random.Generator, size: int) -> None:
        self._numbers = rng.standard_normal(size, dtype=np.float32)
        self._next = 0

    def restart(self) -> None:
        """Deal from the first number again."""
        self._next = 0

    def standard_normal(self, size: tuple[int, ...], dtype: type = np.float32) -> np.ndarray:
        first, self._next = self._next, self._next + int(np.prod(size))
        if self._next > len(self._numbers):
            raise ValueError(f"the stock of {len(self._numbers)} numbers is used up")
        return self._numbers[first : self._next].reshape(size)


def flow(sizes: Sequence[int], rng: Draws, networks: int = 100, relu: bool = True) -> Flow:
    """Run `networks` random networks, each on an input and an output gradient of its own.

    sizes: units, the input's first. relu: whether units are ReLU, or the identity.
    """
    keep = 0.5 if relu else 1.0
    h = rng.standard_normal((networks, sizes[0], 1), dtype=np.float32)
    forward, matrices, gates = [_moment(h)], [], []
    for n_in, n_out in pairwise(sizes):
        W = rng.standard_normal((networks, n_out, n_in), dtype=np.float32)
        W = W * np.float32(np.sqrt(1 / (keep * n_in)))
        z = W @ h
        gate = z > 0 if relu else np.ones_like(z, dtype=bool)
        h = z * gate
        forward.append(_moment(h))
        matrices.append(W)
        gates.append(gate)
    g = rng.standard_normal((networks, sizes[-1], 1), dtype=np.float32)
    backward, weights = [_moment(g)], []
    for W, gate, incoming in zip(matrices[::-1], gates[::-1], forward[-2::-1], strict=True):
        g = g * gate
        weights.append(_moment(g) * incoming)
        g = (g.transpose(0, 2, 1) @ W).transpose(0, 2, 1)
        backward.append(_moment(g))
    ahead, back, own = (np.array(rows).T for rows in (forward, backward[::-1], weights[::-1]))
    return Flow(
        tuple(sizes), keep, ahead / ahead[:, :1], back / back[:, -1:], own / (ahead[:, :1] * back[:, -1:])
    )


def _moment(h: np.ndarray) -> np.ndarray:
    """The second moment of each network's vector, shape (networks,)."""
    moment: np.ndarray = np.mean(h[..., 0].astype(float) ** 2, axis=1)
    return moment


def spread(values: np.ndarray) -> np.ndarray:
    """The 10 %, 50 % and 90 % quantiles over networks, shape (3, columns)."""
    quantiles: np.ndarray = np.quantile(values, [0.1, 0.5, 0.9], axis=0)
    return quantiles


def power(value: float) -> str:
    """A number for a figure or a sentence: plain near 1, else as a × 10^b."""
    if value == 0 or not np.isfinite(value):
        return f"{value:g}"
    if 0.001 <= value < 100_000:
        return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"
    return power_of_ten(value)


# Figures, each with its alt text

Seen = tuple[Figure, str]


def guess_figure(ratio: Sequence[float], guess: float) -> Seen:
    """The ratio of two networks' signals against depth, and a reader's guess across it."""
    fig, ax = figure()
    depth = np.arange(len(ratio))
    ax.plot(depth, np.sqrt(2) ** depth, "--", color=COLOURS["theory"], lw=1.5, zorder=3)
    ax.plot(depth, ratio, "o", color=COLOURS["he"], ms=5)
    ax.set_yscale("log")
    ax.set(xlim=(0, 36), ylim=(0.7, 2e5), xlabel="layers passed", ylabel="large network / small network")
    label_line(ax, depth[-1], ratio[-1], f"{ratio[-1]:,.0f}", COLOURS["he"], weight="bold")
    label_line(ax, 20, 200, "dashed: √2 to the power L", COLOURS["theory"])
    height = float(np.clip(guess, 0.8, 1e5))
    ax.axhline(height, color=COLOURS["accent"], ls=":", lw=2)
    ax.text(0.5, height * 1.2, f"your guess: {guess:,}", color=COLOURS["accent"], va="bottom", fontsize=9)
    ax.set_title("One factor of 1.41, layer after layer")
    return fig, (
        "The ratio of the two networks' signals grows as √2 to the power of the layer: on a logarithmic "
        f"axis, a line from 1 to {ratio[-1]:,.0f} at layer {depth[-1]}. Your guess, {guess:,}, lies across."
    )


def sigma_figure() -> Seen:
    """The source's table as two parallel lines on logarithmic axes."""
    fig, ax = figure()
    n = np.array([4, 16, 64, 256])
    printed = {"Xavier": ("0.500", "0.250", "0.125", "0.0625"), "He": ("0.707", "0.354", "0.177", "0.088")}
    for rule, (c, below) in {"Xavier": (1, -13), "He": (2, 7)}.items():
        colour, marker = STYLES[rule]
        sigma = np.sqrt(c / n)
        ax.plot(n, sigma, marker=marker, ms=6, color=colour)
        for x, y, text in zip(n, sigma, printed[rule], strict=True):
            ax.annotate(
                text, (x, y), (0, below), textcoords="offset points", color=colour, ha="center", fontsize=9
            )
        label_line(ax, 256, sigma[-1], rule, colour, weight="bold")
    ax.set_xscale("log", base=2)
    ax.set_yscale("log", base=2)
    ax.set(xlim=(2.7, 520), ylim=(0.04, 1.2), xlabel="inputs of the layer, n_in", ylabel="σ of a weight")
    ax.set_xticks(n, [str(v) for v in n])
    ax.set_yticks([1 / 16, 1 / 8, 1 / 4, 1 / 2, 1], ["1/16", "1/8", "1/4", "1/2", "1"])
    ax.annotate("", (32, np.sqrt(2 / 32)), (32, np.sqrt(1 / 32)), arrowprops={"arrowstyle": "<->", "lw": 1.2})
    ax.text(30, 0.155, "× 1.41", fontsize=9, va="center", ha="right")
    ax.set_title("Two rules, one slope, one gap")
    ends = "; ".join(f"{rule} from {digits[0]} to {digits[-1]}" for rule, digits in printed.items())
    return fig, (
        f"Standard deviation against the number of inputs, {n[0]} to {n[-1]}, both axes logarithmic: two "
        f"parallel lines, a factor of 1.41 apart. {ends}."
    )


def draw_band(ax: Axes, values: np.ndarray, rule: str, predicted: np.ndarray, every: int = 3) -> None:
    """Median and 10 to 90 % band of many networks, and the predicted mean, dashed."""
    colour, marker = STYLES[rule]
    low, median, high = spread(values)
    x = np.arange(len(median))
    ax.fill_between(x, low, high, color=colour, alpha=0.2, lw=0)
    ax.plot(x, median, marker=marker, markevery=every, color=colour)
    ax.plot(x, predicted, "--", color=COLOURS["theory"], lw=1.2)


def own_network_figure(linear: Flow, relu: Flow, guess: float) -> Seen:
    """Xavier and He in a network without and with ReLU, forward.

    guess: a reader's guess for He at the end of the linear network.
    """
    fig, axes = figure(7.2, 3.5, ncols=2, sharey=True)
    for ax, measured, title in zip(axes, (linear, relu), ("Linear units", "ReLU units"), strict=True):
        depth = len(measured.sizes) - 1
        for rule in ("Xavier", "He"):
            c = gains(measured.sizes)[rule]
            values, predicted = measured.under(c).forward, measured.predicted(c)[0]
            draw_band(ax, values, rule, predicted)
            label_line(ax, depth, predicted[-1], rule, STYLES[rule][0], weight="bold")
        ax.set_yscale("log")
        ax.set(xlim=(0, 1.28 * depth), ylim=(1e-11, 1e11), xlabel="layer", title=title)
        ax.set_xticks(range(0, depth + 1, 10))
        ax.set_yticks([10.0**k for k in range(-9, 10, 3)])
    height = float(np.clip(guess, 1e-10, 1e10))
    axes[0].axhline(height, color=COLOURS["accent"], ls=":", lw=2)
    axes[0].text(15, height * 3, f"your guess: {guess:,}", color=COLOURS["accent"], fontsize=9)
    axes[0].set_ylabel("second moment / input's")
    told = []
    for name, measured in (("Linear", linear), ("ReLU", relu)):
        ends = {r: power(spread(measured.under(c).forward)[1, -1]) for r, c in gains(measured.sizes).items()}
        told.append(f"{name} units: Xavier {ends['Xavier']}, He {ends['He']}")
    return fig, (
        f"Second moment against layer, medians over many networks, at layer {depth}. {'. '.join(told)}. "
        f"Predicted means are dashed. Your guess for He's growth in linear units: {guess:,}."
    )


SCALINGS: Mapping[str, str] = {
    "1 / n_in": "Xavier, fan-in form",
    "2 / (n_in + n_out)": "Glorot",
    "1 / (n_in + n_out)": "the 2 forgotten",
    "1 / W.shape[0]": "first axis",
}


def one_layer(n_in: int, n_out: int, rng: np.random.Generator, layers: int = 400) -> dict[str, np.ndarray]:
    """What linear layers of one shape keep of the second moment under four scalings.

    Returns, for each scaling, `layers` ratios, from one set of unit draws.
    """
    x = rng.standard_normal((layers, n_in))
    W = rng.standard_normal((layers, n_out, n_in))
    kept = np.mean(np.einsum("koi,ki->ko", W, x) ** 2, axis=1) / np.mean(x**2, axis=1)
    variances = (1 / n_in, 2 / (n_in + n_out), 1 / (n_in + n_out), 1 / W.shape[1])
    return {name: kept * v for name, v in zip(SCALINGS, variances, strict=True)}


def one_layer_figure(layers: Mapping[str, Mapping[str, np.ndarray]], guess: float) -> Seen:
    """Four scalings on layers of two shapes: median, 10 to 90 % range, and mean.

    layers: the result of `one_layer` by the name of the shape. guess: a reader's, for the last.
    """
    fig, ax = figure(6.4, 3.6)
    for k, (shape, marker, colour) in enumerate(
        zip(layers, ("o", "s"), (COLOURS["sky"], COLOURS["warm"]), strict=True)
    ):
        for row, values in enumerate(layers[shape].values()):
            low, median, high = spread(values[:, None])[:, 0]
            y = row + (0.16 if k else -0.16)
            ax.plot([low, high], [y, y], color=colour, lw=5, alpha=0.5, marker="", solid_capstyle="butt")
            ax.plot(median, y, marker, color=colour, ms=7, mec="#333333", mew=0.8, zorder=3)
            ax.plot(values.mean(), y, "|", color=COLOURS["theory"], ms=13, mew=1.5, zorder=4)
            if row == 0:
                ax.text(high + 0.05, y, f"{shape}", va="center", fontsize=9)
    ax.axvline(1, color=COLOURS["theory"], ls="--", lw=1.2, zorder=0)
    x = float(np.clip(guess, 0.02, 2.7))
    ax.plot([x, x], [2.6, 3.45], ":", color=COLOURS["accent"], lw=2, marker="")
    card = {"facecolor": ax.get_facecolor(), "edgecolor": "none", "pad": 1}
    ax.text(x, 2.52, f"your guess: {guess}", color=COLOURS["accent"], fontsize=9, ha="center", bbox=card)
    ax.set_yticks(range(len(SCALINGS)), [f"{name}\n{who}" for name, who in SCALINGS.items()])
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    ax.set(xlim=(0, 2.75), xlabel="second moment out / in, linear layer", title="Four variances in one layer")
    told = [
        f"{name}: " + " and ".join(f"{kept[name].mean():.2f}" for kept in layers.values())
        for name in SCALINGS
    ]
    return fig, (
        f"What a linear layer keeps of the second moment, means for {' and '.join(layers)}. "
        f"{'; '.join(told)}. Your guess for the last, first layer: {guess}."
    )


def weight_gradients_figure(measured: Flow, guess: str) -> Seen:
    """The second moment of each matrix's gradient, Xavier and He, by layer.

    guess: a reader's word for the layer that gets least.
    """
    fig, ax = figure()
    depth = len(measured.sizes) - 1
    for rule in ("Xavier", "He"):
        c = gains(measured.sizes)[rule]
        colour, marker = STYLES[rule]
        low, median, high = spread(measured.under(c).weights)
        x = np.arange(1, depth + 1)
        ax.fill_between(x, low, high, color=colour, alpha=0.2, lw=0)
        ax.plot(x, median, marker=marker, markevery=3, color=colour)
        ax.plot(x, 0 * x + np.prod(c / 2) / c[0], "--", color=COLOURS["theory"], lw=1.2)
        label_line(ax, depth, median[-1], rule, colour, weight="bold")
    ax.set_yscale("log")
    ax.set(xlim=(0, 1.15 * depth), ylim=(1e-12, 1e2), xlabel="layer of the matrix")
    ax.text(
        1, 1e-6, f"your guess for the smallest under Xavier: {guess}", color=COLOURS["accent"], fontsize=9
    )
    ax.set(ylabel="second moment of its gradient", title="What each matrix would learn from")
    told = []
    for rule in ("He", "Xavier"):
        medians = spread(measured.under(gains(measured.sizes)[rule]).weights)[1]
        told.append(f"{rule} between {power(medians.min())} and {power(medians.max())}")
    return fig, (
        f"The second moment of each matrix's gradient, medians over networks of {depth} layers: two level "
        f"bands. {'; '.join(told)}. Your guess for the smallest under Xavier: {guess}."
    )
