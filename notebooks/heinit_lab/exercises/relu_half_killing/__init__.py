"""Lesson 1: what ReLU takes from a layer."""
