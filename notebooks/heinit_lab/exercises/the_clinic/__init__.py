"""Lesson 6: what a network shows before it has learned anything, and what is done about it."""
