"""Tasks are done, here and by workers; who ends its worker alone has failed, and no neighbour has."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from distributed import Future, LocalCluster

from autograder.errors import HeinitError, UsageError
from autograder.grading.cluster import Cluster, check_address
from autograder.grading.job import Refusal
from autograder.grading.pool import cores, do_all, here, in_threads, workers_for
from tests.autograder.grading.toy import Squares
from tests.autograder.hostile_folder import lay_modules
from tests.tools import FULL


def test_here_each_task_is_done_in_this_process_and_in_order():
    done = list(do_all(Squares(), range(5), 5))
    assert done == [(n, (n * n, os.getpid())) for n in range(5)]


def test_bad_luck_costs_a_retry_and_what_goes_wrong_alone_too_has_failed():
    for done in (dict(here(Squares(), [3, -1, -2, 4])), dict(in_threads(Squares(), [3, -1, -2, 4], 2))):
        refusal = done.pop(-2)
        assert {n: square for n, (square, _) in done.items()} == {3: 9, -1: 1, 4: 16}
        assert isinstance(refusal, Refusal)
        assert "with nothing else running there: bad luck" in refusal.reason


def test_workers_do_all_tasks_but_the_one_that_ends_its_worker_and_import_nothing_that_lies_there(
    tmp_path, monkeypatch
):
    traces = lay_modules(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place not in ("", ".")])
    done = dict(Cluster(Squares(deadly=frozenset({7})), workers=2).run(range(40)))
    refusal = done.pop(7)
    assert {n: square for n, (square, _) in done.items()} == {n: n * n for n in range(40) if n != 7}
    assert "with nothing else running there: KilledWorker" in refusal.reason
    assert os.getpid() not in {process for _, process in done.values()}
    assert not traces.exists()


def test_an_outcome_that_goes_with_its_worker_before_it_is_fetched_is_made_again(monkeypatch):
    status = Future.status.fget
    lost: set[str] = set()

    def lost_once(future: Future) -> str:
        if status(future) == "finished" and not lost:
            lost.add(future.key)
        return "lost" if future.key in lost else status(future)

    monkeypatch.setattr(Future, "status", property(lost_once))
    done = dict(Cluster(Squares(), workers=2).run(range(5)))
    assert lost
    assert {n: square for n, (square, _) in done.items()} == {n: n * n for n in range(5)}


@pytest.mark.full
def test_a_run_whose_last_task_ends_its_worker_closes_when_the_worker_is_there_again(monkeypatch):
    close, there = LocalCluster.close, []

    def closing(cluster: LocalCluster, *args: object) -> object:
        there.append(len(cluster.scheduler.workers))
        return close(cluster, *args)

    monkeypatch.setattr(LocalCluster, "close", closing)
    ((_, refusal),) = Cluster(Squares(deadly=frozenset({7})), workers=2).run([7])
    assert "KilledWorker" in refusal.reason
    assert there[0] == 2


INTERRUPTED = """
import signal, sys
from autograder.grading.pool import do_all
from tests.autograder.grading.toy import Squares
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    for task, _ in do_all(Squares(), [1, -3, -3], 3, workers=2):
        print(task, flush=True)
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM] if FULL else [signal.SIGINT])
def test_who_ends_a_run_at_a_terminal_ends_its_busy_and_its_stopped_workers_without_a_traceback(end):
    root = str(Path(__file__).parents[3])
    run = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        cwd=root,
        env={**os.environ, "PYTHONPATH": root},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert run.stdout.readline() == "1\n"
        children = psutil.Process(run.pid).children(recursive=True)
        workers = [child for child in children if "spawn_main" in " ".join(child.cmdline())]
        assert len(workers) == 2
        workers[0].suspend()
        while workers[0].status() != psutil.STATUS_STOPPED:  # else the signal below may come before this one
            time.sleep(0.01)
        os.killpg(run.pid, end)
        shown, errors = run.communicate(timeout=60)
        assert shown == ("stopped\n" if end == signal.SIGINT else "")
        assert "Traceback" not in errors
        _, alive = psutil.wait_procs(children, timeout=60)
        assert alive == []
    finally:
        run.kill()


def test_where_no_task_can_be_done_the_run_ends_with_the_reason():
    none = Squares(walls=False)
    for done in (here(none, [1]), in_threads(none, [1], 2), Cluster(none, workers=1).run([1])):
        with pytest.raises(HeinitError, match="there are no walls"):
            list(done)


@pytest.mark.parametrize(
    ("tasks", "workers", "started"),
    [(1000, 1, 1), (1000, 3, 3), (1, 3, 1), (5, None, 0), (19, None, 1), (0, None, 0), (1000, None, cores())],
)
def test_workers_are_started_where_there_is_enough_to_do(tasks: int, workers: int | None, started: int):
    assert workers_for(Squares(), tasks, workers) == started


@pytest.mark.full
def test_where_there_is_enough_to_do_other_processes_do_it():
    assert os.getpid() not in {process for _, (_, process) in do_all(Squares(), range(30), 30, workers=2)}


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("tcp://192.0.2.7:8786", "another machine"),
        ("tcp://grading.example:8786", "another machine"),
        ("tls://192.0.2.7:8786", "needs certificates"),
        ("192.0.2.7", "no address"),
        ("http://127.0.0.1:1", "no address"),
        ("tcp://127.0.0.1", "no address"),
    ],
)
def test_an_address_that_is_not_safe_or_none_is_refused_with_what_to_do(address: str, says: str):
    with pytest.raises(UsageError, match=says):
        check_address(address)
    with pytest.raises(UsageError, match=says):
        do_all(Squares(), [1], 1, None, address)
