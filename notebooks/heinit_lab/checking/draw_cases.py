"""One call of a function that draws random matrices, and the law that the draws should follow."""

from typing import Any

import numpy as np

from heinit_lab.checking.compare import has_parts, real_array

NORMAL, UNIFORM = 3.0, 1.8  # kurtosis
MOST = 1000  # parts of a value that are read as matrices; no lesson needs as many


class DrawCase:
    """Arguments, and what to draw: `DrawCase(256, 1024, shape=(1024, 256), variance=0.0078125)`.

    The call gets a Generator as its last argument. Where the answer should be a list of matrices, `shape` is
    a list of shapes (n_out, n_in), and `variance` a list of as many variances.
    """

    def __init__(self, *args: Any, shape: Any, variance: Any) -> None:
        self.args = args
        self.many = isinstance(shape, list)
        self.shapes: list[tuple[int, int]] = shape if self.many else [shape]
        self.variances: list[float] = variance if self.many else [variance]

    def matrices(self, value: Any) -> list[np.ndarray | None]:
        """The matrices in a returned value; None stands for a part that is no array of numbers."""
        if not self.many:
            return [real_array(value)]
        readable = has_parts(value) and len(value) <= MOST
        return [real_array(part) for part in value] if readable else [None]
