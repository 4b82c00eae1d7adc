"""Lesson 3: a weight matrix, its histogram, and what its second moment can tell."""

from functools import cache
from math import ceil, sqrt

import numpy as np

from heinit_lab.drivers import Answer, fallbacks
from heinit_lab.experiments.worked_examples import layers
from heinit_lab.explorers.explorer import Explorer, Slider
from heinit_lab.figures.marks import note, theory
from heinit_lab.figures.show import figure
from heinit_lab.figures.style import HE, XAVIER
from heinit_lab.mean_squares import density, normal_score, quick_interval

NO_LUCK = 6  # standard scores: fewer than one right answer in 100 million lies as far outside
ENOUGH, MOST = 4096, 200  # weights, and matrices, by which an answer is judged


def weights_explorer(he_normal: Answer) -> Explorer:
    """Sizes and a seed; the matrix that the student's he_normal fills, as three pictures.

    he_normal: (n_in, n_out, rng) to a matrix (n_out, n_in).
    """
    from matplotlib.patches import Rectangle

    drawn = layers(he_normal)

    def fill(n_in: int, n_out: int, seed: int) -> np.ndarray:
        W = np.asarray(drawn.function(n_in, n_out, np.random.default_rng(seed)), float)
        if W.shape != (n_out, n_in):
            raise ValueError(f"The matrix has shape {W.shape}, not {(n_out, n_in)}")
        return W

    @cache
    def average(n_in: int, n_out: int) -> tuple[int, float, bool]:
        """How many other matrices, their second moment over the one asked for, and whether that is luck."""
        count = min(MOST, ceil(ENOUGH / (n_in * n_out)))
        moments = [np.mean(np.square(fill(n_in, n_out, 1000 + seed))) for seed in range(count)]
        ratio = float(np.mean(moments)) * n_in / 2
        lucky = 0 < ratio < np.inf and abs(normal_score(ratio, 1, count * n_in * n_out)) < NO_LUCK
        return count, ratio, bool(lucky)

    fig, (left, middle, right) = figure(7.2, 3, ncols=3, width_ratios=[1, 1, 1.15])
    image = left.imshow([[0]], cmap="RdBu_r", vmin=-1.5, vmax=1.5, extent=(0, 1, 1, 0), aspect="auto")
    left.set(title="the matrix", xticks=[], yticks=[], xlabel="inputs →", ylabel="← units")
    left.grid(False)

    bars = middle.stairs(np.zeros(40), np.linspace(-1, 1, 41), fill=True, color=HE, alpha=0.4)
    bell = theory(middle)
    middle.set(title="its histogram", xlim=(-2.2, 2.2), ylim=(0, 1.6), yticks=[], xlabel="weight")

    t = np.linspace(0.004, 2.5, 900)  # second moments, in variances asked for
    curve = theory(right)
    # axvspan gives a polygon before Matplotlib 3.9, and live pages have 3.8
    band = Rectangle((0, 0), 1, 1, transform=right.get_xaxis_transform(), color=HE, alpha=0.15, lw=0)
    right.add_patch(band)
    here = right.axvline(1, color=HE, lw=2)
    right.axvline(0.5, color=XAVIER, ls="-.", lw=1.5)
    note(right, 2.5, 1.2, "-·- Xavier", XAVIER, ha="right")
    right.set(title="its second moment", xlim=(0, 2.5), ylim=(0, 1.3), yticks=[], xlabel="times 2/n_in")

    def update(n_in: int, n_out: int, seed: int) -> str:
        W = fill(n_in, n_out, seed)
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
            f"{n_out} × {n_in} = {n:,} weights; a standard deviation of {sigma:.3g} is asked. Their second "
            f"moment is {ratio * var:.4g}; asked is {var:.4g}, and 95 % of right samples of this size lie "
            f"between {low * var:.3g} and {high * var:.3g}. "
        )
        count, mean, lucky = average(n_in, n_out)
        if not lucky:
            others = f"{count} other seeds give" if count > 1 else "Another seed gives"
            return (
                f"{words}{others} {mean * var:.4g} on average: this is not luck. The check of `he_normal` "
                "says more."
            )
        if not low <= ratio <= high:
            words += "This one does not, as happens to one right sample in twenty. "
        if low < 0.5:
            words += "Xavier's variance lies in that range too: this sample cannot tell the two rules apart."
        else:
            words += "Xavier's variance lies outside: a sample of this size tells the two rules apart."
        return words + fallbacks(drawn)

    sliders = [
        Slider("n_in", "inputs n_in", (2, 4, 8, 16, 32, 64, 128, 256, 512), 4),
        Slider("n_out", "outputs n_out", (1, 3, 8, 16, 32, 64, 128), 3, page_values=(1, 3, 8, 32, 128)),
        Slider("seed", "seed", range(20), 1, page_values=range(4)),
    ]
    moving = [image, bars, bell, band, curve, here]
    return Explorer("A layer's weights", fig, update, moving, sliders, ("he_normal",))
