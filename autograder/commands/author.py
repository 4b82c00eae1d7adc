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

    Each time you save, the lesson is written in its normal form, and what its exercises still
    lack is said here.
    """
    from autograder.jupyterlab import claim, serve
    from autograder.lessons import checkout
    from autograder.lessons import lesson as find

    checkout()
    found = find(lesson)
    if port is not None:
        claim(port)
    from autograder.lessons.author import Session  # imports nbgrader

    session = Session(found, click.echo)
    session.tell_gaps()
    # One thread, so that saving does not wait for us, and the lesson is written in order.
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
