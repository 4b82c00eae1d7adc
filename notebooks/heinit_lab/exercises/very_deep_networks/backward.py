"""`backward`: a gradient on its way back through all layers."""

from collections.abc import Callable

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.compare import as_array
from heinit_lab.checking.trials import Trials
from heinit_lab.exercises._shared import exercise
from heinit_lab.exercises.very_deep_networks._shared import (
    A,
    B,
    Matrices,
    P,
    Q,
    R,
    S,
    before_relu,
    passed,
)
from heinit_lab.networks import relu

AT_ZERO, NEAR_ZERO = "a unit at 0 exactly", "a unit just above 0"
ALMOST_A = np.array([[1.0, 2.999], [-3.0, 4.0]])  # with which a unit is just above 0
STEP = 2.0**-10  # of a difference quotient, which is exact where no unit is at 0


def _case(x: list[float], Ws: list[np.ndarray], g: list[float], want: list[float], kind: str) -> Case:
    return Case(np.array(x), Ws, np.array(g), want=np.array(want), kind=kind)


def _back(Ws: Matrices, gates: Matrices, g: np.ndarray, after: bool = False) -> np.ndarray:
    """Take g back through the layers, with these gates before or after each transposed matrix."""
    for W, gate in list(zip(Ws, gates, strict=False))[::-1]:
        g = (W.T @ g) * gate if after else W.T @ (g * gate)
    return g


def _open(x: np.ndarray, Ws: Matrices) -> list[np.ndarray]:
    return [h > 0 for h in passed(x, Ws)]


def _every(x: np.ndarray, Ws: Matrices, g: np.ndarray) -> list[np.ndarray]:
    """The gradients with respect to h_L, ..., h_0."""
    gradients = [g]
    for W, gate in zip(Ws[::-1], _open(x, Ws)[:0:-1], strict=True):
        gradients.append(W.T @ (gradients[-1] * gate))
    return gradients


def _of_weights(x: np.ndarray, Ws: Matrices, g: np.ndarray) -> list[np.ndarray]:
    arriving, gates = _every(x, Ws, g)[-2::-1], _open(x, Ws)[1:]
    return [np.outer(g * on, h) for g, on, h in zip(arriving, gates, passed(x, Ws)[:-1], strict=True)]


def _gated_gradient(x: np.ndarray, Ws: Matrices, g: np.ndarray) -> np.ndarray:
    """ReLU on the gradient itself, in place of the gates."""
    for W in Ws[::-1]:
        g = W.T @ relu(g)
    return g


def _gated_twice(x: np.ndarray, Ws: Matrices, g: np.ndarray) -> np.ndarray:
    for W, gate in zip(Ws[::-1], _open(x, Ws)[:0:-1], strict=True):
        g = W.T @ relu(g * gate)
    return g


def _gated_behind(x: np.ndarray, Ws: Matrices, g: np.ndarray) -> np.ndarray:
    for W in Ws[::-1]:
        g = relu(W.T @ g)
    return g


def _with_slope(slope: Callable[[np.ndarray], np.ndarray]) -> Callable[..., np.ndarray]:
    """The answer with this function of the pre-activations in the place of ReLU's slope."""
    return lambda x, Ws, g: _back(Ws, [slope(z) for z in before_relu(x, Ws)[1:]], g)


def _quotient(up: float, down: float) -> Callable[..., np.ndarray]:
    """The difference quotient of the output between a step of this size up and one down, entry by entry."""

    def answer(x: np.ndarray, Ws: Matrices, g: np.ndarray) -> np.ndarray:
        steps = STEP * np.eye(len(x))
        above, below = (passed(x + sign * steps, Ws)[-1] @ g for sign in (up, -down))
        return np.asarray((above - below) / (up + down) / STEP)

    return answer


_back_with_zero_open = _with_slope(lambda z: z >= 0)


