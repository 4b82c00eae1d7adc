"""The training race in full: every setting that lesson 5 speaks of, ten seeds each.

Run it with `heinit bench replication`. It prints one line for each setting. With `--write` it also keeps
the figures in `heinit_lab/data/replication.json`, from which lesson 5 draws its ten-seed figures. With
`--others` it runs twenty other seeds, by which `heinit bench claims` judges what the lessons say of races;
`--write` then keeps them in `autograder/claims/races.json`. These take twice as long. Names of settings, such
as "he 30", limit a run to these.
"""

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from importlib.resources import files
from math import isfinite
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import track
from rich.table import Table

from autograder.claims.measure import RACES
from heinit_lab.digits import digits
from heinit_lab.networks import draw
from heinit_lab.race import STUCK, Race, race, sizes

SEEDS = tuple(range(10))
OTHERS = tuple(range(10, 30))
RULES = {"he": 2.0, "xavier": 1.0}
DRAWN = {"he 10", "xavier 10", "he 30", "xavier 30", "xavier 30, calibrated", "he 30, uniform"}


@dataclass(frozen=True)
class Setting:
    """One kind of race. name: "he 30". c: of all matrices, or of each. calibrated: the drawn matrices are
    rescaled to second moment 1. law: of the weights; the order of the batches is that of normal ones.
    """

    name: str
    depth: int
    c: float | tuple[float, ...]
    options: dict[str, Any] = field(default_factory=dict)
    calibrated: bool = False
    law: str = "normal"

    def run(self, seed: int) -> Race:
        options = dict(self.options)
        if self.calibrated:
            options["weights"] = _calibrated_weights(self.depth, self.c, seed)
        elif self.law != "normal":
            options["weights"] = list(
                draw(sizes(self.depth), self.c, np.random.default_rng(seed), law=self.law)
            )
        return race(self.depth, self.c, seed, **options)


def settings() -> Iterator[Setting]:
    """All settings, in the order of the table."""
    for rule, c in RULES.items():
        for depth in (5, 8, 10, 12, 15, 20, 25, 30):
            yield Setting(f"{rule} {depth}", depth, c)
    for depth in (40, 50, 60):
        yield Setting(f"he {depth}", depth, 2.0)
    for depth in (12, 30):
        yield Setting(f"xavier {depth}, 60 epochs", depth, 1.0, {"epochs": 60})
    yield Setting("he 40, 60 epochs", 40, 2.0, {"epochs": 60})
    for rule, c in RULES.items():
        for rate in (0.0005, 0.01, 0.05):
            yield Setting(f"{rule} 30, rate {rate}", 30, c, {"rate": rate})
    for rule, c in RULES.items():
        yield Setting(f"{rule} 30, Adam", 30, c, {"optimiser": "adam"})
    for rule, c in RULES.items():
        yield Setting(f"{rule} 30, batch norm", 30, c, {"norm": "batch"})
    yield Setting("he 30, batch norm, last c 1", 30, (2.0,) * 29 + (1.0,), {"norm": "batch"})
    yield Setting("xavier 30, calibrated", 30, 1.0, calibrated=True)
    for depth in (40, 50):
        yield Setting(f"he {depth}, calibrated", depth, 2.0, calibrated=True)
    for width in (32, 128, 256):
        yield Setting(f"he 40, width {width}", 40, 2.0, {"width": width})
    for rule, c in RULES.items():
        yield Setting(f"{rule} 30, layer norm", 30, c, {"norm": "layer"})
        yield Setting(f"{rule} 30, bias 0.01", 30, c, {"bias": 0.01})
    yield Setting("he 30, uniform", 30, 2.0, law="uniform")
    for depth in (30, 40):
        yield Setting(f"he {depth}, orthogonal", depth, 2.0, law="orthogonal")
    for depth in (5, 10):
        yield Setting(f"framework {depth}", depth, 1 / 3)
    for depth in (10, 30):
        for c in (0.5, 1.5, 1.8, 2.2, 3.0, 4.0):
            yield Setting(f"c {c:g}, {depth}", depth, c)


