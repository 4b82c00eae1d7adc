"""Put all the answers into one cell of the student's own."""

NAMES = ["xavier_std", "glorot_std", "he_over_glorot", "compare_table", "layer_backward"]


def damage(notebook):
    text = "\n\n".join(c["source"] for c in notebook["cells"] if c["id"] in NAMES)
    notebook["cells"] = [c for c in notebook["cells"] if c["id"] not in NAMES]
    mine = {"cell_type": "code", "id": "mine", "metadata": {}, "source": text}
    notebook["cells"].insert(2, {**mine, "outputs": [], "execution_count": None})
    return notebook
