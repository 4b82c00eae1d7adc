"""Take a cell's metadata away altogether."""


def damage(notebook):
    del notebook["cells"][3]["metadata"]
    return notebook
