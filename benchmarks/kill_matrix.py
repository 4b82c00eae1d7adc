"""Which check catches which mistake, and calls it by its name: `heinit bench kill_matrix [--store]`.

Runs the public check and each hidden behaviour on every version of every named mistake, and on every right
answer; and the hidden checks on every mutant of every reference answer. `--store` writes
docs/kill-matrix.md, which a test holds to be current.
"""

import signal
import sys
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator
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
SEED = "kill matrix"
PATIENCE = 0.5  # seconds of processor time for one behaviour of a mutant
BEHAVIOURS = ("values", "shape", "purity", "randomness", "edge cases")
SYMMETRIC = "the larger of two numbers is the same in either order"
GRID = "the answer is asked for to 0.1 %, and this grid gives it"
GRIDS = ("10, -10, 10001", "-10, 11, 10001", "-10, 9, 10001", "-10, 10, 10002", "-10, 10, 10000", "-10, 10")
HALF = "the float type is free, and draws of 11 bits have the same law"
MIRRORED = "the law is the same on both sides of 0"
DRAWN = ("rng.normal(0, he_std(n_in), size=(n_out, n_in))", "rng.uniform(-b, b, size=(n_out, n_in))")
BETWEEN = "no network of the course lies between the two thresholds"
QUIET = "the last matrix may be as small as one likes"
LAST, FANS = "stds[-1] = np.sqrt(0.1 / sizes[-2])", "(across, each) if transposed else (each, across)"
LOOP = "for W, gate in zip(reversed(Ws), reversed(gates)"
# Mutants that no check can kill, since they do the same, each with the reason.
EQUIVALENT = {
    ("relu", "return np.maximum(x, 0) → return np.maximum(0, x)"): SYMMETRIC,
    **{
        ("gain", f"z = np.linspace(-10, 10, 10001) → z = np.linspace({grid})"): GRID
        for grid in (*GRIDS, "-11, 10, 10001", "-9, 10, 10001")
    },
    (
        "compare_table",
        "n = np.asarray(ns, dtype=float) → n = np.asarray(ns)",
    ): "division makes floats of them",
    (
        "compare_table",
        "n = np.asarray(ns, dtype=float) → n = np.abs(ns, dtype=float)",
    ): "numbers of inputs are above 0",
    (
        "compare_table",
        "return np.column_stack([n, xavier, he, he / xavier]) → "
        "return np.column_stack([ns, xavier, he, he / xavier])",
    ): "the same numbers, which the array makes floats of",
    (
        "gain",
        "return 1 / kept → return np.asarray(1 / kept).astype(np.float16)",
    ): "11 bits are more than 0.1 % asks for",
    **{
        (name, f"return {drawn} → return {changed}"): why
        for name, drawn in zip(("he_normal", "he_uniform"), DRAWN, strict=True)
        for changed, why in ((f"-{drawn}", MIRRORED), (f"np.asarray({drawn}).astype(np.float16)", HALF))
    },
    ("forward_moments", "h = np.maximum(h @ W.T, 0) → h = np.maximum(0, h @ W.T)"): SYMMETRIC,
    ("forward_moments", "moments = [np.mean(h ** 2)] → moments = [np.mean(x ** 2)]"): "h is x there",
    ("backward", "h = np.maximum(z, 0) → h = np.maximum(0, z)"): SYMMETRIC,
    (
        "backward",
        "h = np.maximum(z, 0) → h = np.maximum(z, 0, out=z)",
    ): "z is an array of its own, and wanted no more",
    **{
        ("backward", f"{LOOP}, strict=True): → {LOOP}{rest}):"): "there are as many gates as matrices"
        for rest in ("", ", strict=False")
    },
    ("calibrate", "h = np.maximum(h @ W.T, 0) → h = np.maximum(0, h @ W.T)"): SYMMETRIC,
    **{
        ("diagnose", f"{line} → {line.replace(*changed)}"): BETWEEN
        for line, *changes in (
            ("vanishing = left < 0.01", ("<", "<=")),
            ("exploding = not left < 100", ("<", "<="), ("100", "99"), ("100", "101")),
            ("dead = report['dead'][0] > 0.25", (">", ">=")),
            ("loud = not exploding and report['loss'] > np.log(report['classes']) + 1", (">", ">=")),
            ("rate = not exploding and (not loud) and (max(report['update']) > 0.1)", (">", ">=")),
        )
        for changed in changes
    },
    **{
        ("prescribe", f"{LAST} → stds[-1] = {smaller}"): QUIET
        for smaller in ("np.square(0.1 / sizes[-2])", "0.1 / sizes[-2]", "np.sqrt(0.1 // sizes[-2])")
    },
    ("prescribe", "return stds → return np.asarray(stds).astype(np.float16)"): "11 bits are enough for it",
    ("fan_in_out", f"return {FANS} → return np.asarray({FANS}).astype(int)"): "whole numbers made whole",
}


