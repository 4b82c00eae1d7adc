"""Grade on many cores or machines, by Dask's `distributed`.

How it works. Without an address, a scheduler and a worker for each core are started on this
machine, and know each other by certificates that are made for this run: whoever may speak to a
scheduler may run code as the user who started it, and on a loopback address that would be
everyone who is logged in. With an address, a scheduler and workers that somebody started, by
`dask scheduler` and `dask worker`, do the same work. From another machine that is taken over
TLS alone, with the certificates that Dask's own settings name.

The lessons reach each worker once, as its plugin; a task takes bytes and gives bytes. A worker
whose environment differs is refused: it would give other scores. When a worker dies, the tasks
that it had are suspects, and only those; each is tried again with nothing else running, and
who ends its worker then as well is ungradable, with that reason.
"""

from __future__ import annotations

import ipaddress
import logging
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from typing import Any, cast
from urllib.parse import urlsplit

import dask
from distributed import Client, LocalCluster, WorkerPlugin, as_completed, get_worker
from distributed.security import Security

from autograder.errors import HeinitError, UsageError
from autograder.grading.engine import again
from autograder.grading.environment import environment_hash
from autograder.grading.worker import Grader, Order, Outcome, Task, from_bytes, to_bytes
from autograder.judge.client import close_shared
from autograder.sandbox.bubblewrap import SandboxError

AHEAD = 3  # tasks for each worker that are on their way
CONNECT, WAIT = 15, 60  # seconds for the scheduler to answer, and for a worker to join
DASK = {
    "distributed.scheduler.allowed-failures": 0,  # suspects are tried again by us, alone
    "distributed.worker.daemon": False,
    "distributed.comm.timeouts.connect": "30s",
    "distributed.admin.tick.limit": "60s",
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # a worker holds one notebook at a time; what a submission may use is the sandbox's to limit
    "distributed.worker.memory.terminate": False,
    "distributed.worker.memory.pause": False,
}


class StrangerError(Exception):
    """This worker's environment is not the one that the course is to be graded in."""


class Course(WorkerPlugin):
    """The lessons and the judge of a run, on each worker, as long as the run lasts."""

    def __init__(self, order: Order, environment: str, kind: type[Grader] = Grader) -> None:
        self.order, self.environment, self.kind = order, environment, kind
        self.grader: Grader | None = None

    def teardown(self, worker: Any) -> None:
        """The run is over."""
        if self.grader is not None:
            close_shared()

    def grade(self, task: Task) -> Outcome:
        """Grade one submission, if this worker grades as all the others do."""
        if environment_hash() != self.environment:
            raise StrangerError(get_worker().address)
        if self.grader is None:
            self.grader = self.kind(self.order)
        return self.grader.grade(task)


def grade_bytes(run: str, student: str, lesson: str, content: bytes, key: bytes) -> bytes:
    """What is sent to a worker: grade this submission of that run."""
    course = cast(Course, get_worker().plugins[run])
    return to_bytes(course.grade(Task(student, lesson, content, key)))


