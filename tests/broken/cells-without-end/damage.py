"""Add a thousand cells."""


def damage(notebook):
    more = [{"cell_type": "markdown", "id": f"c{i}", "metadata": {}, "source": ""} for i in range(1000)]
    notebook["cells"] += more
    return notebook
