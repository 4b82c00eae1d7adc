"""Make a figure, and show it with words for those who cannot see it."""

from __future__ import annotations

import base64
import html
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from heinit_lab.figures.style import use_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


# Light paper becomes dark, ink becomes light, and every colour keeps its hue; as on the pages of the course.
DARK = (
    '<style>:is([data-jp-theme-light="false"], .vscode-dark) .heinit-figure '
    "{ filter: invert(0.92) hue-rotate(180deg) brightness(1.2); }</style>"
)
"""What makes a figure dark where JupyterLab's theme, or that of Visual Studio Code, is dark."""


Plot: TypeAlias = "tuple[Figure, str]"
"""A figure and its alt text, as the functions of `heinit_lab.plots` return them: `show(*plot)`."""


def figure(width: float = 6, height: float = 3.5, **subplots: Any) -> tuple[Figure, Any]:
    """A figure and its axes, in inches. Keywords go to `Figure.subplots`.

    The figure is not registered with pyplot, so nothing draws it twice and nothing keeps it.
    """
    from matplotlib.figure import Figure

    use_style()
    fig = Figure(figsize=(width, height))
    axes: Axes | Any = fig.subplots(**subplots)
    return fig, axes


def picture(fig: Figure, dpi: float | None = None) -> bytes:
    """The figure as a PNG. dpi: pixels an inch; by default, sharp on a dense screen."""
    from matplotlib import rcParams

    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", dpi=dpi or rcParams["savefig.dpi"])
    return buffer.getvalue()


def show(fig: Figure, alt: str) -> None:
    """Display a figure. alt: what it shows, in a sentence, for those who cannot see it.

    Raises ValueError where alt is empty.
    """
    if not alt.strip():
        raise ValueError("show(fig, alt=...) needs a sentence that says what the figure shows")
    from IPython.display import display

    display(Shown(fig, alt))


@dataclass(frozen=True)
class Shown:
    """A figure with its words, as `show` displays it; a kernel that makes pages shows it in its own way."""

    fig: Figure
    alt: str

    @property
    def bundle(self) -> dict[str, Any]:
        """The figure as the data of an output."""
        html = image(picture(self.fig), self.alt, *size(self.fig))
        return {"text/html": html, "text/plain": f"[figure: {self.alt}]"}

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.bundle, raw=True)


def size(fig: Figure) -> tuple[int, int]:
    """The width and height at which a figure is shown, in pixels of a page."""
    width, height = (round(100 * inches) for inches in fig.get_size_inches())
    return width, height


def image(png: bytes, alt: str, width: int, height: int) -> str:
    """A picture as HTML: an img with alt text is the form that both JupyterLab and nbconvert keep.

    It follows the theme of the program that shows it. It is decoded before it is painted, so that a picture
    that takes another's place does not flicker.
    """
    return (
        f'{DARK}<img src="data:image/png;base64,{base64.b64encode(png).decode()}" decoding="sync" '
        f'alt="{html.escape(alt.replace("`", ""), quote=True)}" width="{width}" class="heinit-figure" '
        f'style="max-width:100%;height:auto;aspect-ratio:{width}/{height};border-radius:6px">'
    )
