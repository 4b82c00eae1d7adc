"""The hidden checks: an answer in, points for each behaviour and the names of mistakes out.

Each lesson has a module, a table of behaviours with their points. `grade` ends every test cell of the
instructor's notebooks, runs the behaviours of an exercise, and returns the points. Students never see this
package; the judge's process imports it.
"""

from autograder.hidden_tests.grade import HIDDEN, Assessment, assess, grade

__all__ = ["HIDDEN", "Assessment", "assess", "grade"]
