"""`calibrate`: matrices rescaled until every layer hands on a second moment of 1."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import sqrt
from typing import Any

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.compare import real_array
from heinit_lab.checking.trials import Trials
from heinit_lab.exercises._shared import exercise
from heinit_lab.exercises.very_deep_networks._shared import KINDS, NETWORKS, A, B, Matrices, passed
from heinit_lab.networks import relu

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
    x: np.ndarray,
    Ws: Matrices,
    scale: Callable[[np.ndarray], Any],
    f: Callable[[np.ndarray], Any] = relu,
) -> list[np.ndarray]:
    """Rescale by `scale(z)` of the pre-activations z, and hand on what the new matrix gives."""
    rescaled: list[np.ndarray] = []
    for W in Ws:
        z = passed(x, rescaled, f)[-1] @ W.T
        rescaled.append(scale(z) * W)
    return rescaled


def _moment(z: np.ndarray) -> float:
    return float(np.square(relu(z)).mean())


def _right(x: np.ndarray, Ws: Matrices) -> list[np.ndarray]:
    return _layer_by_layer(x, Ws, lambda z: 1 / sqrt(_moment(z)))


def _by_input(x: np.ndarray, Ws: Matrices) -> list[np.ndarray]:
    """Each matrix is scaled by what enters it, with those below as they have become."""
    rescaled: list[np.ndarray] = []
    for W in Ws:
        rescaled.append(W / sqrt(np.square(passed(x, rescaled)[-1]).mean()))
    return rescaled


def _to_measure(measure: Callable[[np.ndarray], Any]) -> Callable[..., list[np.ndarray]]:
    """The answer that makes 1 of another measure of each layer's pre-activations."""
    return lambda x, Ws: _layer_by_layer(x, Ws, lambda z: 1 / measure(z))


def _square(h: np.ndarray) -> float:
    return float(np.square(h).mean())


def _handed_on(x: np.ndarray, Ws: Matrices) -> np.ndarray:
    """The activations of the last of the matrices, all of them rescaled as they should be."""
    return passed(x, _right(x, Ws))[-1]


def _in_place(x: np.ndarray, Ws: Matrices) -> Matrices:
    for W in Ws:
        x = relu(x @ W.T)
        s = 1 / np.sqrt(np.square(x).mean())
        x *= s
        W *= s
    return Ws


def _scales(Ws: Matrices, new: Any) -> list[float] | None:
    """What each matrix was multiplied by, or None where it was not."""
    if not isinstance(new, (list, tuple)) or len(new) != len(Ws):
        return None
    scales = []
    for W, array in zip(Ws, map(real_array, new), strict=True):
        if array is None or array.shape != W.shape:
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
        x, Ws = trial.case.args
        scales = _scales(Ws, trial.call.value)
        if scales is None:
            return False
        for W, scale in zip(Ws, scales, strict=True):
            given.setdefault(W.tobytes(), set()).add(float(f"{scale:.5g}"))
            batches.setdefault(W.tobytes(), set()).add(x.tobytes())
    return (
        max(map(len, batches.values())) > 1
        and max(map(len, given.values())) == 1
        and len(set.union(*given.values())) > 1
    )


def _adds_a_small_number(trials: Trials) -> bool:
    """Right but for very small signals, where each scale is a little less than it should be, or far less."""
    for trial in trials:
        scales, right = (_scales(trial.case.args[1], new) for new in (trial.call.value, trial.case.want))
        if scales is None or right is None:
            return False
        off = np.divide(scales, right)
        if np.any(off > 1 + trial.rtol) or (not trial.right and trial.case.kind != "very small numbers"):
            return False
    return not all(trial.right for trial in trials)


