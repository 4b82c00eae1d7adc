"""`calibrate`: matrices rescaled until every layer hands on a second moment of 1."""

from collections.abc import Callable, Sequence
from math import sqrt

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.compare import as_array
from heinit_lab.checking.trials import Trial, Trials
from heinit_lab.exercises._shared import exercise
from heinit_lab.exercises.very_deep_networks._shared import NETWORKS, Matrices, passed

SCALES = [
    [0.2357022604],
    [0.2800560168],
    [0.2800560168, 0.34439026],
    [0.3009419175, 0.3665806033],
    [0.4330127019, 0.4472135955, 0.4472135955],
    [0.3218071947, 0.6534651910],
]


def _rescaled(Ws: Matrices, moments: Sequence[float]) -> list[np.ndarray]:
    return [W / sqrt(q) for W, q in zip(Ws, moments, strict=True)]


def _layer_by_layer(
    x: np.ndarray, Ws: Matrices, scale: Callable[[np.ndarray, np.ndarray], float]
) -> list[np.ndarray]:
    """Rescale by `scale(z, W)` of the pre-activations z, and hand on what the new matrix gives."""
    found: list[np.ndarray] = []
    for W in Ws:
        z = passed(x, found)[-1] @ W.T
        found.append(scale(z, W) * W)
    return found


def _moment(z: np.ndarray) -> float:
    return float(np.square(np.clip(z, 0, None)).mean())


def _handed_on(x: np.ndarray, Ws: Matrices) -> np.ndarray:
    """The activations of the last of the matrices, all of them rescaled as they should be."""
    return passed(x, _layer_by_layer(x, Ws, lambda z, W: 1 / sqrt(_moment(z))))[-1]


def _in_place(x: np.ndarray, Ws: Matrices) -> Matrices:
    for W in Ws:
        x = np.clip(x @ W.T, 0, None)
        s = 1 / np.sqrt(np.square(x).mean())
        x *= s
        W *= s
    return Ws


def _scales(trial: Trial) -> list[float] | None:
    """What each matrix was multiplied by, or None where it was not."""
    Ws, new = trial.case.args[1], trial.call.value
    if trial.call.error is not None or not isinstance(new, (list, tuple)) or len(new) != len(Ws):
        return None
    scales = []
    for W, array in zip(Ws, map(as_array, new), strict=True):
        if array is None or array.shape != W.shape or array.dtype.kind not in "iuf":
            return None
        scales.append(float(np.vdot(W, array) / np.vdot(W, W)))
        if not (scales[-1] > 0 and np.allclose(array, scales[-1] * W)):
            return None
    return scales


def _looks_at_weights_alone(trials: Trials) -> bool:
    """On other batches, the same matrices get the same scales, which are not all one number."""
    given: dict[bytes, set[float]] = {}
    batches: dict[bytes, set[bytes]] = {}
    for trial in trials:
        scales = _scales(trial)
        if scales is None:
            return False
        for W, scale in zip(trial.case.args[1], scales, strict=True):
            given.setdefault(W.tobytes(), set()).add(float(f"{scale:.5g}"))
            batches.setdefault(W.tobytes(), set()).add(trial.case.args[0].tobytes())
    return (
        max(map(len, batches.values())) > 1
        and max(map(len, given.values())) == 1
        and len(set.union(*given.values())) > 1
    )


EXERCISE = exercise(
    "calibrate",
    Cases(
        *(
            Case(x, Ws, want=[s * W for s, W in zip(scales, Ws, strict=True)])
            for (x, Ws), scales in zip(NETWORKS, SCALES, strict=True)
        ),
        new=True,
    ),
    mistakes={
        "scaled-from-the-first-pass": lambda x, Ws: _rescaled(Ws, [_moment(h) for h in passed(x, Ws)[1:]]),
        "variance-for-second-moment": lambda x, Ws: _layer_by_layer(
            x, Ws, lambda z, W: float(1 / (np.clip(z, 0, None).std() or 1.0))
        ),
        "pre-activation-for-activation": lambda x, Ws: _layer_by_layer(
            x, Ws, lambda z, W: 1 / sqrt(float(np.square(z).mean()))
        ),
        "last-layer-linear": lambda x, Ws: [
            *_layer_by_layer(x, Ws[:-1], lambda z, W: 1 / sqrt(_moment(z))),
            Ws[-1] / sqrt(float(np.square(_handed_on(x, Ws[:-1]) @ Ws[-1].T).mean())),
        ],
        "root-missing": lambda x, Ws: _layer_by_layer(x, Ws, lambda z, W: 1 / _moment(z)),
        "scale-inverted": lambda x, Ws: _layer_by_layer(x, Ws, lambda z, W: sqrt(_moment(z))),
        "weights-for-activations": (
            lambda x, Ws: [W * sqrt(2 / W.shape[1] / np.square(W).mean()) for W in Ws],
            lambda x, Ws: [W / sqrt(np.square(W).mean()) for W in Ws],
        ),
        "one-scale-for-all": lambda x, Ws: [W * _moment(passed(x, Ws)[-1]) ** (-0.5 / len(Ws)) for W in Ws],
        "changes-its-input": _in_place,
    },
    shown_by={"weights-for-activations": _looks_at_weights_alone},
    hidden=3,
    prompt=Prompt(
        1,
        "`x = [[1, 2], [3, -1]]` and one matrix, `[[1, 2], [-3, 4]]`, whose moment is 12.75. "
        "What is returned?",
    ),
)
