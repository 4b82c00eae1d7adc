"""The figures of the lessons: a module for each lesson, which draws what the lesson's cells have measured.

A function is named after what it shows, and returns a figure and its alt text: `show(*plots.sigma())`.
Where a reader has guessed, the last argument is the guess.
"""
