"""`layer_backward`: a gradient on its way back through one layer."""

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.compare import type_name
from heinit_lab.checking.trials import Trials
from heinit_lab.exercises._shared import exercise
from heinit_lab.exercises.xavier_comparison._shared import (
    ALL_OFF,
    ALL_ON,
    AT_ZERO,
    NEAR_ZERO,
    ONE_UNIT,
    SQUARE,
    WIDENING,
)

_W1 = np.array([[1.0, 2.0], [-3.0, 0.5]])
_W2 = np.array([[2.0, -1.0, 0.5], [0.0, 3.0, 1.0], [-1.5, 1.0, 4.0]])


def _case(W: np.ndarray, z: list[float], g: list[float], want: list[float], kind: str) -> Case:
    return Case(W, np.array(z), np.array(g), want=np.array(want), kind=kind)


def _gates_g_in_place(W: np.ndarray, z: np.ndarray, g: np.ndarray) -> np.ndarray:
    g[z <= 0] = 0
    return np.asarray(W.T @ g)


def _gates_z_in_place(W: np.ndarray, z: np.ndarray, g: np.ndarray) -> np.ndarray:
    z[:] = z > 0
    return np.asarray(W.T @ (g * z))


def _gates_inputs(W: np.ndarray, z: np.ndarray, g: np.ndarray) -> np.ndarray:
    back = W.T @ g
    back[z <= 0] = 0
    return np.asarray(back)


def _drops_entries(trials: Trials) -> bool:
    """Right where every unit is on; where one is off, the shapes do not fit."""
    return all(
        trial.right if np.all(trial.case.args[1] > 0) else type_name(trial.call.error) == "ValueError"
        for trial in trials
    )


EXERCISE = exercise(
    "layer_backward",
    Cases(
        _case(_W1, [0.5, -1.0], [1.0, 10.0], [1.0, 2.0], SQUARE),
        _case(_W1, [-2.0, 0.25], [3.0, -2.0], [6.0, -1.0], SQUARE),
        _case(_W2, [1.0, -0.5, 3.0], [1.0, 1.0, -2.0], [5.0, -3.0, -7.5], SQUARE),
        _case(_W2, [0.0, 1.5, -1.0], [4.0, 2.0, 1.0], [0.0, 6.0, 2.0], AT_ZERO),
        _case(_W2, [2.0, 0.0, 0.0], [-1.0, 2.0, 5.0], [-2.0, 1.0, -0.5], AT_ZERO),
        _case(_W2[:2], [1.0, 2.0], [2.0, -1.0], [4.0, -5.0, 0.0], ALL_ON),
        _case(_W2[:, :1], [1.0, -1.0, 3.0], [1.0, 2.0, 4.0], [-4.0], WIDENING),
        _case(_W1, [-1.0, -3.0], [2.0, 5.0], [0.0, 0.0], ALL_OFF),
        _case(_W2[1:2], [2.0], [3.0], [0.0, 9.0, 3.0], ONE_UNIT),
        _case(_W1, [2.0**-18, -(2.0**-36)], [2.003, 4.0], [2.003, 4.006], NEAR_ZERO),
        new=True,
    ),
    mistakes={
        "mask-missing": (lambda W, z, g: W.T @ g, lambda W, z, g: W.T @ (g * (z != 0))),
        "mask-on-the-wrong-side": (
            lambda W, z, g: (W.T @ g) * (z > 0),
            _gates_inputs,
            lambda W, z, g: (W.T @ (g * (z > 0))) * (z > 0),
        ),
        "entries-dropped": lambda W, z, g: W.T @ g[z > 0],
        "mask-inverted": (lambda W, z, g: W.T @ (g * (z < 0)), lambda W, z, g: W.T @ (g * (z <= 0))),
        "zero-counts-as-active": lambda W, z, g: W.T @ (g * (z >= 0)),
        "zero-counts-half": lambda W, z, g: W.T @ (g * np.heaviside(z, 0.5)),
        "leaky-mask": (
            lambda W, z, g: W.T @ np.where(z > 0, g, 0.01 * g),
            lambda W, z, g: W.T @ np.where(z > 0, g, 0.1 * g),
            lambda W, z, g: W.T @ np.where(z > 0, g, 0.2 * g),
            lambda W, z, g: W.T @ np.where(z > 0, g, 0.3 * g),
        ),
        "sign-for-its-slope": (
            lambda W, z, g: W.T @ (g * np.sign(z)),
            lambda W, z, g: W.T @ np.where(z > 0, g, -g),
        ),
        "activation-for-its-slope": lambda W, z, g: W.T @ (g * np.maximum(z, 0)),
        "pre-activation-for-its-slope": (lambda W, z, g: W.T @ (g * z), lambda W, z, g: (W.T @ g) * z),
        "gate-on-the-gradient": (
            lambda W, z, g: W.T @ np.maximum(g, 0),
            lambda W, z, g: W.T @ (g * (g > 0) * (z > 0)),
            lambda W, z, g: W.T @ (z * (g > 0)),
            lambda W, z, g: np.maximum(W.T @ g, 0),
            lambda W, z, g: np.maximum(W.T @ (g * (z > 0)), 0),
        ),
        "brackets-missing": lambda W, z, g: W.T @ (g * z > 0),
        "gradient-ignored": (
            lambda W, z, g: W.T @ (z > 0),
            lambda W, z, g: W.T @ np.maximum(z, 0),
            lambda W, z, g: W.T @ z,
        ),
        "weights-ignored": lambda W, z, g: g * (z > 0),
        "matrix-for-its-transpose": (
            lambda W, z, g: W @ (g * (z > 0)),
            lambda W, z, g: W @ g,
            lambda W, z, g: (W @ g) * (z > 0),
        ),
        "inverse-for-its-transpose": (
            lambda W, z, g: np.linalg.inv(W) @ (g * (z > 0)),
            lambda W, z, g: np.linalg.pinv(W) @ (g * (z > 0)),
        ),
        "rows-for-columns": (
            lambda W, z, g: np.sum(W * (g * (z > 0)), axis=0),
            lambda W, z, g: np.sum(W * g, axis=0),
        ),
        "sum-over-the-inputs": lambda W, z, g: np.sum(W * (g * (z > 0))[:, None], axis=1),
        "overwritten-for-added": (
            lambda W, z, g: W[-1] * g[-1] * (z[-1] > 0),
            lambda W, z, g: W[z > 0][-1] * g[z > 0][-1] if np.any(z > 0) else np.zeros(W.shape[1]),
        ),
        "product-of-sums": lambda W, z, g: np.sum(g * (z > 0)) * np.sum(W, axis=0),
        "mean-for-sum": lambda W, z, g: np.mean(W * (g * (z > 0))[:, None], axis=0),
        "not-summed": (lambda W, z, g: W * (g * (z > 0))[:, None], lambda W, z, g: W.T * (g * (z > 0))),
        "gradient-of-the-weights": (
            lambda W, z, g: np.outer(g * (z > 0), z),
            lambda W, z, g: np.outer(g * (z > 0), np.maximum(z, 0)),
            lambda W, z, g: np.outer(g, z),
        ),
        "value-for-gradient": (lambda W, z, g: g @ np.maximum(z, 0), lambda W, z, g: g @ z),
        "changes-its-input": (_gates_g_in_place, _gates_z_in_place),
    },
    shown_by={"entries-dropped": _drops_entries},
    hidden=3,
    prompt=Prompt(1, "`W = [[1, 2], [-3, 0.5]]`, `z = [-2, 0.25]` and `g = [3, -2]`. Which is the gradient?"),
)
