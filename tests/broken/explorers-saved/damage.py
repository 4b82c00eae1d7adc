"""Save the state of many widgets."""


def damage(notebook):
    state = {"value": "<img src='data:image/png;base64," + "x" * 500_000 + "'>"}
    notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"a": state}}}
    return notebook
