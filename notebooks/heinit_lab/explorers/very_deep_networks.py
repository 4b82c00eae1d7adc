"""Lesson 5: a race to watch and to stop, and signal and gradient against depth."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from heinit_lab.digits import digits
from heinit_lab.drivers import Answer, fallbacks
from heinit_lab.experiments.very_deep_networks import gradient_driver, moments_driver, network_driver
from heinit_lab.explorers.explorer import LABELS, Curve, Explorer, Frame, Slider, status
from heinit_lab.figures.marks import guess_star, level, note, theory
from heinit_lab.figures.numbers import number
from heinit_lab.figures.show import figure, size
from heinit_lab.figures.style import ACCENT, HE, OFF, XAVIER
from heinit_lab.race import Epoch, train

if TYPE_CHECKING:
    from matplotlib.lines import Line2D


QUESTION = "Which of the two leaves the line of guessing first, and after how many epochs? Press Start."

SLIDERS = (
    Slider("depth", "weight matrices, L", (5, 10, 15, 20, 30, 40, 60), 30),
    Slider("c", "the other's c", (0.33, 0.5, 1.0, 1.5, 1.8, 2.2, 3.0, 4.0), 1.0, "{:g}"),
    Slider("epochs", "epochs", (10, 30, 60, 120), 30),
    Slider("seed", "seed", range(10), 0),
)

HELPERS: dict[str, dict[str, Any]] = {
    "plain SGD": {},
    "Adam": {"optimiser": "adam"},
    "batch normalisation": {"norm": "batch"},
}


class Choice(NamedTuple):
    """What the two networks of a race share, and the c of the one that is not He's."""

    depth: int = 30
    c: float = 1.0
    epochs: int = 30
    seed: int = 0
    helper: str = "plain SGD"


