"""`layer_backward`: a gradient on its way back through one layer."""

from __future__ import annotations

import numpy as np

from heinit_lab.checking import Case, Cases, Exercise, Misconception, Prompt
from heinit_lab.exercises._shared import right_but_changes_its_input

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


EXERCISE = Exercise(
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
    misconceptions=(
        Misconception(
            "mask-missing",
            "Units that are off let the gradient through here. Where z is negative, relu(z) does not move, "
            "and nothing comes back.",
            (lambda W, z, g: W.T @ g,),
        ),
        Misconception(
            "mask-on-the-wrong-side",
            "The gate stands on the side of the inputs here. It belongs to the units, one for each row of W, "
            "before the weights carry the gradient back.",
            (lambda W, z, g: (W.T @ g) * (z > 0), _gates_inputs),
        ),
        Misconception(
            "matrix-for-its-transpose",
            "The gradient goes forward through W here. Backwards, input i collects from *column* i of W.",
            (lambda W, z, g: W @ (g * (z > 0)),),
        ),
        Misconception(
            "zero-counts-as-active",
            "A unit at z = 0 exactly is open here. The course counts it as off: ReLU gives 0 there.",
            (lambda W, z, g: W.T @ (g * (z >= 0)),),
        ),
        Misconception(
            "activation-for-its-slope",
            "The gradient is multiplied by relu(z), the layer's output. Its *slope* belongs there: 1 or 0.",
            (lambda W, z, g: W.T @ (g * np.maximum(z, 0)),),
        ),
        Misconception(
            "gate-on-the-gradient",
            "The gate looks at the sign of g here. A unit is open or shut by its z, whatever comes back.",
            (lambda W, z, g: W.T @ np.maximum(g, 0), lambda W, z, g: W.T @ (g * (g > 0) * (z > 0))),
        ),
        Misconception(
            "changes-its-input",
            "The gradient is right, but an array that was passed in is not what it was. The layers still "
            "need it: work on a copy.",
            (_gates_g_in_place, _gates_z_in_place),
            shown_by=right_but_changes_its_input,
        ),
    ),
    hidden=3,
    prompt=Prompt(1, "`W = [[1, 2], [-3, 0.5]]`, `z = [-2, 0.25]` and `g = [3, -2]`. Which is the gradient?"),
)
