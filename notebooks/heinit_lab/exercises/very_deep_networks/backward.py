"""`backward`: a gradient on its way back through all layers."""

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.trials import Trials
from heinit_lab.exercises._shared import exercise
from heinit_lab.exercises.very_deep_networks._shared import A, B, Matrices, P, Q, R, S, before_relu, passed


def _back(Ws: Matrices, gates: Matrices, g: np.ndarray, after: bool = False) -> np.ndarray:
    """Take g back through the layers, with these gates before or after each transposed matrix."""
    for W, gate in list(zip(Ws, gates, strict=False))[::-1]:
        g = (W.T @ g) * gate if after else W.T @ (g * gate)
    return g


def _open(x: np.ndarray, Ws: Matrices) -> list[np.ndarray]:
    return [h > 0 for h in passed(x, Ws)]


def _in_forward_order(x: np.ndarray, Ws: Matrices, g: np.ndarray) -> np.ndarray:
    for W, gate in zip(Ws, _open(x, Ws)[1:], strict=True):
        g = W.T @ (g * gate)
    return g


def _back_with_zero_open(x: np.ndarray, Ws: Matrices, g: np.ndarray) -> np.ndarray:
    return _back(Ws, [z >= 0 for z in before_relu(x, Ws)[1:]], g)


def _wrong_at_zero_only(trials: Trials) -> bool:
    """Right wherever no unit is at 0; elsewhere, without any gate there would be the same."""
    wrong = sum(not trial.right for trial in trials)
    return 0 < wrong < trials.count / 2 and trials.behaves_like(_back_with_zero_open)


EXERCISE = exercise(
    "backward",
    Cases(
        Case(np.array([3.0, -1.0]), [A], np.array([1.0, 10.0]), want=np.array([1.0, 2.0])),
        Case(np.array([3.0, -1.0]), [A, B], np.array([2.0, -1.0]), want=np.array([3.0, 6.0])),
        Case(np.array([-1.0, 2.0]), [A, B], np.array([2.0, -1.0]), want=np.array([8.0, -14.0])),
        Case(np.array([4.0, 3.0]), [A, B], np.array([3.0, -1.0]), want=np.array([5.0, 10.0])),
        Case(np.array([1.0, 2.0, 0.5]), [P, Q], np.array([1.0, 2.0, -1.0]), want=np.array([-6.0, 8, 9])),
        Case(
            np.array([-1.0, 0.5, 1.0]),
            [P, Q, P.copy()],
            np.array([1.0, -2.0, 4.0]),
            want=np.array([-15.0, 65, -5]),
        ),
        Case(
            np.array([2.5, 1.0, 0.5]),
            [R, S],
            np.array([1.0, 2.0, -1.0, 0.5]),
            want=np.array([2.25, 3.75, -5.75]),
        ),
        new=True,
    ),
    mistakes={
        "mask-missing": lambda x, Ws, g: _back(Ws, [np.ones(len(W)) for W in Ws], g),
        "last-layer-linear": lambda x, Ws, g: _back(Ws, [*_open(x, Ws)[1:-1], np.ones(len(g))], g),
        "mask-off-by-one": lambda x, Ws, g: _back(Ws, _open(x, Ws), g, after=True),
        "mask-on-the-wrong-side": lambda x, Ws, g: _back(Ws, _open(x, Ws)[1:], g, after=True),
        "matrix-for-its-transpose": lambda x, Ws, g: _back([W.T for W in Ws], _open(x, Ws)[1:], g),
        "layers-in-forward-order": _in_forward_order,
        "last-mask-for-all": lambda x, Ws, g: _back(Ws, [_open(x, Ws)[-1]] * len(Ws), g),
        "zero-counts-as-active": _back_with_zero_open,
        "activation-for-its-slope": lambda x, Ws, g: _back(Ws, passed(x, Ws)[1:], g),
    },
    shown_by={"zero-counts-as-active": _wrong_at_zero_only},
    hidden=3,
    prompt=Prompt(
        1,
        "`x = [3, -1]`, the matrices `[[1, 2], [-3, 4]]` and `[[2, -1], [1, 3]]`, and `g = [2, -1]`. "
        "Which is the gradient?",
    ),
)
