"""Lesson 5: races, run now and stored, and what random deep networks do to signals, images and units."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from heinit_lab.figures.marks import band, below, guess_star, label_line, level, networks, note, theory
from heinit_lab.figures.numbers import guessed, number
from heinit_lab.figures.show import Plot, figure
from heinit_lab.figures.style import ACCENT, GLOROT, HE, OFF, RULES, THEORY, WARM, XAVIER, in_words
from heinit_lab.race import STUCK, Race, stored

SCALES = (0.5, 1.0, 1.5, 1.8, 2.0, 2.2, 3.0, 4.0)
_APART = np.linspace(-0.2, 0.2, 10)  # so that ten equal results are seen as ten


def depth_race(guess: float | None) -> Plot:
    """Final test share against depth, He and 1/n, ten stored seeds each, and the reader's guess."""
    fig, ax = figure(6.4, 3.6)
    depths = np.array([5, 8, 10, 12, 15, 20, 25, 30])
    shares = {rule: np.array([stored()[f"{rule} {d}"]["share"] for d in depths]) for rule in ("he", "xavier")}
    for rule, shift in (("He", -0.25), ("Xavier", 0.25)):
        rows, (colour, marker) = shares[rule.lower()], RULES[rule]
        ax.plot(depths, np.median(rows, axis=1), color=colour, marker="")
        ax.plot(depths + shift, rows, marker, color=colour, ms=4, alpha=0.55, ls="")
    label_line(ax, 30.3, 0.95, "He, c = 2", HE)
    label_line(ax, 30.3, 0.15, "Xavier, c = 1", XAVIER)
    level(ax, 0.1)
    note(ax, 3.3, 0.045, "guessing", va="center")
    if guess is not None:
        at = float(np.clip(guess, 3, 36.5))
        ax.axvline(at, color=ACCENT, ls=":", lw=2)
        note(ax, at, 1.02, f"your guess: {guess:g}", ACCENT, ha="center")
    ax.set(xlim=(3, 36.5), ylim=(0, 1), xlabel="weight matrices, L", ylabel="test images named correctly")
    stopped = next(d for d, ten in zip(depths, shares["xavier"], strict=True) if np.median(ten) < STUCK)
    return fig, (
        f"Test share against depth after 30 epochs, ten seeds each. He stays between "
        f"{shares['he'][-1].min():.2f} and {shares['he'][0].max():.2f} from 5 to 30 layers. Xavier falls "
        f"from depth 10 on; from {stopped} layers its middle run is below {STUCK}.{guessed(guess)}"
    )


def scale_range(guess: Any) -> Plot:
    """Final test share against c, ten stored seeds each, in a panel for each depth, and a guess in words."""
    fig, axes = figure(7.2, 3.5, ncols=2, sharey=True)
    words = []
    for ax, depth in zip(axes, (10, 30), strict=True):
        middle = []
        for c in SCALES:
            races = stored()[{1.0: f"xavier {depth}", 2.0: f"he {depth}"}.get(c, f"c {c:g}, {depth}")]
            shares, burst = np.array(races["share"]), None in races["loss"]
            colour, marker = (HE, "o") if c == 2 else (XAVIER, "x" if burst else "s")
            ax.plot(c * (1 + 0.1 * _APART), shares, marker, color=colour, ms=4, alpha=0.55, ls="")
            middle.append(np.median(shares))
            words.append(
                f"{depth} layers, c = {c:g}: {shares.min():.2f} to {shares.max():.2f}{', overflow' * burst}"
            )
        ax.plot(SCALES, middle, color=OFF, marker="", zorder=1)
        level(ax, 0.1)
        ax.set(xscale="log", xlim=(0.42, 4.8), ylim=(0, 1), xlabel="c, in Var[w] = c/n")
        ax.set_xticks([0.5, 1, 2, 4], ["0.5", "1", "2", "4"])
        ax.minorticks_off()
        ax.set_title(f"{depth} weight matrices")
    axes[0].set_ylabel("test images named correctly")
    note(axes[0], 4.6, 0.12, "guessing", ha="right")
    note(axes[-1], 4.6, 0.03, "×: overflow", XAVIER, ha="right")
    if guess is not None:
        fig.suptitle(f"your guess: {guess}", color=in_words(ACCENT), fontsize=10)
    return fig, f"Test share against c after 30 epochs, ten seeds each. {'; '.join(words)}.{guessed(guess)}"


