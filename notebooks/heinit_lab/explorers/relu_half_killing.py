"""Lesson 1: a cloud of pre-activations under ReLU, counted in units and counted in energy."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from heinit_lab.drivers import Answer, driver, fallbacks
from heinit_lab.explorers.explorer import Explorer, Slider
from heinit_lab.figures.marks import note
from heinit_lab.figures.numbers import percent
from heinit_lab.figures.show import figure
from heinit_lab.figures.style import HE, OFF, THEORY, XAVIER

if TYPE_CHECKING:
    from matplotlib.axes import Axes


EDGES = np.arange(-6, 8.01, 0.5)
KINDS = ("normal", "Exp(1) − 1", "1 − Exp(1)")


def half_explorer(relu: Answer, zero_share: Answer, energy_kept: Answer) -> Explorer:
    """Histograms before and after ReLU, in units and in energy, for a mean and a scale to choose.

    relu, zero_share, energy_kept: the student's answers; they draw and count, as soon as they are solved.
    """
    sample = np.array([1.0, -2.0])
    drivers = (
        driver("relu", relu, lambda z: np.maximum(z, 0), sample),
        driver("zero_share", zero_share, lambda h: np.mean(h == 0), sample),
        driver("energy_kept", energy_kept, lambda z: np.sum(z[z > 0] ** 2) / np.sum(z**2), sample),
    )
    cut, silent, kept_of = (each.function for each in drivers)
    clouds = {kind: spaced(kind) for kind in KINDS}
    fig, axes = figure(7.4, 3.5, ncols=3, sharex=True)
    titles = ("Before", "After ReLU", "Energy, lost and kept")
    for ax, title, label in zip(axes, titles, ("share of the units", "", "share of the energy"), strict=True):
        ax.axvline(0, color=THEORY, lw=0.8, zorder=3)
        ax.set(xlim=(-6, 8), ylim=(0, 1 if ax is axes[1] else 0.5), xlabel="z", title=title, ylabel=label)

    def bars(ax: Axes, colour: str) -> Any:
        hatch = "///" if colour == OFF else None
        return ax.stairs(0 * EDGES[1:], EDGES, fill=True, color=colour, hatch=hatch, ec="white", lw=0)

    below, above, after = bars(axes[0], OFF), bars(axes[0], HE), bars(axes[1], HE)
    (spike,) = axes[1].plot([], [], color=XAVIER, marker="o", lw=3)
    lost, kept = bars(axes[2], OFF), bars(axes[2], HE)
    places = (0.03, OFF, "left"), (0.5, XAVIER, "left"), (0.97, HE, "right")
    notes = [
        note(ax, x, 0.93, "", colour, inside=True, weight="bold", ha=ha)
        for ax, (x, colour, ha) in zip(axes, places, strict=True)
    ]

    def update(kind: str, mean: float, scale: float) -> str:
        z = mean + scale * clouds[kind]
        h = np.asarray(cut(z))
        killed, share = float(silent(h)), float(kept_of(z))
        counts = np.histogram(z, EDGES)[0] / z.size
        energy = np.histogram(z, EDGES, weights=z**2)[0] / np.sum(z**2)
        left = EDGES[:-1] < 0
        below.set_data(np.where(left, counts, 0))
        above.set_data(np.where(left, 0, counts))
        after.set_data(np.histogram(h[h != 0], EDGES)[0] / h.size)
        spike.set_data([0, 0], [0, killed])
        lost.set_data(np.where(left, energy, 0))
        kept.set_data(np.where(left, 0, energy))
        off, energy_left = percent(killed), percent(share)
        for text, words in zip(notes, (f"{off} off", f"{off} at 0", f"{energy_left} kept"), strict=True):
            text.set_text(words)
        factor = f"a factor {1 / share:.2f} restores it" if share else "no factor restores it"
        return (
            f"Shape {kind}, mean {mean:g}, standard deviation {scale:g}. ReLU kills {off} of the "
            f"units and keeps {energy_left} of the energy; {factor}.{fallbacks(*drivers)}"
        )

    means = tuple(round(0.25 * k, 2) for k in range(-8, 9))
    sliders = [
        Slider("kind", "shape of z", KINDS, KINDS[0]),
        Slider("mean", "mean of z", means, 0.0, "{:+.2f}", page_values=means[::2]),
        Slider("scale", "scale of z", (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0), 1.0, "{:.2f}"),
    ]
    moving = [below, above, after, spike, lost, kept, *notes]
    return Explorer("Half of what?", fig, update, moving, sliders, ("relu", "zero_share", "energy_kept"))


def spaced(distribution: str) -> np.ndarray:
    """2,000 numbers of mean 0 and variance 1, each standing for an equal share of the distribution.

    distribution: one of `KINDS`. Each number is the root mean square of its part, with the part's sign, so
    there is no luck in them, and their second moment is that of the distribution.
    """
    fine = (np.arange(100_000) + 0.5) / 100_000
    if distribution == "normal":
        y = np.array([NormalDist().inv_cdf(float(p)) for p in fine[25::50]])
    else:
        parts = (-np.log(1 - fine) - 1).reshape(2000, 50)
        y = np.sign(parts.mean(axis=1)) * np.sqrt(np.mean(parts**2, axis=1))
    return -y[::-1] if distribution == "1 − Exp(1)" else y
