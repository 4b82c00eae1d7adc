"""Lesson 2: moments, forward and backward, measured beside what the derivation predicts.

A row of a measurement is one random network, a column one depth, as `networks.moments` gives them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from heinit_lab.drivers import Answer, driver, fallbacks
from heinit_lab.figures.marks import CARD, band, guess_star, label_line, level, networks, note, theory
from heinit_lab.figures.numbers import guessed, number
from heinit_lab.figures.show import Plot, figure
from heinit_lab.figures.style import ACCENT, GLOROT, HE, SKY, THEORY, WARM, XAVIER
from heinit_lab.networks import TRUNCATED_STD

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def relu_moments(values: Mapping[str, float], expected: Mapping[str, float], guess: float | None) -> Plot:
    """Bars of the measured moments, a tick where each is expected, and a line at a reader's guess."""
    fig, ax = figure(6, 2.6)
    names = list(values)
    ax.barh(names, [values[k] for k in names], height=0.5, color=SKY)
    if guess is not None:
        ax.axvline(guess, color=ACCENT, lw=1.5, ls=":")
        note(ax, guess + 0.012, -0.62, f"your variance, {guess:g}", ACCENT, va="bottom")
    for row, name in enumerate(names):
        theory(ax, [expected[name]] * 2, [row - 0.34, row + 0.34])
        right = max(values[name], expected[name])
        label_line(ax, right, row, f"{values[name]:.3f}", THEORY, xytext=(8, 0), fontsize=10, bbox=CARD)
    ax.set(
        xlim=(0, max(1.05, 1.1 * (guess or 0))),
        ylim=(-0.65, len(names) - 0.5),
        title="A unit normal after ReLU",
    )
    ax.grid(axis="y", visible=False)
    each = ", ".join(f"{name} {value:.3f} (expected {expected[name]:.3f})" for name, value in values.items())
    return fig, f"Bars, measured on the draws: {each}.{guessed(guess)}"


def through_weights(
    rows: Sequence[tuple[str, np.ndarray, Mapping[str, float]]], v: float, preact_variance: Answer
) -> Plot:
    """Measured variances of a pre-activation, in a row for each input, beside two predictions.

    rows: (name of the input, the input, measured by law of the weights). v: the variance of a weight.
    preact_variance: the student's answer; it makes the dashed predictions.
    """
    answer = driver("preact_variance", preact_variance, lambda x, v: v * np.dot(x, x), np.ones(2), 1.0)
    fig, ax = figure(6, 3.1)
    looks = {"normal": (HE, "o"), "uniform": (GLOROT, "^"), "signs": (WARM, "s")}
    top = len(rows) - 1
    predicted = [(float(answer.function(x, v)), len(x) * v * float(np.var(x))) for _, x, _ in rows]
    for i, ((right, wrong), (_, _, measured)) in enumerate(zip(predicted, rows, strict=True)):
        theory(ax, [right] * 2, [i - 0.36, i + 0.36])
        ax.plot(wrong, i, "x", color=XAVIER, ms=9, mew=2)
        for k, (law, value) in enumerate(measured.items()):
            colour, marker = looks[law]
            ax.plot(value, i + 0.22 * (k - 1), marker, color=colour, ms=6)
            if i == top:
                label_line(ax, value, i + 0.22 * (k - 1), law, colour)
    label_line(ax, predicted[top][1], top, "n v Var[x]", XAVIER, xytext=(10, 0))
    label_line(ax, predicted[0][0], -0.36, "n v mean(x²)", THEORY, xytext=(0, -9), ha="center")
    ax.set_yticks(range(len(rows)), [row[0] for row in rows])
    ax.set(
        xlim=(-0.15, min(20, max(2.75, *(1.1 * right for right, _ in predicted)))),
        ylim=(-0.75, top + 0.5),
        xlabel="variance of z over the draw of the weights",
    )
    ax.set_title("One unit, three inputs, three laws of the weights")
    ax.grid(axis="y", visible=False)
    each = "; ".join(
        f"{name}: {min(m.values()):.2f} to {max(m.values()):.2f} by law, {right:.2f} by the second moment, "
        f"{wrong:.2f} by the variance of the input"
        for (name, _, m), (right, wrong) in zip(rows, predicted, strict=True)
    )
    return fig, f"Variance of z for three inputs, measured and predicted. {each}.{fallbacks(answer)}"


