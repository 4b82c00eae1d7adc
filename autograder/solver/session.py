"""Run cells as a kernel would, and collect their outputs in the format of notebooks.

A session is an IPython shell without a kernel: magics, rich output and figures work, but there is
no ZeroMQ. A sink collects the outputs of a cell, up to a number of bytes. The solver has a session
for the student's cells, and the judge has another one for the test cells.
"""

import builtins
import gc
import importlib
import io
import os
import pkgutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.text import LSString, SList
from traitlets.config import Config

import heinit_lab

MAX_OUTPUT = 2**20  # bytes a cell
Output = dict[str, Any]
# IPython writes its history to a file in a thread, and a process with threads cannot be forked.
_CONFIG = Config({"HistoryManager": {"enabled": False, "hist_file": ":memory:"}})


class CellTimeoutError(Exception):
    """A cell used more processor time than it may."""


class _Sink:
    """The outputs of a cell in order, up to MAX_OUTPUT. displays: the outputs that have a display id."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.outputs: list[Output] = []
        self.displays: dict[str, Output] = {}
        self._left = MAX_OUTPUT
        self.full = False

    def add(self, output: Output, display_id: str | None = None) -> None:
        self._left -= _size(output)
        if self.full:
            return
        if self._left < 0:
            self.full = True
            text = f"\n[the output is cut off here: a cell may show {MAX_OUTPUT // 2**20} MiB]\n"
            self.outputs.append({"output_type": "stream", "name": "stdout", "text": text})
            return
        last = self.outputs[-1] if self.outputs else {}
        if output["output_type"] == "stream" == last.get("output_type") and output["name"] == last["name"]:
            last["text"] += output["text"]
        else:
            self.outputs.append(output)
        if display_id is not None:
            self.displays[display_id] = output


def _size(value: Any) -> int:
    if isinstance(value, (str, bytes)):
        return len(value)
    if isinstance(value, dict):
        return sum(_size(v) for v in value.values())
    if isinstance(value, (list, tuple)):
        return sum(map(_size, value))
    return 8


class _Stream(io.TextIOBase):
    """Replaces sys.stdout or sys.stderr while a cell runs."""

    encoding, errors = "utf-8", "strict"

    def __init__(self, name: str, sink: _Sink) -> None:
        self.name, self._sink = name, sink

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if text:
            self._sink.add({"output_type": "stream", "name": self.name, "text": text})
        return len(text)

    def writable(self) -> bool:
        return True

    def close(self) -> None:
        """A cell cannot close its outputs."""


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    sink: _Sink

    def publish(  # type: ignore[no-untyped-def]
        self, data, metadata=None, source=None, *, transient=None, update=False, **kwargs
    ) -> None:
        output = {"output_type": "display_data", "data": dict(data), "metadata": dict(metadata or {})}
        name = (transient or {}).get("display_id")
        if update and name in self.sink.displays:
            self.sink.displays[name].update(data=output["data"], metadata=output["metadata"])
        elif not update:
            self.sink.add(output, name)

    def clear_output(self, wait: bool = False) -> None:
        self.sink.outputs.clear()


class _Results(DisplayHook):  # type: ignore[misc]
    sink: _Sink

    def _nothing(self, *_: object) -> None:
        """There is no prompt to write, no log to keep, and no stream to flush."""

    start_displayhook = write_output_prompt = log_output = finish_displayhook = _nothing

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        result = {"output_type": "execute_result", "data": dict(format_dict), "metadata": dict(md_dict or {})}
        self.sink.add({**result, "execution_count": self.prompt_count})


class _Shell(InteractiveShell):  # type: ignore[misc]
    sink: _Sink

    def _nowhere(self, _: object) -> None:
        """Neither settings nor a history are read or kept: there is no folder of IPython's."""

    init_ipython_dir = init_profile_dir = _nowhere

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        self.sink.add(_error(etype, evalue, stb))

    def init_virtualenv(self) -> None:
        """Ignore the caller's virtual environment: the grader's own interpreter runs the cells."""

    def system(self, cmd: str) -> None:
        """Run `!cmd` and show what the command prints: through a pipe, where a kernel makes a terminal."""
        print(self._printed_by(self.var_expand(cmd, depth=1)), end="")

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """Run `name = !cmd`, and give what the command prints."""
        printed = self._printed_by(self.var_expand(cmd, depth=depth + 1))
        return SList(printed.splitlines()) if split else LSString(printed)

    def _printed_by(self, command: str) -> str:
        pipe, both = subprocess.PIPE, subprocess.STDOUT
        done = subprocess.run(command, shell=True, stdout=pipe, stderr=both, errors="replace", check=False)
        self.user_ns["_exit_code"] = done.returncode
        return done.stdout

    def enable_gui(self, gui: str | None = None) -> None:
        """`%matplotlib inline` calls this method; figures need no event loop here."""

    def ask_exit(self) -> None:
        """`exit` in a cell ends nothing, as when a kernel runs a whole notebook."""


