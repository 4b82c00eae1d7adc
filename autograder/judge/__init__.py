"""The judge: test cells run here, and no student code.

How it works. Three processes take part in grading a notebook:

    caller   nbgrader, formgrader's server or `heinit grade`. It hands over the cells and takes
             back their outputs (client.py). When the judge's time is up, the caller ends it with its
             sandbox, and starts another. A judge whose caller is gone ends itself (process.py).
    judge    runs the test cells (process.py), in an IPython session of its own. It imports the
             hidden checks and the reference answers. It never runs a line of a submission.
    solver   runs the student's cells, inside the sandbox (autograder/solver). It never sees a
             test cell, an answer, the gradebook, or another student.

The cells run in the notebook's order. A student's cell goes to the solver, and its outputs come
back as data. At a test cell the solver forks, and the fork waits (solving.py). When the last cell
has run, each fork answers the questions of its test cell: first all forks those of the part that
students see, then those of the hidden tests, of which nothing but verdict and score is shown
(examination.py). So what hidden inputs teach the student's code comes too late for any output. In
the namespace of a test cell, each name that a released solution cell declares is bound: to a copy
of its value, where that is plain data, or to a `Proxy` (proxy.py), which sends arguments over the
channel and brings back the value, the changed arguments, and what else the call did. No other name
of the student's exists there: a student's `isclose` shadows nothing.

An answer that loses points and calls a wrong earlier function is judged again (follow_through.py), with a
stand-in in that function's place, for which the judge gets values of the reference answer (references.py).

What comes from a solver comes through pipes: whoever holds a socket can hand its reader a
descriptor that takes for ever to close. What the processes send to each other are the messages
in messages.py and solver/messages.py. The seed of the hidden inputs (seed.py) comes with the notebook,
and is a context variable in the judge. So do the files from beside the notebook, which the judge hands to
the solver as bytes and never writes or imports.

The judge fails closed. nbgrader gives full points to a test cell without outputs, so each test
cell begins with an error that only a run of the whole cell replaces. Whatever goes wrong on the
way (a dead solver, a malformed message, a late answer) is an error of the exercise, never a pass.
"""
