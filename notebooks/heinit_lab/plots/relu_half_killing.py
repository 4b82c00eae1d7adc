"""Lesson 1: the first race, the coins of one layer, and what its units do over a whole data set."""

from collections.abc import Mapping, Sequence

import numpy as np

from heinit_lab.digits import CLASSES, digits
from heinit_lab.drivers import Answer, fallbacks
from heinit_lab.experiments.relu_half_killing import activity_driver
from heinit_lab.figures.marks import band, below, guess_level, label_line, level, note, theory
from heinit_lab.figures.numbers import guessed, number, percent
from heinit_lab.figures.show import Plot, figure
from heinit_lab.figures.style import ACCENT, HE, OFF, SKY, THEORY, WARM, XAVIER
from heinit_lab.networks import moments, unit_shares
from heinit_lab.race import Race


def race(first: Race, second: Race, guess: float | None) -> Plot:
    """Two runs, epoch by epoch. guess: how many images more one of them names, of 360."""
    tests = len(digits().test)
    fig, ax = figure()
    for run, name, colour, marker in ((second, "second", HE, "o"), (first, "first", XAVIER, "s")):
        counts = tests * np.array(run.shares)
        ax.plot(1 + np.arange(len(counts)), counts, color=colour, marker=marker, markevery=3)
        label_line(ax, len(counts), counts[-1], name, colour)
    ax.axhline(tests / CLASSES, ls=":", color=THEORY, lw=1.2)
    note(ax, 15, 12, "dotted: one digit for all images", ha="center", va="center")
    ends = [round(tests * run.share) for run in (first, second)]
    if guess is not None:
        guess_level(ax, ends[0] + guess, f"first + your {guess:g}", x=0.68, ha="center")
    ax.set(xlim=(0, 31), ylim=(0, 375), xlabel="passes over the training images")
    ax.set(ylabel="test images named right, of 360", title="Two networks of 30 layers, one number apart")
    return fig, (
        f"Test images named right, pass by pass. The first network stays near guessing and ends at {ends[0]} "
        f"of {tests}; the second one climbs and ends at {ends[1]}.{guessed(guess)}"
    )


def starts(shares: Mapping[str, Sequence[Sequence[float]]], guess: float | None) -> Plot:
    """Test shares against epochs, for each start a row a seed: their mean, from the least to the most."""
    fig, ax = figure()
    looks = {"all zero": (OFF, "s", -0.05), "all equal": (XAVIER, "^", 0.05), "random": (HE, "o", 0)}
    ends, seeds = {}, len(shares["random"])
    for start, (colour, marker, nudge) in looks.items():
        rows = np.array(shares[start])
        epochs, mean = 1 + np.arange(rows.shape[1]), rows.mean(axis=0)
        band(ax, epochs, rows.min(axis=0), mean, rows.max(axis=0), colour, marker=marker)
        label_line(ax, epochs[-1], mean[-1] + nudge, start, colour)
        ends[start] = mean[-1]
    if guess is not None:
        guess_level(ax, guess, "your guess")
    ax.set(xlim=(0.5, len(epochs) + 0.5), ylim=(0, 1), xlabel="passes over the training images")
    ax.set(ylabel="test images named right (share)", title="Three starts of a network of 3 layers")
    return fig, (
        f"Share of test images named right after {len(epochs)} epochs: {ends['random']:.2f} from random "
        f"weights, {ends['all equal']:.2f} from equal ones, {ends['all zero']:.2f} from zeros; mean of "
        f"{seeds} seeds.{guessed(guess)}"
    )


def coins(counted: Sequence[int], guess: float | None) -> Plot:
    """How many of 256 units gave 0, in many layers, beside so many coins."""
    zeros, units = np.array(counted), 256
    spread = np.sqrt(units) / 2
    fig, ax = figure()
    edges = np.arange(units / 2 - 34.5, units / 2 + 36, 3)
    ax.axvspan(units / 2 - 2 * spread, units / 2 + 2 * spread, color=SKY, alpha=0.18, lw=0)
    ax.hist(zeros, edges, color=OFF, ec="white", lw=0.5)
    grid = np.linspace(edges[0], edges[-1], 200)
    density = np.exp(-(((grid - units / 2) / spread) ** 2) / 2) / (spread * np.sqrt(2 * np.pi))
    theory(ax, grid, 3 * len(zeros) * density)
    top = ax.get_ylim()[1]
    ax.axvline(zeros[0], color=XAVIER, lw=2)
    note(ax, zeros[0], 1.15 * top, f"first layer: {zeros[0]} ", XAVIER, ha="right")
    if guess is not None:
        at = float(np.clip(guess, edges[0] + 1, edges[-1] - 1))
        ax.axvline(at, ls="-.", color=ACCENT, lw=1.4)
        note(ax, at, 1.15 * top, f" your guess: {guess:g}", ACCENT)
    ax.set(ylim=(0, 1.25 * top), xlim=(edges[0], edges[-1]), ylabel=f"layers, of {len(zeros):,}")
    ax.set(xlabel=f"units of {units} that give 0 for one image")
    ax.set_title(f"{len(zeros):,} layers, one image: a row of coins each")
    return fig, (
        f"Histogram of zeros in {len(zeros):,} layers of {units} units: mean {zeros.mean():.1f}, "
        f"standard deviation {zeros.std():.1f}. The dashed curve for {units} coins has mean {units / 2:g}, "
        f"standard deviation {spread:g}. The first layer has {zeros[0]}.{guessed(guess)}"
    )