class LiveRace(Explorer):
    """Two networks train side by side, one of them with He's scale, while the kernel stays free.

    The training runs in a thread of its own, or, where Python has none because it runs in a browser, in
    the kernel's event loop. After every epoch it draws, and looks whether it is to stop.

    begin, stop: what the two buttons do. epochs: those that both have finished, He's and the other's.
    """

    def __init__(self) -> None:
        self.epochs: list[tuple[Epoch, ...]] = []
        self._halt = threading.Event()
        self._thread: threading.Thread | None = None
        self._task: asyncio.Task[None] | None = None
        self._words = QUESTION
        self._widgets: dict[str, Any] = {}
        self._choice = Choice()
        fig, axes = figure(7.2, 3.3, ncols=2)
        self._lines: list[Line2D] = []
        tops, guessing = (2.7, 1.0), (np.log(10), 0.1)
        titles = ("training loss", "test images named correctly")
        for ax, top, chance, lift, title in zip(axes, tops, guessing, (0.06, 0.02), titles, strict=True):
            level(ax, chance)
            note(ax, 0.8, chance + lift, "guessing")
            ax.set(xlim=(0, 1), ylim=(0, top), xlabel="share of the epochs", title=title)
            self._lines += ax.plot([], [], color=HE, marker="o", ms=3.5, label="He, c = 2")
            self._lines += ax.plot([], [], color=XAVIER, marker="s", ms=3.5, label="the other")
        axes[0].legend(loc="lower left")
        super().__init__("The race, live", fig, self._draw_epochs, self._lines, ())

    @property
    def running(self) -> bool:
        if self._task is not None:
            return not self._task.done()
        return self._thread is not None and self._thread.is_alive()

    @property
    def epochs_run(self) -> int:
        return len(self.epochs)

    def begin(self, **choice: Any) -> None:
        """Begin a race; one that runs is stopped first. choice: depth, c, epochs, seed, helper."""
        self.stop()
        self.wait()
        if self._task is not None:
            self._task.cancel()
        self._choice = self._choice._replace(**choice)
        self.epochs = []
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
        race = self._choice
        runs = (train(race.depth, c, race.seed, race.epochs, **HELPERS[race.helper]) for c in (2.0, race.c))
        self._show_running(True)
        try:
            for both in zip(*runs, strict=True):
                self.epochs.append(both)
                self._show_epochs()
                if self._halt.is_set():
                    break
                yield
        finally:
            self._words = self._verdict(over=True)
            self._show_running(False)

    def _verdict(self, over: bool) -> str:
        if not self.epochs:
            return QUESTION
        race, now = self._choice, self.epochs_run
        end = "" if not over else ": stopped" if now < race.epochs else ": done"
        each = ", ".join(
            f"{name} names {100 * epoch.share:.0f} % of the test images (loss {epoch.loss:.2f})"
            for name, epoch in zip(("He", f"c = {race.c:g}"), self.epochs[now - 1], strict=True)
        )
        return f"{race.depth} layers, {race.helper}, epoch {now} of {race.epochs}{end}. {each}."

    def _draw_epochs(self) -> str:
        """Draw the epochs so far. Returns the words beside the picture."""
        heights = [[(min(epoch.loss, 2.7), epoch.share) for epoch in both] for both in self.epochs]
        for line, row in zip(self._lines, np.reshape(heights, (-1, 2, 2)).T.reshape(4, -1), strict=True):
            line.set_data(np.arange(1, len(row) + 1) / self._choice.epochs, row)
        return self._verdict(over=False)

    def stored(self, depth: int, c: float, epoch: int, epochs: int = 30, seed: int = 0) -> Frame:
        """The picture and the words of a race with plain SGD, as they were after this epoch."""
        self._choice = Choice(depth, c, epochs, seed)
        self.epochs = list(zip(*(_run(depth, c, seed, epochs)[:epoch] for c in (2.0, c)), strict=True))
        return self.frame()

    def _show_epochs(self) -> None:
        frame = self.frame()
        self._words = frame.words
        if self._widgets:
            self._show(frame)
            self._widgets["progress"].value = self.epochs_run

    def _show_running(self, running: bool) -> None:
        if not self._widgets:
            return
        progress = self._widgets["progress"]
        progress.max, progress.value = self._choice.epochs, self.epochs_run
        progress.description = f"{self.epochs_run} of {self._choice.epochs}" if not running else "racing"
        progress.bar_style = "info" if running else "success"
        self._widgets["start"].disabled, self._widgets["stop"].disabled = running, not running
        self._status.value = status(self._words)

    def _widget(self, first: Frame) -> Any:
        import ipywidgets as widgets

        controls = {slider.name: slider.widget(size(self.fig)[0]) for slider in SLIDERS}
        controls["helper"] = widgets.Dropdown(options=list(HELPERS), description="with", style=LABELS)
        start = widgets.Button(description="Start", icon="play", tooltip="Run the race")
        start.button_style = "primary"
        stop = widgets.Button(description="Stop", icon="stop", tooltip="End it after this epoch")
        stop.disabled = True
        progress = widgets.IntProgress(min=0, max=30, description="0 of 30", layout=controls["depth"].layout)
        box = self._box(first, *controls.values(), widgets.HBox([start, stop]), progress)
        self._widgets = {"start": start, "stop": stop, "progress": progress}
        start.on_click(lambda _: self.begin(**{name: control.value for name, control in controls.items()}))
        stop.on_click(lambda _: self.stop())
        return box


@cache
def _run(depth: int, c: float, seed: int, epochs: int) -> list[Epoch]:
    return list(train(depth, c, seed, epochs))


def race_explorer() -> LiveRace:
    """The training race with sliders, a progress bar, and a button that stops it."""
    return LiveRace()


WIDTHS = (16, 64, 128)
DEPTHS = tuple(range(0, 61, 4))
SCALES = (0.5, 0.7, 1.0, 1.4, 1.7, 1.9, 2.0, 2.1, 2.3, 2.8, 4.0)
NETWORKS = 8


