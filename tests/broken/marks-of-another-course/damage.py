"""Mark cells as those of an assignment that this course does not have."""


def damage(notebook):
    marks = {"schema_version": 3, "grade": False, "solution": True, "locked": False, "task": False}
    notebook["cells"][-1]["metadata"]["nbgrader"] = {**marks, "grade_id": "area"}
    notebook["cells"][0]["metadata"]["nbgrader"] = {**marks, "schema_version": 99}
    return notebook
