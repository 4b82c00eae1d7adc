"""Grade a course: many submissions, on the cores of one machine or on many machines.

How it works. `run.Grading` looks for submissions that are not graded at their present content,
reads each once, and hands it to the pool (`pool.do_all`) as bytes. A `worker.GradingJob` repairs,
judges and scores one notebook in memory and gives bytes back; it sees no gradebook and no course
directory. What comes back is saved in batches by one `writer.Writer`: the autograded notebooks by
rename, then scores and receipts in one transaction. So a run that is ended anywhere is finished
by running it again.

The steps and their settings are those of `nbgrader autograde` under the course's
configuration, and so are the scores and the notebooks, byte for byte.
"""
