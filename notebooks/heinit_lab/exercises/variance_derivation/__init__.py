"""Lesson 2: the variance derivation."""
