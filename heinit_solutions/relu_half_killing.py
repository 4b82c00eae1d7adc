"""Lesson 1: what ReLU takes from a layer, counted in units and counted in energy."""

import numpy as np


def relu(x: np.ndarray) -> np.ndarray:
    """The rectified linear unit, max(0, x), entry by entry.

    x: an array of any shape.
    Returns a new array of the same shape, in the units of x.
    """
    return np.maximum(x, 0)


def zero_share(H: np.ndarray) -> float:
    """Share of the entries that are exactly 0.

    H: an array of any shape with at least one entry; after ReLU, the outputs of a layer.
    Returns a float between 0 and 1.
    """
    return np.mean(H == 0)


def activity(Z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How often units are on (Z > 0), counted along each of the two directions.

    A unit at exactly 0 is off: its output is 0.

    Z: pre-activations, shape (examples, units), at least one of each.
    Returns two arrays of shares between 0 and 1:
        per_input, shape (examples,): for each example, the share of the units that it switches on
        per_unit, shape (units,): for each unit, the share of the examples that switch it on
    """
    on = Z > 0
    return on.mean(axis=1), on.mean(axis=0)


def dead_units(Z: np.ndarray) -> np.ndarray:
    """Which units no example switches on: their output is 0 for all of them.

    Z: pre-activations, shape (examples, units), at least one of each.
    Returns a boolean array of shape (units,). It speaks of these examples only; another one may
    switch the unit on.
    """
    return np.all(Z <= 0, axis=0)


def energy_kept(y: np.ndarray) -> float:
    """Share of the energy, the sum of squares, that survives ReLU.

    One half for numbers that lie symmetrically around 0 (He et al. 2015, section 2.2, between
    equations 7 and 8), whatever their scale; for others anything from 0 to 1.

    y: an array of any shape, not all zero.
    Returns a float between 0 and 1.
    """
    return np.sum(relu(y) ** 2) / np.sum(y**2)