def spreads(measured: Mapping[int, float]) -> Plot:
    """The spread of the active share against the width of the layer, and 1 / (2 sqrt n)."""
    n = np.array(list(measured))
    fig, ax = figure(6, 3.1)
    theory(ax, n, 0.5 / np.sqrt(n))
    ax.plot(n, list(measured.values()), color=HE, marker="o", ls="", ms=7)
    ax.set_xscale("log", base=2)
    ax.set_yscale("log", base=2)
    ax.set_xticks(n, [str(v) for v in n])
    ax.set_yticks([1 / 64, 1 / 16, 1 / 4], ["1/64", "1/16", "1/4"])
    ax.set(xlim=(3, 1400), xlabel="units in the layer, n", ylabel="spread of the active share")
    label_line(ax, 24, 0.5 / 24**0.5, "theory, 1/(2√n)", THEORY, xytext=(8, 8))
    ax.set_title("Four times the units, half the spread")
    pairs = ", ".join(f"{s:.3f} at {v}" for v, s in measured.items())
    return fig, f"Standard deviation of the active share against width: {pairs}. All lie on the line 1/(2√n)."


def two_directions(zs: Sequence[np.ndarray], activity: Answer, guess: str | None) -> Plot:
    """The same table of on and off averaged both ways: over the units, and over the images, in three layers.

    activity: the student's answer, which averages. guess: a shape for the right, in words.
    """
    fig, axes = figure(7, 4.6, nrows=3, ncols=2, sharex=True)
    edges, shares_of_units = np.linspace(0, 1, 26), unit_shares(zs)
    averages = activity_driver(activity)
    ends = []
    for row, layer in zip(axes, (1, 10, 30), strict=True):
        for ax, shares, colour in zip(row, averages.function(zs[layer - 1]), (HE, WARM), strict=True):
            heights, _ = np.histogram(shares, edges)
            ax.stairs(heights / heights.sum(), edges, fill=True, color=colour)
            ax.set(ylim=(0, 1), xlim=(-0.02, 1.02), yticks=[0, 0.5, 1])
        row[0].set_ylabel(f"layer {layer}", weight="bold")
        never, always, _ = shares_of_units[:, layer - 1]
        ends.append(f"in layer {layer}, {never:.2f} are never on and {always:.2f} always")
    axes[0, 0].set_title("Per image: share of units on")
    axes[0, 1].set_title("Per unit: share of images")
    axes[-1, 0].set_xlabel("active share, 500 images")
    axes[-1, 1].set_xlabel("active share, 256 units")
    if guess is not None:
        note(axes[-1, 1], 0.5, 0.8, f"your guess: {guess}", ACCENT, inside=True, ha="center")
    below(fig, fallbacks(averages))
    return fig, (
        "Histograms of active shares. Left, per image: a narrow peak near one half in every layer. Right, "
        "per unit: a peak near one half in layer 1 that moves to both ends with depth; of the units, "
        f"{'; '.join(ends)}.{guessed(guess)}{fallbacks(averages)}"
    )