def losses(runs: Mapping[str, Race], depth: int) -> Plot:
    """Training loss by epoch, by rule, over the band of ten seeds, stored for depths of 10 and 30."""
    fig, ax = figure(6.4, 3.4)
    words = []
    for rule, run in runs.items():
        colour, marker = RULES[rule]
        least, _, most = stored()[f"{rule.lower()} {depth}"]["loss_band"]
        epochs, last = np.arange(1, len(run.losses) + 1), run.losses[-1]
        band(ax, epochs, least, run.losses, most, colour, marker=marker, ms=3.5)
        lift = -0.03 if rule == "He" else 0.09 if last < 1 else -0.12
        label_line(ax, len(epochs) + 0.3, last + lift, rule, colour)
        words.append(f"{rule} ends at a loss of {last:.2f} and names {100 * run.share:.0f} %")
    level(ax, np.log(10))
    note(ax, 11, np.log(10) + 0.05, "guessing, ln 10 = 2.30")
    ax.set(xlim=(0.3, 34), ylim=(0, 2.6), xlabel="epoch", ylabel="training loss")
    return fig, f"Training loss over 30 epochs at {depth} layers: {'; '.join(words)} of the test images."


def loss_bands(settings: Mapping[str, str]) -> Plot:
    """Training loss by epoch of two settings in `stored()`, by label: ten seeds' middle and range."""
    fig, ax = figure(6.4, 3.4)
    words = []
    looks = ((HE, "o", "-", 0.27), (XAVIER, "s", "--", 0.12))
    for (label, name), (colour, marker, line, lift) in zip(settings.items(), looks, strict=True):
        races = stored()[name]
        low, middle, high = races["loss_band"]
        epochs = np.arange(1, len(middle) + 1)
        band(ax, epochs, low, middle, high, colour, marker=marker, ms=3.5, ls=line)
        label_line(ax, len(epochs) + 0.3, middle[-1] + lift, label, colour)
        shares = np.array(races["share"])
        words.append(
            f"{label}: the middle loss ends at {middle[-1]:.2f}, test shares {shares.min():.2f} to "
            f"{shares.max():.2f}, median {np.median(shares):.2f}"
        )
    ax.set(xlim=(0.3, 35), ylim=(0, 2.6), xlabel="epoch", ylabel="training loss")
    return fig, f"Training loss over {len(epochs)} epochs, ten runs each. {'; '.join(words)}."


def lanes(
    settings: Mapping[str, str],
    live: Mapping[str, Race] | None = None,
    guess: Any = None,
    runner: str = "",
) -> Plot:
    """Final test shares, a lane for each setting: ten stored seeds as dots, a race just run as a ring.

    settings: label to the name of the setting in `stored()`. live: label to a race just run. guess: a
    reader's, as it was written. runner: a sentence on what made the race just run.
    """
    live = live or {}
    fig, ax = figure(6.4, 0.9 + 0.42 * len(settings))
    words = []
    for row, (label, name) in enumerate(settings.items()):
        shares = np.array(stored()[name]["share"])
        colour, marker = RULES["He" if name.startswith("he") else "Xavier"]
        if "calibrated" in name and name.startswith("xavier"):
            colour, marker = GLOROT, "^"
        ax.plot(shares, row + _APART[: len(shares)], marker, color=colour, alpha=0.55, ms=6, ls="")
        ax.plot([np.median(shares)] * 2, [row - 0.28, row + 0.28], color=colour, marker="")
        words.append(f"{label}: {shares.min():.2f} to {shares.max():.2f}, median {np.median(shares):.2f}")
        if label in live:
            ax.plot(live[label].share, row, "o", ms=12, mfc="none", mec=ACCENT, mew=2)
            words[-1] += f", the run just made {live[label].share:.2f}"
    ax.axvline(0.1, color=THEORY, ls="--", lw=1)
    note(ax, 0.105, -0.62, "guessing", va="center")
    ax.set_yticks(range(len(settings)), list(settings))
    ax.set(xlim=(0, 1), ylim=(len(settings) - 0.5, -0.85), xlabel="test images named correctly")
    ax.grid(axis="y", visible=False)
    if guess is not None:
        ax.set_title(f"your guess: {guess}", color=in_words(ACCENT), fontsize=10)
    below(fig, runner)
    return fig, f"Test shares of ten seeds, one lane a setting. {'; '.join(words)}.{guessed(guess)}{runner}"


