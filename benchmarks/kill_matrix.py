"""Which check catches which mistake, and calls it by its name: `heinit bench kill_matrix [--store]`.

Runs the public check and each hidden behaviour on every version of every named mistake, and on every right
answer; and the hidden checks on every mutant of every reference answer. `--store` writes
docs/kill-matrix.md, which a test holds to be current.
"""

import signal
import sys
import tomllib
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from autograder.hidden_tests import HIDDEN, assess
from autograder.lessons import lessons
from benchmarks.mutants import Mutant, mutants
from heinit_lab.checking.check import examine, report_on
from heinit_lab.checking.trials import Cases
from heinit_lab.exercises import BY_LESSON, EXERCISES
from tests.variants import MISTAKES, RIGHT, UNNAMED

PAGE = Path(__file__).resolve().parents[1] / "docs" / "kill-matrix.md"
HEAD, ALIKE = Path(__file__).with_suffix(".md"), Path(__file__).with_suffix(".toml")
SEED = "kill matrix"
PATIENCE = 0.5  # seconds of processor time for one behaviour of a mutant
Counts = dict[str, tuple[int, int]]  # by exercise: how many answers, and how many of them as they should be
BEHAVIOURS = ("values", "shape", "purity", "randomness", "edge cases")
# Mutants that no check can kill, since they do the same, each with the reason.
EQUIVALENT = {
    (exercise, change): section["why"]
    for exercise, sections in tomllib.loads(ALIKE.read_text(encoding="utf-8")).items()
    for section in sections
    for change in section["changes"]
}


@dataclass(frozen=True)
class Row:
    """A named mistake, and how many of its versions each check catches.

    public, hidden: how many are caught, and how many get this name alone. caught: how many get no points for
    a behaviour, for each behaviour of the exercise.
    """

    exercise: str
    mistake: str
    versions: int
    public: tuple[int, int]
    hidden: tuple[int, int]
    caught: dict[str, int]

    def line(self) -> str:
        """The row of the table."""
        of = f"/{self.versions}"
        checks = [f"{caught}{of}, {named}{of}" for caught, named in (self.public, self.hidden)]
        cells = [f"{self.caught[b]}{of}" if b in self.caught else "" for b in BEHAVIOURS]
        return f"| {' | '.join((f'`{self.exercise}`', self.mistake, *checks, *cells))} |"


def _references() -> dict[str, Callable[..., Any]]:
    """The reference answers by name."""
    return {
        exercise.name: getattr(lesson.solutions, exercise.name)
        for lesson in lessons()
        for exercise in BY_LESSON[lesson.module]
    }


def versions(exercise: str, mistake: str) -> tuple[Callable[..., Any], ...]:
    """Every way in which a mistake is written: those that the checks know, and those that they do not."""
    known = next(m.wrong for m in EXERCISES[exercise].misconceptions if m.name == mistake)
    return (*known, *MISTAKES[exercise].get(mistake, ()))


def named_mistakes() -> list[tuple[str, str]]:
    """Every pair of an exercise and a mistake that has a name in it, in the order of the course."""
    return [(name, m.name) for name, exercise in EXERCISES.items() for m in exercise.misconceptions]


def row(exercise: str, mistake: str) -> Row:
    """Run every check on every version of a mistake."""
    written = versions(exercise, mistake)
    kinds = {behaviour.name: 0 for behaviour in HIDDEN[exercise]}
    public, hidden = [0, 0], [0, 0]
    for wrong in written:
        evidence = EXERCISES[exercise].probe(wrong)
        public[0] += report_on(EXERCISES[exercise], evidence).mark == "✗"
        public[1] += [m.name for m in EXERCISES[exercise].named(evidence)] == [mistake]
        assessment = assess(exercise, wrong, SEED, public=evidence)
        hidden[0] += assessment.score < assessment.max_score
        hidden[1] += assessment.misconceptions == (mistake,)
        for kind in kinds:
            kinds[kind] += not assessment.points[kind]
    return Row(exercise, mistake, len(written), tuple(public), tuple(hidden), kinds)  # type: ignore[arg-type]


def accepted(exercise: str) -> tuple[int, int]:
    """How many right answers there are, and how many get every point and no name, in both checks."""
    answers = (_references()[exercise], *RIGHT[exercise])
    verdicts = [(examine(exercise, right).mark, assess(exercise, right, SEED)) for right in answers]
    good = sum(mark == "✓" and o.score == o.max_score and not o.misconceptions for mark, o in verdicts)
    return len(answers), good


