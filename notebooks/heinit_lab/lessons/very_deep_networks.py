"""Lesson 5: what random deep networks do to signals, gradients, images and units.

Every function named after a figure gives the figure and its alt text, with the numbers in it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

import numpy as np
from matplotlib.figure import Figure

from heinit_lab.digits import digits
from heinit_lab.figures import COLOURS, figure, in_words, label_line

Drawn = tuple[Figure, str]
Rng = np.random.Generator

HE, XAVIER, GREY = COLOURS["he"], COLOURS["xavier"], COLOURS["off"]


def carried(width: int, depth: int, networks: int = 2000, seed: int = 0) -> np.ndarray:
    """q_l / q_0 of one input in many He networks, shape (networks, depth + 1); exact, and without a matrix.

    Given h, the entries of W h are independent N(0, 2 |h|^2 / n): all that the next layer sees of h is its
    length. So a layer multiplies q by (2/n) sum relu(g_i)^2, with fresh normal g.
    """
    rng = np.random.default_rng(seed)
    factors = np.empty((networks, depth))
    for layer in range(depth):
        g = np.maximum(rng.standard_normal((networks, width), dtype=np.float32), 0)
        factors[:, layer] = 2 / width * np.einsum("ij,ij->i", g, g)
    return np.hstack([np.ones((networks, 1)), factors.cumprod(axis=1)])


def signal_spread(q: np.ndarray, width: int, guess: float | None = None) -> Drawn:
    """Mean, median and spread of q_l / q_0 over networks, against depth. q: as `carried` gives it."""
    layers, depth = np.arange(q.shape[1]), q.shape[1] - 1
    fig, ax = figure(6.4, 3.6)
    low, middle, high = np.quantile(q, [0.05, 0.5, 0.95], axis=0)
    ax.fill_between(layers, low, high, color=HE, alpha=0.15, lw=0)
    ax.axhspan(0.9, 1.1, color=COLOURS["accent"], alpha=0.3, lw=0)
    ax.plot(layers, q.mean(axis=0), color=COLOURS["warm"], marker="")
    ax.plot(layers, middle, color=HE, marker="")
    ax.plot(layers, np.exp(-2.5 * layers / width), color=COLOURS["theory"], ls="--", marker="", lw=1.2)
    label_line(ax, depth, q[:, -1].mean() * 1.12, f"mean {q[:, -1].mean():.2f}", COLOURS["warm"])
    label_line(ax, depth, middle[-1] * 0.86, f"median {middle[-1]:.2f}", HE)
    label_line(ax, depth, high[-1], "19 of 20 below", HE)
    label_line(ax, depth, low[-1], "19 of 20 above", HE)
    ax.set_yscale("log")
    ax.set(
        xlim=(0, depth * 1.28),
        ylim=(0.01, 20),
        xlabel="layer, l",
        ylabel="second moment, against the input's",
    )
    within = within_ten_percent(q)
    says = "" if guess is None else f"Of 100 networks, {100 * within:.0f} end within 10 % of 1 (pink); "
    ax.set_title(
        f"{says}your guess {guess:g}" if guess is not None else f"He, {width} units a layer", fontsize=10
    )
    return fig, (
        f"Second moment over {depth} layers of {width} in {len(q)} He networks: the mean ends at "
        f"{q[:, -1].mean():.2f}, the median at {middle[-1]:.2f}, nine in ten between {low[-1]:.2f} and "
        f"{high[-1]:.2f}; {100 * within:.1f} % end within 10 % of 1."
    )


def within_ten_percent(q: np.ndarray) -> float:
    """The share of networks whose last second moment is within 10 % of the input's."""
    return float(np.mean(np.abs(q[:, -1] - 1) < 0.1))