def depth_explorer(
    init_network: Answer, forward_moments: Answer, backward: Answer, guess: float | None = None
) -> Explorer:
    """Signal forward and gradient backward against depth, for any c, in networks of the student's making.

    guess: a reader's, for what is left after 60 layers at c = 1.9.

    ReLU is homogeneous: the networks are drawn once with c = 2, and every other c multiplies layer l's
    second moment, and that of a gradient taken back through l layers, by (c/2)^l. All widths are drawn at
    the first frame, so that no slider waits for it.
    """
    answers = network_driver(init_network), moments_driver(forward_moments), gradient_driver(backward)
    made, second_moments, taken_back = (answer.function for answer in answers)

    def measured(width: int) -> tuple[np.ndarray, np.ndarray]:
        forward, back = [], []
        for seed in range(NETWORKS):
            rng = np.random.default_rng(seed)
            Ws = list(made([64] + [width] * DEPTHS[-1], 2.0, rng))
            x = digits().train[:16].astype(float)  # more would go through several threads
            q = np.asarray(second_moments(x, Ws))
            forward.append(q[list(DEPTHS)] / q[0])
            back.append([1.0])
            for depth in DEPTHS[1:]:
                g = rng.standard_normal(width)
                gradient = np.asarray(taken_back(x[seed], Ws[:depth], g))
                back[-1].append(float(np.sum(gradient**2) / np.sum(g**2)))
        return np.array(forward), np.array(back)

    @cache
    def all_widths() -> dict[int, tuple[np.ndarray, np.ndarray]]:
        return {width: measured(width) for width in WIDTHS}

    fig, ax = figure(6.8, 3.9)
    depths = np.array(DEPTHS)
    ax.set(yscale="log", xlim=(0, 60), ylim=(1e-20, 1e20), title="Signal and gradient against depth")
    ax.set(xlabel="layers", ylabel="second moment, against where it began")
    ax.axhline(1, color=OFF, lw=1)
    predicted = theory(ax)
    if guess is not None:
        guess_star(ax, 60, float(np.clip(guess, 1e-20, 1e20)), "")
        note(ax, 0.03, 0.05, f"★ your guess for c = 1.9: {guess:g}", ACCENT, inside=True)
    curves = Curve(ax, HE, marker="o"), Curve(ax, XAVIER, marker="s")
    cursor = ax.axvline(30, color=ACCENT, lw=1.5, ls=":")
    handles = [*(curve.line for curve in curves), predicted]
    ax.legend(handles, ["signal", "gradient at the input", "(c/2)^L"], loc="upper left", ncols=3)

    def update(c: float, depth: int, width: int) -> str:
        factor = (c / 2.0) ** depths
        predicted.set_data(depths, factor)
        cursor.set_xdata([depth, depth])
        at, ends = DEPTHS.index(depth), []
        for unit, curve in zip(all_widths()[width], curves, strict=True):
            rows = unit * factor
            drawn = np.clip(rows, 1e-30, 1e30)
            curve.move(depths, drawn.min(axis=0), np.median(drawn, axis=0), drawn.max(axis=0))
            low, middle, high = (number(f(rows[:, at])) for f in (np.min, np.median, np.max))
            ends.append(f"{middle} ({low} to {high})")
        return (
            f"c = {c:g}, {depth} layers of {width}. On average {number(factor[at])} of what went in should "
            f"be left. The middle of {NETWORKS} networks: signal {ends[0]}, gradient at the input {ends[1]}."
            f"{fallbacks(*answers)}"
        )

    moving = [predicted, *curves[0].artists, *curves[1].artists, cursor]
    sliders = [
        Slider("c", "c, in Var[w] = c/n", SCALES, 1.0, "{:g}"),
        Slider("depth", "layers, L", DEPTHS[1:], 28, page_values=DEPTHS[1::2]),
        Slider("width", "width, n", WIDTHS, 64),
    ]
    powered_by = [answer.name for answer in answers]
    return Explorer("Signal and gradient against depth", fig, update, moving, sliders, powered_by)
