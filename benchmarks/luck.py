"""Whether a score depends on luck: `heinit bench luck [SEEDS [EXERCISE ...]]`.

Grades each wrong answer of the corpus, and each mutant of each reference answer, with so many seeds of the
hidden inputs, by default 20. An answer that does not get the same points with each seed is listed, with the
share of the seeds for each result.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat

from autograder.hidden_tests.grade import HIDDEN, probed
from benchmarks.kill_matrix import named_mistakes, of_reference, patience, versions
from heinit_lab.checking.observe import Function
from heinit_lab.exercises import EXERCISES
from tests.variants import UNNAMED

Points = tuple[float, ...]  # of each behaviour of an exercise

# Answers between right and wrong, whose points chance decides, by exercise and the beginning of their name.
_LOUD = "loud = not exploding and report['loss'] > np.log(report['classes'])"
_UNTRAINED = "whether the loss of an untrained network lies above ln k is chance"
TWO_SIDED: dict[tuple[str, str], str] = {
    ("diagnose", "any-loss-is-loud"): _UNTRAINED,
    ("diagnose", f"{_LOUD} + 1 → {_LOUD}"): _UNTRAINED,
}


def wrong_answers(exercise: str) -> Iterator[tuple[str, Function]]:
    """Each version of each named mistake, the wrong answers without a name, and the mutants, with labels."""
    for name, mistake in named_mistakes():
        if name == exercise:
            for i, wrong in enumerate(versions(name, mistake)):
                yield f"{mistake} {i}", wrong
    for i, wrong in enumerate(UNNAMED[exercise]):
        yield f"unnamed {i}", wrong
    for mutant in of_reference(exercise):
        yield mutant.change, mutant.function


def results(exercise: str, wrong: Function, seeds: int) -> Counter[Points]:
    """How many of the seeds give an answer which points; one that does not end gets none."""
    counts: Counter[Points] = Counter()
    for seed in range(seeds):
        try:
            with patience():
                points, _ = probed(exercise, wrong, f"luck {seed}")
        except TimeoutError:
            points = {behaviour.name: 0.0 for behaviour in HIDDEN[exercise]}
        counts[tuple(points.values())] += 1
    return counts


def _two_sided(exercise: str, seeds: int) -> tuple[int, dict[str, Counter[Points]]]:
    """How many answers were graded, and those with more than one result."""
    graded = list(wrong_answers(exercise))
    counts = {name: results(exercise, wrong, seeds) for name, wrong in graded}
    return len(graded), {name: counter for name, counter in counts.items() if len(counter) > 1}


def expected(exercise: str, name: str) -> str:
    """Why an answer may have several results, or ''."""
    beginnings = (why for (of, start), why in TWO_SIDED.items() if of == exercise and name.startswith(start))
    return next(beginnings, "")


def main() -> None:
    """Print every answer with more than one result, and how often it had each."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    names = sys.argv[2:] or list(EXERCISES)
    total = unexpected = 0
    with ProcessPoolExecutor(max_workers=int(os.environ.get("HEINIT_WORKERS", 0)) or None) as pool:
        every = pool.map(_two_sided, names, repeat(seeds))
        for name, (graded, counts) in zip(names, every, strict=True):
            total += graded
            for answer, counter in counts.items():
                shares = "; ".join(f"{n / seeds:.0%} {points}" for points, n in counter.most_common())
                why = expected(name, answer)
                unexpected += not why
                print(f"{name}: {answer}: {shares} {why}", flush=True)
    print(f"{total} answers with {seeds} seeds each: {unexpected} depend on luck, and should not.")
