"""`diagnose`: from the report of a network to its illnesses."""

from collections.abc import Callable, Sequence
from math import log
from typing import Any

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.clinic import ILLNESSES
from heinit_lab.exercises._shared import exercise

NetworkReport = dict[str, Any]
PARTS = tuple(ILLNESSES)
LEVEL, CALM = (1.0, 0.9, 1.1, 0.8), (0.002, 0.003, 0.002, 0.004)
HEALTHY, LOST, BURST, FAULTY = (
    "a healthy network",
    "a signal that is lost",
    "a signal that bursts",
    "a level signal and another illness",
)


def report(
    forward: Sequence[float] = LEVEL,
    *,
    backward: Sequence[float] = LEVEL[::-1],
    dead: Sequence[float] = (0.0, 0.1, 0.3),
    loss: float = 2.4,
    classes: int = 10,
    update: Sequence[float] = CALM,
) -> NetworkReport:
    """A report of three hidden layers, healthy but for what is given."""
    arrays = {"forward": forward, "backward": backward, "dead": dead, "update": update}
    return {name: np.array(numbers) for name, numbers in arrays.items()} | {"loss": loss, "classes": classes}


def case(kind: str, ill: str = "", **numbers: Any) -> Case:
    """A report, and its illnesses with a comma between them."""
    names = ill.split(", ")
    return Case(report(**numbers), want={name: name in names for name in ILLNESSES}, kind=kind)


def _answer_with(
    left: Callable[[NetworkReport], Any] = lambda r: r["forward"][-1] / r["forward"][0],
    *,
    exploding: Callable[[Any], Any] = lambda left: not left < 100,
    dead: Callable[[Any], Any] = lambda shares: shares[0],
    loud: Callable[[NetworkReport], Any] = lambda r: r["loss"] > log(r["classes"]) + 1,
    update: Callable[[Any], Any] = lambda steps: np.max(steps),
    first_causes: bool = True,
) -> Callable[[NetworkReport], dict[str, Any]]:
    """A right answer but for what is given."""

    def diagnose(report: NetworkReport) -> dict[str, Any]:
        burst = exploding(left(report))
        noisy = loud(report) and not (burst and first_causes)
        return {
            "vanishing": left(report) < 0.01,
            "exploding": burst,
            "dead": dead(report["dead"]) > 0.25,
            "loud": noisy,
            "rate": update(report["update"]) > 0.1 and not ((burst or noisy) and first_causes),
        }

    return diagnose


_right = _answer_with()


def _first_alone(report: NetworkReport) -> dict[str, Any]:
    names = [name for name, ill in _right(report).items() if ill]
    return {name: name in names[:1] for name in PARTS}


def _emptied(report: NetworkReport) -> dict[str, Any]:
    diagnosis = _right(report)
    report["forward"] /= report["forward"][0]
    report["dead"][:] = 0
    return diagnosis


BURSTS = {"forward": (1.0, 10.0, 200.0, 3000.0), "loss": 80.0, "update": (2.0, 3.0, 1.0, 0.5)}
NO_NUMBERS = {"loss": np.nan, "update": (np.nan, np.nan, np.nan, np.nan)}

EXERCISE = exercise(
    "diagnose",
    Cases(
        case(HEALTHY),
        case(LOST, "vanishing", forward=(1.0, 0.05, 0.002, 0.0001), loss=2.3),
        case(BURST, "exploding", **BURSTS),
        case(FAULTY, "dead", dead=(0.4, 0.5, 0.5)),
        case(FAULTY, "loud", loss=9.0, update=(0.3, 0.2, 0.2, 0.1)),
        case(FAULTY, "rate", update=(0.2, 0.01, 0.01, 0.02)),
        case(HEALTHY, classes=100, loss=5.0, dead=(0.05, 0.3, 0.5)),
        case(FAULTY, "loud", classes=2, loss=2.5),
        case(HEALTHY, forward=(300.0, 280.0, 310.0, 200.0), dead=(0.1, 0.4, 0.5)),
        case(LOST, "vanishing", forward=(400.0, 20.0, 1.0, 0.5)),
        case(BURST, "exploding", forward=(1.0, 1e20, np.inf, np.nan), **NO_NUMBERS),
        case(BURST, "exploding", forward=(1.0, np.inf, np.nan, np.nan), **NO_NUMBERS),
        case(LOST, "vanishing, dead", forward=(1.0, 0.03, 0.004, 0.0005), dead=(0.4, 0.4, 0.5), loss=2.3),
        case(FAULTY, "dead, rate", dead=(0.3, 0.4, 0.4), update=(0.02, 0.02, 0.15, 0.01)),
        case(HEALTHY, backward=(150.0, 30.0, 6.0, 1.0)),
        case(HEALTHY, backward=(0.005, 0.05, 0.3, 1.0)),
    ),
    mistakes={
        "not-a-number-is-healthy": _answer_with(exploding=lambda left: left > 100),
        "consequences-named": _answer_with(first_causes=False),
        "dead-in-any-layer": (
            _answer_with(dead=lambda shares: np.max(shares)),
            _answer_with(dead=lambda shares: shares[-1]),
            _answer_with(dead=lambda shares: np.mean(shares)),
        ),
        "ten-classes-assumed": _answer_with(loud=lambda r: r["loss"] > log(10) + 1),
        "any-loss-is-loud": (
            _answer_with(loud=lambda r: r["loss"] > log(r["classes"])),
            _answer_with(loud=lambda r: r["loss"] >= log(r["classes"])),
        ),
        "input-forgotten": _answer_with(lambda r: r["forward"][-1]),
        "fraction-upside-down": _answer_with(lambda r: r["forward"][0] / r["forward"][-1]),
        "update-averaged": (
            _answer_with(update=lambda steps: np.mean(steps)),
            _answer_with(update=lambda steps: steps[-1]),
            _answer_with(update=lambda steps: np.min(steps)),
        ),
        "backward-for-forward": (
            _answer_with(lambda r: r["backward"][-1] / r["backward"][0]),
            _answer_with(lambda r: r["backward"][0] / r["backward"][-1]),
        ),
        "first-illness-only": _first_alone,
        "changes-its-input": _emptied,
    },
    hidden=3,
    prompt=Prompt(5),
    parts=PARTS,
)