def _wrong_at_zero_only(trials: Trials) -> bool:
    """Right where no unit is at 0; else that unit's gate is open, as if there were no gate at all."""
    wrong = sum(not trial.right for trial in trials)
    return 0 < wrong < trials.count / 2 and trials.behaves_like(_back_with_zero_open)


def _half_way_at_zero(trials: Trials) -> bool:
    """Right wherever no unit is at 0 or so near that a step crosses it; at 0, neither on nor off."""
    at_zero = [trial for trial in trials if trial.case.kind == AT_ZERO]
    elsewhere = [trial for trial in trials if trial.case.kind not in (AT_ZERO, NEAR_ZERO)]
    finite = all(np.isfinite(value).all() for t in at_zero if (value := as_array(t.call.value)) is not None)
    return (
        finite
        and all(trial.right for trial in elsewhere)
        and not any(trial.right or trial.call.error for trial in at_zero)
        and not _wrong_at_zero_only(trials)
    )


EXERCISE = exercise(
    "backward",
    Cases(
        _case([3.0], [np.array([[2.0]])], [5.0], [10.0], "one unit"),
        _case([3.0, -1.0], [A], [1.0, 10.0], [1.0, 2.0], "a single layer"),
        _case([3.0, -1.0], [A, B], [2.0, -1.0], [3.0, 6.0], "two layers"),
        _case([-1.0, 2.0], [A, B], [2.0, -1.0], [8.0, -14.0], "two layers"),
        _case([4.0, 3.0], [A, B], [3.0, -1.0], [5.0, 10.0], AT_ZERO),
        _case([1.0, 2.0, 0.5], [P, Q], [1.0, 2.0, -1.0], [-6.0, 8, 9], AT_ZERO),
        _case([-1.0, 0.5, 1.0], [P, Q, P.copy()], [1.0, -2.0, 4.0], [-15.0, 65, -5], "three layers"),
        _case(
            [2.5, 1.0, 0.5], [R, S], [1.0, 2.0, -1.0, 0.5], [2.25, 3.75, -5.75], "layers of different widths"
        ),
        _case([1.0, 2.0], [A, -np.abs(B)], [1.0, 1.0], [0.0, 0.0], "a layer without a unit that is on"),
        _case([2.0, 3.0], [np.abs(A), np.abs(B)], [1.0, -2.0], [-15.0, -20.0], "units that are all on"),
        _case([3.0, -1.0], [ALMOST_A], [1.0, 10.0], [1.0, 2.999], NEAR_ZERO),
        new=True,
    ),
    mistakes={
        "mask-missing": lambda x, Ws, g: _back(Ws, [np.ones(len(W)) for W in Ws], g),
        "last-layer-linear": lambda x, Ws, g: _back(Ws, [*_open(x, Ws)[1:-1], np.ones(len(g))], g),
        "mask-off-by-one": (
            lambda x, Ws, g: _back(Ws, _open(x, Ws), g, after=True),
            lambda x, Ws, g: _back(Ws, _open(x, Ws), g),
        ),
        "one-gate-only": (
            lambda x, Ws, g: _back(Ws, [np.ones(len(W)) for W in Ws[:-1]] + _open(x, Ws)[-1:], g),
            lambda x, Ws, g: _back(Ws, _open(x, Ws)[1:2] + [np.ones(len(W)) for W in Ws[1:]], g),
        ),
        "first-layer-linear": lambda x, Ws, g: _back(Ws, [np.ones(len(Ws[0])), *_open(x, Ws)[2:]], g),
        "half-taken-for-granted": lambda x, Ws, g: _back(Ws, [np.full(len(W), 0.5) for W in Ws], g),
        "mask-on-the-wrong-side": lambda x, Ws, g: _back(Ws, _open(x, Ws)[1:], g, after=True),
        "mask-turned-round": (_with_slope(lambda z: z <= 0), _with_slope(lambda z: z < 0)),
        "input-gated": lambda x, Ws, g: _back(Ws, _open(x, Ws)[1:], g) * (x > 0),
        "matrix-for-its-transpose": lambda x, Ws, g: _back([W.T for W in Ws], _open(x, Ws)[1:], g),
        "layers-in-forward-order": lambda x, Ws, g: _back(Ws[::-1], _open(x, Ws)[:0:-1], g),
        "one-list-reversed": (
            lambda x, Ws, g: _back(Ws, _open(x, Ws)[:0:-1], g),
            lambda x, Ws, g: _back(Ws[::-1], _open(x, Ws)[1:], g),
        ),
        "last-mask-for-all": lambda x, Ws, g: _back(Ws, [_open(x, Ws)[-1]] * len(Ws), g),
        "without-relu": lambda x, Ws, g: _back(Ws, [z > 0 for z in passed(x, Ws, lambda z: z)[1:]], g),
        "input-for-every-layer": lambda x, Ws, g: _back(Ws, [W @ x > 0 for W in Ws], g),
        "one-layer-only": (
            lambda x, Ws, g: _back(Ws[:1], _open(x, Ws)[1:2], g),
            lambda x, Ws, g: _back(Ws[-1:], _open(x, Ws)[-1:], g),
        ),
        "one-layer-left-out": (
            lambda x, Ws, g: _every(x, Ws, g)[-2],
            lambda x, Ws, g: _back(Ws[:-1], _open(x, Ws)[1:-1], g),
        ),
        "zero-counts-as-active": _back_with_zero_open,
        "slope-across-zero": (_quotient(1, 0), _quotient(0, 1), _with_slope(lambda z: np.heaviside(z, 0.5))),
        "activation-for-its-slope": (
            lambda x, Ws, g: _back(Ws, passed(x, Ws)[1:], g),
            _with_slope(lambda z: z),
        ),
        "sign-for-slope": _with_slope(lambda z: np.sign(z)),
        "gradient-through-relu": (_gated_gradient, _gated_behind, _gated_twice),
        "sign-reversed": lambda x, Ws, g: -_every(x, Ws, g)[-1],
        "times-the-input": lambda x, Ws, g: x * _every(x, Ws, g)[-1],
        "g-left-out": lambda x, Ws, g: _back(Ws, _open(x, Ws)[1:], np.ones(len(g))),
        "every-gradient": (
            lambda x, Ws, g: _every(x, Ws, g)[1:],
            lambda x, Ws, g: _every(x, Ws, g),
            lambda x, Ws, g: _every(x, Ws, g)[::-1],
            lambda x, Ws, g: _every(x, Ws, g)[:0:-1],
        ),
        "gradient-of-the-weights": (
            _of_weights,
            lambda x, Ws, g: _of_weights(x, Ws, g)[::-1],
            lambda x, Ws, g: _of_weights(x, Ws, g)[0],
        ),
        "output-for-gradient": (
            lambda x, Ws, g: float(g @ passed(x, Ws)[-1]),
            lambda x, Ws, g: passed(x, Ws)[-1],
            lambda x, Ws, g: g * passed(x, Ws)[-1],
        ),
        "jacobian-for-gradient": (
            lambda x, Ws, g: np.array([_every(x, Ws, row)[-1] for row in np.eye(len(g))]),
            lambda x, Ws, g: np.array([_every(x, Ws, row)[-1] for row in np.eye(len(g))]).T,
        ),
        "entries-added-up": lambda x, Ws, g: _every(x, Ws, g)[-1].sum(),
        "changes-its-input": lambda x, Ws, g: (_every(x, Ws, g)[-1], g.fill(0))[0],
    },
    shown_by={"zero-counts-as-active": _wrong_at_zero_only, "slope-across-zero": _half_way_at_zero},
    hidden=3,
    prompt=Prompt(
        2,
        "`x = [3, -1]`, the matrices `[[1, 2], [-3, 4]]` and `[[2, -1], [1, 3]]`, and `g = [2, -1]`. "
        "Which is the gradient?",
    ),
)
