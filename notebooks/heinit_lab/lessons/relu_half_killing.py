"""Lesson 1: the first race, the coins of one layer, and what its units do over a whole data set.

Every figure comes with its alt text: `fig, alt = coins_figure(counts, guess)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import NormalDist

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from heinit_lab.digits import CLASSES, digits
from heinit_lab.figures import COLOURS, figure, label_line
from heinit_lab.race import Run, race

IMAGES = 500
ON, OFF = COLOURS["he"], COLOURS["off"]
Picture = tuple[Figure, str]


def two_racers(seed: int = 0) -> tuple[Run, Run]:
    """Two networks of 30 layers and 64 units: the same draws, the second one's times the root of 2."""
    return race(30, c=1, seed=seed), race(30, c=2, seed=seed)


def race_figure(first: Run, second: Run, guess: float) -> Picture:
    """Two runs, epoch by epoch. guess: how many images more the second one names, of 360."""
    tests = len(digits().test)
    fig, ax = figure()
    for run, name, colour, marker in ((second, "second", ON, "o"), (first, "first", COLOURS["xavier"], "s")):
        counts = tests * np.array(run.shares)
        ax.plot(1 + np.arange(len(counts)), counts, color=colour, marker=marker, markevery=3)
        label_line(ax, len(counts), counts[-1], name, colour)
    ax.axhline(tests / CLASSES, ls=":", color=COLOURS["theory"], lw=1.2)
    ax.text(15, 12, "dotted: one digit for all images", fontsize=9, ha="center", va="center")
    ends = [round(tests * run.share) for run in (first, second)]
    ax.axhline(ends[0] + guess, ls="-.", color=COLOURS["accent"], lw=1.4)
    note = {"fontsize": 9, "color": COLOURS["accent"], "ha": "center"}
    ax.text(21, ends[0] + guess + 5, f"first + your {guess:g}", **note)
    ax.set(xlim=(0, 31), ylim=(0, 375), xlabel="passes over the training images")
    ax.set(ylabel="test images named right, of 360", title="Two networks of 30 layers, one number apart")
    return fig, (
        f"Test images named right, pass by pass. The first network stays near guessing and ends at {ends[0]} "
        f"of {tests}; the second one climbs and ends at {ends[1]}. You guessed a gap of {guess:g}."
    )


def _guess_line(ax: Axes, guess: float) -> None:
    ax.axhline(guess, ls="-.", color=COLOURS["accent"], lw=1.4)
    ax.annotate(
        "your guess",
        (0.97, guess),
        xycoords=("axes fraction", "data"),
        xytext=(0, 4),
        textcoords="offset points",
        color=COLOURS["accent"],
        ha="right",
        fontsize=9,
    )


def weights(start: str, seed: int) -> list[np.ndarray]:
    """Three matrices of a network 64, 64, 64, 10: "zero", "equal", or "random" (all of He's size)."""
    sizes = [digits().train.shape[1], 64, 64, CLASSES]
    rng = np.random.default_rng(seed)
    drawn = []
    for into, out in pairwise(sizes):
        W = rng.normal(0, np.sqrt(2 / into), (out, into))
        drawn.append({"zero": 0 * W, "equal": np.full_like(W, np.sqrt(2 / into)), "random": W}[start])
    return drawn


def three_starts(epochs: int = 8, seeds: int = 3) -> dict[str, np.ndarray]:
    """Test shares, a row for each seed and a column for each epoch, from the three starts of `weights`."""
    return {
        start: np.array(
            [race(3, seed=seed, epochs=epochs, weights=weights(start, seed)).shares for seed in range(seeds)]
        )
        for start in ("zero", "equal", "random")
    }


def starts_figure(shares: Mapping[str, np.ndarray], guess: float) -> Picture:
    """Test shares against epochs; a line is the mean over seeds, a band goes from the least to the most."""
    fig, ax = figure()
    looks = {
        "zero": (OFF, "s", "all zero", -0.05),
        "equal": (COLOURS["xavier"], "^", "all equal", 0.05),
        "random": (ON, "o", "random", 0),
    }
    for start, (colour, marker, name, nudge) in looks.items():
        epochs = 1 + np.arange(shares[start].shape[1])
        ax.fill_between(epochs, shares[start].min(0), shares[start].max(0), color=colour, alpha=0.25, lw=0)
        ax.plot(epochs, shares[start].mean(0), color=colour, marker=marker)
        label_line(ax, epochs[-1], shares[start].mean(0)[-1] + nudge, name, colour)
    _guess_line(ax, guess)
    ax.set(xlim=(0.5, len(epochs) + 0.5), ylim=(0, 1), xlabel="passes over the training images")
    ax.set(ylabel="test images named right (share)", title="Three starts of a network of 3 layers")
    ends = {start: shares[start].mean(0)[-1] for start in looks}
    return fig, (
        f"Share of test images named right after {len(epochs)} epochs: {ends['random']:.2f} from random "
        f"weights, {ends['equal']:.2f} from equal ones, {ends['zero']:.2f} from zeros; mean of "
        f"{len(shares['random'])} seeds. Your guess for equal weights was {guess:g}."
    )


