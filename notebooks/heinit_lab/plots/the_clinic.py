"""Lesson 6: first losses, what reports show, and races before and after the cure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from heinit_lab.clinic import ILLNESSES
from heinit_lab.drivers import Answer, driver, fallbacks
from heinit_lab.experiments.the_clinic import Rounds, first_losses
from heinit_lab.figures.marks import below, guess_star, label_line, level, networks, note, theory
from heinit_lab.figures.numbers import guessed, number
from heinit_lab.figures.show import Plot, figure
from heinit_lab.figures.style import ACCENT, GLOROT, HE, OFF, THEORY, XAVIER, in_words
from heinit_lab.patients import PATIENTS, truth
from heinit_lab.race import Race

VARIANCES = (0.0, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
_LOOKS = ((HE, "o"), (XAVIER, "s"), (GLOROT, "^"), (ACCENT, "D"))


def three_losses(runs: Mapping[str, Race], guess: Any = None) -> Plot:
    """Training loss by epoch of networks that bear letters."""
    fig, ax = figure(6.4, 3.4)
    words = []
    for (name, run), (colour, marker) in zip(runs.items(), _LOOKS, strict=False):
        epochs = np.arange(1, len(run.losses) + 1)
        ax.plot(epochs, run.losses, color=colour, marker=marker, ms=4)
        lift = {"A": 0.1, "C": -0.02}.get(name, 0.0)
        label_line(ax, len(epochs) + 0.2, run.losses[-1] + lift, name, colour)
        words.append(f"{name} from {run.losses[0]:.2f} to {run.losses[-1]:.2f}")
    level(ax, np.log(10))
    note(ax, 5.2, np.log(10) + 0.08, "guessing, ln 10 = 2.30")
    ax.set(xlim=(0.5, 11), ylim=(0, 3.6), xlabel="epoch", ylabel="training loss, mean of the epoch")
    if guess is not None:
        ax.set_title(f"your guess: {guess}", color=in_words(ACCENT), fontsize=10)
    return fig, f"Training loss of three networks over 10 epochs: {'; '.join(words)}.{guessed(guess)}"


def loss_by_variance(first_loss: Answer, guess: float | None = None) -> Plot:
    """The first loss of ten classes against the variance of the scores: measured, and by the student."""
    own = driver("first_loss", first_loss, lambda k, var: np.log(k), 10, 0.5)
    measured, grid = first_losses(VARIANCES), np.linspace(0, 4, 41)
    fig, ax = figure(6.4, 3.4)
    ax.plot(VARIANCES, measured, color=HE, marker="o", ls="")
    theory(ax, grid, [float(own.function(10, float(v))) for v in grid])
    level(ax, np.log(10))
    note(ax, 3.9, np.log(10) + 0.05, "ln 10", ha="right")
    for var, words in ((1.0, "Xavier's last matrix"), (2.0, "He's last matrix")):
        ax.axvline(var, color=OFF, lw=1, ls=":")
        note(ax, var + 0.04, 4.0, words)
    if guess is not None:
        guess_star(ax, 2.0, float(np.clip(guess, 2.1, 4.2)), f"your guess: {guess:g}")
    ax.set(xlim=(-0.05, 4.05), ylim=(2.1, 4.3), xlabel="variance of the scores", ylabel="first loss")
    return fig, (
        f"First loss of ten classes against the variance of the scores: measured {measured[3]:.2f} at 0.5, "
        f"{measured[4]:.2f} at 1, {measured[6]:.2f} at 2 and {measured[-1]:.2f} at 4; the dashed line is "
        f"`first_loss`.{guessed(guess)}{fallbacks(own)}"
    )


def diagnoses(rounds: Rounds, guess: Any = None) -> Plot:
    """The twenty networks in rows, the five illnesses in columns: what is so, and what was said."""
    fig, ax = figure(7.2, 5.6)
    missed, alarms = [], []
    for row, (name, patient) in enumerate(PATIENTS.items()):
        right, said = truth(patient), rounds.diagnoses[name]
        for column, illness in enumerate(ILLNESSES):
            if right[illness]:
                ax.plot(column, row, "s", color=HE, ms=11, mfc=HE if said[illness] else "none", mew=1.5)
            elif said[illness]:
                ax.plot(column, row, "x", color=XAVIER, ms=9, mew=2)
        missed += [name] * any(right[k] and not said[k] for k in right)
        alarms += [name] * any(said[k] and not right[k] for k in right)
    ax.set_xticks(range(len(ILLNESSES)), list(ILLNESSES))
    ax.xaxis.tick_top()
    ax.set_yticks(range(len(PATIENTS)), [patient.story for patient in PATIENTS.values()], fontsize=7.5)
    ax.set(xlim=(-0.6, len(ILLNESSES) - 0.4), ylim=(len(PATIENTS) - 0.4, -0.6))
    sentence = (
        f"On {100 * rounds.right:.0f} % of the sick networks that nobody has seen right; "
        f"{100 * rounds.false_alarms:.0f} % of the healthy ones called sick.{guessed(guess)}{rounds.maker}"
    )
    below(fig, sentence)
    return fig, (
        f"Twenty networks and five illnesses. Missed in: {', '.join(missed) or 'none'}; "
        f"false alarms in: {', '.join(alarms) or 'none'}. {sentence}"
    )


def before_and_after(races: Mapping[str, tuple[Race, Race]], guess: Any = None, maker: str = "") -> Plot:
    """Test shares by epoch: sick networks as they came, and the same draws with another scale."""
    fig, ax = figure(6.4, 3.6)
    words = []
    for (name, (sick, _)), (colour, marker) in zip(races.items(), _LOOKS, strict=True):
        epochs = np.arange(1, len(sick.shares) + 1)
        ax.plot(epochs, sick.shares, color=colour, marker=marker, ms=4, ls=":", label=name)
        words.append(f"{name} {sick.share:.2f}")
    healthy = next(iter(races.values()))[1]
    ax.plot(epochs, healthy.shares, color=THEORY, lw=2.2, marker="", label="your prescription")
    level(ax, 0.1)
    ax.legend(loc="center right", fontsize=8)
    ax.set(xlim=(0.7, 10.3), ylim=(0, 1.02), xlabel="epoch", ylabel="test images named correctly")
    if guess is not None:
        ax.set_title(f"your guess: {guess}", color=in_words(ACCENT), fontsize=10)
    below(fig, maker)
    return fig, (
        f"Test share after 10 epochs, as they came: {', '.join(words)}; with the prescription "
        f"{healthy.share:.2f}.{guessed(guess)}{maker}"
    )


def depthwise(measured: Mapping[str, np.ndarray], guess: float | None = None, counter: str = "") -> Plot:
    """Second moment through ten depthwise convolutions, by the fan that divides 2, a row a network."""
    fig, ax = figure(6.4, 3.5)
    words, label_at = [], np.inf
    for (name, q), (colour, marker) in zip(measured.items(), _LOOKS, strict=False):
        last = networks(ax, range(q.shape[1]), q, colour, marker=marker)[1, -1]
        label_at = min(float(last), label_at / 30)  # two right fans draw the same line
        label_line(ax, 10, label_at, name, colour)
        words.append(
            f"{name}: times {q[:, 1].mean():.2g} in the first layer, {number(float(last))} after ten"
        )
    level(ax, 1)
    ax.set(yscale="log", xlim=(0, 15), xlabel="convolution", ylabel="second moment, against the input's")
    if guess is not None:
        guess_star(ax, 10, float(np.clip(abs(guess), 1e-3, 10)) ** 10, f"your guess, {guess:g} each")
    below(fig, counter)
    each = "; ".join(words)
    return (
        fig,
        f"Second moment through ten depthwise convolutions of 16 channels. {each}.{guessed(guess)}{counter}",
    )


def branches(plain: np.ndarray, scaled: Mapping[int, np.ndarray]) -> Plot:
    """Second moment along N blocks of two branches each, as they come, and scaled by 1/sqrt(2 N), by N.

    plain, and each of scaled: (networks, 2 N + 1), a column for each branch.
    """
    fig, ax = figure(6.4, 3.5)
    words = []
    rows = [("as they come", plain, XAVIER, "s", 2.0)]
    rows += [(f"1/√{2 * N}", q, HE, "o", 1 / N) for N, q in scaled.items()]
    for name, q, colour, marker, slope in rows:
        x = np.arange(q.shape[1]) / 2
        last = networks(ax, x, q, colour, marker=marker, markevery=12)[1, -1]
        theory(ax, x, 1 + slope * x)
        label_line(ax, x[-1], last, name, colour)
        words.append(f"{x[-1]:g} blocks, {name}: {number(float(q[:, -1].mean()))}")
    ax.set(yscale="log", xlim=(0, plain.shape[1] * 0.62), xlabel="block of two branches")
    ax.set_ylabel("second moment, against the input's")
    return fig, f"Second moment behind the last block, mean of {len(plain)} networks. {'; '.join(words)}."


def rates(results: Mapping[float, tuple[Sequence[float], Sequence[float]]], guess: Any = None) -> Plot:
    """Test share in the end against the first step's size, a colour for each learning rate."""
    fig, ax = figure(6.4, 3.4)
    words = []
    for (rate, (steps, shares)), (colour, marker) in zip(results.items(), _LOOKS, strict=False):
        ax.plot(steps, shares, marker, color=colour, ms=7, alpha=0.75, label=f"rate {rate:g}")
        words.append(
            f"rate {rate:g}: first step {np.median(steps):.2g}, shares {min(shares):.2f} to {max(shares):.2f}"
        )
    ax.axvline(0.1, color=OFF, ls=":", lw=1.5)
    ax.legend(loc="lower left", fontsize=8)
    ax.set(xscale="log", ylim=(0, 1.02), xlabel="first step over the matrix, greatest of all matrices")
    ax.set_ylabel("test images named correctly")
    if guess is not None:
        ax.set_title(f"your guess: {guess}", color=in_words(ACCENT), fontsize=10)
    each = "; ".join(words)
    return fig, f"Twelve-layer He networks by learning rate, five seeds each. {each}.{guessed(guess)}"


def fixed_points(paths: Mapping[str, np.ndarray]) -> Plot:
    """The variance of z against depth, from starts around 1, in a panel for each activation."""
    fig, axes = figure(7.4, 2.8, ncols=len(paths), sharey=True)
    words = []
    for ax, (name, rows) in zip(axes, paths.items(), strict=True):
        for row in rows:
            ax.plot(row, color=HE if abs(np.log(row[-1])) < np.log(3) else XAVIER, marker="")
        level(ax, 1)
        ax.set(yscale="log", ylim=(1e-3, 1e3), xlabel="layer", title=name)
        words.append(f"{name} ends at {', '.join(number(float(v)) for v in rows[:, -1])}")
    axes[0].set_ylabel("variance of z")
    starts = ", ".join(f"{v:g}" for v in next(iter(paths.values()))[:, 0])
    return fig, (
        f"Variance of the pre-activations from starts {starts}, with the gain that keeps 1. After 30 layers "
        f"{'; '.join(words)}."
    )
