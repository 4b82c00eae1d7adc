"""Repair: make a submitted notebook gradable again, whatever a student did to its cells.

`rules` decides, with the cells from `notebook` and `parsing` and the released lesson from `released`;
`preprocessor` is the step in nbgrader's own command. In: a submitted notebook, and the gradebook's
version of the lesson. Out: a valid notebook with every check in its place, and a sentence for each
repair.
"""
