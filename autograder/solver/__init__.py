"""The solver: the program that runs a student's cells, inside the sandbox.

The solver is a program of its own: of the whole autograder, the sandbox contains only this folder.
`zygote` forks a solver for each submission, `work` takes the judge's orders, `session` runs cells,
and `answer` calls the student's functions, some of which `stand_ins` may replace. In: cells and
calls. Out: outputs and answers, over the `channel`, through `pipes`, in the shapes of `messages`.
`syscalls` and `entropy` prepare the solver's process. `guest` is the program inside WebAssembly,
and `doors` numbers what it shares with its host.
"""
