"""What several of these exercises share."""

from __future__ import annotations

PERCENT = "These are per cent. In this course a share is a number between 0 and 1."
