"""Write the notebook in nbformat 2, as files of that time were: each line without its end."""

import json

import nbformat


def damage(notebook):
    old = nbformat.convert(nbformat.from_dict(notebook), 3)
    cells = old.worksheets[0].cells
    for cell in cells:
        cell.pop("metadata", None)
        key = "input" if cell.cell_type == "code" else "source"
        cell[key] = cell[key].split("\n")
    return json.dumps({"nbformat": 2, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]})
