"""Leave out what every cell should have."""


def damage(notebook):
    for cell in notebook["cells"]:
        cell.pop("outputs", None)
        cell.pop("execution_count", None)
        cell["collapsed"] = True
    notebook["cells"].append({"cell_type": "heading", "level": 1, "id": "h", "metadata": {}, "source": "So"})
    notebook["cells"].append({"cell_type": "code", "id": "odd", "metadata": {}, "source": "s = '\ud800'"})
    return notebook
