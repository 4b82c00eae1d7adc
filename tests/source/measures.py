"""What holds each statement of the source: a measurement, whose numbers are those of the statement.

Each function returns the numbers of its statement as they would be printed, in their order,
computed from the reference answers or measured with a fixed seed, and asserts what the
statement says in words.
"""

from __future__ import annotations

import numpy as np

from heinit_lab.race import race
from heinit_lab.source import PRINTED, PRINTED_LARGE
from heinit_solutions.relu_half_killing import energy_kept, relu, zero_share
from heinit_solutions.variance_derivation import gain, weight_variance
from heinit_solutions.very_deep_networks import conv_fan_in, forward_moments, init_network
from heinit_solutions.worked_examples import he_normal, he_std
from heinit_solutions.xavier_comparison import compare_table, layer_backward, xavier_std

SEED = 20150206


def rng() -> np.random.Generator:
    return np.random.default_rng(SEED)


def half_the_units_are_off() -> list[str]:
    z = np.array([he_normal(64, 1024, r) @ np.ones(64) for r in rng().spawn(400)])
    assert abs(zero_share(relu(z)) - 1 / 2) < 6 * 0.5 / np.sqrt(z.size)
    return [f"{np.ptp(relu(z[z <= 0])):.0f}"]


def share_killed_in_per_cent() -> list[str]:
    killed = np.mean(he_normal(256, 100_000, rng()) @ np.ones(256) <= 0)
    return [f"{100 * killed:.0f}"]


def centre(W: np.ndarray) -> str:
    """The mean of the weights' law, as printed: no more from 0 than chance explains."""
    return "0" if abs(W.mean()) < 6 * W.std() / np.sqrt(W.size) else f"{W.mean():.3f}"


def deviation(W: np.ndarray) -> str:
    """The standard deviation of He's law, which these draws of it have as near as chance allows."""
    sigma = he_std(W.shape[1])
    assert abs(W.std() / sigma - 1) < 6 / np.sqrt(2 * W.size)
    return f"{sigma:.3f}"


def power(n: int) -> str:
    """The variance as a power of the standard deviation: the 2 of N(0, 0.707^2)."""
    return f"{np.log(weight_variance(n)) / np.log(he_std(n)):.0f}"


def numerator_of_he() -> list[str]:
    W = he_normal(1000, 1000, rng())
    return [centre(W), f"{1000 * np.mean(W**2):.0f}"]


def factor_that_restores() -> list[str]:
    assert abs(energy_kept(rng().standard_normal(10**6)) - 1 / 2) < 0.005
    return [f"{gain('relu'):.0f}"]


def second_moment_after(layers: int, c: float, activation) -> float:
    """Mean over 200 networks of 64 units."""
    ends = []
    for r in rng().spawn(200):
        h = np.ones(64)
        for _ in range(layers):
            h = activation(np.sqrt(c / 2) * he_normal(64, 64, r) @ h)
        ends.append(np.mean(h**2))
    return float(np.mean(ends))


def made_for_relu() -> list[str]:
    assert 0.5 < second_moment_after(10, 2, relu) < 1.5
    assert second_moment_after(10, 2, lambda z: z) > 2**9
    return []


def zero_output() -> list[str]:
    """Half of a layer's outputs are 0, and He's layer passes on all of the second moment all the same."""
    h = relu(he_normal(64, 400_000, rng()) @ np.ones(64))
    assert abs(zero_share(h) - 1 / 2) < 6 * 0.5 / np.sqrt(h.size)
    assert abs(np.mean(h**2) - 1) < 6 * np.sqrt(5 / h.size)
    return [f"{np.median(h):.0f}"]


def example_1() -> list[str]:
    n = 4
    over = f"{n * weight_variance(n):.0f}"
    return [f"{n}", over, over, f"{n}", f"{weight_variance(n)}", f"{he_std(n):.3f}"]


def layer_1() -> list[str]:
    rows, columns = he_normal(4, 3, rng()).shape
    many = he_normal(4, 100_000, rng())
    return [f"{n}" for n in (columns, rows, rows, columns)] + [centre(many), deviation(many), power(4)]


def printed_matrix() -> list[str]:
    return [f"{w:.3f}" for w in PRINTED.ravel()]


def claimed_variance() -> list[str]:
    m2 = np.mean(he_normal(4, 100_000, rng()) ** 2)
    return [f"{m2:.1f}"]


def printed_matrix_kills_per_cent() -> list[str]:
    X = rng().standard_normal((100_000, 4))
    return [f"{100 * zero_share(relu(X @ PRINTED.T)):.0f}"]


