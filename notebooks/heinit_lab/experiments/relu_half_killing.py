"""Lesson 1: the units of every layer, counted over a whole batch."""

from collections.abc import Iterable

import numpy as np

from heinit_lab.drivers import Answer, Driver, driver, fallbacks

PAIR = np.array([[1.0, -1.0], [2.0, -3.0]])


def activity_driver(activity: Answer) -> Driver:
    """The student's `activity`, or the lesson's own until it is solved."""
    return driver("activity", activity, lambda Z: ((Z > 0).mean(axis=1), (Z > 0).mean(axis=0)), PAIR)


class UnitCounter:
    """Counts units by the student's functions, or by the lesson's own until these are solved.

    words: which of the two are the lesson's own, as a sentence, or ''.
    """

    def __init__(self, activity: Answer, dead_units: Answer) -> None:
        drivers = (
            activity_driver(activity),
            driver("dead_units", dead_units, lambda Z: (Z <= 0).all(axis=0), PAIR),
        )
        self._activity, self._dead = (each.function for each in drivers)
        self.words = fallbacks(*drivers)

    def __call__(self, zs: Iterable[np.ndarray]) -> np.ndarray:
        """Three shares of each layer's units: dead in the batch, never off, and on, on average.

        zs: pre-activations (examples, units), none of them exactly 0. Returns an array (3, layers).
        """
        counts = [(self._dead(z), self._dead(-z), self._activity(z)[0]) for z in zs]
        return np.array([[np.mean(part) for part in layer] for layer in counts]).T
