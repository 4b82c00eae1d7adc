"""Lesson 5: the races kept, ten seeds a setting, and figures of them and of races just run.

Every function named after a figure gives the figure and its alt text, with the numbers in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from heinit_lab.checking.report import Report
from heinit_lab.digits import digits
from heinit_lab.figures import COLOURS, figure, label_line
from heinit_lab.race import CHANCE, Run, race

Drawn = tuple[Figure, str]

HE, XAVIER = COLOURS["he"], COLOURS["xavier"]
DEPTHS = (5, 8, 10, 12, 15, 20, 25, 30)
SCALES = {
    0.5: "c 0.5",
    1.0: "xavier",
    1.5: "c 1.5",
    1.8: "c 1.8",
    2.0: "he",
    2.2: "c 2.2",
    3.0: "c 3",
    4.0: "c 4",
}
_APART = np.linspace(-0.2, 0.2, 10)  # so that ten equal results are seen as ten

CALIBRATED = {"He": "he 30", "Xavier": "xavier 30", "Xavier, calibrated": "xavier 30, calibrated"}
BUDGET = {
    "12 layers, 30 epochs": "xavier 12",
    "12 layers, 60 epochs": "xavier 12, 60 epochs",
    "30 layers, 30 epochs": "xavier 30",
    "30 layers, 60 epochs": "xavier 30, 60 epochs",
}
RATES = {
    "Xavier, 0.0005": "xavier 30, rate 0.0005",
    "Xavier, 0.002": "xavier 30",
    "Xavier, 0.01": "xavier 30, rate 0.01",
    "Xavier, 0.05": "xavier 30, rate 0.05",
    "He, 0.0005": "he 30, rate 0.0005",
    "He, 0.002": "he 30",
    "He, 0.01": "he 30, rate 0.01",
    "He, 0.05": "he 30, rate 0.05",
}
OPTIMISERS = {
    "Xavier": "xavier 30",
    "Xavier, Adam": "xavier 30, Adam",
    "He": "he 30",
    "He, Adam": "he 30, Adam",
}
NORMALISED = {
    "Xavier": "xavier 30",
    "Xavier, batch norm": "xavier 30, batch norm",
    "He": "he 30",
    "He, batch norm": "he 30, batch norm",
}
DEEPER = {
    "30 layers": "he 30",
    "40 layers": "he 40",
    "50 layers": "he 50",
    "60 layers": "he 60",
    "40, 60 epochs": "he 40, 60 epochs",
    "40, calibrated": "he 40, calibrated",
    "50, calibrated": "he 50, calibrated",
    "40, width 128": "he 40, width 128",
    "40, width 256": "he 40, width 256",
}


@cache
def kept() -> dict[str, dict[str, Any]]:
    """What 520 races came to, ten seeds a setting, as `heinit bench replication` wrote them down.

    Keys are settings such as "he 30" and "xavier 30, Adam"; values hold `share` (of the test images),
    `loss` (of the last epoch; None where it overflowed) and `below_1` (the first epoch with a loss below 1),
    an entry a seed.
    """
    text = (files("heinit_lab") / "data" / "replication.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def depth_race(guess: float) -> Drawn:
    """Final test share against depth, He and 1/n, ten seeds each, and the reader's guess."""
    fig, ax = figure(6.4, 3.6)
    shift = {"he": -0.25, "xavier": 0.25}
    for rule, colour, marker in (("he", HE, "o"), ("xavier", XAVIER, "s")):
        shares = np.array([kept()[f"{rule} {depth}"]["share"] for depth in DEPTHS])
        ax.plot(DEPTHS, np.median(shares, axis=1), color=colour, marker="")
        for depth, ten in zip(DEPTHS, shares, strict=True):
            ax.plot([depth + shift[rule]] * 10, ten, marker, color=colour, ms=4, alpha=0.55, ls="")
    label_line(ax, 30.3, 0.95, "He, c = 2", HE)
    label_line(ax, 30.3, 0.15, "Xavier, c = 1", XAVIER)
    _chance(ax)
    ax.axvline(guess, color=COLOURS["accent"], ls=":", lw=2)
    ax.text(guess, 1.02, f"your guess: {guess:g}", color=COLOURS["accent"], ha="center", fontsize=9)
    ax.set(xlim=(3, 36.5), ylim=(0, 1), xlabel="weight matrices, L", ylabel="test images named correctly")
    stopped = [d for d in DEPTHS if np.median(kept()[f"xavier {d}"]["share"]) < CHANCE]
    return fig, (
        f"Test share against depth after 30 epochs, ten seeds each. He stays between "
        f"{_least('he 30'):.2f} and {_most('he 5'):.2f} from 5 to 30 layers. Xavier falls from depth 10 on; "
        f"from {stopped[0]} layers its middle run is at chance. Your guess stands at {guess:g}."
    )