def he_stack(x: np.ndarray, width: int, depth: int, rng: Rng, c: float = 2.0) -> list[np.ndarray]:
    """Pre-activations of a random ReLU network on a batch, layer by layer."""
    zs, h = [], np.asarray(x, np.float32)
    for _ in range(depth):
        W = rng.standard_normal((width, h.shape[1]), dtype=np.float32) * np.float32(np.sqrt(c / h.shape[1]))
        zs.append(h @ W.T)
        h = np.maximum(zs[-1], 0)
    return zs


def slopes_by_layer(c: float, depth: int = 30, width: int = 64, networks: int = 10) -> np.ndarray:
    """Signal, gradient and weight gradient at every layer: mean squares, shape (3, networks, depth).

    Signal: what enters layer l, over the input's. Gradient: at the layer's outputs, over that at the top,
    for an independent normal gradient there. Weight gradient: of an entry of W_l, in the same units.
    """
    found = np.empty((3, networks, depth))
    for k in range(networks):
        rng = np.random.default_rng(k)
        h = digits().train[:64].astype(float)
        Ws = [rng.standard_normal((width, width)) * np.sqrt(c / width) for _ in range(depth)]
        inputs, gates = [], []
        for W in Ws:
            inputs.append(h)
            z = h @ W.T
            gates.append(z > 0)
            h = np.maximum(z, 0)
        g = rng.standard_normal(h.shape)
        for layer in range(depth - 1, -1, -1):
            at_z = g * gates[layer]
            signal, gradient = np.mean(inputs[layer] ** 2), np.mean(g**2)
            single = np.mean((at_z**2).T @ inputs[layer] ** 2) / len(h)
            found[:, k, layer] = signal, gradient, single
            g = at_z @ Ws[layer]
    return found


def two_signals(rules: Mapping[str, float]) -> Drawn:
    """For each rule's c: signal, gradient and weight gradient through 30 layers, in panels side by side."""
    fig, axes = figure(6.8, 3.5, ncols=len(rules), sharey=True)
    words = []
    for ax, (name, c) in zip(np.atleast_1d(axes), rules.items(), strict=True):
        found = slopes_by_layer(c)
        layers = np.arange(1, found.shape[2] + 1)
        styles = (
            (HE, "o", "signal"),
            (XAVIER, "s", "gradient"),
            (COLOURS["glorot"], "^", "a weight's gradient"),
        )
        for row, (colour, marker, label) in zip(found, styles, strict=True):
            ax.fill_between(layers, row.min(axis=0), row.max(axis=0), color=colour, alpha=0.15, lw=0)
            ax.plot(layers, np.median(row, axis=0), color=colour, marker=marker, ms=3, label=label)
        ax.set_yscale("log")
        ax.set(xlabel="layer", title=f"{name}, c = {c:g}", ylim=(1e-11, 30))
        ends = np.median(found[2], axis=0)
        words.append(f"{name}: a weight's squared gradient is {ends[0]:.1e} in layer 1, {ends[-1]:.1e} in 30")
    np.atleast_1d(axes)[0].set_ylabel("mean square")
    np.atleast_1d(axes)[-1].legend(loc="lower center")
    return fig, (
        "Forward signal, backward gradient and a weight's gradient at each of 30 layers, ten networks. "
        f"{'; '.join(words)}. In both panels that line is nearly level."
    )


def cosines(h: np.ndarray) -> np.ndarray:
    """Cosines of all pairs of rows."""
    unit = h / np.linalg.norm(h, axis=1, keepdims=True)
    return np.asarray((unit @ unit.T)[np.triu_indices(len(h), 1)])


def next_cosine(cosine: np.ndarray) -> np.ndarray:
    """Cosine of two inputs after one infinitely wide ReLU layer (Cho and Saul 2009)."""
    cosine = np.clip(cosine, -1, 1)
    return np.asarray((np.sqrt(1 - cosine**2) + cosine * (np.pi - np.arccos(cosine))) / np.pi)


