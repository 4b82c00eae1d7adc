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
    shares = [zero_share(relu(he_normal(64, 1024, r) @ np.ones(64))) for r in rng().spawn(400)]
    assert abs(np.mean(shares) - 1 / 2) < 6 * 0.5 / np.sqrt(400 * 1024)
    return ["0"]


def share_killed_in_per_cent() -> list[str]:
    killed = np.mean(he_normal(256, 100_000, rng()) @ np.ones(256) <= 0)
    return [f"{100 * killed:.0f}"]


def numerator_of_he() -> list[str]:
    return ["0", f"{weight_variance(1000) * 1000:.0f}"]


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
    return [f"{relu(np.array([-1.0]))[0]:.0f}"]


def example_1() -> list[str]:
    n = 4
    return [f"{n}", "2", "2", f"{n}", f"{2 / n}", f"{he_std(n):.3f}"]


def layer_1() -> list[str]:
    W = he_normal(4, 3, rng())
    return ["4", "3", f"{W.shape[0]}", f"{W.shape[1]}", "0", f"{he_std(4):.3f}", "2"]


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
    return [f"{n}", "2", f"{n}", f"{2 / n}", f"{he_std(n):.3f}"]


def layer_2() -> list[str]:
    W = he_normal(128, 64, rng())
    return ["128", "64", f"{W.shape[0]}", f"{W.shape[1]}", "0", f"{he_std(128):.3f}", "2"]


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
    r = rng()
    ends = [forward_moments(r.standard_normal((1, 256)), init_network([256] * 31, 2, r)) for _ in range(200)]
    kept = np.mean([moments[-1] / moments[0] for moments in ends])
    spread = np.sqrt((1 + 5 / 256) ** 30 - 1) / np.sqrt(200)
    assert abs(kept - 1) < 6 * spread
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
