"""Lesson 4: the rules side by side, in one layer, over depth, and in a student's own gradient."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from heinit_lab.explorers.explorer import Explorer, Slider
from heinit_lab.figures import COLOURS, figure
from heinit_lab.lessons.xavier_comparison import STYLES, Flow, Stock, flow, gains, power, spread

NETWORKS = 60
DEPTHS = (2, 5, 10, 20, 30)
SHAPES = ("64 throughout", "narrowing, 128 to 32", "widening, 32 to 128", "alternating 128 and 32")


def scales_explorer(xavier_std: Callable[..., Any], glorot_std: Callable[..., Any]) -> Explorer:
    """Three standard deviations against n_in, for a number of outputs to choose.

    xavier_std, glorot_std: the student's answers; they draw the lines.
    """
    fig, ax = figure(6.6, 3.6)
    grid = 2.0 ** np.arange(1, 11)
    he = np.sqrt(2 / grid)
    ax.plot(grid, he, color=STYLES["He"][0])
    ax.set_xscale("log", base=2)
    ax.set_yscale("log", base=2)
    ax.set(xlim=(1.8, 1900), ylim=(0.02, 1.2), xlabel="inputs of the layer, n_in", ylabel="σ of a weight")
    ax.set_xticks(grid, [f"{v:.0f}" for v in grid])
    ax.set_yticks([1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1], ["1/32", "1/16", "1/8", "1/4", "1/2", "1"])
    ax.set_title("Standard deviation of a weight, by rule")
    (xavier_line,) = ax.plot([], [], color=STYLES["Xavier"][0])
    (glorot_line,) = ax.plot([], [], color=STYLES["Glorot"][0])
    names = {
        rule: ax.text(1110, 1, rule, color=colour, weight="bold", fontsize=9, va="center")
        for rule, (colour, _) in STYLES.items()
    }
    cursor = ax.axvline(4, color=COLOURS["off"], lw=1)
    dots = {rule: ax.plot([], [], marker, color=colour, ms=7)[0] for rule, (colour, marker) in STYLES.items()}

    def update(n_in: int, n_out: int) -> str:
        xavier = np.array([float(xavier_std(int(n))) for n in grid])
        glorot = np.array([float(glorot_std(int(n), n_out)) for n in grid])
        xavier_line.set_data(grid, xavier)
        glorot_line.set_data(grid, glorot)
        ends = {"Xavier": xavier[-1], "Glorot": glorot[-1], "He": he[-1]}
        for rule, height in _apart(ends, decades=0.08).items():
            names[rule].set_y(height)
        cursor.set_xdata([n_in, n_in])
        here = {
            "Xavier": float(xavier_std(n_in)),
            "Glorot": float(glorot_std(n_in, n_out)),
            "He": float(np.sqrt(2 / n_in)),
        }
        for rule, sigma in here.items():
            dots[rule].set_data([n_in], [sigma])
        sigmas = ", ".join(f"{rule} {sigma:.3g}" for rule, sigma in here.items())
        return (
            f"A layer with {n_in} inputs and {n_out} outputs. Standard deviations: {sigmas}. "
            f"He is {here['He'] / here['Xavier']:.3f} times Xavier and "
            f"{here['He'] / here['Glorot']:.3f} times Glorot."
        )

    return Explorer(
        "Three rules for one layer",
        fig,
        update,
        [xavier_line, glorot_line, cursor, *dots.values(), *names.values()],
        [
            Slider("n_in", "inputs, n_in", (4, 16, 64, 128, 256, 1024), 4),
            Slider("n_out", "outputs, n_out", (1, 3, 16, 64, 128, 256, 1024), 3),
        ],
        powered_by=("xavier_std", "glorot_std"),
    )


def widths(shape: str, depth: int) -> list[int]:
    """The depth + 1 numbers of units of a network of one of the `SHAPES`."""
    ends = dict(zip(SHAPES, ((64, 64), (128, 32), (32, 128)), strict=False))
    if shape in ends:
        return [round(n) for n in np.geomspace(*ends[shape], depth + 1)]
    return [128 if layer % 2 == 0 else 32 for layer in range(depth + 1)]


def depth_explorer(seed: int = 4) -> Explorer:
    """Xavier, Glorot and He over depth, forward and backward, in networks of four shapes."""
    fig, axes = figure(7.4, 3.7, ncols=2, sharey=True)
    moving: list[Any] = []
    drawn: list[dict[str, tuple[Any, ...]]] = []
    for ax, title in zip(axes, ("Forward: the signal", "Backward: the gradient"), strict=True):
        ax.set_yscale("log")
        ax.set(ylim=(1e-15, 1e3), title=title)
        ax.set_xticks(range(0, 31, 10))
        ax.set_yticks([10.0**k for k in range(-12, 1, 3)])
        artists = {}
        for rule, (colour, marker) in STYLES.items():
            band = ax.fill_between([0, 1], [1, 1], [1, 1], color=colour, alpha=0.2, lw=0)
            (line,) = ax.plot([], [], marker=marker, markevery=3, color=colour)
            (theory,) = ax.plot([], [], "--", color=COLOURS["theory"], lw=1.2)
            name = ax.text(0, 1, rule, color=colour, weight="bold", fontsize=9, va="center")
            artists[rule] = (band, line, theory, name)
            moving += artists[rule]
        drawn.append(artists)
    axes[0].set(xlim=(0, 40), xlabel="layer, from the input on", ylabel="second moment / at its start")
    axes[1].set(xlim=(30, -10), xlabel="layer, from the output back")

    most = max(sum(n * m for n, m in _pairs(widths(shape, max(DEPTHS)))) for shape in SHAPES)
    stock = Stock(np.random.default_rng(seed), NETWORKS * (most + 256))

    @cache
    def measured(depth: int, shape: str) -> Flow:
        stock.restart()
        return flow(widths(shape, depth), stock, NETWORKS)

    for depth in DEPTHS:
        for shape in SHAPES:
            measured(depth, shape)

    def update(depth: int, shape: str) -> str:
        networks = measured(depth, shape)
        x = np.arange(depth + 1)
        told: list[dict[str, tuple[np.ndarray, float]]] = [{}, {}]
        for rule, c in gains(networks.sizes).items():
            under = networks.under(c)
            for k, (values, predicted) in enumerate(
                zip((under.forward, under.backward), networks.predicted(c), strict=True)
            ):
                low, median, high = spread(values)
                band, line, theory, name = drawn[k][rule]
                band.set_data(x, low, high)
                line.set_data(x, median)
                theory.set_data(x, predicted)
                name.set_x(depth + 0.8 if k == 0 else -0.8)
                end = -1 if k == 0 else 0
                told[k][rule] = (np.array([low, median, high])[:, end], float(predicted[end]))
        for artists, ends in zip(drawn, told, strict=True):
            for rule, height in _apart({rule: float(q[1]) for rule, (q, _) in ends.items()}).items():
                artists[rule][3].set_y(height)
        return (
            f"{depth} ReLU layers, {shape}; median of {NETWORKS} networks, 10 to 90 % in brackets. "
            f"Signal at the output: {_tell(told[0])}. Gradient at the input: {_tell(told[1])}."
        )

    return Explorer(
        "Forward and backward, three rules",
        fig,
        update,
        moving,
        [
            Slider("depth", "layers", DEPTHS, 30),
            Slider("shape", "units a layer", SHAPES, SHAPES[0]),
        ],
    )


def _pairs(sizes: list[int]) -> list[tuple[int, int]]:
    return list(pairwise(sizes))


def _apart(heights: dict[str, float], decades: float = 0.9) -> dict[str, float]:
    """The heights of the labels, moved apart where they would overlap."""
    placed: dict[str, float] = {}
    last = np.inf
    for rule in sorted(heights, key=lambda rule: -heights[rule]):
        last = min(np.log10(heights[rule]), last - decades)
        placed[rule] = float(10**last)
    return placed


def _tell(ends: dict[str, tuple[np.ndarray, float]]) -> str:
    """One direction in words; Glorot is not repeated where it is Xavier."""
    told = []
    for rule in ("He", "Xavier", "Glorot"):
        quantiles, predicted = ends[rule]
        if rule == "Glorot" and np.allclose(quantiles, ends["Xavier"][0], rtol=1e-9, atol=0):
            told.append("Glorot the same")
            continue
        low, median, high = (power(float(q)) for q in quantiles)
        told.append(f"{rule} {median} ({low} to {high}), predicted mean {power(predicted)}")
    return "; ".join(told)


def gradient_explorer(layer_backward: Callable[..., Any], seed: int = 4, networks: int = 10) -> Explorer:
    """A gradient walks back through 30 layers, by the student's own function.

    layer_backward: the student's answer. The same draws are used with Xavier's scale and He's.
    """
    layers, width = 30, 64
    fig, ax = figure(6.6, 3.6)
    ax.set_yscale("log")
    ax.set(xlim=(36, 0), ylim=(1e-6, 1e2), xlabel="layer (the output is on the left)")
    ax.set(ylabel="rms of the gradient / at the output", title="One gradient, ten networks, two scales")
    ax.set_xticks(range(0, 31, 5))
    lines = {
        rule: [
            ax.plot([], [], color=colour, lw=1, alpha=0.7, marker=marker, ms=3, markevery=5)[0]
            for _ in range(networks)
        ]
        for rule, (colour, marker) in STYLES.items()
        if rule != "Glorot"
    }
    theory = [ax.plot([], [], "--", color=COLOURS["theory"], lw=1.4)[0] for _ in lines]
    for rule, height in {"He": 1.0, "Xavier": 0.08}.items():
        ax.text(35.5, height, rule, color=STYLES[rule][0], weight="bold", fontsize=9, va="center")

    @cache
    def walked() -> dict[str, np.ndarray]:
        """The rms of the gradient at layers 30, 29 .. 0, a row for each network."""
        scales = {rule: np.sqrt(c[0] / width) for rule, c in gains((width, width)).items() if rule in lines}
        found: dict[str, list[list[float]]] = {rule: [] for rule in scales}
        for network in range(networks):
            for rule, scale in scales.items():
                rng = np.random.default_rng([seed, network])
                found[rule].append(_walk(layer_backward, rng, layers, width, scale))
        return {rule: np.array(rows) for rule, rows in found.items()}

    def update(steps: int) -> str:
        gradients = walked()
        x = layers - np.arange(steps + 1)
        for rule, rows in gradients.items():
            for line, row in zip(lines[rule], rows, strict=True):
                line.set_data(x, row[: steps + 1])
        for line, factor in zip(theory, (0.5, 1.0), strict=True):
            line.set_data(x, factor ** (np.arange(steps + 1) / 2))
        ratio = gradients["He"][:, steps] / gradients["Xavier"][:, steps]
        low, high = ratio.min(), ratio.max()
        said = f"{low:,.5g}" if np.isclose(low, high, rtol=1e-4) else f"{low:,.5g} to {high:,.5g}"
        return (
            f"{steps} layers back. Median of {networks} networks: "
            f"He {power(float(np.median(gradients['He'][:, steps])))}, "
            f"Xavier {power(float(np.median(gradients['Xavier'][:, steps])))} of what it was at the output. "
            f"He over Xavier with the same draws, in each network: {said}. √2 to the power {steps} is "
            f"{2 ** (steps / 2):,.5g}."
        )

    return Explorer(
        "Your gradient on its way back",
        fig,
        update,
        [*(line for rule in lines.values() for line in rule), *theory],
        [Slider("steps", "layers walked back", (0, 1, 2, 5, 10, 15, 20, 25, 30), 5)],
        powered_by=("layer_backward",),
    )


def _walk(
    layer_backward: Callable[..., Any], rng: np.random.Generator, layers: int, width: int, scale: float
) -> list[float]:
    h = rng.standard_normal(width)
    passed = []
    for _ in range(layers):
        W = scale * rng.standard_normal((width, width))
        z = W @ h
        passed.append((W, z))
        h = np.maximum(z, 0)
    g = rng.standard_normal(width)
    rms = [1.0]
    first = np.linalg.norm(g)
    for W, z in passed[::-1]:
        g = np.asarray(layer_backward(W, z, g), dtype=float).reshape(width)
        rms.append(float(np.linalg.norm(g) / first))
    return rms
