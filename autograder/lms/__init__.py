"""What passes between a course and a learning platform: rosters and archives come in, grade files go out.

roster.py reads a class list into the gradebook; collect.py finds whose notebook a file of an archive is.
exporter.py and its three platforms are nbgrader export plugins, which `heinit export DIR --to canvas` uses:

    nbgrader export --exporter=autograder.lms.canvas.CanvasExporter --to=canvas.csv
"""
