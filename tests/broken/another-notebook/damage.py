"""Keep nothing of the lesson."""


def damage(notebook):
    notebook["cells"] = [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": "My diary"}]
    return notebook
