"""Lesson 4: the comparison with Xavier."""