def coins_figure(zeros: np.ndarray, guess: float, units: int = 256) -> Picture:
    """How many units gave 0, in many layers, beside so many coins."""
    spread = np.sqrt(units) / 2
    fig, ax = figure()
    edges = np.arange(units / 2 - 34.5, units / 2 + 36, 3)
    ax.axvspan(units / 2 - 2 * spread, units / 2 + 2 * spread, color=COLOURS["sky"], alpha=0.18, lw=0)
    ax.hist(zeros, edges, color=OFF, ec="white", lw=0.5)
    grid = np.linspace(edges[0], edges[-1], 200)
    density = np.exp(-(((grid - units / 2) / spread) ** 2) / 2) / (spread * np.sqrt(2 * np.pi))
    ax.plot(grid, 3 * len(zeros) * density, "--", color=COLOURS["theory"], marker="")
    top = ax.get_ylim()[1]
    ax.set(ylim=(0, 1.25 * top), xlim=(edges[0], edges[-1]))
    ax.axvline(zeros[0], color=COLOURS["xavier"], lw=2)
    ax.text(
        zeros[0], 1.15 * top, f"first layer: {zeros[0]} ", color=COLOURS["xavier"], fontsize=9, ha="right"
    )
    at = float(np.clip(guess, edges[0] + 1, edges[-1] - 1))
    ax.axvline(at, ls="-.", color=COLOURS["accent"], lw=1.4)
    ax.text(at, 1.15 * top, f" your guess: {guess:g}", color=COLOURS["accent"], fontsize=9)
    ax.set(xlabel=f"units of {units} that give 0 for one image", ylabel=f"layers, of {len(zeros):,}")
    ax.set_title(f"{len(zeros):,} layers, one image: a row of coins each")
    return fig, (
        f"Histogram of zeros in {len(zeros):,} layers of {units} units: mean {zeros.mean():.1f}, "
        f"standard deviation {zeros.std():.1f}. The dashed curve for {units} coins has mean {units / 2:g}, "
        f"standard deviation {spread:g}. The first layer has {zeros[0]}, your guess was {guess:g}."
    )


WIDTHS = (4, 16, 64, 256, 1024)


def share_spreads(rng: np.random.Generator, layers: int = 400) -> np.ndarray:
    """Standard deviation of the active share of one image, over layers drawn anew, at the `WIDTHS`."""
    x = digits().train[0]
    spreads = []
    for n in WIDTHS:
        shares = [np.mean(rng.standard_normal((n, x.size), dtype=np.float32) @ x > 0) for _ in range(layers)]
        spreads.append(np.std(shares))
    return np.array(spreads)


def spreads_figure(spreads: np.ndarray) -> Picture:
    """The spread of the active share against the width of the layer, and 1 / (2 sqrt n)."""
    n = np.array(WIDTHS)
    fig, ax = figure(6, 3.1)
    ax.plot(n, 0.5 / np.sqrt(n), "--", color=COLOURS["theory"], marker="", lw=1.4)
    ax.plot(n, spreads, color=ON, marker="o", ls="", ms=7)
    ax.set_xscale("log", base=2)
    ax.set_yscale("log", base=2)
    ax.set_xticks(n, [str(v) for v in n])
    ax.set_yticks([1 / 64, 1 / 16, 1 / 4], ["1/64", "1/16", "1/4"])
    ax.set(xlim=(3, 1400), xlabel="units in the layer, n", ylabel="spread of the active share")
    ax.annotate("theory, 1/(2√n)", (24, 0.5 / 24**0.5), xytext=(8, 6), textcoords="offset points", fontsize=9)
    ax.set_title("Four times the units, half the spread")
    pairs = ", ".join(f"{s:.3f} at {v}" for v, s in zip(n, spreads, strict=True))
    return fig, f"Standard deviation of the active share against width: {pairs}. All lie on the line 1/(2√n)."


