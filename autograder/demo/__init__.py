"""A class of made-up students, to try the grader with at any size."""
