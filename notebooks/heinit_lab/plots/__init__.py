"""The figures of the lessons: a module for each lesson, which draws what the lesson's cells have measured.

A function is named after what it shows, and returns a figure and its alt text: `show(*plots.energy(y))`.
Where a reader may guess, the last argument is the guess, or None.
"""
