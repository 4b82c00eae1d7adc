"""Pages made of a submission: safe to open, and for the student to learn from."""

from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
FORMGRADER = str(TEMPLATES / "formgrader.html.j2")  # for nbgrader_config.py; see formgrader.py
