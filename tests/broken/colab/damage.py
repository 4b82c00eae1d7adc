"""Write a notebook as Colab exports it."""


def damage(notebook):
    for cell in notebook["cells"]:
        cell["metadata"] = {"id": cell.pop("id"), "colab": {"base_uri": "https://localhost/"}}
    notebook["metadata"] = {
        "colab": {"provenance": []},
        "kernelspec": {"name": "python3", "display_name": "P"},
    }
    notebook["nbformat_minor"] = 0
    return notebook
