"""Questions with a number or a choice as answer, made from the data behind the lessons' checks.

question.py makes the question of an exercise: the prompt, the right answer, and what each named mistake
would answer, with its hint. The site asks these questions; bank.py gathers them for a learning platform,
moodle.py and qti.py write the files that Moodle and Canvas import.
"""
