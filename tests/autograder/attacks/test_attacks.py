"""The hostile corpus: every case is held, and wins where the wall that stops it is taken away."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path

import nbformat
import pytest

from autograder.attacks.run import CASES, Attack, AttackCourse, Canaries, attacks, attempt, descendants
from autograder.course import nbgrader_api
from autograder.errors import UsageError
from autograder.sandbox.kinds import KINDS
from autograder.sandbox.sandbox import WALLS
from autograder.sandbox.selftest import BREACHES
from benchmarks import attack_table
from tests.autograder.attacks.unwalled import WIDE, Unwalled
from tests.autograder.classroom import run
from tests.tools import system_tool

ALL = attacks()
SHOWN = [case for case in ALL if case.without]
WINNERS = [case for case in ALL if (case.nbgrader_score or 0.0) > case.score]  # under plain nbgrader
by_name = lambda case: case.name


@pytest.fixture(scope="module")
def course(released_course: Path) -> Iterator[Callable[[str], AttackCourse]]:
    """`course("landlock")`: the course of a kind of sandbox, whose judge stays warm from case to case.

    A fixture with parameters would be made again for each case: pytest ends it where the next test has
    another tuple of parameters.
    """
    system_tool("bwrap")
    warnings.filterwarnings("ignore", module="nbgrader")
    with ExitStack() as courses:
        fill = partial(shutil.copytree, released_course)
        yield cache(lambda kind: courses.enter_context(AttackCourse(fill, kind)))


@pytest.fixture(scope="module")
def unwalled() -> Iterator[Unwalled]:
    system_tool("bwrap")
    with Unwalled() as graders:
        yield graders


@pytest.fixture(scope="module")
def canaries() -> Iterator[Canaries]:
    system_tool("bwrap")
    with Canaries() as canaries:
        yield canaries


# The first case of each defence is tried, in one kind of sandbox, and of each set of walls that the self-test
# does not try itself, which it does in both kinds. `heinit bench suite` tries each case in each kind.
SELF_TESTED = {"root", *BREACHES}
# costly, or held part by part by tests of the channel, of pages and of outputs
ELSEWHERE = {
    *("many-large-answers", "swallowed-interrupts", "endless-call", "follow-flood", "huge-return"),
    *("regular-expression", "slow-loris", "hash-collisions", "sorted-draws", "fixed-sample"),
    *("deep-return", "empty-and-endless", "malformed-frames", "json-bomb", "array-subclass", "not-a-number"),
    *("output", "script-html", "check-stumbles"),
}
TRIED = [
    case
    for case in ALL
    if case.name not in ELSEWHERE and not (case.without and SELF_TESTED.issuperset(case.without.split()))
]
FIRST = {case.wall: case for case in reversed(TRIED)}
SHOWN_FIRST = {case.without: case for case in reversed(TRIED) if case.without}
FEW = [case for case in TRIED if case in (FIRST[case.wall], SHOWN_FIRST.get(case.without))]
# What a kind of sandbox is said not to stop is tried alone.
TOGETHER = {
    kind: [case for i, case in enumerate(FEW) if KINDS[i % 2] == kind or KINDS[i % 2] in case.open]
    for kind in KINDS
}
# One kind after the other: whatever a later course starts would seem to be left by an earlier one's attack.
ALONE = [(kind, case) for kind in KINDS for case in ALL]


def of_kinds(ids: Callable[..., str], parameters: list[tuple]) -> list:
    """The parameters of tests that share the course of a kind of sandbox, which each begins with."""
    return [
        pytest.param(*given, marks=pytest.mark.xdist_group(f"attacks-{given[0]}"), id=ids(*given))
        for given in parameters
    ]


@pytest.mark.full
@pytest.mark.parametrize(("kind", "case"), of_kinds(lambda kind, case: f"{case.name}-{kind}", ALONE))
def test_an_attack_gains_reads_harms_and_leaves_nothing_but_where_it_is_said(
    course: Callable[[str], AttackCourse], kind: str, case: Attack
):
    verdict = course(kind).attempt(case)
    assert (verdict.findings == []) is (kind not in case.open), verdict.findings
    if case.solved:
        assert verdict.score == case.score  # the honest part beside it still counts


@pytest.mark.parametrize("kind", of_kinds(str, [(kind,) for kind in KINDS]))
def test_a_class_of_attackers_gains_reads_harms_and_leaves_nothing(
    course: Callable[[str], AttackCourse], kind: str
):
    verdicts, harm = course(kind).attempt_together(TOGETHER[kind])
    assert {name: verdict.findings for name, verdict in verdicts.items() if not verdict.held} == {}
    honest = {case.name: case.score for case in TOGETHER[kind] if case.solved}
    assert {name: verdicts[name].score for name in honest} == honest
    culprits = {}
    if harm:
        tried = {case.name: course(kind).attempt(case).findings for case in TOGETHER[kind]}
        culprits = {name: findings for name, findings in tried.items() if findings}
    assert (harm, culprits) == ([], {})


@pytest.mark.full
def test_what_wins_under_plain_nbgrader_wins_nothing_by_its_command_in_a_course(
    tmp_path: Path, released_course: Path
):
    system_tool("bwrap")
    course = tmp_path / "course"
    shutil.copytree(released_course, course)
    with Canaries() as canaries:
        for case in WINNERS:
            path = course / "submitted" / case.name / case.lesson / f"{case.lesson}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text(nbformat.writes(case.notebooks(canaries)[0]), encoding="utf-8")
        for name in {case.lesson for case in WINNERS}:
            done = run("nbgrader", "autograde", name, cwd=course)
            assert done.returncode == 0, done.stderr[-2000:]
        assert canaries.reached() == []
    with nbgrader_api(course).gradebook as gradebook:
        earned = {case.name: gradebook.find_submission(case.lesson, case.name).score for case in WINNERS}
    assert len(WINNERS) >= 20
    assert {case.name: earned[case.name] for case in WINNERS if earned[case.name] > case.score} == {}
    assert {case.name: earned[case.name] for case in WINNERS if case.solved} == {
        case.name: case.score for case in WINNERS if case.solved
    }


@pytest.mark.full
@pytest.mark.parametrize(
    "case",
    [pytest.param(case, marks=pytest.mark.xdist_group(f"without-{case.without}")) for case in SHOWN],
    ids=by_name,
)
def test_an_attack_wins_without_the_wall_that_stops_it(
    case: Attack, unwalled: Unwalled, tmp_path: Path, monkeypatch
):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with Canaries() as canaries:
        assert attempt(case, canaries, unwalled.grader(case)).findings != []


def test_the_corpus_is_large_and_every_case_is_shown_or_says_why_not():
    assert len(ALL) >= 60
    assert len({case.mechanism for case in ALL}) == len(ALL)
    assert [case.name for case in ALL if not case.without and not case.reason] == []
    assert {wall for case in SHOWN for wall in case.without.split()} <= {
        "apart",
        "hidden",
        "output",
        *WIDE,
        *WALLS,
    }
    assert [path.name for path in CASES.iterdir() if not (path / "attack.py").is_file()] == []


def test_the_published_table_is_that_of_the_corpus():
    assert attack_table.PAGE.read_text(encoding="utf-8") == attack_table.page(), (
        "Run ./heinit bench attack_table --store"
    )
    untold = [case.name for case in ALL if case.plain and case.nbgrader_score is None]
    assert untold == ["no-test-cell", "sys-exit"]  # plain nbgrader stops at these


def test_a_case_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(UsageError, match=r"no case called 'nothing'. The cases are: .*fork-bomb"):
        attacks("nothing")


def test_a_canary_that_is_read_written_signalled_or_called_is_seen(canaries: Canaries):
    case = attacks("write-gradebook")[0]
    path = Path(canaries.fill("@canary@/gradebook.db"))
    kept = path.read_text()

    def grade(notebook):
        path.write_text("15 points")
        return 2.0, [{"text": f"{kept} WON"}]

    verdict = attempt(case, canaries, grade)
    path.write_text(kept)
    assert verdict.findings == [
        "took 2 points where 0 are earned",
        "showed WON",
        "read a secret",
        "changed gradebook.db",
    ]


def test_what_another_program_starts_meanwhile_is_not_taken_for_an_attacks():
    program = subprocess.Popen(["sh", "-c", "sleep 60 & echo $!; wait"], stdout=subprocess.PIPE, text=True)
    try:
        assert program.stdout is not None
        started = int(program.stdout.readline())
        assert {program.pid, started} <= set(descendants(os.getpid()))
        beside = descendants(os.getpid(), {program.pid})
        assert program.pid in beside
        assert started not in beside
    finally:
        os.kill(started, signal.SIGKILL)
        program.communicate()
