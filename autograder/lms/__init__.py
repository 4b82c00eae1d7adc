"""What passes between a course and a learning platform: rosters and archives come in, grade files go out.

roster.py reads a class list into the gradebook. platforms.py has the forms of platforms' archives,
class_list.py says who is meant, hand_ins.py what was handed in, and collect.py lays that into `submitted/`.
exporter.py and its three platforms are nbgrader export plugins, which `heinit export DIR --to canvas` uses:

    nbgrader export --exporter=autograder.lms.canvas.CanvasExporter --to=canvas.csv
"""
