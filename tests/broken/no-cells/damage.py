"""Delete every cell."""


def damage(notebook):
    return {**notebook, "cells": []}
