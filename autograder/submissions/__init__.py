"""What was handed in: the files of a student's folder, read once and within bounds.

In goes a course directory; out come submissions, each with its notebook as bytes and the files beside it.
plain_files follows no link; submission says whose a notebook is and when it was handed in; content and
notebook_file read whatever holds a notebook, and say of anything else what it is (filetypes). What cannot
be read is ungradable, which is not a zero.
"""
