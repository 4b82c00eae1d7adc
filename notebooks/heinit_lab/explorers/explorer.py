"""A picture, the sliders that move it, and the words that say what it shows.

The axes are drawn once; a slider redraws only the artists that move, on top of them, so that a move costs
a few milliseconds. The same explorer gives its frames one by one, for pages that have no kernel.
"""

from __future__ import annotations

import html
import io
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from heinit_lab.checking.compare import listed
from heinit_lab.checking.report import Report, rich
from heinit_lab.figures.narrow import narrow
from heinit_lab.figures.show import image, size

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure


DPI = 140
LABELS = {"description_width": "11em"}
"""The style of widgets whose labels stand one under the other."""


@dataclass(frozen=True)
class Slider:
    """One control: its stops, and the one at which it starts."""

    name: str
    """The argument of the explorer's `update` that it sets."""
    label: str
    values: Sequence[Any]
    start: Any
    form: str = "{}"
    """How a stop is written."""
    page_values: Sequence[Any] | None = None
    """The stops that a page without a kernel keeps, where a picture for every stop would be too many.

    What a lesson's text tells the reader to look at is among them.
    """

    def text(self, value: Any) -> str:
        return self.form.format(value)

    def widget(self, width: int) -> Any:
        """The slider for a notebook, at most `width` pixels wide."""
        import ipywidgets as widgets

        return widgets.SelectionSlider(
            options=[(self.text(value), value) for value in self.values],
            value=self.start,
            description=self.label,
            continuous_update=True,
            layout=widgets.Layout(width=f"min(100%, {width}px)"),
            style=LABELS,
        )


class Frame(NamedTuple):
    """One state of an explorer: the picture, and what it shows in words."""

    png: bytes
    words: str


class Curve:
    """A measured line that moves, and the band of single networks around it. line: goes to `Axes.plot`."""

    def __init__(self, ax: Axes, colour: str, **line: Any) -> None:
        self.band = ax.fill_between([0, 1], [1, 1], [1, 1], color=colour, alpha=0.18, lw=0)
        (self.line,) = ax.plot([], [], color=colour, **line)
        self.artists: list[Artist] = [self.band, self.line]

    def move(self, x: np.ndarray, low: np.ndarray, middle: np.ndarray, high: np.ndarray) -> None:
        # not set_data, which is Matplotlib 3.10's: live pages have 3.8
        self.band.set_verts([np.c_[np.r_[x, x[::-1]], np.r_[low, high[::-1]]]])
        self.line.set_data(x, middle)


