"""The class report: a course's gradebook and graded notebooks go in, one page, a table and data come out.

class_statistics.py computes from the gradebook's records, similarity.py from the students' answers.
compare.py keeps a report's data and says what changed since; page.py writes the page; files.py reads the
answers, and puts everything into the course's folder `report`.
"""
