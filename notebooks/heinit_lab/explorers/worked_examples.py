"""Lesson 3: a weight matrix, its histogram, and what its mean square can tell."""

from collections.abc import Callable
from math import sqrt

import numpy as np

from heinit_lab.explorers.explorer import Explorer, Slider
from heinit_lab.figures.marks import note, theory
from heinit_lab.figures.show import figure
from heinit_lab.figures.style import HE, XAVIER
from heinit_lab.mean_squares import density, normal_score, quick_interval

NO_LUCK = 4.5  # standard scores: fewer than one right sample in 100,000 lies as far outside
Fill = Callable[[int, int, np.random.Generator], np.ndarray]


def weights_explorer(he_normal: Fill) -> Explorer:
    """Sizes and a seed; the matrix that the student's he_normal fills, as three pictures.

    he_normal: (n_in, n_out, rng) to a matrix (n_out, n_in).
    """
    fig, (left, middle, right) = figure(7.2, 3, ncols=3, width_ratios=[1, 1, 1.15])
    image = left.imshow([[0]], cmap="RdBu_r", vmin=-1.5, vmax=1.5, extent=(0, 1, 1, 0), aspect="auto")
    left.set(title="the matrix", xticks=[], yticks=[], xlabel="inputs →", ylabel="← units")
    left.grid(False)

    bars = middle.stairs(np.zeros(40), np.linspace(-1, 1, 41), fill=True, color=HE, alpha=0.4)
    bell = theory(middle)
    middle.set(title="its histogram", xlim=(-2.2, 2.2), ylim=(0, 1.6), yticks=[], xlabel="weight")

    t = np.linspace(0.004, 2.5, 900)  # mean squares, in variances asked for
    curve = theory(right)
    band = right.axvspan(0, 1, color=HE, alpha=0.15, lw=0)
    here = right.axvline(1, color=HE, lw=2)
    right.axvline(0.5, color=XAVIER, ls="-.", lw=1.5)
    note(right, 2.5, 1.2, "-·- Xavier", XAVIER, ha="right")
    right.set(title="its mean square", xlim=(0, 2.5), ylim=(0, 1.3), yticks=[], xlabel="times 2/n_in")

    def update(n_in: int, n_out: int, seed: int) -> str:
        W = np.asarray(he_normal(n_in, n_out, np.random.default_rng(seed)), float)
        if W.shape != (n_out, n_in):
            raise ValueError(f"The matrix has shape {W.shape}, not {(n_out, n_in)}")
        n, sigma = W.size, sqrt(2 / n_in)
        ratio = float(np.mean(W**2)) / sigma**2
        low, high = quick_interval(1, n)

        image.set_data(W)
        edges = np.linspace(-4 * sigma, 4 * sigma, min(40, 6 + int(sqrt(n))) + 1)
        counts, _ = np.histogram(W, bins=edges)
        bars.set_data(counts / n / (edges[1] - edges[0]) * sigma * sqrt(2 * np.pi), edges)
        x = np.linspace(-4 * sigma, 4 * sigma, 121)
        bell.set_data(x, np.exp(-(x**2) / (2 * sigma**2)))
        height = density(t, 1, n)
        curve.set_data(t, height / height[t > 0.1].max())
        band.set_x(low)
        band.set_width(high - low)
        here.set_xdata([ratio, ratio])
        var = sigma**2
        words = (
            f"{n_out} × {n_in} = {n:,} weights; a standard deviation of {sigma:.3g} is asked. Their mean "
            f"square is {ratio * var:.4g}; asked is {var:.4g}, and 95 % of right samples of this size lie "
            f"between {low * var:.3g} and {high * var:.3g}. "
        )
        if not 0 < ratio < np.inf or not abs(normal_score(ratio, 1, n)) < NO_LUCK:
            return (
                f"{words}Fewer than one right sample in 100,000 lies so far outside: this is not luck. The "
                "check of `he_normal` says more."
            )
        if not low <= ratio <= high:
            words += "This one does not, as happens to one right sample in twenty. "
        if low < 0.5:
            words += "Xavier's variance lies in that range too: this sample cannot tell the two rules apart."
        else:
            words += "Xavier's variance lies outside: a sample of this size tells the two rules apart."
        return words

    sliders = [
        Slider("n_in", "inputs n_in", (2, 4, 8, 16, 32, 64, 128, 256, 512), 4),
        Slider("n_out", "outputs n_out", (1, 3, 8, 16, 32, 64, 128), 3, page_values=(1, 3, 8, 32, 128)),
        Slider("seed", "seed", range(20), 1, page_values=range(4)),
    ]
    moving = [image, bars, bell, band, curve, here]
    return Explorer("A layer's weights", fig, update, moving, sliders, ("he_normal",))