def pre_activations(
    rng: np.random.Generator, c: float = 2.0, width: int = 256, depth: int = 30
) -> list[np.ndarray]:
    """z of every layer for 500 images: `depth` arrays (500, width). Weights N(0, c / n_in), biases 0."""
    h, layers = digits().train[:IMAGES], []
    for _ in range(depth):
        W = rng.standard_normal((width, h.shape[1]), dtype=np.float32)
        z = h @ (W * np.float32(np.sqrt(c / h.shape[1]))).T
        layers.append(z)
        h = np.maximum(z, 0)
    return layers


def racers(c: float, seed: int = 0) -> list[np.ndarray]:
    """z of the 29 hidden layers of the race's network, untrained: its own weights, 500 images."""
    return pre_activations(np.random.default_rng(seed), c, width=64, depth=29)


def census(layers: Sequence[np.ndarray]) -> np.ndarray:
    """Three shares for each layer: units dead for all images, units on for all, and mean activity."""
    on = np.array([(z > 0).mean(axis=0) for z in layers])
    return np.array([(on == 0).mean(axis=1), (on == 1).mean(axis=1), on.mean(axis=1)])


def two_directions_figure(layers: Sequence[np.ndarray], at: Sequence[int] = (1, 10, 30)) -> Picture:
    """The same on-or-off table averaged both ways: over the units, and over the images."""
    fig, axes = figure(7, 4.6, nrows=len(at), ncols=2, sharex=True)
    edges = np.linspace(0, 1, 26)
    told = []
    for row, layer in zip(axes, at, strict=True):
        on = layers[layer - 1] > 0
        for ax, shares, colour in zip(
            row, (on.mean(axis=1), on.mean(axis=0)), (ON, COLOURS["warm"]), strict=True
        ):
            heights, _ = np.histogram(shares, edges)
            ax.stairs(heights / len(shares), edges, fill=True, color=colour)
            ax.set(ylim=(0, 1), xlim=(-0.02, 1.02), yticks=[0, 0.5, 1])
        row[0].set_ylabel(f"layer {layer}", weight="bold")
        never, always = np.mean(~on.any(axis=0)), np.mean(on.all(axis=0))
        told.append(f"in layer {layer}, {never:.2f} are never on and {always:.2f} always")
    axes[0, 0].set_title("Per image: share of units on")
    axes[0, 1].set_title("Per unit: share of images")
    axes[-1, 0].set_xlabel("active share, 500 images")
    axes[-1, 1].set_xlabel("active share, 256 units")
    return fig, (
        "Histograms of active shares. Left, per image: a narrow peak near one half in every layer. Right, "
        "per unit: a peak near one half in layer 1 that moves to both ends with depth; of the units, "
        f"{'; '.join(told)}."
    )


def dead_figure(counts: np.ndarray, guess: float) -> Picture:
    """Dead, always on, and mean activity against depth. counts: (networks, 3, layers), from `census`."""
    depth = counts.shape[2]
    layer = 1 + np.arange(depth)
    fig, ax = figure(6.4, 3.6)
    looks = (
        ("dead for all 500", OFF, "s", -0.03),
        ("on for all 500", COLOURS["warm"], "^", 0.03),
        ("mean activity", ON, "o", 0),
    )
    for k, (name, colour, marker, nudge) in enumerate(looks):
        low, high = np.quantile(counts[:, k], [0.1, 0.9], axis=0)
        mean = counts[:, k].mean(axis=0)
        ax.fill_between(layer, low, high, color=colour, alpha=0.2, lw=0)
        ax.plot(layer, mean, color=colour, marker=marker, markevery=3)
        label_line(ax, depth, mean[-1] + nudge, name, colour)
    ax.axhline(0.5, ls="--", color=COLOURS["theory"], lw=1.2)
    _guess_line(ax, guess)
    ax.set(xlim=(0, depth + 0.5), ylim=(-0.02, 0.7), xlabel="layer", ylabel="share")
    ax.set_title("Half on, on average: a third never, a third always")
    dead = counts[:, 0].mean(axis=0)
    return fig, (
        f"Shares against depth, mean of {len(counts)} networks with 10 to 90 % bands. Units dead for all 500 "
        f"images: {dead[0]:.2f} in layer 1, {dead[9]:.2f} in layer 10, {dead[-1]:.2f} in layer {depth}; "
        f"always on at the end: {counts[:, 1].mean(axis=0)[-1]:.2f}. Mean activity stays near 0.50."
    )


