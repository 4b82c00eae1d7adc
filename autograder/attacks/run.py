"""Grade hostile notebooks on this machine, and find what each of them gained or left behind.

The corpus is data. `autograder/attacks/cases/<case>/` holds case.toml (what the attack is, which wall
stops it, what it may earn at most) and attack.py, whose cells start with lines such as

    # %% start                    a cell before all others
    # %% before test-he_std       a cell before the one called test-he_std; also `after`
    # %% in he_std                the source of the cell called he_std
    # %% end markdown             a cell at the end, of Markdown; `tag=demo` gives it a tag

Where something that an attack leaves behind could reach the next submission, there is also next.py,
whose notebook is graded right after it. In a cell, @canary@ stands for a folder that plays the
gradebook, the sources and another student's work; @port@ for a port on which a server listens;
@bystander@ for a process outside the sandbox; @long@ for more text than a socket holds; @blanks@ for
nearly as many blanks as a cell may have. An attack that gets through a wall prints WON.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Self

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.errors import UsageError
from autograder.lessons import lesson
from autograder.lessons.compose import solution_function, solve
from autograder.sandbox.cgroups import CGROUPS
from autograder.solver.init import spare_user

CASES = Path(__file__).resolve().parent / "cases"
NOBODY = 65534
SETTLE = 20  # seconds after which nothing of a finished case may be left
MARK = "WON"
ATTACKER = "attacker"  # the student who hands in where one case is tried


class Canaries(ExitStack):
    """What attacks want to reach, and whether they reached it. Use them in a `with`."""

    def __enter__(self) -> Self:
        folder = self.enter_context(tempfile.TemporaryDirectory(prefix="heinit-attack-"))
        self.root = Path(folder).resolve()
        self.secret = secrets.token_hex(16)
        for name in ("gradebook.db", "source/hidden.ipynb", "submitted/neighbour/work.ipynb"):
            path = self.root / "canary" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{self.secret}\n")
        for path in (self.root, *(self.root / "canary").rglob("*"), self.root / "canary"):
            path.chmod(0o777 if path.is_dir() else 0o666)  # nothing but the walls protects them
        os.environ["COURSE_TOKEN"] = self.secret  # as what a grader's shell may hold
        self.callback(os.environ.pop, "COURSE_TOKEN", None)
        self._before = self._hashes()
        self._server = self.enter_context(socket.create_server(("127.0.0.1", 0)))
        self._server.setblocking(False)
        self._datagrams = self.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self._datagrams.bind(self._server.getsockname())
        self._datagrams.setblocking(False)
        user: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        self._bystander = subprocess.Popen(["sleep", "7200"], cwd="/", **(user if spare_user() else {}))
        self.callback(self._bystander.wait)
        self.callback(self._bystander.kill)
        return self

    def fill(self, text: str) -> str:
        """The text, with the canaries in the places that stand for them."""
        places: dict[str, object] = {
            "canary": self.root / "canary",
            "port": self._server.getsockname()[1],
            "bystander": self._bystander.pid,
            "long": "x" * 400_000,
            "blanks": " " * 99_000,
        }
        for name, value in places.items():
            text = text.replace(f"@{name}@", str(value))
        return text

    def reached(self) -> list[str]:
        """What an attack did to them, in words."""
        findings = []
        changed = {path for path, _ in self._hashes() ^ self._before}
        if changed:
            findings.append(f"changed {', '.join(sorted(changed))}")
        with suppress(BlockingIOError):
            self._server.accept()[0].close()
            findings.append("reached the network")
        with suppress(BlockingIOError):
            self._datagrams.recv(100)
            findings.append("reached the network with a datagram")
        stat = Path(f"/proc/{self._bystander.pid}/stat")
        if self._bystander.poll() is not None or (stat.exists() and stat.read_text().split()[2] == "T"):
            findings.append("signalled another process")
        return findings

    def _hashes(self) -> set[tuple[str, str]]:
        folder = self.root / "canary"
        files = [path for path in folder.rglob("*") if path.is_file() or path.is_symlink()]
        return {(str(p.relative_to(folder)), hashlib.sha256(p.read_bytes()).hexdigest()) for p in files}


@dataclass(frozen=True)
class Attack:
    """A case of the corpus; the fields are those of case.toml.

    wall: what stops it. without: the walls that a test takes away to show what they stop, or "" where
    that cannot be shown, with the reason. solved: exercises that the notebook answers honestly.
    score: the most that it may earn. text: what must not stand in its outputs, besides WON and the
    canaries' secrets. metadata, tags: of the submission's cells, by grade_id. plain: whether it is
    safe to try under plain nbgrader, which gave it nbgrader_score. browser: it attacks the readers
    of the feedback. open: the kinds of sandbox in which the attack is not stopped, each with what is left.
    """

    name: str
    title: str
    mechanism: str
    wall: str
    lesson: str = "3-worked-examples"
    without: str = ""
    reason: str = ""
    solved: tuple[str, ...] = ()
    score: float = 0.0
    text: tuple[str, ...] = ()
    metadata: dict[str, dict[str, Any]] = field(default_factory=dict)
    tags: dict[str, list[str]] = field(default_factory=dict)
    plain: bool = False
    nbgrader_score: float | None = None
    browser: bool = False
    open: dict[str, str] = field(default_factory=dict)

    def notebooks(self, canaries: Canaries) -> list[NotebookNode]:
        """What is submitted, one after the other."""
        notebook = self._notebook(CASES / self.name / "attack.py", canaries)
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id", cell.id)
            if name in self.tags:
                cell.metadata["tags"] = self.tags[name]
            if name in self.metadata:
                cell.metadata.nbgrader.update(self.metadata[name])
        following = CASES / self.name / "next.py"
        return [notebook, *([self._notebook(following, canaries)] if following.exists() else [])]

    def _notebook(self, path: Path, canaries: Canaries) -> NotebookNode:
        released = lesson(self.lesson)
        notebook = released.notebook
        answers = solve(notebook, released.solutions)
        for i, cell in enumerate(answers.cells):
            if solution_function(cell) in self.solved:
                notebook.cells[i] = cell
        for place, source in attack_cells(canaries.fill(path.read_text(encoding="utf-8"))):
            _put(notebook, place, source)
        return notebook


def attacks(name: str | None = None) -> list[Attack]:
    """The corpus, or the one case of that name. Raises UsageError where there is none."""
    names = sorted(path.parent.name for path in CASES.glob("*/case.toml"))
    if name is not None and name not in names:
        raise UsageError(f"there is no case called {name!r}. The cases are: {', '.join(names)}.")
    cases = []
    for each in [name] if name else names:
        fields: dict[str, Any] = tomllib.loads((CASES / each / "case.toml").read_text(encoding="utf-8"))
        fields |= {key: tuple(value) for key, value in fields.items() if isinstance(value, list)}
        cases.append(Attack(each, **fields))
    return cases


def attack_cells(text: str) -> Iterator[tuple[list[str], str]]:
    """The cells of an attack.py: the words after `# %%`, and the source."""
    for part in re.split(r"^# %%", text, flags=re.MULTILINE)[1:]:
        first, _, source = part.partition("\n")
        yield first.split(), source.strip("\n")


def _put(notebook: NotebookNode, place: list[str], source: str) -> None:
    where, *words = place
    name = words.pop(0) if where in ("before", "after", "in") else ""
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id", cell.id) for cell in notebook.cells]
    if where == "in":
        notebook.cells[ids.index(name)].source = source
        return
    cell = new_markdown_cell(source) if "markdown" in words else new_code_cell(source)
    cell.metadata.update({"tags": [w.removeprefix("tag=") for w in words if w.startswith("tag=")]})
    at = {"start": 0, "end": len(ids)}
    at |= {"before": ids.index(name), "after": ids.index(name) + 1} if name else {}
    notebook.cells.insert(at[where], cell)


@dataclass(frozen=True)
class AttackVerdict:
    """What became of an attack. findings: what it gained, read, harmed or left; none where it was held."""

    name: str
    title: str
    wall: str
    score: float | None
    most: float
    findings: list[str]
    seconds: float

    @property
    def held(self) -> bool:
        return not self.findings

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "held": self.held}


Graded = tuple[float | None, list[Any]]  # the score of a notebook, and all its outputs
Grade = Callable[[NotebookNode], Graded]


def attempt(case: Attack, canaries: Canaries, grade: Grade) -> AttackVerdict:
    """Grade a case's notebooks and say what it gained, read or harmed."""
    start = time.monotonic()
    graded = [grade(notebook) for notebook in case.notebooks(canaries)]
    verdict = by_results(case, canaries, graded, time.monotonic() - start)
    return replace(verdict, findings=verdict.findings + canaries.reached())