EXERCISE = exercise(
    "calibrate",
    Cases(
        *(
            Case(x, Ws, want=[s * W for s, W in zip(scales, Ws, strict=True)], kind=kind)
            for (x, Ws), scales, kind in zip(NETWORKS, SCALES, KINDS, strict=True)
        ),
        Case(
            np.array([[1.0, 2.0], [3.0, 1.0]]),
            [1e-4 * A, 1e-4 * B],
            want=[0.2309401077 * A, 0.3692744729 * B],
            kind="very small numbers",
        ),
        new=True,
    ),
    mistakes={
        "scaled-from-the-first-pass": lambda x, Ws: _rescaled(Ws, [_moment(h) for h in passed(x, Ws)[1:]]),
        "moment-of-the-layer-below": (
            lambda x, Ws: _rescaled(Ws, [float(np.square(h).mean()) for h in passed(x, Ws)[:-1]]),
            _by_input,
        ),
        "input-moment-kept": lambda x, Ws: _right(x / sqrt(np.square(x).mean()), Ws),
        "variance-for-second-moment": (
            _to_measure(lambda z: relu(z).std() or 1.0),
            lambda x, Ws: [W / (h.std() or 1.0) for W, h in zip(Ws, passed(x, Ws)[1:], strict=True)],
        ),
        "pre-activation-for-activation": _to_measure(lambda z: sqrt(np.square(z).mean())),
        "variance-of-the-pre-activation": _to_measure(lambda z: z.std() or 1.0),
        "half-taken-for-granted": _to_measure(lambda z: sqrt(np.square(z).mean() / 2)),
        "mean-for-second-moment": _to_measure(lambda z: relu(z).mean()),
        "length-for-second-moment": _to_measure(lambda z: np.linalg.norm(relu(z))),
        "moment-of-two": _to_measure(lambda z: sqrt(_moment(z) / 2)),
        "units-that-are-off-left-out": _to_measure(lambda z: sqrt(np.square(z[z > 0]).mean())),
        "input-for-every-layer": lambda x, Ws: [_right(x, [W])[0] for W in Ws],
        "without-relu": lambda x, Ws: _layer_by_layer(
            x, Ws, lambda z: 1 / sqrt(np.square(z).mean()), lambda z: z
        ),
        "last-layer-linear": lambda x, Ws: [
            *_right(x, Ws[:-1]),
            Ws[-1] / sqrt(float(np.square(_handed_on(x, Ws[:-1]) @ Ws[-1].T).mean())),
        ],
        "matrix-for-its-transpose": lambda x, Ws: [W.T for W in _right(x, [W.T for W in Ws])],
        "root-missing": (
            _to_measure(_moment),
            lambda x, Ws: [W / _moment(h) for W, h in zip(Ws, passed(x, Ws)[1:], strict=True)],
        ),
        "scale-inverted": (
            _to_measure(lambda z: _moment(z) ** -0.5),
            lambda x, Ws: _rescaled(Ws, [1 / _moment(h) for h in passed(x, Ws)[1:]]),
            lambda x, Ws: _rescaled(Ws, [_square(h) / _moment(z) for h, z in pairwise(passed(x, Ws))]),
        ),
        "scaled-by-unit": _to_measure(lambda z: np.sqrt(np.square(relu(z)).mean(axis=0))[:, None]),
        "weights-for-activations": (
            lambda x, Ws: [W * sqrt(2 / W.shape[1] / np.square(W).mean()) for W in Ws],
            lambda x, Ws: [W / sqrt(np.square(W).mean()) for W in Ws],
        ),
        "one-scale-for-all": (
            lambda x, Ws: [W * _moment(passed(x, Ws)[-1]) ** (-0.5 / len(Ws)) for W in Ws],
            lambda x, Ws: [W * _moment(passed(x, Ws)[-1]) ** -0.5 for W in Ws],
            lambda x, Ws: [W / sqrt(_square(x)) for W in Ws],
        ),
        "one-layer-only": (
            lambda x, Ws: [*_right(x, Ws[:1]), *(W.copy() for W in Ws[1:])],
            lambda x, Ws: [*(W.copy() for W in Ws[:-1]), Ws[-1] / sqrt(_moment(passed(x, Ws)[-1]))],
        ),
        "returned-in-the-loop": (lambda x, Ws: _right(x, Ws[:1]), lambda x, Ws: _right(x, Ws[:1])[0]),
        "list-overwritten": (lambda x, Ws: _right(x, Ws)[-1:], lambda x, Ws: _right(x, Ws)[-1]),
        "last-layer-first": lambda x, Ws: _right(x, Ws)[::-1],
        "rounded": lambda x, Ws: [W.round(3) for W in _right(x, Ws)],
        "nothing-rescaled": lambda x, Ws: [W.copy() for W in Ws],
        "scales-for-matrices": (
            lambda x, Ws: [
                sqrt(np.vdot(V, V) / np.vdot(W, W)) for V, W in zip(_right(x, Ws), Ws, strict=True)
            ],
            lambda x, Ws: [1 / sqrt(_moment(h)) for h in passed(x, Ws)[1:]],
            lambda x, Ws: [1.0 for _ in Ws],
        ),
        "activations-for-matrices": (
            lambda x, Ws: [h / sqrt(_moment(h)) for h in passed(x, Ws)[1:]],
            lambda x, Ws: [h / sqrt(_moment(h)) for h in passed(x, Ws)[1:]][-1],
        ),
        "small-number-added": (
            _to_measure(lambda z: sqrt(_moment(z) + 1e-8)),
            _to_measure(lambda z: sqrt(_moment(z)) + 1e-6),
        ),
        "changes-its-input": _in_place,
    },
    shown_by={"weights-for-activations": _looks_at_weights_alone, "small-number-added": _adds_a_small_number},
    hidden=3,
    prompt=Prompt(
        1,
        "`x = [[1, 2], [3, -1]]` and one matrix, `[[1, 2], [-3, 4]]`, whose moment is 12.75. "
        "What is returned?",
    ),
)