def dead(counts: Sequence[np.ndarray], guess: float | None, counter: str = "") -> Plot:
    """Dead, always on, and mean activity against depth.

    counts: those of a `UnitCounter` for several networks. counter: the counter's words.
    """
    shares = np.array(counts)
    depth = shares.shape[2]
    fig, ax = figure(6.4, 3.6)
    looks = (
        ("dead for all 500", OFF, "s", -0.03),
        ("on for all 500", WARM, "^", 0.03),
        ("mean activity", HE, "o", 0),
    )
    for k, (name, colour, marker, nudge) in enumerate(looks):
        low, high = np.quantile(shares[:, k], [0.1, 0.9], axis=0)
        mean = shares[:, k].mean(axis=0)
        band(ax, range(1, depth + 1), low, mean, high, colour, marker=marker, markevery=3)
        label_line(ax, depth, mean[-1] + nudge, name, colour)
    level(ax, 0.5)
    if guess is not None:
        guess_level(ax, guess, "your guess")
    ax.set(xlim=(0, depth + 0.5), ylim=(-0.02, 0.7), xlabel="layer", ylabel="share")
    ax.set_title("Half on, on average: a third never, a third always")
    below(fig, counter)
    never, always, _ = shares.mean(axis=0)
    return fig, (
        f"Shares against depth, mean of {len(shares)} networks with 10 to 90 % bands. Units dead for all 500 "
        f"images: {never[0]:.2f} in layer 1, {never[9]:.2f} in layer 10, {never[-1]:.2f} in layer {depth}; "
        f"always on at the end: {always[-1]:.2f}. Mean activity stays near 0.50.{guessed(guess)}"
        f"{counter}"
    )


def scales(zs_by_scale: Mapping[float, Sequence[np.ndarray]]) -> Plot:
    """The size of z, and the share of dead units, layer by layer, for several c in Var[w] = c / n_in."""
    fig, axes = figure(7, 3.4, ncols=2)
    sizes = {c: moments(zs) for c, zs in zs_by_scale.items()}
    dead = {c: unit_shares(zs)[0] for c, zs in zs_by_scale.items()}
    for c, colour, marker, ms in zip(sizes, (WARM, XAVIER, HE, ACCENT), "s^oD", (9, 7, 5, 3), strict=True):
        layer = 1 + np.arange(len(sizes[c]))
        axes[0].plot(layer, sizes[c], color=colour, marker=marker, markevery=4)
        label_line(axes[0], layer[-1], sizes[c][-1], f"c = {c:g}", colour)
        axes[1].plot(layer, dead[c], color=colour, marker=marker, ms=ms, lw=ms / 2, markevery=4)
    axes[0].set(yscale="log", xlim=(0, 37), xticks=range(0, 30, 10), xlabel="layer", title="Mean of z²")
    axes[1].set(xlim=(0, 30), ylim=(0, 0.6), xlabel="layer", title="Share of dead units")
    note(axes[1], 2, 0.52, "four lines, one on the other")
    last = ", ".join(f"{number(v[-1])} at c = {c:g}" for c, v in sizes.items())
    same = "the same" if len({tuple(v) for v in dead.values()}) == 1 else "not the same"
    counted = ", ".join(f"{64 * v.sum():.0f}" for v in dead.values())
    return fig, (
        f"Left, the mean of z squared in the last of {len(layer)} layers: {last}. Right, the share of dead "
        f"units by layer: {same} for every c; in all {counted} of {64 * len(layer):,} units."
    )


def energy(y: np.ndarray, guess: float | None) -> Plot:
    """Where the entries lie, and where their energy lies: what is below 0 is killed."""
    fig, axes = figure(7, 3.2, ncols=2)
    edges = np.arange(-2, 9.01, 0.5)
    below = edges[:-1] < 0
    killed, kept = float(np.mean(y <= 0)), float(np.sum(y[y > 0] ** 2) / np.sum(y**2))
    titles = f"Units: {percent(killed)} killed", f"Energy: {percent(kept)} kept"
    for ax, parts, title in zip(axes, (np.ones(y.size), y**2), titles, strict=True):
        heights, _ = np.histogram(y, edges, weights=parts / np.sum(parts))
        bars = {"edges": edges, "fill": True, "lw": 0}
        ax.stairs(np.where(below, heights, 0), **bars, color=OFF, hatch="///", ec="white")
        ax.stairs(np.where(below, 0, heights), **bars, color=HE)
        ax.axvline(0, color=THEORY, lw=0.8)
        ax.set(xlim=(-2, 9), ylim=(0, None), xlabel="y", title=title)
    axes[0].set_ylabel("share in each bar")
    if guess is not None:
        note(axes[1], 0.97, 0.85, f"your guess: {percent(guess, 0)} kept", ACCENT, inside=True, ha="right")
    return fig, (
        f"Two histograms of Exp(1) − 1. By number, {percent(killed)} lies below 0 and is killed. By energy, "
        f"the part above 0 holds {percent(kept)}: few large entries weigh more."
        f"{guessed(guess)}"
    )