@cache
def mean_cosines(width: int = 64, depth: int = 40, networks: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Mean cosine of 200 images by layer: measured (networks, depth + 1), and predicted (depth + 1,)."""
    x = digits().train[:200]
    measured = []
    for seed in range(networks):
        zs = he_stack(x, width, depth, np.random.default_rng(seed))
        measured.append([cosines(x).mean(), *(cosines(np.maximum(z, 0)).mean() for z in zs)])
    predicted = [cosines(x)]
    for _ in range(depth):
        predicted.append(next_cosine(predicted[-1]))
    return np.array(measured), np.array([each.mean() for each in predicted])


def growing_alike() -> Drawn:
    """Mean cosine between images against depth, in He networks of width 64."""
    measured, predicted = mean_cosines()
    layers = np.arange(measured.shape[1])
    fig, ax = figure(6.4, 3.3)
    ax.fill_between(layers, measured.min(axis=0), measured.max(axis=0), color=HE, alpha=0.18, lw=0)
    ax.plot(layers, measured.mean(axis=0), color=HE, markevery=5)
    ax.plot(layers, predicted, color=COLOURS["theory"], ls="--", marker="", lw=1.3)
    label_line(ax, 40, measured.mean(axis=0)[-1] - 0.04, f"{measured[:, -1].mean():.2f} at 40", HE)
    ax.text(9, 0.62, "dashed: infinitely wide layers", fontsize=9, color=COLOURS["theory"])
    ax.set(xlim=(0, 46), ylim=(-0.05, 1.04), xlabel="layer", ylabel="mean cosine of two images")
    return fig, (
        f"Mean cosine between 200 images against depth, ten He networks of width 64: 0 at the input, "
        f"{measured[:, 5].mean():.2f} after 5 layers, {measured[:, 10].mean():.2f} after 10, "
        f"{measured[:, -1].mean():.2f} after 40 ({measured[:, -1].min():.2f} to {measured[:, -1].max():.2f})."
    )


@cache
def silent_shares(width: int = 256, depth: int = 120, networks: int = 5) -> np.ndarray:
    """Shares of units dead for all of 500 images, always on, and of active entries: (3, networks, depth)."""
    found = np.empty((3, networks, depth))
    for seed in range(networks):
        for layer, z in enumerate(he_stack(digits().train[:500], width, depth, np.random.default_rng(seed))):
            on = z > 0
            often = on.mean(axis=0)
            found[:, seed, layer] = np.mean(often == 0), np.mean(often == 1), often.mean()
    return found


def silent_units(guess: float) -> Drawn:
    """Units dead for 500 images, and units always on, against depth. guess: the share dead at the end."""
    found = silent_shares()
    depth = found.shape[2]
    layers = np.arange(1, depth + 1)
    fig, ax = figure(6.4, 3.6)
    styles = (
        (XAVIER, "s", "-", "dead", 0.06),
        (COLOURS["glorot"], "^", "-", "always on", -0.03),
        (GREY, "o", ":", "neither", 0.0),
    )
    dead, always, _ = found
    for row, (colour, marker, style, name, lift) in zip(
        (dead, always, 1 - dead - always), styles, strict=True
    ):
        ax.fill_between(layers, row.min(axis=0), row.max(axis=0), color=colour, alpha=0.15, lw=0)
        ax.plot(layers, row.mean(axis=0), color=colour, marker=marker, ls=style, markevery=(9, 10))
        label_line(ax, depth, row[:, -1].mean() + lift, f"{name} {row[:, -1].mean():.2f}", colour)
    ax.plot([1, depth], [0.5, 0.5], color=COLOURS["theory"], ls="--", lw=1.2, marker="")
    ax.plot(depth, guess, "*", color=COLOURS["accent"], ms=11, clip_on=False)
    label_line(ax, depth, guess, f"your guess {guess:g}", COLOURS["accent"], lift=-12)
    ax.set(xlim=(1, 1.24 * depth), ylim=(0, 1), xlabel="layer", ylabel="share of the 256 units")
    ax.set_xticks([1, *range(20, depth + 1, 20)])
    at = [0, 9, 29, depth - 1]
    told = (", ".join(f"{row.mean(axis=0)[layer]:.2f}" for layer in at) for row in (dead, always))
    return fig, (
        "Shares of units in five He networks of width 256 on 500 images, in layers "
        f"{', '.join(str(layer + 1) for layer in at)}. Dead: {next(told)}. Always on: {next(told)}. "
        f"Both near one half, dashed. Your guess for the dead in the last layer: {guess:g}."
    )


def convolve(h: np.ndarray, W: np.ndarray, padding: str) -> np.ndarray:
    """A 3 x 3 convolution of (images, C_in, height, width); padding: "zero" or "circular"."""
    rows, columns = h.shape[2:]
    border = ((0, 0), (0, 0), (1, 1), (1, 1))
    padded = np.pad(h, border, mode="wrap" if padding == "circular" else "constant")
    patches = np.stack(
        [padded[:, :, i : i + rows, j : j + columns] for i in range(3) for j in range(3)], axis=2
    )
    flat = patches.reshape(len(h), -1, rows * columns)
    return np.asarray(W.reshape(len(W), -1) @ flat).reshape(len(h), len(W), rows, columns)


@cache
def conv_moments(
    fan: int, padding: str, channels: int = 16, depth: int = 10, networks: int = 20
) -> np.ndarray:
    """q_l / q_0 in stacks of 3 x 3 convolutions on 8 x 8 inputs, scaled by `fan`: (networks, depth + 1)."""
    found = np.empty((networks, depth + 1))
    for seed in range(networks):
        rng = np.random.default_rng(seed)
        h = rng.standard_normal((4, channels, 8, 8), dtype=np.float32)
        found[seed, 0] = start = np.mean(h**2)
        found[seed, 0] = 1
        for layer in range(1, depth + 1):
            W = rng.standard_normal((channels, channels, 3, 3), dtype=np.float32) * np.float32(
                np.sqrt(2 / fan)
            )
            h = np.maximum(convolve(h, W, padding), 0)
            found[seed, layer] = np.mean(h**2) / start
    return found


def conv_stack(fans: Mapping[str, int]) -> Drawn:
    """Second moment through ten convolutions for each fan-in, with circular and with zero padding.

    fans: label to the number that stands under the 2; the right one for 16 channels is 144.
    """
    fig, ax = figure(6.6, 3.7)
    words = []
    colours = (HE, XAVIER, COLOURS["glorot"])
    for (label, fan), colour in zip(fans.items(), colours, strict=False):
        for padding, marker, style in (("circular", "o", "-"), ("zero", "s", ":")):
            q = conv_moments(fan, padding)
            layers = np.arange(q.shape[1])
            ax.fill_between(layers, q.min(axis=0), q.max(axis=0), color=colour, alpha=0.12, lw=0)
            ax.plot(layers, np.median(q, axis=0), color=colour, marker=marker, ls=style)
            words.append(f"{label}, {padding} padding: times {q[:, 1].mean():.2f} in the first layer")
        label_line(ax, 10, float(np.median(conv_moments(fan, "circular")[:, -1])), label, colour)
    ax.axhline(1, color=COLOURS["theory"], ls="--", lw=1)
    ax.set_yscale("log")
    ax.set(xlim=(0, 13.4), xlabel="convolution", ylabel="second moment, against the input's")
    ax.text(0.3, 3e8, "solid, dots: circular padding\ndotted, squares: zero padding", fontsize=9)
    return fig, f"Second moment through ten 3 x 3 convolutions of 16 channels. {'; '.join(words)}."


@cache
def residual_moments(blocks: int, scaled: bool, networks: int = 20) -> np.ndarray:
    """q / q_0 along residual blocks h + s W2 relu(W1 h) of width 64, shape (networks, blocks + 1)."""
    found = np.empty((networks, blocks + 1))
    for seed in range(networks):
        rng = np.random.default_rng(seed)
        h = rng.standard_normal((8, 64))
        start, found[seed, 0] = np.mean(h**2), 1
        for block in range(1, blocks + 1):
            inner = np.maximum(h @ (rng.standard_normal((64, 64)) * np.sqrt(2 / 64)).T, 0)
            branch = inner @ (rng.standard_normal((64, 64)) / np.sqrt(64)).T
            h = h + branch * (1 / np.sqrt(blocks) if scaled else 1)
            found[seed, block] = np.mean(h**2) / start
    return found


def residual_stack(blocks: int = 30) -> Drawn:
    """Second moment along a residual network, branches as they come and scaled by 1/sqrt(L)."""
    fig, ax = figure(6.4, 3.5)
    layers, words = np.arange(blocks + 1), []
    settings = (
        (False, XAVIER, "s", "added as they are", 2.0),
        (True, HE, "o", "scaled by 1/√L", 1 + 1 / blocks),
    )
    for scaled, colour, marker, name, factor in settings:
        q = residual_moments(blocks, scaled)
        ax.fill_between(layers, q.min(axis=0), q.max(axis=0), color=colour, alpha=0.18, lw=0)
        ax.plot(layers, np.median(q, axis=0), color=colour, marker=marker, markevery=5)
        ax.plot(layers, factor**layers, color=COLOURS["theory"], ls="--", marker="", lw=1.2)
        label_line(ax, blocks, float(np.median(q[:, -1])), name, colour)
        words.append(f"{name}: the mean of {len(q)} networks ends at {q[:, -1].mean():.3g}")
    ax.plot([0, blocks], [math.e, math.e], color=COLOURS["warm"], lw=1, marker="")
    ax.text(0.5, math.e * 1.7, "e", color=in_words(COLOURS["warm"]), weight="bold")
    ax.set_yscale("log")
    ax.set(xlim=(0, blocks * 1.38), xlabel="residual block", ylabel="second moment, against the input's")
    return fig, f"Second moment along {blocks} residual blocks of width 64. {'; '.join(words)}; e is 2.72."


DEFAULTS: Mapping[str, float] = {"He, 2/n": 2.0, "Glorot, 1/n if square": 1.0, "1/(3n)": 1 / 3}


def default_scales(depth: int = 30, width: int = 64) -> Drawn:
    """Second moment through layers as two frameworks start them, beside He; ten networks each."""
    fig, ax = figure(6.4, 3.5)
    layers, words = np.arange(1, depth + 1), []
    styles = ((HE, "o"), (XAVIER, "s"), (COLOURS["glorot"], "^"))
    for (name, c), (colour, marker) in zip(DEFAULTS.items(), styles, strict=True):
        ten = []
        for seed in range(10):
            zs = he_stack(digits().train[:64], width, depth, np.random.default_rng(seed), c)
            ten.append([float(np.mean(np.maximum(z, 0) ** 2, dtype=np.float64)) for z in zs])
        q = np.array(ten)
        ax.fill_between(layers, q.min(axis=0), q.max(axis=0), color=colour, alpha=0.18, lw=0)
        ax.plot(layers, np.median(q, axis=0), color=colour, marker=marker, markevery=4)
        ax.plot(layers, (c / 2) ** layers, color=COLOURS["theory"], ls="--", marker="", lw=1.2)
        label_line(ax, depth, float(np.median(q[:, -1])), name, colour)
        words.append(f"{name}: {np.median(q[:, -1]):.1e}")
    ax.set_yscale("log")
    ax.set(xlim=(1, depth * 1.42), xlabel="layer", ylabel="second moment")
    return (
        fig,
        f"Second moment after {depth} layers of width {width}, middle of ten networks. {'; '.join(words)}.",
    )
