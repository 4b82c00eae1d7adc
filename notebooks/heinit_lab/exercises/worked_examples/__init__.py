"""Lesson 3: the two layers of the slide."""
