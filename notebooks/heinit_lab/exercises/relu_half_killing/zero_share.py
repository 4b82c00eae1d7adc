"""`zero_share`: how many entries of a layer's output are 0."""

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.compare import as_array
from heinit_lab.checking.trials import Trials
from heinit_lab.exercises._shared import exercise

OUTPUTS = np.array([[0.0, 1.5], [3.0, 0.25]])


def _counts_small_ones(trials: Trials) -> bool:
    """Each value is the share of the entries below one limit in size, and the limit is small."""
    got = [as_array(trial.call.value) for trial in trials]
    entries = [np.abs(trial.case.args[0]) for trial in trials]
    limits = np.unique(np.concatenate([e[(e > 0) & (e < 0.01)] for e in entries] or [[]]))
    return any(
        all(
            g is not None and g.shape == () and g.dtype.kind in "iuf" and np.isclose(g, np.mean(e <= limit))
            for g, e in zip(got, entries, strict=True)
        )
        for limit in limits
    )


EXERCISE = exercise(
    "zero_share",
    Cases(
        Case(np.array([0.0, 2.0]), want=0.5),
        Case(np.array([0.423, 0.0, 0.156, 0.734]), want=0.25),
        Case(OUTPUTS, want=0.25),
        Case(np.array([[0.0, 1e-12, 2.0], [0.0, 0.0, 0.0]]), want=2 / 3),
        Case(np.array([[-1.0, 0.0, 2.0, -0.5], [-3.0, 1e-10, 0.5, 4.0]]), want=0.125),
        Case(np.array([-2.0, 0.0, 0.0, 1.0, 0.0]), want=0.6),
    ),
    mistakes={
        "complement": (lambda H: np.mean(H != 0), lambda H: np.mean(H > 0)),
        "count-for-share": lambda H: np.sum(H == 0),
        "negatives-for-zeros": lambda H: np.mean(H < 0),
        "negatives-counted": lambda H: np.mean(H <= 0),
        "nearly-zero-counts": (
            lambda H: np.mean(np.isclose(H, 0)),
            lambda H: np.mean(np.round(H, 6) == 0),
            lambda H: np.mean(np.abs(H) < 1e-6),
        ),
        "rows-for-entries": (lambda H: np.sum(H == 0) / len(H), lambda H: np.sum(H == 0) / H.shape[1]),
        "one-axis-only": (
            lambda H: np.mean(H == 0, axis=0),
            lambda H: np.mean(H == 0, axis=-1),
            lambda H: [np.mean(row == 0) for row in H],
        ),
        "percent-for-share": lambda H: 100 * np.mean(H == 0),
        "rounded": lambda H: round(float(np.mean(H == 0)), 3),
    },
    shown_by={"nearly-zero-counts": _counts_small_ones},
    hidden=3,
    prompt=Prompt(3, "What is the share of zeros in [[0, 1e-12, 2], [0, 0, 0]]?"),
)