def example_2() -> list[str]:
    n = 128
    return [f"{n}", f"{n * weight_variance(n):.0f}", f"{n}", f"{weight_variance(n)}", f"{he_std(n):.3f}"]


def layer_2() -> list[str]:
    rows, columns = he_normal(128, 64, rng()).shape
    many = he_normal(128, 10_000, rng())
    return [f"{n}" for n in (columns, rows, rows, columns)] + [centre(many), deviation(many), power(128)]


def printed_rows() -> list[str]:
    numbers = []
    for i, row in enumerate(PRINTED_LARGE):
        numbers += [f"{i}", f"{len(row)}", *(f"{w:.3f}" for w in row)]
    return numbers


def smaller_values() -> list[str]:
    assert np.mean(PRINTED_LARGE**2) < np.mean(PRINTED**2) / 16
    assert he_std(128) < he_std(4) / 5
    return []


def explosion_prevented() -> list[str]:
    sums = [np.sum(he_normal(n, 20_000, rng()) ** 2, axis=1).mean() for n in (4, 128, 1024)]
    assert np.allclose(sums, 2, rtol=0.03)
    assert he_std(1024) < he_std(128) < he_std(4)
    return []


def _row(n: int, xavier_digits: int) -> list[str]:
    _, xavier, he, ratio = compare_table([n])[0]
    assert np.isclose(ratio, np.sqrt(2))
    return [f"{n}", f"{xavier:.{xavier_digits}f}", f"{he:.3f}", f"{ratio**2:.0f}", f"{ratio:.2f}"]


def table_row_4() -> list[str]:
    return _row(4, 3)


def table_row_16() -> list[str]:
    return _row(16, 3)


def table_row_64() -> list[str]:
    return _row(64, 3)


def table_row_256() -> list[str]:
    return _row(256, 4)


def numerators() -> list[str]:
    return [f"{xavier_std(1000) ** 2 * 1000:.0f}", f"{he_std(1000) ** 2 * 1000:.0f}"]


def squared_ratio() -> list[str]:
    return [f"{(he_std(77) / xavier_std(77)) ** 2:.0f}"]


def compensated() -> list[str]:
    assert 0.5 < second_moment_after(10, 2, relu) < 1.5
    assert second_moment_after(10, 1, relu) < 2**-9
    return []


def gradient_flow() -> list[str]:
    sizes = {}
    for c in (1, 2):
        ends = []
        for r in rng().spawn(100):
            h, layers = np.ones(64), []
            for _ in range(20):
                W = np.sqrt(c / 2) * he_normal(64, 64, r)
                layers.append((W, W @ h))
                h = relu(W @ h)
            g = r.standard_normal(64)
            for W, z in reversed(layers):
                g = layer_backward(W, z, g)
            ends.append(np.mean(g**2))
        sizes[c] = np.mean(ends)
    assert 0.3 < sizes[2] < 3
    assert np.isclose(sizes[1], sizes[2] * 2.0**-20)
    return []


def signal_maintained() -> list[str]:
    """In the mean over networks; a single one spreads, as lesson 5 shows."""
    r, n = rng(), 128
    ends = [forward_moments(r.standard_normal((1, n)), init_network([n] * 31, 2, r)) for _ in range(200)]
    kept = np.mean([moments[-1] / moments[0] for moments in ends])
    spread = np.sqrt((1 + 5 / n) ** 30 - 1) / np.sqrt(200)
    assert abs(kept - 1) < 3 * spread
    return []


def training_improved() -> list[str]:
    """One seed of the race here; `heinit bench replication` runs ten."""
    assert race(30, c=2, seed=0).share > 0.9
    assert race(30, c=1, seed=0).share < 0.2
    return []


def convolutions_kept() -> list[str]:
    """A stack of four circular convolutions keeps its signal, given the fan-in of a convolution."""
    r = rng()
    ratios = []
    for _ in range(40):
        h = start = r.standard_normal((16, 8, 8))
        for _ in range(4):
            W = r.standard_normal((16, 16, 3, 3)) * np.sqrt(2 / conv_fan_in((16, 16, 3, 3)))
            shifted = [np.roll(h, (i - 1, j - 1), axis=(1, 2)) for i in range(3) for j in range(3)]
            h = relu(np.einsum("ocx,xchw->ohw", W.reshape(16, 16, 9), np.stack(shifted)))
        ratios.append(np.mean(h**2) / np.mean(start**2))
    assert 0.6 < np.mean(ratios) < 1.6
    return []
