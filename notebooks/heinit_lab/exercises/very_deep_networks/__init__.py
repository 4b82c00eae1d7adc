"""Lesson 5: deep networks, forward, backward and rescaled."""