def kept(
    n: np.ndarray, sums: Mapping[str, Sequence[np.ndarray]], second_moment: Answer, guess: float | None
) -> Plot:
    """Share of the second moment that ReLU keeps, against the number of inputs of a unit.

    sums: by the weights' law, draws of a unit's sum for each number of inputs. second_moment: the student's
    answer; it measures them. guess: a reader's share for a single skewed weight.
    """
    answer = driver("second_moment", second_moment, lambda x: np.mean(np.square(x)), np.ones(2))
    moment = answer.function
    shares = {
        name: [float(moment(np.maximum(z, 0)) / moment(np.array(z, float))) for z in each]
        for name, each in sums.items()
    }
    fig, ax = figure(6, 3.1)
    looks = {"symmetric": (HE, "o", -6), "skewed": (XAVIER, "s", 4)}
    for name, values in shares.items():
        colour, marker, lift = looks[name]
        ax.plot(n, values, color=colour, marker=marker)
        label_line(ax, n[-1], values[-1], f"{name} weights", colour, lift=lift)
    if guess is not None:
        guess_star(ax, n[0], min(max(guess, 0.41), 0.79), f"your {guess:g}", xytext=(9, 0), bbox=CARD)
    level(ax, 0.5)
    ax.set_xscale("log", base=2)
    ax.set_xticks(n, [str(k) for k in n])
    ax.set(ylim=(0.4, 0.8), xlabel="inputs of the unit", ylabel="share kept by ReLU")
    ax.set_title("Half is exact for symmetric weights alone")
    each = "; ".join(
        f"{k} weights: {v[0]:.3f} with one input, {v[-1]:.3f} with {n[-1]}" for k, v in shares.items()
    )
    return fig, f"Share of the second moment that ReLU keeps. {each}.{guessed(guess)}{fallbacks(answer)}"


def ties(flow: Mapping[str, np.ndarray], guess: float | None) -> Plot:
    """Independent layers beside one matrix used again and again: the middle network, and 8 in 10.

    guess: a reader's, for the upper end of the 8 in 10 over the lower end, with one matrix.
    """
    fig, ax = figure(6, 3.3)
    looks = {"independent": (HE, "o", 5), "one matrix": (XAVIER, "s", -9)}
    ends = []
    for name, q in flow.items():
        colour, marker, lift = looks[name]
        layers = range(q.shape[1])
        shown = networks(ax, layers, q, colour, (0.1, 0.5, 0.9), marker=marker, markevery=3)
        low, middle, high = shown[:, -1]
        label_line(ax, layers[-1], middle, name, colour, lift=lift)
        ends.append(f"{name}: {number(middle)}, 8 in 10 between {number(low)} and {number(high)}")
    if guess is not None:
        half = min(max(guess, 1.0), 1e12) ** 0.5
        ax.plot([layers[-1]] * 2, [middle / half, middle * half], "_-", color=ACCENT, lw=1.5, ms=9)
        words = f"your factor, {guess:,g}"
        label_line(ax, layers[-1], middle * half, words, ACCENT, xytext=(-6, 8), ha="right", bbox=CARD)
    level(ax, 1)
    ax.set(yscale="log", title="One matrix for every layer breaks A3", xlabel="layer", ylabel="second moment")
    return fig, (
        f"Second moment against depth, the middle of many networks. At the end, {'; '.join(ends)}."
        f"{guessed(guess)}"
    )