@dataclass(frozen=True)
class Row:
    """A named mistake: in how many of its versions each check finds it, and its name is the only one given.

    public, hidden: caught and called by its name. caught: for each behaviour that the exercise has.
    """

    exercise: str
    mistake: str
    versions: int
    public: tuple[int, int]
    hidden: tuple[int, int]
    caught: dict[str, int]

    def line(self) -> str:
        """The row of the table."""
        cells = [f"{self.caught[b]}/{self.versions}" if b in self.caught else "" for b in BEHAVIOURS]
        both = [
            f"{caught}/{self.versions}, {named}/{self.versions}"
            for caught, named in (self.public, self.hidden)
        ]
        return f"| {' | '.join((f'`{self.exercise}`', self.mistake, *both, *cells))} |"


def references() -> dict[str, Callable[..., Any]]:
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
    answers = (references()[exercise], *RIGHT[exercise])
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
    made = mutants(references()[exercise])  # type: ignore[arg-type]
    return [mutant for mutant in made if not (whole and mutant.change.endswith(".astype(int)"))]


def survives(mutant: Mutant) -> bool:
    """Whether a mutant gets every point. Looking stops at the first behaviour that it lacks.

    A mutant that goes on for ever is stopped, and does not survive.
    """
    for behaviour in HIDDEN[mutant.name]:
        seed = zlib.crc32(f"{SEED}/{mutant.name}/{behaviour.name}".encode())
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"), patience():
                warnings.simplefilter("ignore")
                if behaviour.probe(mutant.function, np.random.default_rng(seed)).finding is not None:
                    return False
        except TimeoutError:
            return False
    return True


@contextmanager
def patience() -> Iterator[None]:
    """Raise TimeoutError after PATIENCE seconds of processor time."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, PATIENCE, PATIENCE)  # again for each further case
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _mutants_of(exercise: str) -> tuple[int, list[str]]:
    made = of_reference(exercise)
    return len(made), [mutant.change for mutant in made if survives(mutant)]


def _row(key: tuple[str, str]) -> Row:
    return row(*key)


def page(
    rows: Iterable[Row],
    right: dict[str, tuple[int, int]],
    others: dict[str, tuple[int, int]],
    mutated: dict[str, tuple[int, list[str]]],
) -> Iterator[str]:
    """The lines of the page."""
    rows = list(rows)
    total = sum(r.versions for r in rows)
    yield from INTRODUCTION
    yield "| what | how many | caught | called by its name, and no other |"
    yield "|---|---|---|---|"
    for which, counts in (
        ("public check", [r.public for r in rows]),
        ("when graded", [r.hidden for r in rows]),
    ):
        yield (
            f"| {len(rows)} named mistakes in {total} versions, {which} "
            f"| {total} | {sum(c for c, _ in counts)} | {sum(n for _, n in counts)} |"
        )
    n, good = (sum(pair[k] for pair in right.values()) for k in (0, 1))
    yield ""
    yield (
        f"Of {n} right answers, the references among them, {good} get every point and no mistake's name, "
        "in both checks."
    )
    n, good = (sum(pair[k] for pair in others.values()) for k in (0, 1))
    yield (
        f"Of {n} wrong answers that are none of the named mistakes, {good} lose points and are given "
        "no name, in both checks."
    )
    alive = [(name, change) for name, (_, changes) in mutated.items() for change in changes]
    count = sum(number for number, _ in mutated.values())
    yield (
        f"Of {count} mutants of the {len(mutated)} reference answers, {count - len(alive)} lose points when "
        f"graded; {len(alive)} do what the answer does, and are listed below."
    )
    yield from ("", "## Named mistakes", "")
    yield "Each cell: in how many of the versions. For the two checks: caught, called by its name."
    yield "A behaviour that is empty is not asked for in that exercise."
    yield ""
    yield f"| exercise | mistake | public check | when graded | {' | '.join(BEHAVIOURS)} |"
    yield "|---|---|---|---|" + "---|" * len(BEHAVIOURS)
    yield from (r.line() for r in rows)
    yield from ("", "## Right answers and mutants", "")
    yield "| exercise | right answers | accepted | mutants | killed |"
    yield "|---|---|---|---|---|"
    for name, (number, changes) in mutated.items():
        yield exercise_line(name, right[name], number, number - len(changes))
    yield from ("", "## Mutants that survive", "")
    yield "| exercise | change | why it is no mistake |"
    yield "|---|---|---|"
    for name, change in alive:
        yield survivor_line(name, change)


def exercise_line(name: str, right: tuple[int, int], made: int, killed: int) -> str:
    """The row of an exercise's right answers and mutants."""
    return f"| `{name}` | {right[0]} | {right[1]} | {made} | {killed} |"


