"""Lesson 4: wrong, and none of the mistakes that have a name."""

from __future__ import annotations

import math

import numpy as np

from tests.variants.further.xavier_comparison import right, rows, table

UNNAMED = {
    "xavier_std": (
        lambda n: -math.sqrt(1 / n),
        lambda n: math.sqrt(1 / n) + 0.01,
        lambda n: 5 / 3 * math.sqrt(1 / n),
        lambda n: 1 / math.sqrt(n) if n < 1000 else 0.02,
        lambda n: math.log(n),
    ),
    "glorot_std": (
        lambda n, m: math.sqrt(2 / abs(n - m)) if n != m else 0.0,
        lambda n, m: math.sqrt(2 / (n + m)) + 0.01,
        lambda n, m: 5 / 3 * math.sqrt(2 / (n + m)),
        lambda n, m: 4 / (n + m),
        lambda n, m: (math.sqrt(2 / (n + m)), 2 / (n + m)),
        lambda n, m: math.sqrt(2 / (n * n + m * m)),
        lambda n, m: -math.sqrt(2 / (n + m)),
    ),
    "he_over_glorot": (
        lambda n, m: math.sqrt((n + m) / n) + 0.01,
        lambda n, m: ((n + m) / n) ** 2,
        lambda n, m: -math.sqrt((n + m) / n),
        lambda n, m: ((n + m) / n) ** 0.25,
        lambda n, m: math.sqrt(n * m),
    ),
    "compare_table": (
        lambda ns: np.zeros((len(ns), 4)),
        lambda ns: table(ns) + 0.001,
        lambda ns: [[n, h, h, 1.0] for n, x, h, _ in rows(ns)],
        lambda ns: table(ns) * 2,
        lambda ns: [[n, 1 / n, 2 / n, 0.5] for n in ns],
        lambda ns: [[n, x, h, 1.5] for n, x, h, _ in rows(ns)],
        lambda ns: np.ones((4, len(ns))),
        lambda ns: [[n, x, h * 1.01, r] for n, x, h, r in rows(ns)],
        lambda ns: [[0, x, h, r] for n, x, h, r in rows(ns)],
    ),
    "layer_backward": (
        lambda W, z, g: np.zeros(W.shape[1]),
        lambda W, z, g: g,
        lambda W, z, g: W.T @ (g * (z > -1)),
        lambda W, z, g: W.T @ (g * (z > 1)),
        lambda W, z, g: -right(W, z, g),
        lambda W, z, g: 2 * right(W, z, g),
        lambda W, z, g: right(W, z, g)[:, None],
        lambda W, z, g: np.sum(right(W, z, g)),
        lambda W, z, g: right(W, z, g)[::-1],
    ),
}
