"""`layer_backward`: a gradient on its way back through one layer."""

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.exercises._shared import exercise

_W1 = np.array([[1.0, 2.0], [-3.0, 0.5]])
_W2 = np.array([[2.0, -1.0, 0.5], [0.0, 3.0, 1.0], [-1.5, 1.0, 4.0]])


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


EXERCISE = exercise(
    "layer_backward",
    Cases(
        Case(_W1, np.array([0.5, -1.0]), np.array([1.0, 10.0]), want=np.array([1.0, 2.0])),
        Case(_W1, np.array([-2.0, 0.25]), np.array([3.0, -2.0]), want=np.array([6.0, -1.0])),
        Case(_W2, np.array([1.0, -0.5, 3.0]), np.array([1.0, 1.0, -2.0]), want=np.array([5.0, -3.0, -7.5])),
        Case(_W2, np.array([0.0, 1.5, -1.0]), np.array([4.0, 2.0, 1.0]), want=np.array([0.0, 6.0, 2.0])),
        Case(_W2, np.array([2.0, 0.0, 0.0]), np.array([-1.0, 2.0, 5.0]), want=np.array([-2.0, 1.0, -0.5])),
        Case(_W2[:2], np.array([1.0, 2.0]), np.array([2.0, -1.0]), want=np.array([4.0, -5.0, 0.0])),
        Case(_W2[:, :1], np.array([1.0, -1.0, 3.0]), np.array([1.0, 2.0, 4.0]), want=np.array([-4.0])),
        new=True,
    ),
    mistakes={
        "mask-missing": lambda W, z, g: W.T @ g,
        "mask-on-the-wrong-side": (lambda W, z, g: (W.T @ g) * (z > 0), _gates_inputs),
        "matrix-for-its-transpose": lambda W, z, g: W @ (g * (z > 0)),
        "zero-counts-as-active": lambda W, z, g: W.T @ (g * (z >= 0)),
        "activation-for-its-slope": lambda W, z, g: W.T @ (g * np.maximum(z, 0)),
        "gate-on-the-gradient": (
            lambda W, z, g: W.T @ np.maximum(g, 0),
            lambda W, z, g: W.T @ (g * (g > 0) * (z > 0)),
        ),
        "changes-its-input": (_gates_g_in_place, _gates_z_in_place),
    },
    hidden=3,
    prompt=Prompt(1, "`W = [[1, 2], [-3, 0.5]]`, `z = [-2, 0.25]` and `g = [3, -2]`. Which is the gradient?"),
)