def survivor_line(name: str, change: str) -> str:
    """The row of a mutant that survives."""
    before, _, after = change.partition(" → ")
    return f"| `{name}` | `{before}` → `{after}` | {EQUIVALENT.get((name, change), '**a gap**')} |"


INTRODUCTION = (
    "# Kill matrix",
    "",
    "Which check catches which mistake, and calls it by its name. Made by",
    "`./heinit bench kill_matrix --store`; `tests/test_kill_matrix.py` holds it to be current.",
    "",
    "A mistake has several versions. A few are part of the exercise itself; the others, in",
    "`tests/variants/`, make the same mistake in different code. Most of these were never used to build a",
    "check. Some in `further/` went unrecognised at first, and recognition was made broader for them.",
    "",
    "A mutant is a reference answer with one small change. The change is one of these:",
    "",
    "- another operator, comparison, constant, function or name;",
    "- operands or arguments swapped, or one of them left out;",
    "- a statement, an index, an end of a slice or a transposition removed;",
    "- a loop that ends one round early or begins one round late;",
    "- a result negated, rounded to 11 bits, made whole, short of a part, or missing;",
    "- another Generator than the one passed in;",
    "- an argument overwritten.",
    "",
)


def main() -> None:
    """Make the page, print it or store it, and say what is not as it should be."""
    with ProcessPoolExecutor() as pool:
        mutated = dict(zip(EXERCISES, pool.map(_mutants_of, EXERCISES), strict=True))
        right = dict(zip(EXERCISES, pool.map(accepted, EXERCISES), strict=True))
        others = dict(zip(EXERCISES, pool.map(nameless, EXERCISES), strict=True))
        rows = list(pool.map(_row, named_mistakes(), chunksize=4))
    text = "\n".join(page(rows, right, others, mutated)) + "\n"
    if "--store" in sys.argv:
        PAGE.write_text(text, encoding="utf-8")
    else:
        print(text)
    alive = {(name, change) for name, (_, changes) in mutated.items() for change in changes}
    gaps = [f"{name}: {change} survives" for name, change in sorted(alive - set(EQUIVALENT))]
    gaps += [f"{name}: {change} is said to survive" for name, change in sorted(set(EQUIVALENT) - alive)]
    gaps += [r.line() for r in rows if {*r.public, *r.hidden} != {r.versions}]
    gaps += [
        f"{name}: {pair[1]} of {pair[0]} {kind} answers"
        for kind, pairs in (("right", right), ("nameless", others))
        for name, pair in pairs.items()
        if len(set(pair)) > 1
    ]
    print("\n".join(gaps) or "No gaps.", file=sys.stderr)


if __name__ == "__main__":
    main()
