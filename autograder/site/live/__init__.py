"""Python in the page: what the live edition of the reading pages needs beside the pages.

In go the files of one release of Pyodide, which `pyodide-lock.json` names with their sizes and hashes, and
out come the files below `live/` on the site. pyodide.py finds and verifies the release's files; worker.js
runs Python beside the page and speaks the protocol that protocol.md describes; page.py is the part of that
worker which is written in Python: it runs a reader's answers and calls the course's own `check`.
"""
