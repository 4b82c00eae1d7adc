"""The digits data: 1,797 images of 8 x 8 pixels, split once and for all, centred and scaled.

The origin and the licence of the images are in `data/README.md` beside this module.
"""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

__all__ = ["CLASSES", "Digits", "digits", "images"]

CLASSES = 10
_TRAIN = 1437


class Digits(NamedTuple):
    """The split data. Inputs are float32 of shape (examples, 64), labels integers of shape (examples,)."""

    train: np.ndarray
    train_labels: np.ndarray
    test: np.ndarray
    test_labels: np.ndarray


@cache
def images() -> tuple[np.ndarray, np.ndarray]:
    """All images as stored, uint8 of shape (1797, 8, 8) with values 0 to 16, and their labels (1797,)."""
    with (files("heinit_lab") / "data" / "digits.npz").open("rb") as file, np.load(file) as stored:
        pixels, labels = stored["images"], stored["labels"]
    pixels.flags.writeable = labels.flags.writeable = False
    return pixels, labels


@cache
def digits() -> Digits:
    """1,437 images to train on and 360 to test on, by one fixed permutation (seed 0).

    Both parts are centred on the training images' mean, pixel by pixel, and divided by one number, so that
    the second moment E[x^2] over all pixels of the training images is 1. The arrays cannot be written to.
    """
    pixels, labels = images()
    x = pixels.reshape(len(pixels), -1).astype(np.float64)
    order = np.random.default_rng(0).permutation(len(x))
    x, y = x[order], labels[order].astype(np.intp)
    x -= x[:_TRAIN].mean(axis=0)
    x /= np.sqrt(np.mean(x[:_TRAIN] ** 2))
    inputs = x.astype(np.float32)
    parts = Digits(inputs[:_TRAIN], y[:_TRAIN], inputs[_TRAIN:], y[_TRAIN:])
    for part in parts:
        part.flags.writeable = False
    return parts
