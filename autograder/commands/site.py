"""`heinit site DIR`."""

from __future__ import annotations

from pathlib import Path

import click
from platformdirs import user_cache_path


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--cache",
    type=click.Path(path_type=Path),
    help="Where the lessons' runs are kept.  [default: build/lessons in the checkout, or your cache]",
)
@click.option(
    "--lite", is_flag=True, help="Add the lessons as notebooks that run in a browser (JupyterLite)."
)
def site(directory: Path, cache: Path | None, lite: bool) -> None:
    """Write the course to DIRECTORY as pages that need neither a server nor a network.

    The solved lessons are run, and run again only when something that they depend on has changed.
    Open index.html, or put the folder on any web host.

    With --lite each lesson opens as a notebook as well, on a web host: Python runs in the page, and is
    fetched from the network when a lesson is opened. All else needs none.
    """
    from autograder.lessons import CHECKOUT
    from autograder.site.build import build_site

    def progress(name: str, ran: bool) -> None:
        click.echo(f"{name}: {'run' if ran else 'unchanged'}", err=True)

    cache = cache or (CHECKOUT / "build" / "lessons" if CHECKOUT else user_cache_path("heinit"))
    built = build_site(directory, cache, progress, in_browser=lite)
    click.echo(
        f"{len(built.pages)} pages in {directory}, {built.size / 1e6:.1f} MB, "
        f"{len(built.written)} files written. Open {directory / 'index.html'} in a browser."
    )
