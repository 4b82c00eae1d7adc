"""The checks of the exercises: a student's function in, a sentence out.

`observe` calls an answer and records the effects. Two kinds of check turn calls into evidence: `trials` for
answers with one right value, `draws` for answers that are random: what they draw is read by `readings`, with
`laws` and `dependence`, and how it follows from the Generator by `randomness`. `exercise` holds what an
exercise and a named mistake are. For a mistake without a name, `patterns`, with `traits` and `forms`, and
`draw_patterns` look for what is true on all cases. `compare`, `written`, `law_findings` and `report` have the
words, `check` is what students run.
"""

from heinit_lab.checking.check import CheckFailed, check
from heinit_lab.checking.draw_cases import DrawCase
from heinit_lab.checking.draws import DrawPlan
from heinit_lab.checking.exercise import Exercise, Misconception, Prompt
from heinit_lab.checking.trials import Case, Cases

__all__ = [
    "Case",
    "Cases",
    "CheckFailed",
    "DrawCase",
    "DrawPlan",
    "Exercise",
    "Misconception",
    "Prompt",
    "check",
]