def signal_spread(q: np.ndarray, width: int, guess: float | None = None, makers: str = "") -> Plot:
    """Mean, median and spread over networks of q_l / q_0, against depth. q: (networks, layers).

    guess: how many of 100 end within 10 % of 1. makers: a sentence on what drew the networks.
    """
    layers, depth = np.arange(q.shape[1]), q.shape[1] - 1
    fig, ax = figure(6.4, 3.6)
    mean, within = q[:, -1].mean(), float(np.mean(np.abs(q[:, -1] - 1) < 0.1))
    ax.axhspan(0.9, 1.1, color=ACCENT, alpha=0.3, lw=0)
    ax.plot(layers, q.mean(axis=0), color=WARM, marker="")
    low, middle, high = networks(ax, layers, q, HE, (0.05, 0.5, 0.95), marker="")[:, -1]
    theory(ax, layers, np.exp(-2.5 * layers / width))
    label_line(ax, depth, mean * 1.12, f"mean {mean:.2f}", WARM)
    label_line(ax, depth, middle * 0.86, f"median {middle:.2f}", HE)
    label_line(ax, depth, high, "19 of 20 below", HE)
    label_line(ax, depth, low, "19 of 20 above", HE)
    ax.set(yscale="log", xlim=(0, depth * 1.28), ylim=(0.01, 20), xlabel="layer, l")
    ax.set_ylabel("second moment, against the input's")
    yours = "" if guess is None else f"; your guess {guess:g}"
    title = f"{width} units: of 100 networks, {100 * within:.0f} end within 10 % of 1 (pink){yours}"
    ax.set_title(title, fontsize=10)
    below(fig, makers)
    return fig, (
        f"Second moment over {depth} layers of {width} in {len(q)} He networks: the mean ends at "
        f"{mean:.2f}, the median at {middle:.2f}, nine in ten between {low:.2f} and "
        f"{high:.2f}; {100 * within:.1f} % end within 10 % of 1.{guessed(guess)}{makers}"
    )


def spreads(measured: Mapping[str, np.ndarray], factors: Mapping[str, float]) -> Plot:
    """The spread of log q over networks against depth, by kind. factors: k in the prediction sqrt(k l)."""
    fig, ax = figure(6.4, 3.5)
    words = []
    looks = ((XAVIER, "s"), (HE, "o"), (WARM, "D"), (GLOROT, "^"))
    for (name, q), (colour, marker) in zip(measured.items(), looks, strict=True):
        spread, layers = np.log(q).std(axis=0), np.arange(q.shape[1])
        ax.plot(layers, spread, color=colour, marker=marker, markevery=5)
        theory(ax, layers, np.sqrt(factors[name] * layers))
        label_line(ax, layers[-1], spread[-1], name, colour)
        words.append(f"{name} {spread[-1]:.2f}")
    ax.set(xlim=(0, layers[-1] * 1.5), ylim=(-0.08, 1.8), xlabel="layer, l")
    ax.set_ylabel("spread of log q, over networks")
    return fig, (
        f"Spread over networks of the logarithm of the second moment by layer; dashed the predictions. "
        f"After {layers[-1]} layers: {'; '.join(words)}."
    )


