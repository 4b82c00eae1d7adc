"""Lesson 3: the source's printed samples, and how far a sample's second moment may stray."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from heinit_lab.drivers import Answer, Driver, fallbacks
from heinit_lab.experiments.worked_examples import (
    layers,
    moment_and_score,
    needed_draws,
    ratio_of_claims,
    standard_deviation,
    uniform_layers,
)
from heinit_lab.figures.marks import guess_level, histogram, label_left, label_line, level, note, theory
from heinit_lab.figures.numbers import guessed, percent
from heinit_lab.figures.show import Plot, figure
from heinit_lab.figures.style import ACCENT, GLOROT, HE, OFF, PAPER, THEORY, WARM, XAVIER
from heinit_lab.mean_squares import density, interval
from heinit_lab.plots.very_deep_networks import loss_bands as loss_bands
from heinit_lab.source import PRINTED, PRINTED_LARGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def _below(ax: Axes, *drivers: Driver) -> None:
    """Say below a figure which functions are the lesson's own."""
    note(ax, 0, -0.3, fallbacks(*drivers).strip().replace("`", ""), inside=True, va="top", fontsize=8)


def _matrix(ax: Axes, W: np.ndarray, limit: float, rows: str, title: str) -> None:
    """Draw a small matrix with its numbers in its cells. rows: what a row is called, given its number."""
    ax.set_title(title)
    ax.imshow(W, cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto", alpha=0.75)
    for (i, j), w in np.ndenumerate(W):
        ax.text(j, i, f"{w:.3f}".replace("-", "−"), ha="center", va="center", fontsize=11)
    ax.grid(False)
    units, inputs = map(range, W.shape)
    ax.set_xticks(inputs, [f"input {j}" for j in inputs])
    ax.set_yticks(units, [rows.format(i) for i in units])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def printed_example() -> Plot:
    """The first example as the source prints it, tick and all."""
    fig, ax = figure(6, 2.5)
    _matrix(ax, PRINTED, 1.2, "unit {}", "W, drawn from N(0, 0.707²)")
    ax.set_xlabel("✓ variance ≈ 0.5", color=GLOROT, fontsize=12, fontweight="bold", labelpad=8)
    return (
        fig,
        "The source's 3 by 4 weight matrix, from -0.891 to 0.821, and under it: tick, variance about 0.5.",
    )


def printed_spread(guess: float | None) -> Plot:
    """The guess, the claim, and the three ways to measure the printed matrix, on one line."""
    m2, var0, var1 = float(np.mean(PRINTED**2)), float(np.var(PRINTED)), float(np.var(PRINTED, ddof=1))
    fig, ax = figure(6, 2.4)
    ax.plot(PRINTED.ravel() ** 2, np.full(12, -0.5), "|", color=OFF, ms=12)
    note(ax, 0.82, -0.5, "the twelve squares", OFF, va="center")
    rows = [
        (2.6, 0.5, "claimed: 0.5", THEORY, "D"),
        (1.0, var1, f"variance, n − 1: {var1:.3f}", HE, "o"),
        (0.4, m2, f"second moment: {m2:.3f}", XAVIER, "s"),
    ]
    if guess is not None:
        rows.append((1.8, min(max(guess, 0.01), 0.8), f"your guess: {guess:g}", ACCENT, "P"))
    for y, x, text, colour, marker in rows:
        ax.plot(x, y, marker, color=colour, ms=7)
        label_line(ax, x, y, text, colour)
    ax.plot(var0, 1.0, "o", color=HE, mfc="none", ms=7)
    label_left(ax, var0, 1.0, f"variance, n: {var0:.3f}", HE)
    theory(ax, [0.5, 0.5], [1.45, 2.6])
    ax.set(xlim=(0, 1.05), ylim=(-0.9, 3.1), yticks=[], xlabel="variance of the twelve printed weights")
    ax.spines["left"].set_visible(False)
    return fig, (
        f"On a line from 0 to 1: the claim at 0.5, the printed matrix at {var0:.3f} (variance, divided by "
        f"n), {var1:.3f} (by n minus 1) and {m2:.3f} (second moment).{guessed(guess)}"
    )


def scales(draws: Mapping[str, np.ndarray], guess: float | None) -> Plot:
    """Histograms of draws, named by how they were made, with their second moments.

    guess: a reader's, for the last one.
    """
    fig, axes = figure(6, 2.8, ncols=len(draws), sharey=True, sharex=True)
    each = []
    for ax, (name, w), colour in zip(axes, draws.items(), (HE, XAVIER), strict=True):
        histogram(ax, w, np.linspace(-2.5, 2.5, 51), colour, density=True)
        ax.set_title(name, fontsize=10)
        ax.set_xlabel("weight")
        m2 = f"{np.mean(w**2):.3f}"
        note(ax, 0.97, 0.93, f"second moment\n{m2}", colour, inside=True, fontsize=10, ha="right", va="top")
        each.append(f"{name} has second moment {m2}")
    axes[0].set_ylabel("density")
    if guess is not None:
        words = f"your guess\n{guess:g}"
        note(axes[-1], 0.03, 0.93, words, ACCENT, inside=True, fontsize=10, va="top")
    return fig, f"Two histograms. {'; '.join(each)}.{guessed(guess)}"


def zeros_and_energy(X: np.ndarray, H: np.ndarray, *guesses: float | None) -> Plot:
    """What a layer with outputs H makes of inputs X: zeros by unit, second moments by unit.

    guesses: a reader's, for the share of zeros and for the second moment.
    """
    zeros, energy, before = np.mean(H == 0, axis=0), np.mean(H**2, axis=0), float(np.mean(X**2))
    fig, (left, right) = figure(6, 3, ncols=2)
    units = range(len(zeros))
    left.bar(units, zeros, color=OFF, width=0.55)
    level(left, 0.5)
    left.set(title="outputs that are 0", ylim=(0, 1), ylabel="share of 10,000 inputs")
    right.bar(units, energy, color=HE, width=0.55, hatch="//", edgecolor=PAPER)
    level(right, before)
    right.axhline(energy.mean(), color=XAVIER, lw=1.5)
    for y, name, colour in ((before, "inputs", THEORY), (energy.mean(), "outputs", XAVIER)):
        note(right, 2.45, y + 0.02, f"{name}: {y:.2f}", colour, ha="right", va="bottom")
    right.set(title="second moment", ylim=(0, 1.25))
    known = [(ax, guess) for ax, guess in zip((left, right), guesses, strict=True) if guess is not None]
    for ax, guess in known:
        guess_level(
            ax, min(max(guess, 0.02), ax.get_ylim()[1] - 0.02), f"your guess: {guess:g}", 0.03, "left"
        )
    card = {"facecolor": PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 1.5}
    for ax, texts in ((left, [percent(z) for z in zeros]), (right, [f"{e:.2f}" for e in energy])):
        ax.set_xticks(units, [f"unit {i}" for i in units])
        ax.grid(axis="x", visible=False)
        for x, text in zip(units, texts, strict=True):
            note(ax, x, 0.03, text, ha="center", va="bottom", bbox=card)
    return fig, (
        f"Left: the three units are 0 on {', '.join(map(percent, zeros))} of the inputs. Right: their "
        f"second moments are {', '.join(f'{e:.2f}' for e in energy)}, on average {energy.mean():.2f}; that "
        f"of the inputs is {before:.2f}.{guessed(' and '.join(f'{g:g}' for _, g in known) or None)}"
    )


@np.errstate(invalid="ignore")  # of a wrong answer, every layer may lie outside
def mean_squares(he_normal: Answer, he_uniform: Answer, rng: np.random.Generator, printed: float) -> Plot:
    """Second moments of 20,000 layers of 4 inputs and 3 units, their exact density, and a printed layer's.

    he_normal, he_uniform: the student's answers, which draw the weights.
    """
    var, n, samples = 0.5, 12, 20_000
    drivers = layers(he_normal), uniform_layers(he_uniform)
    m2, flat = (
        np.mean(np.square(np.reshape(each.function(4, 3 * samples, rng), (samples, n)), dtype=float), axis=1)
        for each in drivers
    )
    low, high = interval(var, n)
    inside = float(np.mean((m2 > low) & (m2 < high)))
    t, edges = np.linspace(0.01, 1.6, 400), np.linspace(0, 1.6, 65)
    fig, ax = figure(6, 3.4)
    top = 1.6 * float(np.nan_to_num(histogram(ax, m2, edges, HE, density=True)).max() or 1.0)
    ax.axvspan(low, high, color=HE, alpha=0.08, lw=0)
    ax.axvline(printed, color=XAVIER)
    label_left(ax, printed, 0.95 * top, f"printed: {printed:.3f}", XAVIER)
    theory(ax, t, density(t, var, n))
    heights, _ = np.histogram(flat, edges, density=True)
    ax.stairs(heights, edges, color=WARM, lw=1.6)
    for y, text, colour in (
        (0.95, f"95 %: {low:.3f} to {high:.3f}", THEORY),
        (0.8, f"normal: strays by {m2.std():.3f}", HE),
        (0.65, f"uniform (outline): strays by {flat.std():.3f}", WARM),
    ):
        note(ax, 0.86, y * top, text, colour, va="center")
    label_line(ax, 1.0, float(density(1.0, var, n)) + 0.1, "theory, for normal", THEORY)
    ax.set(xlim=(0, 1.6), ylim=(0, top), yticks=[])
    ax.set_xlabel(f"second moment of {n} weights of variance {var:g}")
    _below(ax, *drivers)
    return fig, (
        f"Histogram of {samples:,} second moments with its exact density, peaked near 0.42, a long tail to "
        f"the right. {percent(inside)} lie between {low:.3f} and {high:.3f}, the printed {printed:.3f} among "
        f"them. Normal weights: standard deviation {m2.std():.3f}; uniform ones, the outline: "
        f"{flat.std():.3f}.{fallbacks(*drivers)}"
    )


def two_claims(printed: float, n: int, guess: float | None) -> Plot:
    """The densities of the second moment of n draws under He's and Xavier's variance, at a printed one.

    guess: a reader's, for the ratio of the two.
    """
    t = np.linspace(0.005, 1.4, 500)
    fig, ax = figure(6, 3.2)
    heights = []
    for var, name, colour, style, marker, x in (
        (0.5, "He: variance 0.5", HE, "-", "o", 0.62),
        (0.25, "Xavier: variance 0.25", XAVIER, "-.", "s", 0.24),
    ):
        ax.plot(t, density(t, var, n), color=colour, ls=style, marker="")
        heights.append(float(density(printed, var, n)))
        ax.plot(printed, heights[-1], marker, color=colour, ms=7, zorder=4)
        label_left(ax, printed, heights[-1], f"{heights[-1]:.2f}", colour)
        label_line(ax, x, float(density(x, var, n)) + 0.08, name, colour)
    ax.axvline(printed, color=OFF, lw=1.5, zorder=1, ymax=0.66)
    label_line(ax, printed, 3.0, f"printed: {printed:.3f}", OFF)
    ratio = heights[0] / heights[1]
    note(ax, 0.97, 0.9, f"He over Xavier: {ratio:.2f}", inside=True, ha="right", fontsize=10)
    if guess is not None:
        note(ax, 0.97, 0.82, f"your guess: {guess:g}", ACCENT, inside=True, ha="right", fontsize=10)
    ax.set(xlim=(0, 1.4), ylim=(0, 4.6), xlabel=f"second moment of {n} draws", ylabel="density")
    return fig, (
        f"Two densities of the second moment of {n} draws. At the printed {printed:.3f}, He's curve has "
        f"height {heights[0]:.2f} and Xavier's {heights[1]:.2f}: a ratio of {ratio:.2f}.{guessed(guess)}"
    )


def evidence(log_lr: Answer, Ws: np.ndarray) -> Plot:
    """Histogram of log-likelihood ratios of right samples, split at 0, and the printed sample's.

    log_lr: the student's answer, which weighs each sample. Ws: of shape (samples, rows, columns).
    """
    ratio = ratio_of_claims(log_lr)
    printed, *others = (float(ratio.function(W, 0.5, 0.25)) for W in (PRINTED, *Ws))
    lr = np.array(others)
    wrong = float(np.mean(lr < 0))
    fig, ax = figure(6, 3)
    counts, edges = np.histogram(lr, bins=np.arange(-4.25, 8.01, 0.25), density=True)
    for mask, colour in ((edges[1:] <= 0, XAVIER), (edges[:-1] >= 0, HE)):
        ax.stairs(np.where(mask, counts, 0), edges, fill=True, color=colour, alpha=0.45)
    top = 1.25 * counts.max()
    ax.axvline(0, color=THEORY, ls="--", lw=1.5)
    ax.axvline(printed, ymax=0.82, color=THEORY, lw=1.5)
    label_left(ax, printed, 0.8 * top, f"printed: {printed:.3f}".replace("-", "−"), THEORY)
    note(ax, -4, 0.93 * top, f"← for Xavier: {percent(wrong, 0)}", XAVIER)
    note(ax, 0.3, 0.93 * top, f"for He: {percent(1 - wrong, 0)} →", HE)
    ax.set(xlim=(-4.25, 8), ylim=(0, top), yticks=[])
    ax.set_xlabel("log-likelihood ratio, He against Xavier, of 12 draws")
    _below(ax, ratio)
    return fig, (
        f"Log-likelihood ratios of {lr.size:,} matrices drawn by He's rule: {percent(wrong, 0)} lie below 0 "
        f"and favour Xavier. The printed matrix stands at {printed:.3f}.{fallbacks(ratio)}"
    )


def precision(draws_needed: Answer, rng: np.random.Generator, guess: float | None) -> Plot:
    """How far a second moment is from its variance, by number of draws: 95 % band and samples.

    draws_needed: the student's answer, which says where the funnel is as narrow as 20, 5 and 2.5 %.
    guess: a reader's, for 5 %.
    """
    needed = needed_draws(draws_needed)
    fine = np.geomspace(6, 70_000, 200)
    fig, ax = figure(6, 3.5)
    edge = 196 * np.sqrt(2 / fine)
    ax.fill_between(fine, -edge, edge, color=HE, alpha=0.12, lw=0)
    theory(ax, fine, edge)
    theory(ax, fine, -edge)
    for n in np.geomspace(8, 50_000, 24).astype(int):
        ax.plot(np.full(20, n), 100 * (rng.chisquare(n, 20) / n - 1), ".", color=HE, ms=3)
    counts = [(rel, float(needed.function(rel))) for rel in (0.2, 0.05, 0.025)]
    for rel, n in ((0.0, 12.0), *counts):
        inside = min(max(n, 6.5), 65_000)
        ax.axvline(inside, color=XAVIER, lw=1.2, ls=":")
        words = f"{n:,.0f}\nto {100 * rel:g} %" if rel else f"{n:.0f}"
        note(ax, inside, 150, words, XAVIER, ha="center", va="top")
    if guess is not None:
        inside = min(max(guess, 6.5), 65_000)
        ax.plot(inside, -100, "P", color=ACCENT, ms=7)
        note(ax, inside, -120, f"your guess: {guess:,}", ACCENT, ha="center")
    ax.axhspan(-5, 5, color=WARM, alpha=0.3, lw=0)
    ax.set(xscale="log", xlim=(6, 70_000), ylim=(-135, 155), xlabel="number of draws")
    ax.set_ylabel("second moment, % off")
    ax.set_xticks([10, 100, 1000, 10_000], ["10", "100", "1,000", "10,000"])
    _below(ax, needed)
    each = ", ".join(f"{100 * rel:g} % at {n:,.0f} draws" for rel, n in counts)
    return fig, (
        "Deviation of the second moment in per cent against the number of draws. A funnel of half-width "
        f"1.96 sqrt(2/n) around 0 holds nearly all samples: 80 % at 12 draws; by `draws_needed`, {each}."
        f"{fallbacks(needed)}{guessed(guess)}"
    )


def printed_large(sample_report: Answer) -> Plot:
    """The fifteen printed weights of the second example, and their second moment beside the claim.

    sample_report: the student's answer.
    """
    var, report = 2 / 128, moment_and_score(sample_report)
    m2, se, z = map(float, report.function(PRINTED_LARGE, var))
    fig, (left, right) = figure(7.2, 2.5, ncols=2, width_ratios=[1.9, 1])
    _matrix(left, PRINTED_LARGE, 0.25, "W[{}, :5]", "fifteen of the 64 × 128 weights")
    right.axvspan(var - se, var + se, ymax=0.6, color=HE, alpha=0.15, lw=0)
    right.axvline(var, ymax=0.6, color=HE, ls="--", lw=1.5)
    right.plot(min(max(m2, 0), 2 * var), 0.3, "o", color=XAVIER, ms=8)
    words = f"measured: {m2:.4f}, z = {z:.2f}".replace("-", "−")
    note(right, 0, 0.95, f"claimed: {var:.4f} ± {se:.4f}", HE, va="top")
    note(right, 0, 0.79, words, XAVIER, va="top")
    right.set(xlim=(0, 2 * var), ylim=(0, 1), yticks=[], title="second moment")
    right.set_xticks([0, var, 2 * var], ["0", "0.016", "0.031"])
    _below(left, report)
    return fig, (
        "Three rows of five printed weights, from -0.145 to 0.178. Their signs form a checkerboard. Their "
        f"second moment is {m2:.5f}; claimed is {var}, with a standard error of {se:.4f}: z = {z:.2f}."
        f"{fallbacks(report)}"
    )


def large_mean_squares(he_normal: Answer, rng: np.random.Generator, guess: float | None) -> Plot:
    """Second moments of 400 whole 64 × 128 matrices beside Xavier's variance.

    he_normal: the student's answer, which draws them. guess: a reader's, for how many are nearer to Xavier's.
    """
    weights, var, se = layers(he_normal), 2 / 128, 2 / 128 * sqrt(2 / 8192)
    m2 = np.array([np.mean(np.square(weights.function(128, 64, rng), dtype=float)) for _ in range(400)])
    wrong = int(np.sum(m2 < 0.75 * var))
    fig, ax = figure(6, 2.8)
    edges = np.linspace(0.0071, 0.0171, 201)
    top = 1.3 * max(1.0, histogram(ax, m2, edges, HE).max())
    for x, text, colour, label in (
        (1 / 128, "Xavier: 0.0078", XAVIER, label_line),
        (var, "He: 0.0156", HE, label_left),
    ):
        ax.axvline(x, color=colour, ls="--", lw=1.5)
        label(ax, x, 0.93 * top, text, colour)
    note(ax, 0.0081, 0.6 * top, f"nearer to Xavier: {wrong} of 400", va="center")
    if guess is not None:
        note(ax, 0.0081, 0.45 * top, f"your guess: {guess:g}", ACCENT, va="center")
    ax.set(xlim=(0.007, 0.0175), ylim=(0, top), yticks=[])
    ax.set_xlabel("second moment of the 8,192 weights of one matrix")
    _below(ax, weights)
    return fig, (
        f"Second moments of {m2.size} matrices of 64 by 128 lie in a narrow heap, {m2.min():.4f} to "
        f"{m2.max():.4f}, around 0.0156 with standard error {se:.5f}; Xavier's 0.0078 is far to the left. "
        f"Nearer to Xavier's: {wrong}.{fallbacks(weights)}{guessed(guess)}"
    )


def sums_of_squares(he_std: Answer, rng: np.random.Generator) -> Plot:
    """Sum of the squared weights into a unit, by n_in, for He's rule and two fixed scales.

    he_std: the student's answer, which scales the weights.
    """
    std, n = standard_deviation(he_std), 2 ** np.arange(1, 11)
    fig, ax = figure(6, 3.6)
    low, high = np.array([interval(2, int(k)) for k in n]).T
    ax.fill_between(n, low, high, color=HE, alpha=0.13, lw=0)
    for k in n:
        W = float(std.function(int(k))) * rng.standard_normal((40, int(k)))
        ax.plot(np.full(40, k), np.sum(W**2, axis=1), ".", color=HE, ms=3, alpha=0.6)
    for y, text, colour, style in (
        (n * 0.5, "0.707 kept: n/2", XAVIER, "-."),
        (np.full(n.size, 2.0), "σ = √(2/n): 2", HE, "--"),
        (n / 64, "0.125 kept: n/64", GLOROT, ":"),
    ):
        ax.plot(n, y, color=colour, ls=style, marker="")
        label_line(ax, n[-1], y[-1], text, colour)
    ax.set(xscale="log", yscale="log", xlim=(2, 1024), ylim=(0.02, 700), xlabel="n_in")
    ax.set_ylabel("sum of squared weights into a unit")
    ax.set_xticks(n, [str(k) for k in n])
    ax.minorticks_off()
    _below(ax, std)
    return fig, (
        "Against n_in from 2 to 1,024, the sum of squared weights into a unit. Under He's rule units "
        "scatter around 2, ever more closely; with the standard deviation kept at 0.707 the sum grows to "
        "512, kept at 0.125 it starts at 0.03 and ends at 16."
        f"{fallbacks(std)}"
    )


def densities(n_in: int) -> Plot:
    """Normal and uniform weights of the same variance 2 / n_in."""
    sigma = sqrt(2 / n_in)
    b = sqrt(3) * sigma
    x = np.linspace(-3.5 * sigma, 3.5 * sigma, 400)
    bell = np.exp(-(x**2) / (2 * sigma**2)) / sqrt(2 * np.pi) / sigma
    fig, ax = figure(6, 2.8)
    ax.plot(x, bell, color=HE, marker="")
    ax.stairs([1 / (2 * b)], [-b, b], color=WARM, lw=2, ls="-.", baseline=0)
    label_line(ax, 0.3 * sigma, 0.41 / sigma, "normal", HE)
    label_line(ax, b, 0.2 / sigma, f"uniform, to {b:.3f} in size", WARM)
    ax.vlines((-sigma, sigma), 0, bell.max() * np.exp(-0.5), color=THEORY, ls=":", lw=1)
    note(ax, sigma, 0.01, " σ")
    ax.set(ylim=(0, 0.45 / sigma), xlabel=f"weight, n_in = {n_in}", ylabel="density")
    return fig, (
        f"A bell and a box with the same variance {2 / n_in:g}: the bell's standard deviation is "
        f"{sigma:.3f}, the box ends at plus and minus {b:.3f}."
    )
