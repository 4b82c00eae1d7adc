"""Grade a course: many submissions, on the cores of one machine or on many machines.

How it works. `run.Grading` looks for what is submitted and not graded at its present content,
and hands each submission to an engine (`autograder.grading.pool`) as bytes. A worker (`worker.Grader`)
mends, judges and scores one notebook in memory and gives bytes back. It sees no gradebook and
no course directory. What comes back is written in batches by one `writer.Writer`: the
autograded notebooks by rename, then scores and receipts in one transaction. So a run that is
ended anywhere is finished by running it again.

The steps and their settings are those of `nbgrader autograde` under the course's
configuration, and so are the scores and the notebooks, byte for byte.
"""
