"""A class of made-up students, to try the grader with at any size.

The lessons and the number of students in, submissions in a course directory out. Some answers are right, some
make a named mistake (`slips`, from the exercises' own code), and some notebooks are blank, late or broken.
"""