def biases(q: np.ndarray, variances: np.ndarray) -> Plot:
    """Mean second moment against depth for several biases, +- 2 standard errors, theory dashed."""
    fig, ax = figure(6, 3.3)
    x, ends = np.arange(q.shape[-1]), []
    for rows, s2, colour, marker in zip(q, variances, (HE, WARM, XAVIER), "o^s", strict=True):
        last = _mean_line(ax, rows, f"s² = {s2:g}", colour, errors=2, marker=marker, markevery=2)
        theory(ax, x, 1 + x * s2 / 2)
        ends.append(f"s² = {s2:g} ends at {last:.1f}, expected {1 + x[-1] * s2 / 2:.0f}")
    ax.set(ylim=(0, None), xticks=x[::5], xlabel="layer", ylabel="second moment")
    ax.set_title("Biases add, layer by layer")
    return fig, (
        f"Mean second moment over {x[-1]} layers, a straight line for each variance of the biases: "
        f"{', '.join(ends)}."
    )


def gradients(flow: Mapping[str, np.ndarray], expected: np.ndarray, guess: float | None) -> Plot:
    """Gradients against the layers they have come down through, with two predictions and a guess for ones."""
    fig, ax = figure()
    depth = len(expected) - 1
    low, high = np.percentile(flow["ones"], (10, 90), axis=0)
    ax.fill_between(range(depth + 1), low, high, color=XAVIER, alpha=0.18, lw=0)
    theory(ax, range(depth + 1), expected)
    theory(ax, range(depth + 1), np.ones(depth + 1))
    _mean_line(ax, flow["ones"], "ones", XAVIER, marker="s")
    _mean_line(ax, flow["loss"], "a loss", GLOROT, marker="^", lift=6)
    _mean_line(ax, flow["random"], "random", HE, marker="o", lift=-6)
    star = min(max(1.0 if guess is None else guess, 1e-3), 1e9)
    if guess is not None:
        guess_star(ax, depth, star, f"your {guess:g}")
    ax.set(yscale="log", ylim=(min(0.3, 0.5 * star), max(60, 2 * star)), xlabel="layers below the top")
    ax.set(ylabel="second moment of the gradient", title="Gradients of He layers, from the top down")
    return fig, (
        f"Second moment of the gradient against the layers below the top. {_ends(flow)}. "
        f"Expected: {expected[-1]:.1f} for ones, 1 for random. For ones, 8 in 10 networks end between "
        f"{number(low[-1])} and {number(high[-1])}.{guessed(guess)}"
    )


def taper(
    sizes: Sequence[int], flow: Mapping[str, tuple[np.ndarray, np.ndarray]], guess: float | None
) -> Plot:
    """Forward and backward second moments along a tapering network, for both fans, theory dashed.

    guess: a reader's factor between the two ends, in the direction that a choice neglects.
    """
    fig, axes = figure(7.2, 3.3, ncols=2, sharey=True)
    n = np.array(sizes, float)
    level_line = np.ones(len(n))
    expected = {"in": (level_line, n[-1] / n), "out": (n[0] / n, level_line)}
    looks = {"in": (HE, "o"), "out": (XAVIER, "s")}
    for i, (ax, title) in enumerate(zip(axes, ("Forward: activations", "Backward: gradients"), strict=True)):
        for fan, both in flow.items():
            colour, marker = looks[fan]
            mean = both[i].mean(axis=0)
            ax.plot(mean, color=colour, marker=marker)
            theory(ax, range(len(n)), expected[fan][i])
            place, ha = ((0, 10), "center") if expected[fan][i] is level_line else ((-6, 6), "right")
            label_line(ax, 2, mean[2], f"fan_{fan}", colour, xytext=place, ha=ha, va="baseline")
        ax.set(yscale="log", title=title, xlabel="units in the layer")
        ax.set_xticks(range(len(n)), [str(size) for size in sizes])
    if guess is not None:
        far = min(max(guess, 1e-4), 1e4)
        guess_star(axes[0], len(n) - 1, far, f"your {guess:g}", xytext=(-9, 0), ha="right")
        guess_star(axes[1], 0, 1 / far, f"your {guess:g}", xytext=(9, 0))
    axes[0].set_ylabel("second moment")
    each = "; ".join(
        f"fan_{fan}: activations end at {number(up[:, -1].mean())} times the input's, "
        f"gradients at {number(down[:, 0].mean())} times the output's"
        for fan, (up, down) in flow.items()
    )
    return fig, f"Second moments in layers of {sizes[0]} down to {sizes[-1]} units. {each}.{guessed(guess)}"


