"""What passes between a course and a learning platform: rosters and archives in, grade files out.

The grade files are nbgrader export plugins, which `heinit export DIR --to canvas` uses too:

    nbgrader export --exporter=autograder.lms.canvas.CanvasExporter --to=canvas.csv
"""