def _calibrated_weights(depth: int, c: float | tuple[float, ...], seed: int) -> list[np.ndarray]:
    """The matrices that `race` would draw, each rescaled on the first 256 training images."""
    from heinit_solutions.very_deep_networks import calibrate

    drawn = list(draw(sizes(depth), c, np.random.default_rng(seed)))
    return calibrate(digits().train[:256], drawn)


def _summary(runs: Sequence[Race], drawn: bool) -> dict[str, Any]:
    """What is kept of a setting's runs: one entry a seed; a band of loss curves, if drawn.

    A loss that overflowed is None.
    """
    kept: dict[str, Any] = {
        "share": [round(run.share, 4) for run in runs],
        "loss": [round(run.losses[-1], 4) if isfinite(run.losses[-1]) else None for run in runs],
        "below_1": [run.first_below(1) for run in runs],
    }
    if drawn:
        epochs, rows = list(zip(*(run.losses for run in runs), strict=True)), (min, median, max)
        kept["loss_band"] = [[round(float(row(at)), 3) for at in epochs] for row in rows]
    return kept


def table(results: dict[str, dict[str, Any]], seeds: Sequence[int] = SEEDS) -> Table:
    shown = Table(title=f"{len(seeds)} seeds: least, median, greatest", box=SIMPLE, pad_edge=False)
    for heading in ("setting", "test share", "stuck", "last loss", "< 1 at"):
        shown.add_column(heading, justify="left" if heading == "setting" else "right", no_wrap=True)
    for name, kept in results.items():
        epochs = [epoch for epoch in kept["below_1"] if epoch is not None]
        when = f"{min(epochs)}-{max(epochs)}" if epochs else "never"
        shown.add_row(
            name,
            _spread(kept["share"]),
            str(sum(share < STUCK for share in kept["share"])),
            losses(kept["loss"]),
            when if len(epochs) in (0, len(seeds)) else f"{when} ({len(epochs)})",
        )
    return shown


def losses(values: Sequence[float | None]) -> str:
    """The spread of those that are numbers, and how many overflowed."""
    finite = [value for value in values if value is not None]
    words = [_spread(finite)] if finite else []
    if len(finite) < len(values):
        words.append(f"({len(values) - len(finite)} overflow)")
    return " ".join(words)


def _spread(values: Sequence[float]) -> str:
    return " ".join(f"{value:.2f}" for value in (min(values), median(values), max(values)))


def keep(path: Path, results: dict[str, dict[str, Any]]) -> None:
    """Write results to a file, beside what it has of other settings."""
    results = json.loads(path.read_text(encoding="utf-8")) | results
    kept = [setting.name for setting in settings() if setting.name in results]
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(results[name])}" for name in kept)
    path.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


def main() -> None:
    """Run everything, print the table; with --write, keep the figures; with --others, of other seeds."""
    seeds = OTHERS if "--others" in sys.argv else SEEDS
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    console = Console()
    names = {argument for argument in sys.argv[1:] if not argument.startswith("-")}
    wanted = [setting for setting in settings() if not names or setting.name in names]
    tasks = [(setting, seed) for setting in wanted for seed in seeds]
    began = time.perf_counter()
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        finished = track(
            pool.map(Setting.run, *zip(*tasks, strict=True)),
            "Races",
            len(tasks),
            console=console,
            transient=True,
        )
        runs = dict(zip(((setting.name, seed) for setting, seed in tasks), finished, strict=True))
    results = {
        setting.name: _summary(
            [runs[setting.name, seed] for seed in seeds], setting.name in DRAWN and seeds == SEEDS
        )
        for setting in wanted
    }
    console.print(table(results, seeds))
    console.print(f"{len(tasks)} races in {time.perf_counter() - began:.0f} s, NumPy {np.__version__}")
    if "--write" in sys.argv:
        path = RACES if seeds == OTHERS else Path(str(files("heinit_lab"))) / "data" / "replication.json"
        keep(path, results)
        console.print(f"kept in {path}")
