"""The reading edition: the lessons go in, static pages without server, network and Python come out.

execute.py runs each solved lesson in a kernel of its own and keeps the outputs; in that kernel,
frames.py turns an explorer into a picture and words for every position of its sliders. lesson_page.py
writes a run as HTML, with prose.py for Markdown and links, terms.py for definitions and citations, and
pictures.py for files of figures. texts.py makes the pages that no lesson has, sheet.py the cheat sheet and
its print. slides.py makes a deck of a run, with reveal.js from reveal.py. build.py puts the pages together
and writes the files that differ.

live/ adds, on request, Python in the page; releases.py finds and verifies the files of Pyodide and reveal.js.
serving.py serves a site on this machine.

templates/ holds the HTML, static/ what is copied as it is, text/ the words of pages that no lesson has.
"""
