"""`heinit author LESSON`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click


@click.command()
@click.argument("lesson")
@click.option("--no-browser", is_flag=True, help="Only serve, and print the address.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to serve on.")
def author(lesson: str, no_browser: bool, port: int | None) -> None:
    """Edit LESSON, by its name or number, in JupyterLab.

    Each time you save, the lesson is written in its canonical form, and what its exercises still
    lack is printed here.
    """
    from autograder.jupyterlab import claim, serve
    from autograder.lessons import checkout
    from autograder.lessons import lesson as lesson_called

    checkout()
    edited = lesson_called(lesson)
    if port is not None:
        claim(port)
    from autograder.lessons.author import AuthorSession  # imports nbgrader

    session = AuthorSession(edited, click.echo)
    session.report_gaps()
    # One thread: saving does not wait for the lesson to be written, and two saves are written in order.
    writer = ThreadPoolExecutor(max_workers=1)

    def saved(path: Path) -> None:
        if path.resolve() == session.copy.resolve():
            writer.submit(session.saved)

    try:
        opens = session.copy.name
        serve(session.copy.parent, opens, browser=not no_browser, port=port, reader="author", saved=saved)
    finally:
        writer.shutdown()
        session.saved()