def scales_figure(layers: Mapping[float, Sequence[np.ndarray]]) -> Picture:
    """The size of z, and the share of dead units, layer by layer, for several c in Var[w] = c / n_in."""
    fig, axes = figure(7, 3.4, ncols=2)
    colours = (COLOURS["warm"], COLOURS["xavier"], COLOURS["he"], COLOURS["accent"])
    sizes, dead = {}, {}
    for (c, z), colour, marker, ms in zip(layers.items(), colours, "s^oD", (9, 7, 5, 3), strict=True):
        layer = 1 + np.arange(len(z))
        sizes[c] = np.array([np.mean(v.astype(float) ** 2) for v in z])
        dead[c] = census(z)[0]
        axes[0].plot(layer, sizes[c], color=colour, marker=marker, markevery=4)
        label_line(axes[0], layer[-1], sizes[c][-1], f"c = {c:g}", colour)
        axes[1].plot(layer, dead[c], color=colour, marker=marker, ms=ms, lw=ms / 2, markevery=4)
    axes[0].set_yscale("log")
    axes[0].set(xlim=(0, 37), xlabel="layer", title="Mean of z²")
    axes[0].set_xticks(range(0, 30, 10))
    axes[1].set(xlim=(0, 30), ylim=(0, 0.6), xlabel="layer", title="Share of dead units")
    axes[1].text(2, 0.52, "four lines, one on the other", fontsize=9)
    told = ", ".join(f"{v[-1]:.0e} at c = {c:g}" for c, v in sizes.items())
    same = "the same" if len({tuple(v) for v in dead.values()}) == 1 else "not the same"
    counted = ", ".join(f"{64 * v.sum():.0f}" for v in dead.values())
    return fig, (
        f"Left, the mean of z squared in the last of {len(layer)} layers: {told}. Right, the share of dead "
        f"units by layer: {same} for every c; in all {counted} of {64 * len(layer):,} units."
    )


def spaced(distribution: str, n: int = 2000) -> np.ndarray:
    """n numbers of mean 0 and variance 1, each standing for an equal share of the distribution.

    distribution: "normal", "Exp(1) − 1" or "1 − Exp(1)". Each is the root mean square of its part, with the
    part's sign, so there is no luck in them, and their second moment is that of the distribution.
    """
    fine = (np.arange(50 * n) + 0.5) / (50 * n)
    if distribution == "normal":
        inverse = NormalDist().inv_cdf
        y = np.array([inverse(float(p)) for p in fine[25::50]])
    else:
        parts = (-np.log(1 - fine) - 1).reshape(n, 50)
        y = np.sign(parts.mean(axis=1)) * np.sqrt(np.mean(parts**2, axis=1))
    return -y[::-1] if distribution == "1 − Exp(1)" else y


def percent(share: float, digits: int = 1) -> str:
    """A share in words: "63.2 %"."""
    return f"{100 * share:.{digits}f} %"


def energy_figure(y: np.ndarray, guess: float) -> Picture:
    """Where the entries lie, and where their energy lies: what is below 0 is killed."""
    fig, axes = figure(7, 3.2, ncols=2)
    edges = np.arange(-2, 9.01, 0.5)
    share, energy = float(np.mean(y <= 0)), float(np.sum(y[y > 0] ** 2) / np.sum(y**2))
    for ax, parts, title in (
        (axes[0], np.full(y.size, 1 / y.size), f"Units: {percent(share)} killed"),
        (axes[1], y**2 / np.sum(y**2), f"Energy: {percent(energy)} kept"),
    ):
        heights, _ = np.histogram(y, edges, weights=parts)
        ax.stairs(
            np.where(edges[:-1] < 0, heights, 0), edges, fill=True, color=OFF, hatch="///", ec="white", lw=0
        )
        ax.stairs(np.where(edges[:-1] < 0, 0, heights), edges, fill=True, color=ON)
        ax.set(xlim=(-2, 9), ylim=(0, None), xlabel="y", title=title)
    axes[0].set_ylabel("share in each bar")
    axes[1].axvline(0, color=COLOURS["theory"], lw=0.8)
    axes[0].axvline(0, color=COLOURS["theory"], lw=0.8)
    axes[1].text(
        0.97,
        0.85,
        f"your guess: {percent(guess, 0)} kept",
        transform=axes[1].transAxes,
        ha="right",
        color=COLOURS["accent"],
        fontsize=9,
    )
    return fig, (
        f"Two histograms of Exp(1) − 1. By number, {percent(share)} lies below 0 and is killed. By energy, "
        f"the part above 0 holds {percent(energy)}: few large entries weigh more. You guessed "
        f"{percent(guess, 0)}."
    )
