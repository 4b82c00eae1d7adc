"""The exercises by name: a folder for each lesson, and in it a file for each exercise.

A file holds an `EXERCISE`: its public checks, and its mistakes as code. What a student reads about the
mistakes is in hints.toml. What several exercises share is in a module whose name begins with an underscore.
"""

import importlib
import pkgutil
from collections.abc import Iterable

from heinit_lab.checking.exercise import Exercise

# In the order of the notebooks; what is not listed here comes after them.
_ORDER = {
    "relu_half_killing": ("relu", "zero_share", "activity", "dead_units", "energy_kept"),
    "variance_derivation": ("second_moment", "relu_moments", "preact_variance", "weight_variance", "gain"),
    "worked_examples": ("he_std", "he_normal", "he_uniform", "sample_report", "draws_needed", "log_lr"),
    "xavier_comparison": ("xavier_std", "glorot_std", "he_over_glorot", "compare_table", "layer_backward"),
    "very_deep_networks": ("init_network", "forward_moments", "backward", "calibrate", "conv_fan_in"),
    "the_clinic": ("first_loss", "diagnose", "prescribe", "fan_in_out", "residual_scale"),
}


def _modules(package: str, order: Iterable[str]) -> list[str]:
    """The modules in a package's folder, those of `order` first; helpers are left out."""
    places = {name: place for place, name in enumerate(order)}
    modules = pkgutil.iter_modules(importlib.import_module(package).__path__)
    names = [module.name for module in modules if not module.name.startswith("_")]
    return sorted(names, key=lambda name: (places.get(name, len(places)), name))


def _exercises(lesson: str) -> tuple[Exercise, ...]:
    package = f"{__name__}.{lesson}"
    names = _modules(package, _ORDER.get(lesson, ()))
    return tuple(importlib.import_module(f"{package}.{name}").EXERCISE for name in names)


BY_LESSON: dict[str, tuple[Exercise, ...]] = {
    lesson: _exercises(lesson) for lesson in _modules(__name__, _ORDER)
}
EXERCISES: dict[str, Exercise] = {
    exercise.name: exercise for exercises in BY_LESSON.values() for exercise in exercises
}


def lesson_of(name: str) -> str:
    """The lesson that has an exercise of this name."""
    return next(lesson for lesson, exercises in BY_LESSON.items() if EXERCISES[name] in exercises)


def earlier(name: str) -> list[str]:
    """The names of the exercises that stand before one in its lesson."""
    for exercises in BY_LESSON.values():
        names = [exercise.name for exercise in exercises]
        if name in names:
            return names[: names.index(name)]
    return []