def scale_range(depths: Sequence[int] = (10, 30)) -> Drawn:
    """Final test share against c, ten seeds each, in a panel for each depth."""
    fig, axes = figure(7.2, 3.5, ncols=len(depths), sharey=True)
    words = []
    for ax, depth in zip(axes, depths, strict=True):
        middle = []
        for c, name in SCALES.items():
            setting = kept()[_named(name, depth)]
            shares, burst = np.array(setting["share"]), None in setting["loss"]
            colour, marker = (HE, "o") if c == 2 else (XAVIER, "x" if burst else "s")
            ax.plot(c * (1 + 0.1 * _APART), shares, marker, color=colour, ms=4, alpha=0.55, ls="")
            middle.append(np.median(shares))
            words.append(
                f"{depth} layers, c = {c:g}: {shares.min():.2f} to {shares.max():.2f}{', overflow' * burst}"
            )
        ax.plot(list(SCALES), middle, color=COLOURS["off"], marker="", zorder=1)
        ax.axhline(0.1, color=COLOURS["theory"], ls="--", lw=1)
        ax.set(xscale="log", xlim=(0.42, 4.8), ylim=(0, 1), xlabel="c, in Var[w] = c/n")
        ax.set_xticks([0.5, 1, 2, 4], ["0.5", "1", "2", "4"])
        ax.minorticks_off()
        ax.set_title(f"{depth} weight matrices")
    axes[0].set_ylabel("test images named correctly")
    axes[0].text(4.6, 0.12, "guessing", fontsize=9, ha="right", color=COLOURS["theory"])
    axes[-1].text(4.6, 0.03, "×: overflow", fontsize=9, ha="right", color=XAVIER)
    return fig, f"Test share against c after 30 epochs, ten seeds each. {'; '.join(words)}."


def _named(rule: str, depth: int) -> str:
    """A setting's name in `kept()`."""
    return f"{rule}, {depth}" if rule.startswith("c ") else f"{rule} {depth}"


def loss_curves(runs: Mapping[str, Run], depth: int) -> Drawn:
    """Training loss by epoch of one He and one 1/n run, over the band of the ten kept seeds.

    runs: by rule, "he" and "xavier". depth: 10 or 30, of which the bands are kept.
    """
    fig, ax = figure(6.4, 3.4)
    words = []
    for rule, colour, marker, name in (("he", HE, "o", "He"), ("xavier", XAVIER, "s", "Xavier")):
        least, _, most = kept()[f"{rule} {depth}"]["loss_band"]
        epochs = np.arange(1, len(least) + 1)
        ax.fill_between(epochs, least, most, color=colour, alpha=0.18, lw=0)
        losses = runs[rule].losses
        ax.plot(np.arange(1, len(losses) + 1), losses, color=colour, marker=marker, ms=3.5)
        lift = {"he": -0.03, "xavier": 0.09 if losses[-1] < 1 else -0.12}[rule]
        label_line(ax, len(losses) + 0.3, losses[-1] + lift, name, colour)
        words.append(f"{name} ends at a loss of {losses[-1]:.2f} and names {100 * runs[rule].share:.0f} %")
    ax.axhline(np.log(10), color=COLOURS["theory"], ls="--", lw=1)
    ax.text(11, np.log(10) + 0.05, "guessing, ln 10 = 2.30", fontsize=9, color=COLOURS["theory"])
    ax.set(xlim=(0.3, 34), ylim=(0, 2.6), xlabel="epoch", ylabel="training loss")
    return fig, f"Training loss over 30 epochs at {depth} layers: {'; '.join(words)} of the test images."


def lanes(settings: Mapping[str, str], live: Mapping[str, Run] | None = None) -> Drawn:
    """Final test shares, a lane for each setting: ten kept seeds as dots, a race just run as a ring.

    settings: label to the name of the setting in `kept()`. live: label to a race just run.
    """
    live = live or {}
    fig, ax = figure(6.4, 0.9 + 0.42 * len(settings))
    words = []
    for row, (label, name) in enumerate(settings.items()):
        shares = np.array(kept()[name]["share"])
        colour, marker = (HE, "o") if name.startswith("he") else (XAVIER, "s")
        if "calibrated" in name and name.startswith("xavier"):
            colour, marker = COLOURS["glorot"], "^"
        ax.plot(shares, row + _APART[: len(shares)], marker, color=colour, alpha=0.55, ms=6, ls="")
        ax.plot([np.median(shares)] * 2, [row - 0.28, row + 0.28], color=colour, marker="")
        words.append(f"{label}: {shares.min():.2f} to {shares.max():.2f}, median {np.median(shares):.2f}")
        if label in live:
            ax.plot(live[label].share, row, "o", ms=12, mfc="none", mec=COLOURS["accent"], mew=2)
            words[-1] += f", the run just made {live[label].share:.2f}"
    ax.axvline(0.1, color=COLOURS["theory"], ls="--", lw=1)
    ax.text(0.105, -0.62, "guessing", fontsize=9, va="center", color=COLOURS["theory"])
    ax.set_yticks(range(len(settings)), list(settings))
    ax.set(xlim=(0, 1), ylim=(len(settings) - 0.5, -0.85), xlabel="test images named correctly")
    ax.grid(axis="y", visible=False)
    return fig, f"Test shares of ten seeds, one lane a setting. {'; '.join(words)}."


def calibrated_race(
    init_network: Callable[..., Any], calibrate: Callable[..., Any], seed: int, depth: int = 30
) -> Drawn | None:
    """A race from 1/n matrices that the student's `calibrate` has rescaled, beside the kept ones.

    Where one of the two functions is not solved, says so and gives None.
    """
    try:
        drawn = init_network([64] * depth + [10], 1.0, np.random.default_rng(seed))
        weights = calibrate(digits().train[:256], drawn)
    except NotImplementedError:
        words = ("Your own networks run this race. Solve both exercises, then run this cell again.",)
        headline = "This race is waiting for your `init_network` and `calibrate`."
        display(Report("○", headline, words).bundle(), raw=True)
        return None
    live = {"Xavier, calibrated": race(depth, seed=seed, weights=weights)}
    return lanes(CALIBRATED, live)


def _chance(ax: Axes) -> None:
    ax.axhline(0.1, color=COLOURS["theory"], ls="--", lw=1)
    ax.text(3.3, 0.045, "guessing", fontsize=9, va="center", color=COLOURS["theory"])


def _least(name: str) -> float:
    return float(min(kept()[name]["share"]))


def _most(name: str) -> float:
    return float(max(kept()[name]["share"]))
