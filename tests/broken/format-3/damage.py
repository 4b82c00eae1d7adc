"""Write the notebook in nbformat 3."""

import json

import nbformat


def damage(notebook):
    return json.dumps(nbformat.convert(nbformat.from_dict(notebook), 3))
