"""Lesson 3: the distribution of a mean square, and the figures.

A drawing returns the figure and the words that say what is seen in it, for `show`.
"""

from __future__ import annotations

from math import exp, lgamma, log, sqrt

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from heinit_lab.figures import COLOURS, figure, label_left, label_line
from heinit_lab.source import PRINTED, PRINTED_LARGE

Seen = tuple[Figure, str]

CARD = {"facecolor": "#FDFDFB", "edgecolor": "none", "alpha": 0.85, "pad": 1.5}  # behind a number on a bar

# The mean square of n draws of N(0, v) is v/n times a chi-square number of n degrees of freedom.


def mean_square_density(t: np.ndarray, var: float, n: int) -> np.ndarray:
    """Density at t > 0 of the mean square of n draws of N(0, var)."""
    x = n * np.asarray(t, float) / var
    return np.exp((n / 2 - 1) * np.log(x) - x / 2 - n / 2 * log(2) - lgamma(n / 2)) * n / var


def mean_square_above(t: float, var: float, n: int) -> float:
    """Probability that the mean square of n draws of N(0, var), n even, exceeds t.

    For even n the tail is a finite series: exp(-y) (1 + y + ... + y^(n/2-1) / (n/2-1)!).
    """
    y = n * t / var / 2
    return float(sum(exp(k * log(y) - y - lgamma(k + 1)) for k in range(n // 2)))


def mean_square_interval(var: float, n: int, share: float = 0.95) -> tuple[float, float]:
    """The two values between which the middle `share` of such mean squares lies, n even."""
    ends = []
    for tail in ((1 + share) / 2, (1 - share) / 2):
        low, high = 1e-9 * var, 50 * var
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if mean_square_above(middle, var, n) > tail else (low, middle)
        ends.append((low + high) / 2)
    return ends[0], ends[1]


def matrices(n_in: int, n_out: int, var: float, how_many: int, rng: np.random.Generator) -> np.ndarray:
    """Many normal weight matrices at once: an array (how_many, n_out, n_in)."""
    return sqrt(var) * rng.standard_normal((how_many, n_out, n_in))


def heat(ax: Axes, W: np.ndarray, limit: float, digits: int = 3) -> None:
    """Draw a small matrix with its numbers in its cells."""
    ax.imshow(W, cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto", alpha=0.75)
    for (i, j), w in np.ndenumerate(W):
        ax.text(j, i, f"{w:.{digits}f}".replace("-", "−"), ha="center", va="center", fontsize=11)
    ax.grid(False)
    ax.set_xticks(range(W.shape[1]), [f"input {j}" for j in range(W.shape[1])])
    ax.set_yticks(range(W.shape[0]), [f"unit {i}" for i in range(W.shape[0])])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def printed_example() -> Seen:
    """The first example as the source prints it, tick and all."""
    fig, ax = figure(6, 2.5)
    heat(ax, PRINTED, 1.2)
    ax.set_title("W, drawn from N(0, 0.707²)")
    ax.set_xlabel("✓ variance ≈ 0.5", color=COLOURS["glorot"], fontsize=12, fontweight="bold", labelpad=8)
    return (
        fig,
        "The source's 3 by 4 weight matrix, from -0.891 to 0.821, and under it: tick, variance about 0.5.",
    )


def printed_spread(guess: float) -> Seen:
    """The guess, the claim, and the three ways to measure the printed matrix, on one line."""
    m2, var0, var1 = float(np.mean(PRINTED**2)), float(np.var(PRINTED)), float(np.var(PRINTED, ddof=1))
    fig, ax = figure(6, 2.4)
    ax.plot(PRINTED.ravel() ** 2, np.full(12, -0.5), "|", color=COLOURS["off"], ms=12)
    ax.text(0.82, -0.5, "the twelve squares", color="#666666", va="center", ha="left", fontsize=9)
    rows = (
        (2.6, 0.5, "claimed: 0.5", COLOURS["theory"], "D"),
        (1.8, guess, f"your guess: {guess:g}", COLOURS["accent"], "P"),
        (1.0, var1, f"variance, n − 1: {var1:.3f}", COLOURS["he"], "o"),
        (0.4, m2, f"mean square: {m2:.3f}", COLOURS["xavier"], "s"),
    )
    for y, x, text, colour, marker in rows:
        ax.plot(x, y, marker, color=colour, ms=7)
        label_line(ax, x, y, text, colour)
    ax.plot(var0, 1.0, "o", color=COLOURS["he"], mfc="none", ms=7)
    label_left(ax, var0, 1.0, f"variance, n: {var0:.3f}", COLOURS["he"])
    ax.plot([0.5, 0.5], [1.45, 2.6], color=COLOURS["theory"], ls="--", lw=1, marker="")
    ax.set(xlim=(0, 1.05), ylim=(-0.9, 3.1), yticks=[], xlabel="variance of the twelve printed weights")
    ax.spines["left"].set_visible(False)
    return fig, (
        f"On a line from 0 to 1: the claim at 0.5, your guess at {guess:g}, the printed matrix at {var0:.3f} "
        f"(variance, divided by n), {var1:.3f} (by n minus 1) and {m2:.3f} (mean square)."
    )


def scales(draws: dict[str, np.ndarray]) -> Seen:
    """Histograms of draws, named by how they were made, with their mean squares."""
    fig, axes = figure(6, 2.8, ncols=len(draws), sharey=True, sharex=True)
    said = []
    for ax, (name, w), colour in zip(axes, draws.items(), (COLOURS["he"], COLOURS["xavier"]), strict=True):
        counts, edges = np.histogram(w, bins=np.linspace(-2.5, 2.5, 51), density=True)
        ax.stairs(counts, edges, fill=True, color=colour, alpha=0.35)
        ax.stairs(counts, edges, color=colour)
        ax.set_title(name, fontsize=10)
        ax.set_xlabel("weight")
        ax.text(
            0.97,
            0.93,
            f"mean square\n{np.mean(w**2):.3f}",
            transform=ax.transAxes,
            ha="right",
            va="top",
            color=colour,
        )
        said.append(f"{name} has mean square {np.mean(w**2):.3f}")
    axes[0].set_ylabel("density")
    return fig, f"Two histograms. {'; '.join(said)}."


def zeros_and_energy(X: np.ndarray, H: np.ndarray) -> Seen:
    """What a layer with outputs H makes of inputs X: zeros by unit, mean squares by unit."""
    zeros, energy, before = np.mean(H == 0, axis=0), np.mean(H**2, axis=0), float(np.mean(X**2))
    units, names = np.arange(len(zeros)), [f"unit {i}" for i in range(len(zeros))]
    fig, (left, right) = figure(6, 3, ncols=2)
    left.bar(units, zeros, color=COLOURS["off"], width=0.55)
    left.axhline(0.5, color=COLOURS["theory"], ls="--", lw=1.5)
    left.set(title="outputs that are 0", ylim=(0, 1), ylabel="share of 10,000 inputs")
    right.bar(units, energy, color=COLOURS["he"], width=0.55, hatch="//", edgecolor="#FDFDFB")
    right.axhline(before, color=COLOURS["theory"], ls="--", lw=1.5)
    right.axhline(energy.mean(), color=COLOURS["xavier"], lw=1.5)
    right.text(2.45, before + 0.02, f"inputs: {before:.2f}", ha="right", va="bottom", fontsize=9)
    right.text(
        2.45,
        energy.mean() + 0.02,
        f"outputs: {energy.mean():.2f}",
        ha="right",
        va="bottom",
        color=COLOURS["xavier"],
        fontsize=9,
    )
    right.set(title="mean square", ylim=(0, 1.25))
    for ax, values, form in ((left, zeros, "{:.1%}"), (right, energy, "{:.2f}")):
        ax.set_xticks(units, names)
        ax.grid(axis="x", visible=False)
        for x, v in zip(units, values, strict=True):
            ax.text(
                x, 0.03, form.format(v).replace("%", " %"), ha="center", va="bottom", fontsize=9, bbox=CARD
            )
    return fig, (
        f"Left: the three units are 0 on {', '.join(f'{z:.1%}' for z in zeros)} of the inputs. Right: their "
        f"mean squares are {', '.join(f'{e:.2f}' for e in energy)}, on average {energy.mean():.2f}; that of "
        f"the inputs is {before:.2f}."
    )


def energies(ratio: np.ndarray, printed: float) -> Seen:
    """Histogram of the energy that right layers pass on, and the printed layer's."""
    low, high = np.quantile(ratio, [0.025, 0.975])
    fig, ax = figure(6, 2.8)
    _histogram(ax, ratio, np.linspace(0, 3, 61), COLOURS["he"])
    ax.axvline(1, color=COLOURS["theory"], ls="--", lw=1.5)
    ax.axvline(printed, color=COLOURS["xavier"])
    top = ax.get_ylim()[1]
    label_line(ax, 1, 0.93 * top, f"mean of all: {ratio.mean():.2f}", COLOURS["theory"])
    label_left(ax, printed, 0.93 * top, f"printed: {printed:.2f}", COLOURS["xavier"])
    ax.axvspan(low, high, color=COLOURS["he"], alpha=0.08, lw=0)
    ax.set(xlim=(0, 3), yticks=[], xlabel="energy out / energy in, one layer of 4 → 3")
    return fig, (
        f"Energy kept by {ratio.size:,} random layers: mean {ratio.mean():.2f}, 95 % between {low:.2f} and "
        f"{high:.2f}; the printed one keeps {printed:.2f}."
    )


def mean_squares(m2: np.ndarray, var: float, n: int, printed: float) -> Seen:
    """Mean squares of many samples of n draws, their exact density, and a printed sample's."""
    low, high = mean_square_interval(var, n)
    inside = float(np.mean((m2 > low) & (m2 < high)))
    t = np.linspace(0.01, 1.6, 400)
    fig, ax = figure(6, 3.2)
    _histogram(ax, m2, np.linspace(0, 1.6, 65), COLOURS["he"])
    ax.plot(t, mean_square_density(t, var, n), color=COLOURS["theory"], ls="--", marker="")
    ax.axvspan(low, high, color=COLOURS["he"], alpha=0.08, lw=0)
    ax.axvline(printed, color=COLOURS["xavier"])
    top = ax.get_ylim()[1]
    label_left(ax, printed, 0.95 * top, f"printed: {printed:.3f}", COLOURS["xavier"])
    ax.text((low + high) / 2 + 0.12, 0.95 * top, f"95 %: {low:.3f} to {high:.3f}", va="center", fontsize=9)
    label_line(
        ax, 0.86, float(mean_square_density(np.array(0.86), var, n)) + 0.12, "theory", COLOURS["theory"]
    )
    ax.set(xlim=(0, 1.6), yticks=[], xlabel=f"mean square of {n} draws from N(0, {var:g})")
    return fig, (
        f"Histogram of {m2.size:,} mean squares with its exact density, peaked near 0.42, a long tail to the "
        f"right. {inside:.1%} lie between {low:.3f} and {high:.3f}, the printed {printed:.3f} among them."
    )


def two_claims(var_a: float = 0.5, var_b: float = 0.25) -> Seen:
    """The densities of the mean square of twelve draws under He's and Xavier's variance."""
    printed, n = float(np.mean(PRINTED**2)), PRINTED.size
    t = np.linspace(0.005, 1.4, 500)
    fig, ax = figure(6, 3.2)
    heights = []
    for var, name, key, style, x in (
        (var_a, "He: variance 0.5", "he", "-", 0.62),
        (var_b, "Xavier: variance 0.25", "xavier", "-.", 0.24),
    ):
        ax.plot(t, mean_square_density(t, var, n), color=COLOURS[key], ls=style, marker="")
        heights.append(float(mean_square_density(np.array(printed), var, n)))
        ax.plot(printed, heights[-1], "o" if key == "he" else "s", color=COLOURS[key], ms=7, zorder=4)
        label_left(ax, printed, heights[-1], f"{heights[-1]:.2f}", COLOURS[key])
        label_line(ax, x, float(mean_square_density(np.array(x), var, n)) + 0.08, name, COLOURS[key])
    ax.axvline(printed, color=COLOURS["off"], lw=1.5, zorder=1, ymax=0.66)
    label_line(ax, printed, 3.0, f"printed: {printed:.3f}", "#444444")
    ax.set(xlim=(0, 1.4), ylim=(0, 4.6), xlabel="mean square of 12 draws", ylabel="density")
    ratio = heights[0] / heights[1]
    return fig, (
        f"Two densities of the mean square of twelve draws. At the printed {printed:.3f}, He's curve has "
        f"height {heights[0]:.2f} and Xavier's {heights[1]:.2f}: a ratio of {ratio:.2f}."
    )


def log_ratios(W: np.ndarray, var_a: float = 0.5, var_b: float = 0.25) -> np.ndarray:
    """For matrices (k, n_out, n_in), how strongly each speaks for N(0, var_a) against N(0, var_b)."""
    t, n = np.mean(W**2, axis=(1, 2)), W[0].size
    peak = np.log(mean_square_density(t, var_a, n))
    return np.asarray(peak - np.log(mean_square_density(t, var_b, n)))


def evidence(lr: np.ndarray, printed: float) -> Seen:
    """Histogram of log-likelihood ratios of right samples, split at 0."""
    wrong = float(np.mean(lr < 0))
    fig, ax = figure(6, 3)
    counts, edges = np.histogram(lr, bins=np.arange(-4.25, 8.01, 0.25), density=True)
    for mask, key in ((edges[1:] <= 0, "xavier"), (edges[:-1] >= 0, "he")):
        ax.stairs(np.where(mask, counts, 0), edges, fill=True, color=COLOURS[key], alpha=0.45)
    top = 1.25 * counts.max()
    ax.axvline(0, color=COLOURS["theory"], ls="--", lw=1.5)
    ax.axvline(printed, ymax=0.82, color=COLOURS["theory"], lw=1.5)
    label_left(ax, printed, 0.8 * top, f"printed: {printed:.3f}".replace("-", "−"), COLOURS["theory"])
    ax.text(-4, 0.93 * top, f"← for Xavier: {100 * wrong:.0f} %", color=COLOURS["xavier"], fontsize=9)
    ax.text(0.3, 0.93 * top, f"for He: {100 - 100 * wrong:.0f} % →", color=COLOURS["he"], fontsize=9)
    ax.set(
        xlim=(-4.25, 8),
        ylim=(0, top),
        yticks=[],
        xlabel="log-likelihood ratio, He against Xavier, of 12 draws",
    )
    return fig, (
        f"Log-likelihood ratios of {lr.size:,} matrices drawn by He's rule: {100 * wrong:.0f} % lie below 0 "
        f"and favour Xavier. The printed matrix stands at {printed:.3f}."
    )


def precision(rng: np.random.Generator) -> Seen:
    """How far a mean square is from its variance, by number of draws: 95 % band and samples."""
    sizes = np.geomspace(8, 50_000, 24).astype(int)
    fine = np.geomspace(6, 70_000, 200)
    fig, ax = figure(6, 3.4)
    edge = 196 * np.sqrt(2 / fine)
    ax.fill_between(fine, -edge, edge, color=COLOURS["he"], alpha=0.12, lw=0)
    for sign in (-1, 1):
        ax.plot(fine, sign * edge, color=COLOURS["theory"], ls="--", lw=1.5, marker="")
    for n in sizes:
        ax.plot(np.full(20, n), 100 * (rng.chisquare(n, 20) / n - 1), ".", color=COLOURS["he"], ms=3)
    for n, text in ((12, "12"), (3074, "3,074"), (8192, "8,192")):
        ax.axvline(n, color=COLOURS["xavier"], lw=1.2, ls=":")
        ax.text(n, 118, text, ha="center", fontsize=9, color=COLOURS["xavier"])
    ax.axhspan(-5, 5, color=COLOURS["warm"], alpha=0.3, lw=0)
    ax.text(66_000, 7, "± 5 %", va="bottom", ha="right", fontsize=9)
    ax.set(xscale="log", xlim=(6, 70_000), ylim=(-115, 115), xlabel="number of draws")
    ax.set_ylabel("mean square, % off")
    ax.set_xticks([10, 100, 1000, 10_000], ["10", "100", "1,000", "10,000"])
    return fig, (
        "Deviation of the mean square in per cent against the number of draws. A funnel of half-width "
        "1.96 sqrt(2/n) around 0 holds nearly all samples: 80 % at 12 draws, 5 % at 3,074, 3.1 % at 8,192."
    )


def printed_large() -> Seen:
    """The fifteen printed weights of the second example."""
    fig, ax = figure(6, 2.3)
    heat(ax, PRINTED_LARGE, 0.25)
    ax.set_yticks(range(3), [f"W[{i}, :5]" for i in range(3)])
    ax.set_title("fifteen of the 64 × 128 weights")
    return fig, "Three rows of five printed weights, from -0.145 to 0.178. Their signs form a checkerboard."


def large_mean_squares(m2: np.ndarray) -> Seen:
    """Mean squares of whole 64 × 128 matrices beside Xavier's variance."""
    var, se = 2 / 128, 2 / 128 * sqrt(2 / 8192)
    fig, ax = figure(6, 2.8)
    counts, edges = np.histogram(m2, bins=np.linspace(0.0146, 0.0167, 43))
    ax.stairs(counts, edges, fill=True, color=COLOURS["he"], alpha=0.45)
    top = 1.3 * counts.max()
    for x, text, key, label in (
        (1 / 128, "Xavier: 0.0078", "xavier", label_line),
        (var, "He: 0.0156", "he", label_left),
    ):
        ax.axvline(x, color=COLOURS[key], ls="--", lw=1.5)
        label(ax, x, 0.93 * top, text, COLOURS[key])
    ax.set(
        xlim=(0.007, 0.0175),
        ylim=(0, top),
        yticks=[],
        xlabel="mean square of the 8,192 weights of one matrix",
    )
    return fig, (
        f"Mean squares of {m2.size} matrices of 64 by 128 lie in a narrow heap, {m2.min():.4f} to "
        f"{m2.max():.4f}, around 0.0156 with standard error {se:.5f}; Xavier's 0.0078 is far to the left."
    )


def sums_of_squares(rng: np.random.Generator) -> Seen:
    """Sum of the squared weights into a unit, by n_in, for He's rule and two fixed scales."""
    n = 2 ** np.arange(1, 11)
    fig, ax = figure(6, 3.6)
    low, high = np.array([mean_square_interval(2, int(k)) for k in n]).T
    ax.fill_between(n, low, high, color=COLOURS["he"], alpha=0.13, lw=0)
    for k in n:
        total = (matrices(int(k), 40, 2 / k, 1, rng)[0] ** 2).sum(axis=1)
        ax.plot(np.full(40, k), total, ".", color=COLOURS["he"], ms=3, alpha=0.6)
    for y, text, key, style in (
        (n * 0.5, "0.707 kept: n/2", "xavier", "-."),
        (np.full(n.size, 2.0), "σ = √(2/n): 2", "he", "--"),
        (n / 64, "0.125 kept: n/64", "glorot", ":"),
    ):
        ax.plot(n, y, color=COLOURS[key], ls=style, marker="")
        label_line(ax, n[-1], y[-1], text, COLOURS[key])
    ax.set(
        xscale="log",
        yscale="log",
        xlim=(2, 1024),
        ylim=(0.02, 700),
        xlabel="n_in",
        ylabel="sum of squared weights into a unit",
    )
    ax.set_xticks(n, [str(k) for k in n])
    ax.minorticks_off()
    return fig, (
        "Against n_in from 2 to 1,024, the sum of squared weights into a unit. Under He's rule units "
        "scatter around 2, ever more closely; with the standard deviation kept at 0.707 the sum grows to "
        "512, kept at 0.125 it starts at 0.03 and ends at 16."
    )


def densities(n_in: int) -> Seen:
    """Normal and uniform weights of the same variance 2 / n_in."""
    sigma = sqrt(2 / n_in)
    b = sqrt(3) * sigma
    x = np.linspace(-3.5 * sigma, 3.5 * sigma, 400)
    fig, ax = figure(6, 2.8)
    ax.plot(x, np.exp(-(x**2) / (2 * sigma**2)) / sqrt(2 * np.pi) / sigma, color=COLOURS["he"], marker="")
    ax.stairs([1 / (2 * b)], [-b, b], color=COLOURS["warm"], lw=2, ls="-.", baseline=0)
    label_line(ax, 0.3 * sigma, 0.41 / sigma, "normal", COLOURS["he"])
    label_line(ax, b, 0.2 / sigma, f"uniform, ends at ±{b:.3f}", COLOURS["warm"])
    height = float(np.exp(-0.5) / sqrt(2 * np.pi) / sigma)
    ax.vlines((-sigma, sigma), 0, height, color=COLOURS["theory"], ls=":", lw=1)
    ax.text(sigma, 0.01, " σ", fontsize=9)
    ax.set(ylim=(0, 0.45 / sigma), xlabel=f"weight, n_in = {n_in}", ylabel="density")
    return fig, (
        f"A bell and a box with the same variance {2 / n_in:g}: the bell's standard deviation is "
        f"{sigma:.3f}, the box ends at plus and minus {b:.3f}."
    )


def _histogram(ax: Axes, values: np.ndarray, edges: np.ndarray, colour: str) -> None:
    counts, edges = np.histogram(values, bins=edges, density=True)
    ax.stairs(counts, edges, fill=True, color=colour, alpha=0.4)
    ax.set_ylim(0, 1.25 * counts.max())
