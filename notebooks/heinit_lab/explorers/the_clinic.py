"""Lesson 6: the reports of twenty networks, and residual blocks of any number."""

from __future__ import annotations

from functools import cache
from math import log
from typing import TYPE_CHECKING, Any

import numpy as np

from heinit_lab.clinic import measure
from heinit_lab.drivers import Answer, driver, fallbacks
from heinit_lab.experiments.the_clinic import residual_moments
from heinit_lab.explorers.explorer import Curve, Explorer, Slider
from heinit_lab.figures.marks import note, theory
from heinit_lab.figures.numbers import number
from heinit_lab.figures.show import figure
from heinit_lab.figures.style import ACCENT, GLOROT, HE, OFF, XAVIER
from heinit_lab.patients import PATIENTS

if TYPE_CHECKING:
    from matplotlib.artist import Artist

LOWEST, HIGHEST = 1e-16, 1e16


def ward_explorer() -> Explorer:
    """The report of each of the twenty networks, which bear numbers and no names."""
    fig, (left, right) = figure(7.4, 3.5, ncols=2)
    left.set(yscale="log", ylim=(LOWEST, HIGHEST), title="Second moments, against their start")
    left.axhspan(0.01, 100, color=OFF, alpha=0.15, lw=0)
    right.set(yscale="log", ylim=(1e-8, 1e3), title="First step, and dead units")
    right.axhline(0.1, color=OFF, ls="--", lw=1)
    lines: dict[str, Any] = {}
    for ax, name, colour, marker, ls in (
        (left, "signal", HE, "o", "-"),
        (left, "gradient, from behind", XAVIER, "s", ":"),
        (right, "step", GLOROT, "^", ""),
        (right, "share of dead units", ACCENT, "D", ""),
    ):
        (lines[name],) = ax.plot([], [], color=colour, marker=marker, ms=4, ls=ls, label=name)
    for ax in (left, right):
        ax.set(xlim=(-0.03, 1.03), xlabel="share of the depth")
        ax.legend(loc="upper left" if ax is left else "upper right", fontsize=8)
    measured = cache(lambda number: measure(list(PATIENTS.values())[number - 1]))

    def update(number_: int) -> str:
        report = measured(number_)
        forward, backward = report["forward"], report["backward"]
        depth = np.linspace(0, 1, len(forward))
        with np.errstate(all="ignore"):
            signal, gradient = forward / forward[0], backward / backward[-1]
        for name, values in (("signal", signal), ("gradient, from behind", gradient)):
            lines[name].set_data(depth, np.clip(np.nan_to_num(values, nan=np.inf), LOWEST * 2, HIGHEST / 2))
        steps = report["update"]
        shown = np.clip(np.nan_to_num(steps, nan=np.inf), 2e-8, 5e2)
        lines["step"].set_data(np.linspace(0, 1, len(steps)), shown)
        dead = report["dead"]
        lines["share of dead units"].set_data(depth[1:][dead > 0], dead[dead > 0])
        k = report["classes"]
        return (
            f"Network {number_}, {len(steps)} matrices. Of the signal's second moment "
            f"{_told(signal[-1])} is left at the last layer, of the gradient's {_told(gradient[0])} at the "
            f"first. In the first layer {100 * dead[0]:.0f} % of the units are dead, in the worst "
            f"{100 * max(dead):.0f} %. First loss {_told(report['loss'])}, ln {k} = {log(k):.2f}. The "
            f"greatest step is {_told(max(steps))} of its matrix."
        )

    slider = Slider("number_", "network", range(1, len(PATIENTS) + 1), 1)
    return Explorer("Twenty reports", fig, update, list(lines.values()), [slider])


def _told(value: float) -> str:
    """A number in words that hold for one that overflowed, too."""
    return number(float(value)) if np.isfinite(value) else "no number"


def residual_explorer(residual_scale: Answer) -> Explorer:
    """Second moment along residual blocks: as they come, by the student's factor, and by 1/sqrt(2 L)."""

    def own(L: int, growth: float) -> float:
        return float((growth ** (1 / L) - 1) ** 0.5)

    answer = driver("residual_scale", residual_scale, own, 12, 2.0)
    fig, ax = figure(6.6, 3.6)
    ax.set(yscale="log", xlim=(0, 1.42), ylim=(0.5, 1e6), xlabel="share of the blocks")
    ax.set_ylabel("second moment, against the input's")
    looks = {"as they come": (XAVIER, "s"), "yours": (HE, "o"), "1/√(2L)": (GLOROT, "^")}
    curves: dict[str, Curve] = {}
    names: dict[str, Any] = {}
    moving: list[Artist] = []
    for name, (colour, marker) in looks.items():
        curves[name] = Curve(ax, colour, marker=marker, ms=4, markevery=0.1)
        names[name] = note(ax, 1.02, 1, name, colour, weight="bold", va="center")
        moving += [*curves[name].artists, names[name]]
    predicted = theory(ax)
    measured = cache(residual_moments)

    def update(L: int, growth: float) -> str:
        scale, x = float(answer.function(L, growth)), np.linspace(0, 1, L + 1)
        scales = {"as they come": 1.0, "yours": scale, "1/√(2L)": (2 * L) ** -0.5}
        ends = {}
        for name, s in scales.items():
            low, middle, high = np.quantile(measured(L, s), [0.1, 0.5, 0.9], axis=0)
            curves[name].move(x, low, middle, high)
            ends[name] = float(measured(L, s)[:, -1].mean())
        above = np.inf
        for name in sorted(ends, key=lambda name: -ends[name]):
            above = min(np.log10(np.clip(ends[name], 0.7, 5e5)), above - 0.35)
            names[name].set_y(10**above)
        predicted.set_data(x, (1 + scale**2) ** (L * x))
        plain, mine, gpt = (number(ends[name]) for name in scales)
        return (
            f"{L} block{'s' * (L > 1)}. Second moment at the end, mean of ten networks: {plain} as they "
            f"come, {mine} with your factor of {scale:.3f} for a growth of {growth:g}, and {gpt} with "
            f"1/√(2L).{fallbacks(answer)}"
        )

    sliders = [
        Slider("L", "blocks, L", (1, 2, 4, 8, 12, 24, 48), 12),
        Slider("growth", "growth", (1.1, 1.5, 2.0, 4.0, 16.0), 2.0, "{:g}"),
    ]
    return Explorer("Residual blocks", fig, update, [*moving, predicted], sliders, ("residual_scale",))
