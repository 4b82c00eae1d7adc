"""The reading edition of the course: static pages that need no server, no network and no Python.

execute.py runs each solved lesson in a kernel of its own and keeps what it showed; in that kernel,
frames.py turns an explorer into a picture and words for every position of its sliders. lesson_page.py
writes a run as HTML, with questions.py for what a reader may answer, prose.py for Markdown and links,
pictures.py for files of figures. build.py puts the pages together and writes those that differ. lite.py
adds, where it is asked for, the lessons as notebooks that run in a browser.

templates/ holds the HTML, static/ what is copied as it is, text/ the words of pages that no lesson has.
"""
