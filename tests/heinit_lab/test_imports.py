"""What the lessons import, and check, where NumPy is all that there is."""

from __future__ import annotations

import subprocess
import sys

import nbformat

from autograder.lessons import lessons
from tests.tools import FULL

WITHOUT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("matplotlib", "PIL", "IPython", "ipywidgets"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
"""
CHECK = """
from heinit_lab.checking.check import examine
from heinit_lab.exercises import EXERCISES

for name in list(EXERCISES)[::{step}]:
    assert examine(name, lambda *args, **kwargs: None).mark == "✗", name
"""


def test_every_lesson_is_set_up_and_checks_with_numpy_alone():
    setups = [
        cell.source
        for lesson in lessons()
        for cell in nbformat.read(lesson.path, as_version=4).cells
        if cell.id == "setup"
    ]
    assert len(setups) == len(lessons())
    code = "\n".join([WITHOUT, *setups, CHECK.format(step=1 if FULL else 4)])
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)
