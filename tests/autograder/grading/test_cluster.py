"""Many workers, here and elsewhere, give what one gives; whoever dies costs a retry and no more."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from autograder.commands.grading import grade
from autograder.errors import HeinitError, UsageError
from autograder.grading import run
from autograder.grading.job import Refusal
from autograder.grading.pool import do_all
from autograder.grading.run import Grading
from autograder.grading.worker import GradingJob
from tests.autograder.grading.conftest import MOMENTS, scores


def wait_for(happened, seconds: float = 120.0):
    """What `happened` returns as soon as that is true; the seconds are an upper bound."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if result := happened():
            return result
        time.sleep(0.02)
    raise AssertionError("it did not happen")


def address_in(file: Path) -> str:
    """The address of the scheduler that writes this file; the file is there before its content is."""
    return json.loads(wait_for(lambda: file.is_file() and file.read_text()))["address"]


@contextmanager
def dask(tmp_path: Path, *commands: list[str], **environment: str) -> Iterator[list[subprocess.Popen]]:
    """Programs of Dask's, ended at the end; each in an empty directory of its own."""
    running = []
    try:
        for i, command in enumerate(commands):
            home = tmp_path / f"machine{i}"
            home.mkdir()
            log = (home / "log").open("w")
            program = [sys.executable, "-m", "distributed.cli." + command[0], *command[1:]]
            running.append(
                subprocess.Popen(
                    program, cwd=home, stdout=log, stderr=log, env={**os.environ, **environment}, text=True
                )
            )
        yield running
    finally:
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


SCHEDULER = ["dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]


@contextmanager
def scheduler(tmp_path: Path, workers: int = 2, **environment: str) -> Iterator[tuple[str, subprocess.Popen]]:
    """A scheduler on loopback and workers that were started by themselves; its address and process."""
    address_file = tmp_path / "scheduler.json"
    with dask(tmp_path / "a", [*SCHEDULER, "--scheduler-file", str(address_file)]) as (process,):
        address = address_in(address_file)
        worker = ["dask_worker", address, "--nthreads", "1", "--no-dashboard"]
        with dask(tmp_path / "b", *[worker] * workers, **environment):
            yield address, process


@pytest.fixture(autouse=True)
def folders(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()


@pytest.mark.full
def test_workers_of_another_machine_grade_over_tls_and_nobody_without_the_certificates_does(
    course, tmp_path, reference, finished
):
    from dask import config as dask_settings  # takes a second of each worker that only collects
    from distributed import Security

    given = Security.temporary()
    settings = {}
    for key in ("ca_file", "scheduler_cert", "scheduler_key", "worker_cert", "worker_key"):
        (tmp_path / key).write_text(getattr(given, f"tls_{key}"))
        settings[f"DASK_DISTRIBUTED__COMM__TLS__{key.upper().replace('R_', 'R__')}"] = str(tmp_path / key)
    address_file = tmp_path / "scheduler.json"
    serve = [*SCHEDULER, "--protocol", "tls", "--scheduler-file", str(address_file)]
    with dask(tmp_path / "a", serve, **settings):
        address = address_in(address_file)
        worker = ["dask_worker", address, "--nthreads", "1", "--no-dashboard"]
        with dask(tmp_path / "b", worker, **settings):
            with pytest.raises(UsageError, match="needs certificates"):
                list(Grading(course, scheduler=address))
            ours = {"ca-file": "ca_file", "client.cert": "worker_cert", "client.key": "worker_key"}
            tls = {f"distributed.comm.tls.{name}": str(tmp_path / key) for name, key in ours.items()}
            with dask_settings.set(tls):
                assert scores(Grading(course, scheduler=address)) == reference[1]
            other = tmp_path / "stranger"
            other.write_text(Security.temporary().tls_ca_file)
            with (
                dask_settings.set({**tls, "distributed.comm.tls.ca-file": str(other)}),
                pytest.raises(HeinitError, match="do not answer"),
            ):
                list(Grading(course, scheduler=address, force=True))
    finished(course)


@pytest.mark.full
def test_workers_that_were_started_separately_grade_and_where_their_scheduler_vanishes_what_is_graded_is_kept(
    course, tmp_path, reference, finished
):
    with scheduler(tmp_path) as (address, process):
        assert scores(Grading(course, scheduler=address)) == reference[1]
        grading = iter(Grading(course, scheduler=address, force=True))
        next(grading)
        process.kill()
        process.wait()
        with pytest.raises(HeinitError, match=r"do not answer.*What is done is kept"):
            list(grading)
    finished(course)


def test_a_worker_with_another_environment_is_refused(course, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(Path(__file__).parents[3] / "heinit_solutions", other / "heinit_solutions")
    with (other / "heinit_solutions" / "worked_examples.py").open("a") as file:
        file.write("\n# another version\n")
    with (
        scheduler(tmp_path, workers=1, PYTHONPATH=str(other)) as (address, _),
        pytest.raises(HeinitError, match="no worker has the environment"),
    ):
        list(Grading(course, scheduler=address))
    assert not (course / "autograded").exists() or not list((course / "autograded").iterdir())


def test_workers_and_scheduler_are_not_given_together(course):
    done = CliRunner().invoke(grade, [str(course), "--workers=2", "--scheduler=tcp://127.0.0.1:1"])
    assert isinstance(done.exception, UsageError)


def workers_of(pid: int) -> list[psutil.Process]:
    """The worker processes of a grading that runs: Dask starts them by multiprocessing's spawn."""
    workers = []
    for child in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.Error):  # solvers come and go
            if "spawn_main" in " ".join(child.cmdline() or []):
                workers.append(child)
    return workers


@pytest.mark.full
@pytest.mark.parametrize("moment", range(MOMENTS))
def test_two_workers_give_what_one_gives_though_a_worker_vanishes(
    course, reference, finished, moment, monkeypatch
):
    outcomes, killed = count(), []

    def do_and_kill(*args):
        for done in do_all(*args):
            if next(outcomes) == 2 * moment:
                killed.append(random.Random(moment).choice(workers_of(os.getpid())))
                os.kill(killed[0].pid, signal.SIGKILL)
            yield done

    monkeypatch.setattr(run, "do_all", do_and_kill)
    assert scores(Grading(course, workers=2)) == reference[1]
    assert killed
    finished(course)


def test_who_ends_its_worker_alone_is_ungradable_and_its_neighbours_are_not(course, reference, monkeypatch):
    victims = sorted(student for student, _ in reference[1])
    kills = next(s for s in victims if reference[1][s, "1-relu-half-killing"][0] is not None)
    real = GradingJob.do

    def do_or_fail(self, task):
        outcome = real(self, task)
        return Refusal("the judge ended.", retry=True) if task.submission.student == kills else outcome

    monkeypatch.setattr(GradingJob, "do", do_or_fail)
    results = {r.student: r for r in Grading(course)}
    assert results[kills].status == "ungradable"
    assert "with nothing else running there" in results[kills].reason
    assert {s: (r.score, r.cells) for s, r in results.items() if s != kills} == {
        s: (score, cells) for (s, _), (score, cells, *_) in reference[1].items() if s != kills
    }