def biases(signals: Mapping[str, tuple[np.ndarray, np.ndarray]], dead: Mapping[str, np.ndarray]) -> Plot:
    """Second moments with constant biases, each with its prediction, and shares of dead units, by layer.

    signals: by label, q (networks, layers), and q in wide layers. dead: by bias, (networks, layers).
    """
    fig, (left, right) = figure(7.4, 3.5, ncols=2, width_ratios=(1.5, 1))
    words = []
    looks = ((HE, "o", -5), (GLOROT, "^", 5), (WARM, "D", 0), (XAVIER, "s", 0))
    for (name, (q, wide)), (colour, marker, lift) in zip(signals.items(), looks, strict=True):
        layers = np.arange(q.shape[1])
        left.plot(layers, q.mean(axis=0), color=colour, marker=marker, markevery=5)
        theory(left, layers, wide)
        label_line(left, layers[-1], wide[-1], name, colour, lift=lift)
        words.append(f"{name}: {number(float(wide[-1]))}")
    left.set(yscale="log", xlim=(0, layers[-1] * 1.75), xlabel="layer", ylabel="second moment")
    shares = {name: rows.mean(axis=0) for name, rows in dead.items()}
    for share, (colour, marker, _) in zip(shares.values(), looks, strict=False):
        right.plot(np.arange(1, len(share) + 1), share, color=colour, marker=marker, markevery=5)
    right.set(ylim=(0, 0.5), xlabel="layer", ylabel="share of dead units, He")
    each = "; ".join(f"{name}: {share[-1]:.2f}" for name, share in shares.items())
    return fig, (
        f"Left, the second moment expected after {layers[-1]} layers: {'; '.join(words)}. Right, the share "
        f"of dead units in layer {layers[-1]} of He's networks: {each}."
    )


def places_of_norm(flows: Mapping[str, Mapping[float, tuple[np.ndarray, np.ndarray]]]) -> Plot:
    """Second moments forward and backward, by where layer normalisation stands and by c, a row a network."""
    fig, axes = figure(7.4, 3.6, ncols=2, sharey=True)
    words = []
    looks = {"plain": (GLOROT, "^"), "pre-norm": (HE, "o"), "post-norm": (XAVIER, "s")}
    for place, by_c in flows.items():
        colour, marker = looks[place]
        signals, gradients = [], []
        for c, both in by_c.items():
            forward, back = (np.median(rows, axis=0) for rows in both)
            for ax, middle in zip(axes, (forward, back), strict=True):
                ax.plot(middle, color=colour, marker=marker, ms=4, markevery=5)
            if place == "pre-norm":
                label_line(axes[0], len(forward) - 1, forward[-1], f"c = {c:g}", colour)
            signals.append(number(float(forward[-1])))
            gradients.append(number(float(back[0])))
        words.append(f"{place}, signal {', '.join(signals)}, gradient {', '.join(gradients)}")
    axes[0].set(xlim=(0, 36), title="signal, from the input on", ylabel="second moment")
    axes[1].set(xlim=(0, 30), title="gradient, from the output back")
    for ax in axes:
        ax.set(yscale="log", ylim=(0.08, 400), xlabel="layer, or block")
    for place, y in (("pre-norm", 120.0), ("post-norm", 1.35), ("plain", 0.2)):
        note(axes[0], 3, y, place, looks[place][0], weight="bold")
    each = ", ".join(f"{c:g}" for c in by_c)
    return fig, f"Second moments at the far end of 30 layers or blocks, for c = {each}: {'; '.join(words)}."


def growing_alike(measured: np.ndarray, predicted: np.ndarray) -> Plot:
    """Mean cosine between images against depth, in He networks of width 64, a row each."""
    layers, mean = np.arange(measured.shape[1]), measured.mean(axis=0)
    fig, ax = figure(6.4, 3.3)
    band(ax, layers, measured.min(axis=0), mean, measured.max(axis=0), HE, markevery=5)
    theory(ax, layers, predicted)
    label_line(ax, 40, mean[-1] - 0.04, f"{mean[-1]:.2f} at 40", HE)
    note(ax, 9, 0.62, "dashed: infinitely wide layers")
    ax.set(xlim=(0, 46), ylim=(-0.05, 1.04), xlabel="layer", ylabel="mean cosine of two images")
    return fig, (
        f"Mean cosine between 200 images against depth, ten He networks of width 64: 0 at the input, "
        f"{mean[5]:.2f} after 5 layers, {mean[10]:.2f} after 10, "
        f"{mean[-1]:.2f} after 40 ({measured[:, -1].min():.2f} to {measured[:, -1].max():.2f})."
    )


