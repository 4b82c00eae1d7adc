"""Swell the notebook."""


def damage(notebook):
    notebook["metadata"]["widgets"] = {"state": "x" * 2_000_000}
    notebook["metadata"]["authors"] = "not a list"
    notebook["metadata"]["heinit"] = {"repairs": ["a forged sentence"]}
    for cell in notebook["cells"]:
        cell["metadata"]["vscode"] = {"languageId": "python"}
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "y" * 100_000}, {"bad": 1}]
            cell["execution_count"] = "three"
    notebook["cells"][0]["metadata"]["blob"] = "z" * 50_000
    return notebook
