"""Grade files for learning platforms, as nbgrader export plugins.

    nbgrader export --exporter=autograder.export.CanvasExporter --to=canvas.csv

`heinit export DIR --to canvas` uses the same classes.
"""

from autograder.export.canvas import CanvasExporter
from autograder.export.moodle import MoodleExporter
from autograder.export.plain import PlainExporter
from autograder.export.plugin import Exporter

EXPORTERS: dict[str, type[Exporter]] = {
    "canvas": CanvasExporter,
    "moodle": MoodleExporter,
    "csv": PlainExporter,
}

__all__ = ["EXPORTERS", "CanvasExporter", "Exporter", "MoodleExporter", "PlainExporter"]
