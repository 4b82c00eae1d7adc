"""Lesson 3: a weight matrix, its histogram, and what its mean square can tell."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np

from heinit_lab.explorers.explorer import Explorer, Slider
from heinit_lab.figures import COLOURS, figure
from heinit_lab.lessons.worked_examples import mean_square_density

Fill = Callable[[int, int, np.random.Generator], np.ndarray]

HALF_WIDTH = 2.2  # of the histogram's axis, in weights
FARTHEST = 2.5  # of the third picture's axis, in variances asked for


def weights_explorer(he_normal: Fill) -> Explorer:
    """Sizes and a seed; the matrix that the student's he_normal fills, as three pictures.

    he_normal: (n_in, n_out, rng) to a matrix (n_out, n_in).
    """
    fig, (left, middle, right) = figure(7.2, 3, ncols=3, width_ratios=[1, 1, 1.15])
    blank = np.zeros((1, 1))
    image = left.imshow(blank, cmap="RdBu_r", vmin=-1.5, vmax=1.5, extent=(0, 1, 1, 0), aspect="auto")
    left.set(title="the matrix", xticks=[], yticks=[], xlabel="inputs →", ylabel="← units")
    left.grid(False)

    bars = middle.stairs(np.zeros(40), np.linspace(-1, 1, 41), fill=True, color=COLOURS["he"], alpha=0.4)
    (bell,) = middle.plot([], [], color=COLOURS["theory"], ls="--", marker="", lw=1.5)
    middle.set(
        title="its histogram", xlim=(-HALF_WIDTH, HALF_WIDTH), ylim=(0, 1.6), yticks=[], xlabel="weight"
    )

    t = np.linspace(0.004, FARTHEST, 900)
    (curve,) = right.plot(t, 0 * t, color=COLOURS["theory"], ls="--", marker="", lw=1.5)
    band = right.axvspan(0, 1, color=COLOURS["he"], alpha=0.15, lw=0)
    here = right.axvline(1, color=COLOURS["he"], lw=2)
    right.axvline(0.5, color=COLOURS["xavier"], ls="-.", lw=1.5)
    right.text(FARTHEST, 1.2, "-·- Xavier", color=COLOURS["xavier"], fontsize=9, ha="right")
    right.set(title="its mean square", xlim=(0, FARTHEST), ylim=(0, 1.3), yticks=[], xlabel="times 2/n_in")

    def update(n_in: int, n_out: int, seed: int) -> str:
        W = np.asarray(he_normal(n_in, n_out, np.random.default_rng(seed)), float)
        n, sigma = W.size, sqrt(2 / n_in)
        ratio = float(np.mean(W**2)) / sigma**2
        low, high = between(n)

        image.set_data(W)
        edges = np.linspace(-4 * sigma, 4 * sigma, min(40, 6 + int(sqrt(n))) + 1)
        counts, _ = np.histogram(W, bins=edges)
        bars.set_data(counts / n / (edges[1] - edges[0]) * sigma * sqrt(2 * np.pi), edges)
        x = np.linspace(-4 * sigma, 4 * sigma, 121)
        bell.set_data(x, np.exp(-(x**2) / (2 * sigma**2)))
        density = mean_square_density(t, 1, n)
        curve.set_ydata(density / density[t > 0.1].max())
        band.set_x(low)
        band.set_width(high - low)
        here.set_xdata([ratio, ratio])
        return words(n_in, n_out, sigma, ratio, low, high)

    return Explorer(
        title="A layer's weights",
        fig=fig,
        update=update,
        moving=[image, bars, bell, band, curve, here],
        sliders=[
            Slider("n_in", "inputs n_in", (2, 4, 8, 16, 32, 64, 128, 256, 512), 4),
            Slider("n_out", "outputs n_out", (1, 3, 8, 16, 32, 64, 128), 3),
            Slider("seed", "seed", range(20), 1),
        ],
        powered_by=("he_normal",),
    )


def between(n: int) -> tuple[float, float]:
    """Where 95 % of the mean squares of n draws lie, for variance 1.

    Wilson and Hilferty's approximation of chi-square quantiles, good to 2 % at n = 2.
    """
    centre, step = 1 - 2 / (9 * n), 1.959964 * sqrt(2 / (9 * n))
    return max(0.0, centre - step) ** 3, (centre + step) ** 3


def words(n_in: int, n_out: int, sigma: float, ratio: float, low: float, high: float) -> str:
    """What the pictures show."""
    var, n = sigma**2, n_in * n_out
    says = (
        f"{n_out} × {n_in} = {n:,} weights with standard deviation {sigma:.3g}. Their mean square is "
        f"{ratio * var:.4g}; asked is {var:.4g}, and 95 % of right samples of this size lie between "
        f"{low * var:.3g} and {high * var:.3g}. "
    )
    outside = not low <= ratio <= high
    if outside:
        says += "This one does not, as happens to one right sample in twenty. "
    if low < 0.5:
        return says + "Xavier's variance lies in that range too: this sample cannot tell the two rules apart."
    return says + "Xavier's variance lies outside: a sample of this size tells the two rules apart."
