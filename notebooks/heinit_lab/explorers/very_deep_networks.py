"""Lesson 5: a race to watch and to stop, and signal and gradient against depth."""

from __future__ import annotations

import asyncio
import html
import threading
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np

from heinit_lab.digits import digits
from heinit_lab.explorers.explorer import Explorer, Frame, Slider, named
from heinit_lab.figures import COLOURS, figure, image, power_of_ten, size
from heinit_lab.race import Epoch, train

HE, RIVAL = COLOURS["he"], COLOURS["xavier"]
QUESTION = "Which of the two leaves the line of guessing first, and after how many epochs? Press *Start*."


HELPERS: dict[str, dict[str, Any]] = {
    "plain SGD": {},
    "Adam": {"optimiser": "adam"},
    "batch normalisation": {"normalised": True},
}


class LiveRace:
    """Two networks train side by side, one of them with He's scale, while the kernel stays free.

    The training runs in a thread of its own, or, where Python has none because it runs in a browser, in
    the kernel's event loop. After every epoch it draws, and looks whether it is to stop.

    start, stop: what the two buttons do. wait: until the race is over. running: whether it runs.
    epochs_run: epochs that both have finished.
    """

    def __init__(self) -> None:
        self.he: list[Epoch] = []
        self.rival: list[Epoch] = []
        self._halt = threading.Event()
        self._thread: threading.Thread | None = None
        self._task: asyncio.Task[None] | None = None
        self._picture = self._make_picture()
        self._words = QUESTION
        self._widgets: dict[str, Any] = {}
        self._setting: dict[str, Any] = {
            "depth": 30,
            "c": 1.0,
            "epochs": 30,
            "seed": 0,
            "helper": "plain SGD",
        }

    @property
    def running(self) -> bool:
        if self._task is not None:
            return not self._task.done()
        return self._thread is not None and self._thread.is_alive()

    @property
    def epochs_run(self) -> int:
        return min(len(self.he), len(self.rival))

    def start(self, **setting: Any) -> None:
        """Begin a race; one that runs is stopped first. setting: depth, c, epochs, seed, helper."""
        self.stop()
        self.wait()
        if self._task is not None:
            self._task.cancel()
        self._setting |= setting
        self.he, self.rival = [], []
        self._halt.clear()
        thread = threading.Thread(target=self._run, name="race", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # what Python says where there are no threads
            self._task = asyncio.ensure_future(self._run_between())
        else:
            self._thread = thread

    def stop(self) -> None:
        """Ask the race to end after the epoch it is in."""
        self._halt.set()

    def wait(self, seconds: float | None = None) -> None:
        """Until the race in its thread is over, or so many seconds."""
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(seconds)

    def _run(self) -> None:
        for _ in self._epochs():
            pass

    async def _run_between(self) -> None:
        """Epoch by epoch, with whatever else the loop has to do in between, such as a press of *Stop*."""
        for _ in self._epochs():
            await asyncio.sleep(0.01)

    def _epochs(self) -> Iterator[None]:
        depth, c, epochs = self._setting["depth"], self._setting["c"], self._setting["epochs"]
        options = HELPERS[self._setting["helper"]]
        seed = self._setting["seed"]
        pair = zip(
            train(depth, 2.0, seed, epochs, **options), train(depth, c, seed, epochs, **options), strict=True
        )
        self._show_running(True)
        try:
            for he, rival in pair:
                self.he.append(he)
                self.rival.append(rival)
                self._show()
                if self._halt.is_set():
                    break
                yield
        finally:
            self._words = self._verdict(over=True)
            self._show_running(False)

    def _verdict(self, over: bool) -> str:
        depth, c, epochs = self._setting["depth"], self._setting["c"], self._setting["epochs"]
        if not self.rival:
            return QUESTION
        now = self.epochs_run
        head = f"{depth} layers, {self._setting['helper']}, epoch {now} of {epochs}. "
        if over:
            head = head[:-2] + (": stopped. " if now < epochs else ": done. ")
        told = []
        for name, run in (("He", self.he), (f"c = {c:g}", self.rival)):
            epoch = run[now - 1]
            told.append(f"{name} names {100 * epoch.share:.0f} % of the test images (loss {epoch.loss:.2f})")
        return f"{head}{', '.join(told)}."

    def _make_picture(self) -> Explorer:
        fig, (left, right) = figure(7.2, 3.3, ncols=2)
        lines = []
        for ax, top, guessing, label in (
            (left, 2.7, np.log(10), "training loss"),
            (right, 1.0, 0.1, "test images named correctly"),
        ):
            ax.axhline(guessing, color=COLOURS["theory"], ls="--", lw=1)
            ax.set(xlim=(0, 1), ylim=(0, top), xlabel="share of the epochs", title=label)
            lines.append(ax.plot([], [], color=HE, marker="o", ms=3.5, label="He, c = 2")[0])
            lines.append(ax.plot([], [], color=RIVAL, marker="s", ms=3.5, label="the other")[0])
        left.text(0.8, np.log(10) + 0.06, "guessing", fontsize=9)
        right.text(0.8, 0.12, "guessing", fontsize=9)
        left.legend(loc="lower left")

        def update() -> str:
            epochs = self._setting["epochs"]
            for line, run, name in zip(
                lines,
                (self.he, self.rival, self.he, self.rival),
                ("loss", "loss", "share", "share"),
                strict=True,
            ):
                values = [min(getattr(epoch, name), 2.7) for epoch in list(run)]
                line.set_data(np.arange(1, len(values) + 1) / epochs, values)
            return self._verdict(over=False)

        return Explorer("The race, live", fig, update, lines, [])

    @property
    def size(self) -> tuple[int, int]:
        """The width and height at which the picture is shown, in pixels of a page."""
        return size(self._picture.fig)

    def frame(self) -> Frame:
        """The picture and the words as they are now."""
        return self._picture.frame()

    def stored(self, depth: int, c: float, epoch: int, epochs: int = 30, seed: int = 0) -> Frame:
        """The picture and the words of a race with plain SGD, as they were after this epoch."""
        self._setting |= {"depth": depth, "c": c, "epochs": epochs, "seed": seed, "helper": "plain SGD"}
        self.he = _whole_run(depth, 2.0, seed, epochs)[:epoch]
        self.rival = _whole_run(depth, c, seed, epochs)[:epoch]
        return self.frame()

    def _image(self, frame: Frame) -> str:
        return image(frame.png, frame.words.replace("*", ""), *self.size)

    def _show(self) -> None:
        frame = self.frame()
        self._words = frame.words
        if self._widgets:
            self._widgets["picture"].value = named(self._image(frame))
            self._widgets["words"].value = _said(frame.words)
            self._widgets["progress"].value = self.epochs_run

    def _show_running(self, running: bool) -> None:
        if not self._widgets:
            return
        progress = self._widgets["progress"]
        progress.max, progress.value = self._setting["epochs"], self.epochs_run
        progress.description = f"{self.epochs_run} of {self._setting['epochs']}" if not running else "racing"
        progress.bar_style = "info" if running else "success"
        self._widgets["start"].disabled, self._widgets["stop"].disabled = running, not running
        self._widgets["words"].value = _said(self._words)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        first = self.frame()
        bundle = dict(self._widget(first)._repr_mimebundle_())
        bundle["text/html"] = f"{self._image(first)}{_said(first.words)}"
        bundle["text/plain"] = f"[The race, live: {first.words}]"
        display(bundle, raw=True)

    def _widget(self, first: Frame) -> Any:
        import ipywidgets as widgets

        style = {"description_width": "11em"}
        wide = widgets.Layout(width="min(100%, 640px)")

        def choice(label: str, options: list[tuple[str, Any]], value: Any) -> Any:
            return widgets.SelectionSlider(
                options=options, value=value, description=label, layout=wide, style=style
            )

        controls = {
            "depth": choice("weight matrices, L", [(str(d), d) for d in (5, 10, 15, 20, 30, 40, 60)], 30),
            "c": choice(
                "the other's c", [(f"{c:g}", c) for c in (0.33, 0.5, 1.0, 1.5, 1.8, 2.2, 3.0, 4.0)], 1.0
            ),
            "epochs": choice("epochs", [(str(n), n) for n in (10, 30, 60, 120)], 30),
            "seed": choice("seed", [(str(n), n) for n in range(10)], 0),
            "helper": widgets.Dropdown(options=list(HELPERS), description="with", style=style),
        }
        start = widgets.Button(
            description="Start", icon="play", button_style="primary", tooltip="Run the race"
        )
        stop = widgets.Button(
            description="Stop", icon="stop", disabled=True, tooltip="End it after this epoch"
        )
        progress = widgets.IntProgress(min=0, max=30, description="0 of 30", layout=wide)
        picture = widgets.HTML(named(self._image(first)))
        words = widgets.HTML(_said(first.words))
        self._widgets = {
            "start": start,
            "stop": stop,
            "progress": progress,
            "picture": picture,
            "words": words,
        }
        start.on_click(lambda _: self.start(**{name: control.value for name, control in controls.items()}))
        stop.on_click(lambda _: self.stop())
        heading = widgets.HTML("<strong>The race, live</strong>")
        return widgets.VBox(
            [heading, *controls.values(), widgets.HBox([start, stop]), progress, picture, words],
        )


@cache
def _whole_run(depth: int, c: float, seed: int, epochs: int) -> list[Epoch]:
    return list(train(depth, c, seed, epochs))


def race_explorer() -> LiveRace:
    """The training race with sliders, a progress bar, and a button that stops it."""
    return LiveRace()


WIDTHS = (16, 64, 128)
DEPTHS = tuple(range(0, 61, 4))
SCALES = (0.5, 0.7, 1.0, 1.4, 1.7, 1.9, 2.0, 2.1, 2.3, 2.8, 4.0)
NETWORKS = 8


def depth_explorer(
    init_network: Callable[..., Any], forward_moments: Callable[..., Any], backward: Callable[..., Any]
) -> Explorer:
    """Signal forward and gradient backward against depth, for any c, in networks of the student's making.

    ReLU is homogeneous: the networks are drawn once with c = 2, and every other c multiplies layer l's
    second moment, and that of a gradient taken back through l layers, by (c/2)^l. All widths are drawn at
    the first frame, so that no slider waits for it.
    """

    def measured(width: int) -> tuple[np.ndarray, np.ndarray]:
        forward, back = [], []
        for seed in range(NETWORKS):
            rng = np.random.default_rng(seed)
            Ws = list(init_network([64] + [width] * DEPTHS[-1], 2.0, rng))
            x = digits().train[:16].astype(float)  # more would go through several threads
            q = np.asarray(forward_moments(x, Ws))
            forward.append(q[list(DEPTHS)] / q[0])
            gradients = [_squared_slope(backward, x[seed], Ws[:depth], rng, width) for depth in DEPTHS[1:]]
            back.append([1.0, *gradients])
        return np.array(forward), np.array(back)

    @cache
    def all_widths() -> dict[int, tuple[np.ndarray, np.ndarray]]:
        return {width: measured(width) for width in WIDTHS}

    fig, ax = figure(6.8, 3.9)
    depths = np.array(DEPTHS)
    ax.set_yscale("log")
    ax.set(xlim=(0, 60), ylim=(1e-20, 1e20), xlabel="layers", ylabel="second moment, against where it began")
    ax.axhline(1, color=COLOURS["off"], lw=1)
    ax.set_title("Signal and gradient against depth")
    (line,) = ax.plot(depths, depths * 0 + 1.0, color=COLOURS["theory"], ls="--", marker="", lw=1.3)
    (ahead,) = ax.plot([], [], color=HE, marker="o")
    (behind,) = ax.plot([], [], color=RIVAL, marker="s")
    spreads = [ax.fill_between(depths, 0.9, 1.1, color=colour, alpha=0.15, lw=0) for colour in (HE, RIVAL)]
    cursor = ax.axvline(30, color=COLOURS["accent"], lw=1.5, ls=":")
    ax.legend(
        [ahead, behind, line], ["signal", "gradient at the input", "(c/2)^L"], loc="upper left", ncols=3
    )

    def update(c: float, depth: int, width: int) -> str:
        factor = (c / 2.0) ** depths
        forward, back = (found * factor for found in all_widths()[width])
        line.set_data(depths, factor)
        for rows, curve, band in ((forward, ahead, spreads[0]), (back, behind, spreads[1])):
            low, middle, high = (np.clip(f(rows, axis=0), 1e-30, 1e30) for f in (np.min, np.median, np.max))
            curve.set_data(depths, middle)
            band.set_verts([np.column_stack([np.r_[depths, depths[::-1]], np.r_[low, high[::-1]]])])
        cursor.set_xdata([depth, depth])
        at = DEPTHS.index(depth)
        ends = [np.median(rows[:, at]) for rows in (forward, back)]
        says = (
            f"c = {c:g}, {depth} layers of {width}. On average {_power(factor[at])} of what went in is left. "
        )
        says += f"The middle of {NETWORKS} networks: signal {_power(ends[0])} "
        says += f"({_power(forward[:, at].min())} to {_power(forward[:, at].max())}), "
        says += f"gradient at the input {_power(ends[1])} "
        says += f"({_power(back[:, at].min())} to {_power(back[:, at].max())})."
        return says

    return Explorer(
        "Signal and gradient against depth",
        fig,
        update,
        [line, ahead, behind, *spreads, cursor],
        [
            Slider("c", "c, in Var[w] = c/n", SCALES, 1.0, "{:g}"),
            Slider("depth", "layers, L", DEPTHS[1:], 28),
            Slider("width", "width, n", WIDTHS, 64),
        ],
        powered_by=("init_network", "forward_moments", "backward"),
    )


def _squared_slope(
    backward: Callable[..., Any], x: np.ndarray, Ws: list[np.ndarray], rng: np.random.Generator, width: int
) -> float:
    """Mean square of the gradient with respect to the first layer's input, over that at the top."""
    g = rng.standard_normal(width)
    gradient = np.asarray(backward(x, Ws, g))
    return float(np.sum(gradient**2) / np.sum(g**2))


def _power(value: float) -> str:
    """A number as one reads it: 0.83, 2,400, or 3.7 × 10⁻⁹."""
    if 0.01 <= value < 100:
        return f"{value:.2g}"
    if 100 <= value < 1e5:
        return f"{value:,.0f}"
    return power_of_ten(value)


def _said(text: str) -> str:
    parts = html.escape(text).split("*")
    rich = "".join(f"<em>{part}</em>" if i % 2 else part for i, part in enumerate(parts))
    return f'<div role="status" aria-live="polite" style="max-width:42em;line-height:1.5">{rich}</div>'