class Cluster:
    """Workers on this machine, or those of the scheduler at an address.

    workers: how many to start here. scheduler: the address of one that runs already.
    Raises UsageError where the address is not safe to use, HeinitError where nobody answers there
    or no worker's environment is ours, SandboxError where a worker has no walls.
    """

    grader: type[Grader] = Grader

    def __init__(self, order: Order, workers: int = 1, scheduler: str | None = None) -> None:
        self._order, self._workers, self._scheduler = order, workers, scheduler
        self._run = f"heinit-{uuid.uuid4().hex}"
        if scheduler is not None:
            check_address(scheduler)

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Outcome]]:
        """Each task with its outcome, as they come."""
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        with ExitStack() as stack:
            stack.enter_context(dask.config.set(DASK))
            try:
                client = stack.enter_context(self._connect(stack))
                client.wait_for_workers(1, timeout=WAIT)
                client.register_plugin(Course(self._order, environment_hash(), self.grader), name=self._run)
            except (OSError, TimeoutError, ValueError) as error:
                raise HeinitError(self._nobody(error)) from None
            stack.callback(self._leave, client)
            self._refuse_strangers(client)
            yield from self._all(client, iter(tasks))

    def _connect(self, stack: ExitStack) -> Client:
        if self._scheduler is not None:
            return Client(self._scheduler, timeout=CONNECT, set_as_default=False)
        security = Security.temporary()
        local = LocalCluster(
            n_workers=self._workers,
            threads_per_worker=1,
            processes=True,
            host="tls://127.0.0.1",
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            security=security,
            silence_logs=logging.CRITICAL,
        )
        return Client(stack.enter_context(local), security=security, set_as_default=False)

    def _all(self, client: Client, tasks: Iterator[Task]) -> Iterator[tuple[Task, Outcome]]:
        """All tasks, a few ahead for each worker, then the suspects one by one."""
        suspects: list[tuple[Task, str]] = []
        sent: dict[Any, Task] = {}
        coming = as_completed(loop=client.loop)
        places = AHEAD * max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
        for _, task in zip(range(places), tasks, strict=False):
            self._send(client, task, sent, coming)
        for future in coming:
            task = sent.pop(future)
            outcome = self._outcome(client, future)
            if outcome is None:
                self._send(client, task, sent, coming)
                continue
            if outcome.retry:
                suspects.append((task, outcome.reason))
            else:
                yield task, outcome
            for following in tasks:
                self._send(client, following, sent, coming)
                break
        for task, _ in suspects:
            yield task, again(lambda task: self._alone(client, task), task)

    def _send(self, client: Client, task: Task, sent: dict[Any, Task], coming: Any) -> None:
        future = client.submit(
            grade_bytes, self._run, task.student, task.lesson, task.content, task.key, pure=False
        )
        sent[future] = task
        coming.add(future)

    def _alone(self, client: Client, task: Task) -> Outcome:
        sent: dict[Any, Task] = {}
        while True:
            coming = as_completed(loop=client.loop)
            self._send(client, task, sent, coming)
            (future,) = sent
            for _ in coming:
                outcome = self._outcome(client, future)
            sent.clear()
            if outcome is not None:
                return outcome

    def _outcome(self, client: Client, future: Any) -> Outcome | None:
        """What a task gave; None where it must go to another worker, as this one was refused."""
        error = future.exception() if future.status == "error" else None
        if future.status == "finished":
            return from_bytes(future.result())
        if isinstance(error, SandboxError):
            raise error
        if isinstance(error, (StrangerError, ImportError, AttributeError, KeyError)):
            self._refuse_strangers(client)
            return None
        if error is None or future.status in ("cancelled", "lost"):
            raise HeinitError(self._nobody(error or ConnectionError(future.status)))
        return Outcome(reason=f"{type(error).__name__}: {error}", retry=True)

    def _refuse_strangers(self, client: Client) -> None:
        """Send away the workers whose environment is not ours."""
        told = client.run(environment_hash, on_error="return")
        strangers = [address for address, found in told.items() if found != environment_hash()]
        if strangers:
            logging.getLogger("heinit").warning(
                "%s was refused: its environment is not the one here.", ", ".join(sorted(strangers))
            )
            client.retire_workers(strangers, close_workers=True)
        if len(strangers) == len(told):
            raise HeinitError(
                "no worker has the environment that is here. Install the same version of heinit, Python and "
                "packages (requirements.lock) on the workers' machines."
            )

    def _leave(self, client: Client) -> None:
        with suppress(OSError, TimeoutError, ValueError):
            client.unregister_worker_plugin(self._run)

    def _nobody(self, error: BaseException) -> str:
        where = self._scheduler or "this machine"
        return (
            f"the scheduler or its workers on {where} do not answer ({error}). What is graded is kept. "
            "Start them, and run the same command again."
        )


def check_address(address: str) -> None:
    """Raise UsageError where speaking to this address could run a stranger's code, or it is none."""
    parts = urlsplit(address)
    if parts.scheme not in ("tcp", "tls") or not parts.hostname or not parts.port:
        raise UsageError(
            f"{address!r} is no address of a scheduler. It looks like tls://host:8786 or tcp://127.0.0.1:8786."
        )
    try:
        loopback = parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        loopback = False
    if parts.scheme == "tcp" and not loopback:
        raise UsageError(
            f"{address} is another machine, and tcp:// checks nobody's name: whoever answers there could run "
            "code here. Start the scheduler with certificates, and say tls://."
        )
    if parts.scheme == "tls" and not dask.config.get("distributed.comm.tls.ca-file", None):
        raise UsageError(
            "tls:// needs certificates. Name them in Dask's settings: DASK_DISTRIBUTED__COMM__TLS__CA_FILE, "
            "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY."
        )