def by_results(case: Attack, canaries: Canaries, graded: Sequence[Graded], seconds: float) -> AttackVerdict:
    """What a case gained or read, by the scores and the outputs of its notebooks."""
    findings: list[str] = []
    for score, outputs in graded:
        if score is not None and score > case.score + 1e-9:
            findings.append(f"took {score:g} points where {case.score:g} are earned")
        shown = json.dumps(outputs)
        findings += [f"showed {text}" for text in (MARK, *case.text) if text in shown]
        if canaries.secret in shown:
            findings.append("read a secret")
    return AttackVerdict(case.name, case.title, case.wall, graded[0][0], case.score, findings, seconds)


class AttackCourse(ExitStack):
    """A course of its own in which attacks are graded exactly as submissions are. Use it in a `with`.

    fill: makes the course, in a folder that is not there. wall: the kind of sandbox, as `Judge` takes it.
    """

    def __init__(self, fill: Callable[[Path], object], wall: str = "") -> None:
        super().__init__()
        self._fill, self.wall = fill, wall

    def __enter__(self) -> Self:
        from autograder.judge.client import close_shared

        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
        self.canaries = self.enter_context(Canaries())
        self.callback(setattr, tempfile, "tempdir", tempfile.tempdir)
        self.callback(close_shared)
        self._tmp = self.canaries.root / "tmp"
        self._tmp.mkdir()
        tempfile.tempdir = str(self._tmp)  # so that whatever is left there is of an attack
        self._course = self.canaries.root / "course"
        self._fill(self._course)
        with (self._course / "nbgrader_config.py").open("a", encoding="utf-8") as config:
            config.write(
                "c.JudgeExecute.memory = 256 * 2**20\n"
                "c.JudgeExecute.cell_seconds = 1\nc.JudgeExecute.seconds = 5\n"
            )
        self._before: int | None = None
        self._others = set(descendants(os.getpid()))  # a browser, say, which starts and ends its own at will
        return self

    def attempt(self, case: Attack) -> AttackVerdict:
        """Try a case, and wait until nothing of it is left; what stays is a finding."""
        self._warm_up()
        verdict = attempt(case, self.canaries, partial(self._grade, case.lesson))
        return replace(verdict, findings=verdict.findings + self._left_in_the_end())

    def attempt_together(self, cases: Sequence[Attack]) -> tuple[dict[str, AttackVerdict], list[str]]:
        """Try cases in one run, as a class hands in: what each gained or read, and what is left or harmed.

        Which case left something or harmed somebody, only `attempt` tells.
        """
        self._warm_up()
        students = {
            case.name: [
                self._hand_in(f"{case.name}-{k}", case.lesson, notebook)
                for k, notebook in enumerate(case.notebooks(self.canaries))
            ]
            for case in cases
        }
        start = time.monotonic()
        graded = self._graded(sorted({case.lesson for case in cases}))
        seconds = (time.monotonic() - start) / max(len(cases), 1)
        verdicts = {}
        for case in cases:
            own = [graded[student, case.lesson] for student in students[case.name]]
            verdicts[case.name] = by_results(case, self.canaries, own, seconds)
        return verdicts, self.canaries.reached() + self._left_in_the_end()

    def _warm_up(self) -> None:
        """Start the judge, which is not an attack's."""
        if self._before is None:
            self._grade(Attack.lesson, lesson(Attack.lesson).notebook)
            shutil.rmtree(self._course / "submitted" / ATTACKER)
            self._before = len(self._processes())

    def _left_in_the_end(self) -> list[str]:
        until = time.monotonic() + SETTLE
        while (left := self._left()) and time.monotonic() < until:
            time.sleep(0.01)
        return left

    def _hand_in(self, student: str, name: str, notebook: NotebookNode) -> str:
        submitted = self._course / "submitted" / student / name / f"{name}.ipynb"
        submitted.parent.mkdir(parents=True, exist_ok=True)
        submitted.write_text(nbformat.writes(notebook), encoding="utf-8")
        return student

    def _grade(self, name: str, notebook: NotebookNode) -> Graded:
        student = self._hand_in(ATTACKER, name, notebook)
        return self._graded([name], student)[student, name]

    def _graded(self, names: Sequence[str], student: str | None = None) -> dict[tuple[str, str], Graded]:
        """Grade lessons, of a student or of all; what became of each hand-in."""
        from autograder.grading.run import Grading

        graded: dict[tuple[str, str], Graded] = {}
        for result in Grading(self._course, names, student, force=True, wall=self.wall):
            if result.status != "graded":
                graded[result.student, result.lesson] = None, [result.reason]
                continue
            path = self._course / "autograded" / result.student / result.lesson / f"{result.lesson}.ipynb"
            outputs = [cell.get("outputs", []) for cell in nbformat.read(path, as_version=4).cells]
            graded[result.student, result.lesson] = result.score, outputs
        return graded

    def _processes(self) -> dict[int, str]:
        return descendants(os.getpid(), self._others)

    def _left(self) -> list[str]:
        processes = self._processes()
        findings = []
        if (extra := len(processes) - (self._before or 0)) > 0:
            findings.append(f"left {extra} processes; there are: {'; '.join(processes.values())}")
        if groups := [g for g in CGROUPS.glob("*/heinit-*-*") if g.name.split("-")[1] in map(str, processes)]:
            findings.append(f"left {len(groups)} groups of limits")
        if files := [p.name for p in (*self._tmp.iterdir(), *Path("/dev/shm").glob("heinit*"))]:
            findings.append(f"left {', '.join(sorted(files))}")
        return findings


def descendants(root: int, beside: Collection[int] = ()) -> dict[int, str]:
    """The processes that `root` started, and those that they started: their state and their command.

    beside: processes whose own are left out.
    """
    parents, shown = dict[int, int](), dict[int, str]()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, parent = (process / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (process / "cmdline").read_text(errors="replace").replace("\0", " ").strip()
            pid = int(process.name)
            parents[pid], shown[pid] = int(parent), f"{pid} {state} {command[-100:]}"
    started, others = set[int](), set(beside)
    while more := {pid for pid, parent in parents.items() if parent in {root, *started} - others} - started:
        started |= more
    return {pid: shown[pid] for pid in started}
