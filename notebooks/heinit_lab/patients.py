"""The twenty networks of lesson 6 as data, and more of their kinds, which no student has seen.

A story says what somebody did, and the illnesses what a report shows of that; see `heinit_lab.clinic`.
A convolution stands as a dense layer with as many inputs as a unit of the convolution adds up.
"""

from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from heinit_lab.clinic import ILLNESSES, Patient, measure
from heinit_lab.digits import CLASSES
from heinit_lab.networks import TRUNCATED_STD

_WIDE, _DEEP = (64, *(512,) * 3, CLASSES), (64,) * 41 + (CLASSES,)
# no wider than 64: OpenBLAS spreads larger products over threads, which costs ten times the processor time
_NARROWING = (64, 56, 48, 40, 36, 32, CLASSES)

_ALL = (
    Patient("he", "He's rule, and a small last matrix."),
    Patient("factor-forgotten", "The factor 2 was forgotten.", ("vanishing",), c=1.0),
    Patient("channels-counted", "3 × 3 convolutions, only the channels counted.", ("exploding",), c=18.0),
    Patient("uncentred", "Pixels not centred.", ("dead",), shift=8.0),
    Patient(
        "loud-scores",
        "He's rule, and a last matrix of variance 1.",
        ("loud",),
        last=64.0,
    ),
    Patient("small-bias", "He's rule, all biases at 0.01.", bias=0.01),
    Patient(
        "not-scaled",
        "Standard deviation 1 throughout, at width 512.",
        ("exploding",),
        sizes=_WIDE,
        c=(64.0, 512.0, 512.0),
        last=512.0,
    ),
    Patient(
        "groups-forgotten",
        "Convolutions of 8 groups, all channels counted.",
        ("vanishing",),
        c=2 / 8,
    ),
    Patient("residual", "Residual branches by He's rule, added as they come.", ("exploding",), branch=1.0),
    Patient("large-rate", "He's rule, and a learning rate of 5.", ("rate",), rate=5.0),
    Patient(
        "bias-before-norm",
        "Biases of 1 before batch normalisation.",
        bias=1.0,
        normalised=True,
    ),
    Patient(
        "truncated",
        "Truncated at 2 σ and not corrected, 40 layers.",
        ("vanishing",),
        sizes=_DEEP,
        c=2 * TRUNCATED_STD**2,
    ),
    Patient("negative-bias", "He's rule, all biases at -1.", ("vanishing",), bias=-1.0),
    Patient(
        "fan-out",
        "He's rule by outputs, layers that narrow.",
        sizes=_NARROWING,
        c=tuple(2 * a / b for a, b in pairwise(_NARROWING[:-1])),
    ),
    Patient(
        "wrong-axis",
        "A kernel (3, 3, 64, 64), its axes misread.",
        ("vanishing",),
        c=2 * (3 * 3 * 64) / (3 * 64 * 64),
    ),
    Patient("residual-scaled", "Branches scaled by 1/√L.", branch=12**-0.5),
    Patient("xavier", "Xavier's rule under ReLU, 40 layers.", ("vanishing",), sizes=_DEEP, c=1.0),
    Patient("half-precision", "Weights too small by 2, in 16 bits.", ("vanishing",), c=0.5, dtype="float16"),
    Patient(
        "shared-matrix", "One matrix in all hidden layers.", ("exploding",), sizes=_DEEP, shared=True, seed=6
    ),
    Patient(
        "two-at-once",
        "Pixels not centred, and the factor 2 forgotten.",
        ("vanishing", "dead"),
        c=1.0,
        shift=16.0,
    ),
)
PATIENTS = {patient.name: patient for patient in _ALL}

# Of the kinds that more networks are drawn from: the network that is changed, and the ends between which one
# of its numbers is drawn, on a scale of logarithms. Every dose is far from where an illness begins.
_HEALTHY = (
    ("he", "rate", 0.0005, 0.005),
    ("small-bias", "bias", 0.001, 0.03),
    ("bias-before-norm", "bias", 0.1, 3.0),
    ("residual-scaled", "branch", 0.1, 0.3),
    ("fan-out", "rate", 0.0005, 0.005),
)
_SICK = (
    ("factor-forgotten", "c", 0.5, 1.0),
    ("wrong-axis", "c", 0.05, 0.3),
    ("negative-bias", "bias", -2.0, -1.0),
    ("channels-counted", "c", 10.0, 50.0),
    ("residual", "branch", 0.95, 1.3),
    ("uncentred", "shift", 8.0, 16.0),
    ("loud-scores", "last", 64.0, 300.0),
    ("large-rate", "rate", 5.0, 50.0),
    ("two-at-once", "c", 0.5, 1.0),
)


@lru_cache(maxsize=4)
def unseen(seed: int, count: int, *, healthy: bool) -> tuple[tuple[dict[str, Any], Patient], ...]:
    """So many reports of networks drawn anew, each with its network: every kind as often as the others."""
    rng, kinds, seen = np.random.default_rng(seed), _HEALTHY if healthy else _SICK, []
    for place in range(count):
        name, field, low, high = kinds[place % len(kinds)]
        dose = np.sign(low) * abs(low) * (high / low) ** rng.random()
        patient = replace(PATIENTS[name], **{field: dose}, seed=int(rng.integers(2**31)))
        seen.append((measure(patient), patient))
    return tuple(seen)


def truth(patient: Patient) -> dict[str, bool]:
    """Which illnesses a network has, by the name of each."""
    return {illness: illness in patient.illnesses for illness in ILLNESSES}
