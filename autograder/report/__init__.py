"""The class report: a course's gradebook and graded notebooks go in, one page, a table and data come out.

numbers.py computes from the gradebook's records, similarity.py from the answers that answers.py reads;
compare.py keeps a report's data and says what changed since; page.py and figures.py write the page;
files.py puts everything into the course's folder `report`.
"""
