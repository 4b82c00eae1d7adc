"""Compose, grade and show the course: what an instructor runs, and what a student never gets.

A submission's way: submissions, repair, solver (in the sandbox) and judge, grading, gradebook; then
feedback, report and lms. Lessons go in; released notebooks, scores and pages come out.
docs/architecture.md draws it.
"""
