"""What the checks say to wrong answers that students gave: `heinit bench hints [FILE ...]`.

Prints, by lesson, how many are called by a name, how many get a sentence on the pattern instead, and what
should not be: false messages (another name, or other words, than were decided on), hints that give the answer
away, and wrong answers that pass. FILE: TOML as in tests/wrong_answers, or a JSON list of {exercise, answer,
mistake}. An answer for which nothing was decided counts as false only where it is given several names.
"""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from heinit_lab.exercises import BY_LESSON, EXERCISES
from tests.wrong_answers import FILES, WrongAnswer, gives_away, read

COLUMNS = ("answers", "named", "pattern", "false", "given away", "passed")


def counted(answers: Iterable[WrongAnswer]) -> Counter[str]:
    """How many of the answers belong in each of COLUMNS."""
    counts: Counter[str] = Counter()
    for answer in answers:
        counts["answers"] += 1
        counts["named"] += bool(answer.names)
        counts["pattern"] += bool(answer.pattern)
        counts["false"] += bool(answer.fault) if answer.says else len(answer.names) > 1
        counts["given away"] += bool(gives_away(answer.exercise, " ".join(answer.message.lines)))
        counts["passed"] += answer.message.mark == "✓"
    return counts


def main() -> None:
    """Print the table, and every message and hint that should be another."""
    answers = [answer for path in (*FILES, *map(Path, sys.argv[1:])) for answer in read(path)]
    print(f"{'':24}" + "".join(f"{column:>12}" for column in COLUMNS))
    total: Counter[str] = Counter()
    for lesson, exercises in BY_LESSON.items():
        names = {exercise.name for exercise in exercises}
        counts = counted(answer for answer in answers if answer.exercise in names)
        total += counts
        print(_line(lesson, counts), flush=True)
    print(_line("all", total))
    for answer in answers:
        formula = gives_away(answer.exercise, " ".join(answer.message.lines))
        wrong = (answer.says and answer.fault) or (formula and f"gives {formula} away")
        wrong = wrong or ("passes" if answer.message.mark == "✓" else "")
        if wrong:
            print(f"{answer.exercise}: {answer.believes}: {wrong}")
    for hint in hints_that_give_away():
        print(hint)


def hints_that_give_away() -> list[str]:
    """The hints, of any depth, that spell a formula of the answer."""
    return [
        f"{exercise.name}: {mistake.name}: {hint!r} gives {formula} away"
        for exercise in EXERCISES.values()
        for mistake in exercise.misconceptions
        for hint in (mistake.hint, *mistake.deeper)
        if (formula := gives_away(exercise.name, hint))
    ]


def _line(label: str, counts: Counter[str]) -> str:
    shares = [
        f"{counts[column]} ({100 * counts[column] / max(1, counts['answers']):.0f} %)"
        for column in COLUMNS[1:]
    ]
    return f"{label:24}{counts['answers']:>12}" + "".join(f"{share:>12}" for share in shares)