def nameless(exercise: str) -> tuple[int, int]:
    """How many wrong answers are no named mistake, and how many of them lose points and bear no name."""
    reports = [
        (EXERCISES[exercise].named(EXERCISES[exercise].probe(wrong)), assess(exercise, wrong, SEED))
        for wrong in UNNAMED[exercise]
    ]
    good = sum(not named and o.score < o.max_score and not o.misconceptions for named, o in reports)
    return len(reports), good


def of_reference(exercise: str) -> list[Mutant]:
    """The mutants of a reference answer; a whole number made whole is no mutant."""
    check = EXERCISES[exercise].check
    whole = isinstance(check, Cases) and isinstance(check.cases[0].want, int)
    every = mutants(_references()[exercise])  # type: ignore[arg-type]
    return [mutant for mutant in every if not (whole and mutant.change.endswith(".astype(int)"))]


def survives(mutant: Mutant) -> bool:
    """Whether a mutant gets every point. Looking stops at the first behaviour that it lacks.

    A mutant that goes on for ever is stopped, and does not survive.
    """
    for behaviour in HIDDEN[mutant.name]:
        seed = zlib.crc32(f"{SEED}/{mutant.name}/{behaviour.name}".encode())
        try:
            with patience():
                if behaviour.probe(mutant.function, np.random.default_rng(seed)).finding is not None:
                    return False
        except TimeoutError:
            return False
    return True


@contextmanager
def patience() -> Iterator[None]:
    """Raise TimeoutError after PATIENCE seconds of processor time, and warn of nothing until then."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, PATIENCE, PATIENCE)  # again for each further case
    try:
        with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):
            yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _mutants_of(exercise: str) -> tuple[int, list[str]]:
    mutated = of_reference(exercise)
    return len(mutated), [mutant.change for mutant in mutated if survives(mutant)]


def page(
    rows: Sequence[Row], right: Counts, others: Counts, mutated: dict[str, tuple[int, list[str]]]
) -> str:
    """The page. right, others: of each exercise, what `accepted` and `nameless` give."""
    versions = sum(r.versions for r in rows)
    checks = {"public check": [r.public for r in rows], "when graded": [r.hidden for r in rows]}
    alive = [(name, change) for name, (_, changes) in mutated.items() for change in changes]
    mutants = sum(number for number, _ in mutated.values())
    return HEAD.read_text(encoding="utf-8").format(
        summary="\n".join(
            f"| {len(rows)} named mistakes in {versions} versions, {check} "
            f"| {versions} | {sum(c for c, _ in counts)} | {sum(n for _, n in counts)} |"
            for check, counts in checks.items()
        ),
        right=sum(number for number, _ in right.values()),
        accepted=sum(good for _, good in right.values()),
        others=sum(number for number, _ in others.values()),
        nameless=sum(good for _, good in others.values()),
        mutants=mutants,
        answers=len(mutated),
        killed=mutants - len(alive),
        alive=len(alive),
        behaviours=" | ".join(BEHAVIOURS),
        mistakes="\n".join(r.line() for r in rows),
        exercises="\n".join(
            f"| `{name}` | {right[name][0]} | {right[name][1]} | {number} | {number - len(changes)} |"
            for name, (number, changes) in mutated.items()
        ),
        survivors="\n".join(survivor_line(name, change) for name, change in alive),
    )


def survivor_line(name: str, change: str) -> str:
    """The row of a mutant that survives."""
    before, _, after = change.partition(" → ")
    return f"| `{name}` | `{before}` → `{after}` | {EQUIVALENT.get((name, change), '**a gap**')} |"


def main() -> None:
    """Make the page, print it or store it, and say what is not as it should be."""
    with ProcessPoolExecutor() as pool:
        mutated = dict(zip(EXERCISES, pool.map(_mutants_of, EXERCISES), strict=True))
        right = dict(zip(EXERCISES, pool.map(accepted, EXERCISES), strict=True))
        others = dict(zip(EXERCISES, pool.map(nameless, EXERCISES), strict=True))
        rows = list(pool.map(row, *zip(*named_mistakes(), strict=True), chunksize=4))
    text = page(rows, right, others, mutated)
    if "--store" in sys.argv:
        PAGE.write_text(text, encoding="utf-8")
    else:
        print(text)
    alive = {(name, change) for name, (_, changes) in mutated.items() for change in changes}
    gaps = [f"{name}: {change} survives" for name, change in sorted(alive - set(EQUIVALENT))]
    gaps += [f"{name}: {change} is said to survive" for name, change in sorted(set(EQUIVALENT) - alive)]
    gaps += [r.line() for r in rows if {*r.public, *r.hidden} != {r.versions}]
    gaps += [
        f"{name}: {good} of {number} {kind} answers"
        for kind, counts in (("right", right), ("nameless", others))
        for name, (number, good) in counts.items()
        if good < number
    ]
    print("\n".join(gaps) or "No gaps.", file=sys.stderr)