def laws(flow: Mapping[str, np.ndarray], guess: float | None) -> Plot:
    """Mean second moment for four laws of the weights, +- 2 standard errors, expected factors dashed.

    guess: a reader's share that is left at the end where the truncation is not corrected.
    """
    fig, ax = figure(6, 3.3)
    looks = {"normal": (HE, "o", 1), "uniform": (GLOROT, "^", -9)}
    looks |= {"corrected": (WARM, "D", 11), "truncated": (XAVIER, "s", 4)}
    for law, q in flow.items():
        colour, marker, lift = looks[law]
        layers = np.arange(q.shape[1])
        theory(ax, layers, (TRUNCATED_STD**2 if law == "truncated" else 1.0) ** layers)
        _mean_line(ax, q, law, colour, lift, errors=2, marker=marker)
    ends = [q.mean(axis=0)[-1] for q in flow.values()]
    if guess is not None:
        ends.append(min(max(guess, 1e-3), 10.0))
        guess_star(ax, layers[-1], ends[-1], f"your {guess:g}", xytext=(-9, 0), ha="right", bbox=CARD)
    ax.set(yscale="log", ylim=(min(0.05, 0.7 * min(ends)), max(2, 1.5 * max(ends))))
    ax.set(xlabel="layer", ylabel="second moment")
    ax.set_title("Leaky layers by four laws, one variance asked for")
    return fig, f"Second moment against depth. {_ends(flow)}.{guessed(guess)}"


def integrands(activations: Mapping[str, Callable[..., np.ndarray]]) -> Plot:
    """The function whose integral is E[f(Z)^2], beside that of Z^2, for each activation."""
    fig, axes = figure(7.4, 2.5, ncols=len(activations), sharey=True)
    z = np.linspace(-4, 4, 401)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    for ax, (name, f) in zip(axes, activations.items(), strict=True):
        theory(ax, z, z**2 * density)
        ax.fill_between(z, f(z, 0.0) ** 2 * density, color=SKY, alpha=0.6, lw=0)
        ax.plot(z, f(z, 0.0) ** 2 * density, color=HE, marker="")
        ax.set(title=name, xlabel="z", xticks=[-3, 0, 3])
    axes[0].set_ylabel("f(z)² × density")
    return fig, (
        "Panels of f(z) squared times the normal density, over the dashed outline for z squared, of area 1. "
        "The identity fills it; ReLU fills its right half, GELU rather less of it; tanh makes two low humps."
    )


def _mean_line(
    ax: Axes, q: np.ndarray, name: str, colour: str, lift: float = 0, errors: float = 0, **line: Any
) -> float:
    """The mean over networks, named at its end, which is returned. errors: the band's, standard errors."""
    x, mean, error = range(q.shape[1]), q.mean(axis=0), errors * q.std(axis=0) / np.sqrt(len(q))
    band(ax, x, mean - error, mean, mean + error, colour, **{"markevery": max(1, len(x) // 10), **line})
    label_line(ax, x[-1], mean[-1], name, colour, lift=lift)
    return float(mean[-1])


def _ends(flow: Mapping[str, np.ndarray]) -> str:
    """The mean at the last layer and its standard error, for each line."""
    return ", ".join(
        f"{name} ends at {number(q[:, -1].mean())} ± {q[:, -1].std() / np.sqrt(len(q)):.1g}"
        for name, q in flow.items()
    )