@dataclass(eq=False)
class Explorer:
    """A figure with sliders."""

    title: str
    """Names it, for eyes and screen readers."""
    fig: Figure
    """The figure with all its artists; its axes must keep their limits."""
    update: Callable[..., str]
    """Takes the sliders' values by name, changes the moving artists, returns the words."""
    moving: Sequence[Artist]
    """The artists that `update` changes."""
    sliders: Sequence[Slider]
    powered_by: Sequence[str] = ()
    """The student's exercises that `update` calls: where one is not solved, the explorer says so."""

    is_narrow: bool = field(default=False, init=False)

    def narrow(self) -> None:
        """From here on and for good, frames are for a narrow page, see `figures.narrow`."""
        self.is_narrow = True
        self.__dict__.pop("_still", None)

    @property
    def start(self) -> dict[str, Any]:
        """The values at which the explorer opens."""
        return {slider.name: slider.start for slider in self.sliders}

    def frame(self, **values: Any) -> Frame:
        """The picture and the words at these values; sliders not named stand at their start."""
        words = self.update(**self.start | values)
        return Frame(self._draw(), words)

    @cached_property
    def _still(self) -> tuple[FigureCanvasAgg, Any]:
        """The canvas, and a copy of it on which only what does not move is drawn."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        if self.is_narrow:
            narrow(self.fig)
        self.fig.set_dpi(DPI)
        canvas = FigureCanvasAgg(self.fig)
        for artist in self.moving:
            artist.set_animated(True)
        canvas.draw()
        self.fig.set_layout_engine("none")
        return canvas, canvas.copy_from_bbox(self.fig.bbox)

    def _draw(self) -> bytes:
        from PIL import Image

        canvas, still = self._still
        canvas.restore_region(still)
        for artist in sorted(self.moving, key=lambda artist: artist.get_zorder()):
            artist.draw(canvas.get_renderer())
        buffer = io.BytesIO()
        rgb = np.asarray(canvas.buffer_rgba())[..., :3]
        Image.fromarray(rgb).save(buffer, "png", compress_level=1)
        return buffer.getvalue()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        try:
            first = self.frame()
        except Exception as error:
            display(why_not(self, error).bundle(), raw=True)
            return
        box = self._widget(first)
        _close_former(box)
        bundle = dict(box._repr_mimebundle_())
        bundle["text/html"] = f"{self._image(first)}<p>{rich(first.words)}</p>"
        bundle["text/plain"] = f"[{self.title}: {first.words}]"
        display(bundle, raw=True)

    def _image(self, frame: Frame) -> str:
        return image(frame.png, frame.words, *size(self.fig))

    def _widget(self, first: Frame) -> Any:
        controls = {slider.name: slider.widget(size(self.fig)[0]) for slider in self.sliders}

        def moved(_: Any) -> None:
            try:
                self._show(self.frame(**{name: control.value for name, control in controls.items()}))
            except Exception as error:
                self._status.value = why_not(self, error).html

        for control in controls.values():
            control.observe(moved, names="value")
        return self._box(first, *controls.values())

    def _box(self, first: Frame, *controls: Any) -> Any:
        """The widgets one under the other; `_show` changes the picture and the words, which come last."""
        import ipywidgets as widgets

        # an HTML widget, since ipywidgets' Image has no alt text
        self._picture, self._status = widgets.HTML(), widgets.HTML()
        self._show(first)
        heading = widgets.HTML(f"<strong>{html.escape(self.title)}</strong>")
        return widgets.VBox([heading, *controls, self._picture, self._status])

    def _show(self, frame: Frame) -> None:
        self._picture.value, self._status.value = _named(self._image(frame)), status(frame.words)


# ipywidgets gives a slider's handle no name, and its position for a value. Both stand beside it.
_NAMES = """
for (const slider of this.closest('.widget-vbox')?.querySelectorAll('.widget-hslider') ?? []) {
  const handle = slider.querySelector('[role=slider]');
  handle.setAttribute('aria-label', slider.querySelector('.widget-label').textContent);
  handle.setAttribute('aria-valuetext', slider.querySelector('.widget-readout').textContent);
}
"""


_former: dict[str, tuple[str, list[Any]]] = {}  # by cell: its last run, and the boxes that the run showed


def _close_former(box: Any) -> None:
    """Close the boxes of an earlier run of this cell: JupyterLab saves all open ones with the notebook."""
    from IPython.core.getipython import get_ipython

    request: dict[str, Any] = getattr(get_ipython(), "get_parent", dict)()
    cell, this_run = request.get("metadata", {}).get("cellId"), request.get("header", {}).get("msg_id")
    if cell and this_run:
        run, boxes = _former.get(cell, ("", []))
        for widget in [w for former in boxes for w in _parts(former)] if run != this_run else ():
            widget.close()
        _former[cell] = this_run, [*(boxes if run == this_run else ()), box]


def _parts(widget: Any) -> Iterator[Any]:
    """A widget and those in it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _parts(child)


def _named(image: str) -> str:
    """The picture of a box of widgets; whenever it is shown, the box's sliders get names to be heard by."""
    return image.replace("<img ", f'<img onload="{" ".join(_NAMES.split())}" ', 1)


def status(text: str) -> str:
    """Words beside a picture that moves; a screen reader says them when they change."""
    style = "max-width:52em;line-height:1.5"
    return f'<div role="status" aria-live="polite" style="{style}">{rich(text)}</div>'


def why_not(explorer: Explorer, error: Exception) -> Report:
    """What is said in place of a picture that could not be drawn."""
    names = [f"`{name}`" for name in explorer.powered_by]
    frames = [frame.f_code.co_name for frame, _ in traceback.walk_tb(error.__traceback__)]
    stopped = [f"`{name}`" for name in frames if name in explorer.powered_by][-1:]
    drawn = f"This picture is drawn by your own {listed(names)}." if names else ""
    if isinstance(error, NotImplementedError):
        headline = f"{explorer.title}: waiting for your {listed(stopped or names)}."
        return Report("○", headline, (f"{drawn} Solve that exercise, then run this cell again.",))
    what = f"your {stopped[0]} raised" if stopped else "this cannot be drawn:"
    headline = f"{explorer.title}: {what} {type(error).__name__}."
    return Report("✗", headline, (f"{error}. {drawn} The check below the exercise says more.",))
