"""Hidden checks and points, a module for each lesson, and `grade`, which runs them."""

from autograder.hidden_tests.grade import HIDDEN, Outcome, assess, grade

__all__ = ["HIDDEN", "Outcome", "assess", "grade"]
