"""Runs in a lesson's kernel: what is shown there becomes pictures for pages without a kernel.

A figure is drawn twice, wide and narrow, and an explorer becomes all its frames, wide and narrow.

Every frame comes from the call that the sliders make in a notebook, `Explorer.frame(**values)`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

from autograder.site.pictures import webp
from heinit_lab.explorers import Explorer, Frame, Slider
from heinit_lab.figures.narrow import narrow, smallest
from heinit_lab.figures.show import Shown, picture, size

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FRAMES_MIME = "application/vnd.heinit.frames+json"
NARROW_MIME = "application/vnd.heinit.narrow+json"
MOST = 300  # frames of one explorer
COLOURS = 64  # of a frame: flat areas, lines and their soft edges, in a quarter of a PNG's bytes

RACE_NOTE = (
    "In JupyterLab you start and stop this race yourself, with any seed, and with Adam or batch "
    "normalisation. Here are stored runs of seed 0 with plain SGD: choose, and move the epoch."
)
RACE_SLIDERS = (
    Slider("depth", "weight matrices, L", (10, 30), 30),
    Slider("c", "the other's c", (0.33, 0.5, 1.0, 1.5, 1.8, 2.2, 3.0, 4.0), 1.0, "{:g}"),
    Slider("epoch", "epochs run", (1, 2, 3, 4, 6, 8, 10, 15, 20, 25, 30), 1),
)


def record() -> None:
    """From here on, this kernel shows narrow figures too, and frames in place of widgets."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    assert shell is not None
    shown = shell.display_formatter.ipython_display_formatter
    shown.for_type(Shown, lambda figure: _publish(figure.bundle | {NARROW_MIME: narrow_picture(figure.fig)}))
    shown.for_type(Explorer, lambda explorer: _publish_frames(frames(explorer)))
    # by its name: only lesson 5 imports it, and no other one depends on how a race runs
    shown.for_type_by_name(
        "heinit_lab.explorers.very_deep_networks", "LiveRace", lambda race: _publish_frames(race_frames(race))
    )


def narrow_picture(fig: Figure) -> dict[str, Any]:
    """A figure laid out for a narrow page, and the height of its smallest letters there."""
    narrow(fig)
    drawn = base64.b64encode(webp(picture(fig, fig.dpi))).decode()
    return {"picture": drawn, "size": size(fig), "smallest": smallest(fig)}


def frames(explorer: Explorer) -> dict[str, Any]:
    """All frames of an explorer: its sliders' stops, and a picture and words for every product of them."""
    sliders = [replace(slider, values=slider.page_values or slider.values) for slider in explorer.sliders]
    table = _table(explorer.title, explorer, sliders, explorer.frame)
    return table | {"powered_by": list(explorer.powered_by)}


def race_frames(race: Any) -> dict[str, Any]:
    """The live race as stored runs: the same training, picture and words, epoch by epoch."""
    return _table("The race", race, RACE_SLIDERS, race.stored) | {"note": RACE_NOTE}


def _table(
    title: str, explorer: Explorer, sliders: Sequence[Slider], frame: Callable[..., Frame]
) -> dict[str, Any]:
    names = [slider.name for slider in sliders]
    states = list(product(*(slider.values for slider in sliders)))
    if len(states) > MOST:
        raise ValueError(
            f"{title!r} would take {len(states)} pictures, and a page keeps {MOST} at most: "
            "give one of its sliders fewer page_values"
        )
    every = [dict(zip(names, state, strict=True)) for state in states]
    wide, shown = [frame(**state) for state in every], size(explorer.fig)
    explorer.narrow()
    drawn = list(zip(wide, (frame(**state).png for state in every), strict=True))
    return {
        "title": title,
        "size": shown,
        "narrow": {"size": size(explorer.fig), "smallest": smallest(explorer.fig)},
        "sliders": [
            {
                "name": slider.name,
                "label": slider.label,
                "stops": [slider.text(value) for value in slider.values],
                "start": list(slider.values).index(slider.start),
            }
            for slider in sliders
        ],
        "frames": [
            {"picture": _webp(frame.png), "narrow": _webp(narrowed), "words": frame.words}
            for frame, narrowed in drawn
        ],
    }


def _webp(png: bytes) -> str:
    return base64.b64encode(webp(png, COLOURS)).decode()


def _publish_frames(data: dict[str, Any]) -> None:
    words = data["frames"][0]["words"]
    _publish({FRAMES_MIME: data, "text/plain": f"[{data['title']}: {words}]"})


def _publish(bundle: dict[str, Any]) -> None:
    from IPython.display import display

    display(bundle, raw=True)
