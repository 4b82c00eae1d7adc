"""Claim a later format."""


def damage(notebook):
    return {**notebook, "nbformat": 9}