def convolutions(
    measured: Mapping[str, Mapping[str, np.ndarray]], guess: float | None = None, counter: str = ""
) -> Plot:
    """Second moment through ten convolutions, by variance of the weights and by padding, a row a network.

    guess: by which factor it grows in each, where channels alone count. counter: a sentence on who counted.
    """
    fig, ax = figure(6.6, 3.7)
    words = []
    looks = {"circular": ("o", "-"), "zero": ("s", ":")}
    for (variance, by_padding), colour in zip(measured.items(), (HE, XAVIER), strict=True):
        for padding, q in by_padding.items():
            marker, style = looks[padding]
            networks(ax, range(q.shape[1]), q, colour, marker=marker, ls=style)
            words.append(f"{variance}, {padding} padding: times {q[:, 1].mean():.2f} in the first layer")
        label_line(ax, 10, float(np.median(by_padding["circular"][:, -1])), variance, colour)
    level(ax, 1)
    ax.set(yscale="log", xlim=(0, 15.5), xlabel="convolution", ylabel="second moment, against the input's")
    note(ax, 0.03, 0.88, "solid, dots: circular padding\ndotted, squares: zero padding", inside=True)
    if guess is not None:
        end = float(np.clip(abs(guess), 0.3, 20)) ** 10
        guess_star(ax, 10, end, f"your guess, {guess:g} each", lift=10)
    each = "; ".join(words)
    below(fig, counter)
    return fig, (
        f"Second moment through ten 3 x 3 convolutions of 16 channels. {each}.{guessed(guess)}{counter}"
    )


def residual_blocks(plain: np.ndarray, scaled: np.ndarray, guess: Any = None) -> Plot:
    """Second moment along a residual network, branches as they come and scaled by 1/sqrt(L), and a guess."""
    fig, ax = figure(6.4, 3.5)
    blocks = plain.shape[1] - 1
    layers, words = np.arange(blocks + 1), []
    for q, colour, marker, name, factor in (
        (plain, XAVIER, "s", "added as they are", 2.0),
        (scaled, HE, "o", "scaled by 1/√L", 1 + 1 / blocks),
    ):
        last = networks(ax, layers, q, colour, marker=marker, markevery=5)[1, -1]
        theory(ax, layers, factor**layers)
        label_line(ax, blocks, last, name, colour)
        words.append(f"{name}: the mean of {len(q)} networks ends at {number(q[:, -1].mean())}")
    ax.plot([0, blocks], [math.e, math.e], color=WARM, lw=1, marker="")
    note(ax, 0.5, math.e * 1.7, "e", WARM, weight="bold", fontsize=10)
    ax.set(yscale="log", xlim=(0, blocks * 1.38), xlabel="residual block")
    ax.set_ylabel("second moment, against the input's")
    if guess is not None:
        ax.set_title(f"your guess: {guess}", color=in_words(ACCENT), fontsize=10)
    each = "; ".join(words)
    said = f"Second moment along {blocks} residual blocks of width 64. {each}; e is 2.72."
    return fig, f"{said}{guessed(guess)}"


def default_scales(rules: Mapping[str, float], measured: Mapping[str, np.ndarray]) -> Plot:
    """Second moment after each layer, a row a network, by the name of the rule. rules: each rule's c."""
    fig, ax = figure(6.4, 3.5)
    words = []
    for (name, q), (colour, marker) in zip(measured.items(), reversed(RULES.values()), strict=True):
        layers = np.arange(1, q.shape[1] + 1)
        last = networks(ax, layers, q, colour, marker=marker, markevery=4)[1, -1]
        theory(ax, layers, (rules[name] / 2) ** layers)
        label_line(ax, len(layers), last, name, colour)
        words.append(f"{name}: {number(last)}")
    depth = len(layers)
    ax.set(yscale="log", xlim=(1, depth * 1.42), xlabel="layer", ylabel="second moment")
    return fig, f"Second moment after {depth} layers of width 64, middle of ten networks. {'; '.join(words)}."
