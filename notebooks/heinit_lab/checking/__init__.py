"""The checks of the exercises: a student's function in, a sentence out.

`observe` calls an answer and records the effects. Two kinds of check turn calls into evidence: `trials` for
answers with one right value, `draws` for answers that are random: what they draw is read by `readings`, with
`laws` and `dependence`, and how it follows from the Generator by `randomness`. `exercise` holds what an
exercise and a named mistake are, `compare`, `law_findings` and `report` the words, `check` what students run.
"""

from heinit_lab.checking.check import CheckFailed, check
from heinit_lab.checking.draw_cases import DrawCase
from heinit_lab.checking.draws import Plan
from heinit_lab.checking.exercise import Exercise, Misconception, Prompt
from heinit_lab.checking.trials import Case, Cases

__all__ = ["Case", "Cases", "CheckFailed", "DrawCase", "Exercise", "Misconception", "Plan", "Prompt", "check"]
