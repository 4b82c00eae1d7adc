"""How an answer is looked at, compared, and told about.

`observe` calls it and watches; `trials` turns calls into evidence, and so does `draws` for answers
that are random, with `asks` (what is asked of them) and `laws` (what chance allows); `exercise`
says what an exercise and a misconception are; `report` puts a verdict in words; `check` is
what a student runs.
"""

from heinit_lab.checking.asks import Ask
from heinit_lab.checking.check import CheckFailed, check
from heinit_lab.checking.draws import plan
from heinit_lab.checking.exercise import Exercise, Misconception
from heinit_lab.checking.trials import Case, cases

__all__ = ["Ask", "Case", "CheckFailed", "Exercise", "Misconception", "cases", "check", "plan"]
