"""Feedback pages: a graded notebook and its grades go in, an HTML page that is safe to open comes out.

page.py puts a page together from results.py (what became of each exercise) and judge/cells.py (the
notebook's cells); html/ makes what a submission shows harmless. run.py and worker.py write the pages of a
whole course. formgrader.py makes nbgrader's own view of a submission as safe.
"""

from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
FORMGRADER = str(TEMPLATES / "formgrader.html.j2")  # for nbgrader_config.py; see formgrader.py
