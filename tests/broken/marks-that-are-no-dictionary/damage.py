"""Write lists where dictionaries belong."""


def damage(notebook):
    for cell in notebook["cells"]:
        if cell["id"] in ("xavier_std", "title"):
            cell["metadata"]["nbgrader"] = ["xavier_std"]
    return notebook
