"""Give all cells one id."""


def damage(notebook):
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = "x" if number % 2 else "not allowed!"
    return notebook