class Session:
    """An IPython shell and the cells that were run in it."""

    def __init__(self) -> None:
        self._sink = _Sink()
        InteractiveShell.clear_instance()
        _Publisher.sink = _Results.sink = _Shell.sink = self._sink
        self.shell = _Shell.instance(
            display_pub_class=_Publisher, displayhook_class=_Results, config=_CONFIG, autoindent=False
        )
        self.shell.display_page = False
        self.shell.db = {}  # of folders that `%cd` was in, and the like: in memory alone
        self._ended_well = False

    def run(self, source: str, cpu_seconds: float | None = None) -> list[Output]:
        """Run a cell. Returns its outputs in the format of notebooks.

        cpu_seconds: processor time after which a CellTimeoutError is raised in the cell.
        """
        self._sink.start()
        self._ended_well = False
        keep = sys.stdout, sys.stderr, builtins.input
        sys.stdout, sys.stderr = _Stream("stdout", self._sink), _Stream("stderr", self._sink)
        builtins.input = _no_input
        try:
            with _limited(cpu_seconds):
                self._ended_well = self.shell.run_cell(source, store_history=True).success
        except BaseException as error:  # raised where IPython does not catch it
            self._sink.add(_error(type(error), error, []))
        finally:
            sys.stdout, sys.stderr, builtins.input = keep
        return self._sink.outputs

    @property
    def whole(self) -> bool:
        """Whether the last cell ran to its end, and no output was cut off."""
        return bool(self._ended_well and not self._sink.full)

    def begin(self) -> None:
        """Count cells from 1 and drop the history, so that memory does not grow from notebook to notebook."""
        self.shell.execution_count = 1
        self.shell.history_manager.reset(new_session=False)

    def forget(self) -> dict[str, Any]:
        """Remove every name that cells have bound. Returns what they meant."""
        hidden = self.shell.user_ns_hidden
        names = [n for n in self.namespace if n not in hidden and not n.startswith("__")]
        return {name: self.namespace.pop(name) for name in names}

    @property
    def namespace(self) -> dict[str, Any]:
        names: dict[str, Any] = self.shell.user_ns
        return names


def warm_session(kind: type[Session], *sources: str) -> Session:
    """The session that each fork of this process starts with: to create one takes as long as ten cells.

    Imports what notebooks import, and freezes it, so that forks share its memory. sources: of cells that are
    run before, so that what they need is there as well; no trace of them stays.
    """
    import matplotlib.pyplot  # noqa: F401

    for module in pkgutil.walk_packages(heinit_lab.__path__, "heinit_lab."):
        importlib.import_module(module.name)
    session = kind()
    for source in (*sources, "None"):  # at least one, so that IPython creates what it needs
        session.run(source)
    session.shell.reset(new_session=True)
    gc.collect()
    gc.freeze()
    return session


def _no_input(prompt: object = "") -> str:
    raise RuntimeError("input() was called, but nobody is there to answer while a notebook is graded")


def _error(kind: Any, error: Any, traceback: Iterable[Any]) -> Output:
    """The output of a cell that raised an error."""
    try:
        text = str(error)
    except BaseException:
        text = ""
    name = str(getattr(kind, "__name__", kind))
    lines = [str(line) for line in traceback]
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": lines}


@contextmanager
def _limited(seconds: float | None) -> Iterator[None]:
    """Raise CellTimeoutError in the block after so many seconds of processor time, then every second."""
    if seconds is None:
        yield
        return

    def late(*_: object) -> None:
        raise CellTimeoutError(f"the cell used more than {seconds:g} s of processor time")

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
