"""Measurements of random networks that are longer than a lesson's cell: a module for each lesson."""
