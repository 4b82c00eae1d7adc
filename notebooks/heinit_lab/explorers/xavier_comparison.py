"""Lesson 4: the rules side by side, in one layer, over depth, and in a student's own gradient."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from heinit_lab.drivers import Answer, driver, fallbacks
from heinit_lab.experiments.xavier_comparison import flow, gains
from heinit_lab.explorers.explorer import Curve, Explorer, Slider
from heinit_lab.figures.marks import guess_star, note, theory
from heinit_lab.figures.numbers import number
from heinit_lab.figures.show import figure
from heinit_lab.figures.style import ACCENT, RULES
from heinit_lab.networks import backward, draw, forward
from heinit_lab.plots.xavier_comparison import sigma_axes

if TYPE_CHECKING:
    from matplotlib.artist import Artist


NETWORKS = 60
DEPTHS = (2, 5, 10, 20, 30)
SHAPES = ("64 throughout", "narrowing, 128 to 32", "widening, 32 to 128", "alternating 128 and 32")


def scales_explorer(xavier_std: Answer, glorot_std: Answer, he_over_glorot: Answer) -> Explorer:
    """Three standard deviations against n_in, for a number of outputs to choose.

    xavier_std, glorot_std, he_over_glorot: the student's answers. The first two draw lines, the third the
    gap from Glorot's line to He's.
    """
    answers = (
        driver("xavier_std", xavier_std, lambda n: n**-0.5, 4),
        driver("glorot_std", glorot_std, lambda n, m: (2 / (n + m)) ** 0.5, 4, 3),
        driver("he_over_glorot", he_over_glorot, lambda n, m: (1 + m / n) ** 0.5, 4, 3),
    )
    xavier_std, glorot_std, he_over_glorot = (answer.function for answer in answers)
    fig, ax = figure(6.6, 3.6)
    grid = 2 ** np.arange(1, 11)
    sigma_axes(ax, grid)
    ax.set(xlim=(1.8, 1900), ylim=(0.02, 1.2), title="Standard deviation of a weight, by rule")
    (gap,) = ax.plot([], [], "_-", color=ACCENT, lw=1.5, ms=9, zorder=4)
    times = note(ax, 0, 1, "", ACCENT, ha="center", va="bottom")
    lines, names, dots = {}, {}, {}
    for rule, (colour, marker) in RULES.items():
        (lines[rule],) = ax.plot([], [], color=colour, marker=marker)
        (dots[rule],) = ax.plot([], [], marker, color=colour, ms=7)
        names[rule] = note(ax, 1110, 1, rule, colour, weight="bold", va="center")

    def sigmas(n_in: int, n_out: int) -> dict[str, float]:
        xavier, glorot = float(xavier_std(n_in)), float(glorot_std(n_in, n_out))
        return {"Xavier": xavier, "Glorot": glorot, "He": float(np.sqrt(2 / n_in))}

    def update(n_in: int, n_out: int) -> str:
        by_n = [sigmas(int(n), n_out) for n in grid]
        for rule, line in lines.items():
            line.set_data(grid, [each[rule] for each in by_n])
        for rule, height in _apart(by_n[-1], decades=0.08).items():
            names[rule].set_y(height)
        here, ratio = sigmas(n_in, n_out), float(he_over_glorot(n_in, n_out))
        gap.set_data([n_in, n_in], [here["Glorot"], here["Glorot"] * ratio])
        times.set(x=n_in, y=1.2 * max(*here.values(), here["Glorot"] * ratio), text=f"× {ratio:.3f}")
        for rule, sigma in here.items():
            dots[rule].set_data([n_in], [sigma])
        return (
            f"A layer with {n_in} inputs and {n_out} outputs. Standard deviations: "
            f"{', '.join(f'{rule} {sigma:.3g}' for rule, sigma in here.items())}. "
            f"He is {here['He'] / here['Xavier']:.3f} times Xavier and, by `he_over_glorot`, "
            f"{ratio:.3f} times Glorot.{fallbacks(*answers)}"
        )

    sliders = [
        Slider("n_in", "inputs, n_in", (4, 16, 64, 128, 256, 1024), 4),
        Slider("n_out", "outputs, n_out", (1, 3, 16, 64, 128, 256, 1024), 3),
    ]
    moving = [*lines.values(), *dots.values(), *names.values(), gap, times]
    powered_by = [answer.name for answer in answers]
    return Explorer("Three rules for one layer", fig, update, moving, sliders, powered_by)


def widths(shape: str, depth: int) -> list[int]:
    """The depth + 1 numbers of units of a network of one of the `SHAPES`."""
    ends = dict(zip(SHAPES, ((64, 64), (128, 32), (32, 128)), strict=False))
    if shape in ends:
        return [round(n) for n in np.geomspace(*ends[shape], depth + 1)]
    return [128 if layer % 2 == 0 else 32 for layer in range(depth + 1)]


def depth_explorer(guess: str | None = None) -> Explorer:
    """Xavier, Glorot and He over depth, forward and backward, in networks of four shapes.

    guess: a reader's word for the rule that alternating widths hurt.
    """
    fig, axes = figure(7.4, 3.7, ncols=2, sharey=True)
    moving: list[Artist] = []
    drawn: list[dict[str, tuple[Curve, Any, Any]]] = []
    for ax, title in zip(axes, ("Forward: the signal", "Backward: the gradient"), strict=True):
        ax.set(yscale="log", ylim=(1e-15, 1e3), title=title)
        ax.set(xticks=range(0, 31, 10), yticks=[10.0**k for k in range(-12, 1, 3)])
        drawn.append({})
        for rule, (colour, marker) in RULES.items():
            curve = Curve(ax, colour, marker=marker, markevery=3)
            predicted, name = theory(ax), note(ax, 0, 1, rule, colour, weight="bold", va="center")
            drawn[-1][rule] = curve, predicted, name
            moving += [*curve.artists, predicted, name]
    if guess is not None:
        words = f"your guess for alternating widths: {guess}"
        note(axes[0], 0.03, 0.04, words, ACCENT, inside=True)
    axes[0].set(xlim=(0, 40), xlabel="layer, from the input on", ylabel="second moment / at its start")
    axes[1].set(xlim=(30, -10), xlabel="layer, from the output back")

    # all before the first frame, so that no slider waits for it
    measured = {
        (depth, shape): flow(widths(shape, depth), np.random.default_rng([4, depth, k]), NETWORKS)
        for depth in DEPTHS
        for k, shape in enumerate(SHAPES)
    }

    def update(depth: int, shape: str) -> str:
        networks, x = measured[depth, shape], np.arange(depth + 1)
        words = []
        for way, artists, end, beside in zip(
            ("forward", "backward"), drawn, (-1, 0), (depth + 0.8, -0.8), strict=True
        ):
            ends = {}
            for rule, c in gains(networks.sizes).items():
                rows = getattr(networks.under(c), way)
                expected = networks.predicted(c)[0 if way == "forward" else 1]
                low, median, high = np.quantile(rows, [0.1, 0.5, 0.9], axis=0)
                curve, predicted, _ = artists[rule]
                curve.move(x, low, median, high)
                predicted.set_data(x, expected)
                ends[rule] = [median[end], low[end], high[end], expected[end]]
            for rule, height in _apart({rule: row[0] for rule, row in ends.items()}).items():
                artists[rule][2].set_position((beside, height))
            words.append(_tell(ends))
        return (
            f"{depth} ReLU layers, {shape}; median of {NETWORKS} networks, 10 to 90 % in brackets. "
            f"Signal at the output: {words[0]}. Gradient at the input: {words[1]}."
        )

    sliders = [Slider("depth", "layers", DEPTHS, 30), Slider("shape", "units a layer", SHAPES, SHAPES[0])]
    return Explorer("Forward and backward, three rules", fig, update, moving, sliders)


def _apart(heights: Mapping[str, float], decades: float = 0.9) -> dict[str, float]:
    """The heights of the labels, moved apart where they would overlap."""
    placed: dict[str, float] = {}
    last = np.inf
    for rule in sorted(heights, key=lambda rule: -heights[rule]):
        last = min(np.log10(heights[rule]), last - decades)
        placed[rule] = float(10**last)
    return placed


def _tell(ends: Mapping[str, list[float]]) -> str:
    """One direction in words, from a median, a low, a high and a predicted mean for each rule.

    Glorot is not repeated where it is Xavier.
    """
    words = []
    for rule in ("He", "Xavier", "Glorot"):
        if rule == "Glorot" and np.allclose(ends[rule], ends["Xavier"], rtol=1e-9, atol=0):
            words.append("Glorot the same")
            continue
        median, low, high, predicted = map(number, ends[rule])
        words.append(f"{rule} {median} ({low} to {high}), predicted mean {predicted}")
    return "; ".join(words)


def gradient_explorer(layer_backward: Answer, guess: float | None = None) -> Explorer:
    """A gradient walks back through 30 layers, by the student's own function.

    layer_backward: the student's answer. The same draws are used with Xavier's scale and He's.
    guess: a reader's, for He's gradient over Xavier's after 30 layers.
    """
    layers, width, networks = 30, 64, 10
    one = np.ones((1, 1))
    answer = driver("layer_backward", layer_backward, _own_backward, one, one[0], one[0])
    layer_backward = answer.function
    fig, ax = figure(6.6, 3.6)
    ax.set(yscale="log", xlim=(36, 0), ylim=(1e-6, 1e2), xlabel="layer (the output is on the left)")
    ax.set(ylabel="rms of the gradient / at the output", title="One gradient, ten networks, two scales")
    ax.set_xticks(range(0, 31, 5))
    rules = {"Xavier": 1.0, "He": 2.0}
    lines, predicted = {}, {}
    for rule, height in zip(rules, (0.08, 1.0), strict=True):
        colour, marker = RULES[rule]
        style = {"color": colour, "lw": 1, "alpha": 0.7, "marker": marker, "ms": 3, "markevery": 5}
        lines[rule] = [ax.plot([], [], **style)[0] for _ in range(networks)]
        predicted[rule] = theory(ax)
        note(ax, 35.5, height, rule, colour, weight="bold", va="center")
    if guess is not None:
        end = float(np.clip(2.0 ** (-layers / 2) * abs(guess), 2e-6, 5e1))
        guess_star(ax, 0, end, "")
        note(ax, 0.03, 0.04, f"★ your guess for He: {guess:,} times Xavier", ACCENT, inside=True)
    sizes, seeds = [width] * (layers + 1), [[4, k] for k in range(networks)]

    @cache
    def walks() -> dict[str, np.ndarray]:
        """The rms of the gradient at layers 30, 29 .. 0, a row for each network."""
        return {
            rule: np.array([_walk(layer_backward, each, sizes, c) for each in seeds])
            for rule, c in rules.items()
        }

    def update(steps: int) -> str:
        x = layers - np.arange(steps + 1)
        medians = {}
        for rule, rows in walks().items():
            for line, row in zip(lines[rule], rows, strict=True):
                line.set_data(x, row[: steps + 1])
            predicted[rule].set_data(x, (rules[rule] / 2) ** (np.arange(steps + 1) / 2))
            medians[rule] = number(float(np.median(rows[:, steps])))
        ratio = walks()["He"][:, steps] / walks()["Xavier"][:, steps]
        low, high = ratio.min(), ratio.max()
        span = f"{low:,.5g}" if np.isclose(low, high, rtol=1e-4) else f"{low:,.5g} to {high:,.5g}"
        return (
            f"{steps} layers back. Median of {networks} networks: He {medians['He']}, Xavier "
            f"{medians['Xavier']} of what it was at the output. He over Xavier with the same draws, in each "
            f"network: {span}. √2 to the power {steps} is {2 ** (steps / 2):,.5g}.{fallbacks(answer)}"
        )

    moving = [*lines["Xavier"], *lines["He"], *predicted.values()]
    slider = Slider("steps", "layers walked back", (0, 1, 2, 5, 10, 15, 20, 25, 30), 5)
    return Explorer("Your gradient on its way back", fig, update, moving, [slider], ("layer_backward",))


def _own_backward(W: np.ndarray, z: np.ndarray, g: np.ndarray) -> np.ndarray:
    return np.asarray(backward(g, [W], [z > 0])[0])


def _walk(layer_backward: Answer, seed: list[int], sizes: list[int], c: float) -> list[float]:
    """The rms of one random gradient, over that at the output, layer by layer from the output back."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(sizes[0])
    Ws = list(draw(sizes, c, rng, dtype=np.float64))
    zs, _ = forward(x, Ws)
    gs = [rng.standard_normal(sizes[-1])]
    for W, z in zip(reversed(Ws), reversed(zs), strict=True):
        gs.append(np.asarray(layer_backward(W, z, gs[-1]), dtype=float).reshape(W.shape[1]))
    return [float(np.linalg.norm(g) / np.linalg.norm(gs[0])) for g in gs]
