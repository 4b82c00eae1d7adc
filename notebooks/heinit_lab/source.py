"""The source's two printed samples of weights, which the lessons measure."""

import numpy as np

PRINTED = np.array(
    [[0.423, -0.891, 0.156, 0.734], [-0.612, 0.289, -0.445, 0.821], [0.534, -0.178, 0.693, -0.356]]
)
"""The source's first example: the weights of a layer of 4 inputs and 3 outputs, all twelve."""

PRINTED_LARGE = np.array(
    [
        [0.089, -0.134, 0.112, -0.078, 0.156],
        [-0.091, 0.145, -0.123, 0.067, -0.089],
        [0.134, -0.056, 0.178, -0.145, 0.103],
    ]
)
"""The source's second example: of 64 × 128 weights, the first five of the first three rows."""
