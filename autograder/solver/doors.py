"""The numbers of the descriptors that a guest of WebAssembly shares with its host (autograder/sandbox)."""

ORDERS, ANSWERS = 2000, 2001  # of the session
QUESTIONS, REPLIES = 2002, 2003  # of a fork for a test cell
# Requests to the host: to read from BOX waits for a submission, to read from FORK forks as was written to
# it. CLOCK gives the seconds of processor time so far, and what is written to it limits those from then on.
BOX, FORK, CLOCK = 2010, 2011, 2012
