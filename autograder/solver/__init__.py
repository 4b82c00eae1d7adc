"""The solver: the program that runs a student's cells, inside the sandbox.

It is a program of its own: inside the sandbox this folder is all that exists of the autograder.
`channel` says what may pass between solver and judge, `messages` in which shapes; `session` runs
cells, `answer` calls the student's functions, and `zygote` is the warm parent that forks one solver
for each submission.
"""
