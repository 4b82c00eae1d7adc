"""The one reader of a course's gradebook: scores, penalties, comments, receipts and totals.

Scores are the gradebook's, so a grade that an instructor gives in formgrader counts; misconceptions,
repairs and reasons come from the receipts. The report, the feedback pages and the files for learning
platforms take everything that they say about a student from here.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from nbgrader import api
from sqlalchemy import Select, inspect, select

from autograder.grading.receipts import RECEIPTS
from autograder.grading.result import Result
from autograder.repair.candidates import handed_in
from autograder.repair.reading import check_readable
from autograder.repair.released import released_lesson
