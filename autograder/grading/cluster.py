"""Do tasks on many cores or machines, by Dask's `distributed`.

How it works. Without an address, a scheduler and a worker for each core are started on this
machine. They know each other by certificates that are made for this run: whoever may speak to a
scheduler may run code as the user who started it, and on a loopback address that would be
everyone who is logged in. With an address, the scheduler and the workers that somebody started
there, by `dask scheduler` and `dask worker`, do the same work. A scheduler on another machine is
reached only over TLS, with the certificates that Dask's own settings name.

The job reaches each worker once, in a plugin. A worker whose environment differs is refused,
since it would give other outcomes. When a worker dies, the tasks that it had are suspects, and no
others; each suspect is tried again with nothing else running, as `pool.do_alone` says.
"""

import ipaddress
import logging
import os
import signal
import sys
import threading
import uuid
from asyncio import CancelledError
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from typing import Any, Generic, cast
from urllib.parse import urlsplit

import dask
from distributed import Client, LocalCluster, WorkerPlugin, as_completed, get_worker
from distributed.security import Security

from autograder.errors import HeinitError, UsageError
from autograder.grading.job import Job, O, Refusal, T, do_alone
from autograder.surroundings import keep_only_inherited

AHEAD = 3  # tasks for each worker that are on their way
# seconds for the scheduler to answer, for a worker to join, and for one that ended to be there again
CONNECT, WAIT, SETTLE = 15, 60, 30
DASK = {
    "distributed.scheduler.allowed-failures": 0,  # suspects are tried again by us, alone
    "distributed.worker.daemon": False,
    "distributed.comm.timeouts.connect": "30s",
    "distributed.admin.tick.limit": "60s",
    "distributed.admin.low-level-log-length": 20,  # a thousand messages with notebooks would stay
    "distributed.worker.profile.enabled": False,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # a worker holds one notebook at a time; what a submission may use is the sandbox's to limit
    "distributed.worker.memory.terminate": False,
    "distributed.worker.memory.pause": False,
}


class StrangerError(Exception):
    """This worker's environment is not the one that the tasks are to be done in."""


class JobPlugin(WorkerPlugin, Generic[T, O]):
    """The job of a run on one worker, as long as the run lasts. local: whether the run started the worker."""

    def __init__(self, job: Job[T, O], environment: str, local: bool) -> None:
        self.job, self.environment, self._local, self._started = job, environment, local, False

    def setup(self, worker: Any) -> None:
        """The worker has the job. A worker in its own group ends with whoever started it, even if stopped."""
        if self._local:
            keep_only_inherited()
            if sys.platform != "win32":
                os.setpgid(0, 0)

    def teardown(self, worker: Any) -> None:
        if self._started:
            self.job.close()

    def do(self, task: T) -> O | Refusal:
        """Do one task. Raises StrangerError where this worker's environment differs."""
        if self.job.environment() != self.environment:
            raise StrangerError(get_worker().address)
        if not self._started:
            self.job.start()
            self._started = True
        return self.job.do(task)


def do_in_worker(run: str, task: Any) -> Any:
    """What is sent to a worker: do this task of that run."""
    return cast(JobPlugin[Any, Any], get_worker().plugins[run]).do(task)


class Cluster(Generic[T, O]):
    """Workers on this machine, or those of the scheduler at an address.

    workers: how many to start here. scheduler: the address of one that runs already.
    Raises UsageError where the address is not safe to use, HeinitError where nobody answers there,
    no worker's environment is ours, or a worker cannot work.
    """

    def __init__(self, job: Job[T, O], workers: int = 1, scheduler: str | None = None) -> None:
        self._job, self._workers, self._scheduler = job, workers, scheduler
        self._environment = job.environment()
        self._run = f"heinit-{uuid.uuid4().hex}"
        self._local: LocalCluster | None = None
        if scheduler is not None:
            check_address(scheduler)

    def run(self, tasks: Iterable[T]) -> Iterator[tuple[T, O | Refusal]]:
        """Each task with its outcome, as they come."""
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        stack = ExitStack()
        try:
            with _interrupts_held():
                client = self._start(stack)
            self._refuse_strangers(client)
            yield from self._all(client, iter(tasks))
            if self._local is not None:
                self._leave(client)
                self._settle(client)
        except BaseException:  # whoever stops the run does not wait for what its workers are doing
            self._end_workers()
            raise
        finally:
            with _interrupts_held():
                stack.close()

    def _start(self, stack: ExitStack) -> Client:
        """A client of workers that have the job."""
        stack.enter_context(dask.config.set(DASK))
        stack.enter_context(_safe_path())
        try:
            client: Client = stack.enter_context(self._connect(stack))
            client.wait_for_workers(1, timeout=WAIT)
            client.register_plugin(
                JobPlugin(self._job, self._environment, self._local is not None), name=self._run
            )
        except (OSError, TimeoutError, ValueError) as error:
            raise self._unanswered(error) from None
        if self._scheduler is not None:  # others live on
            stack.callback(self._leave, client)
        return client

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
        self._local = stack.enter_context(local)
        return Client(self._local, security=security, set_as_default=False)

    def _end_workers(self) -> None:
        """End the workers that were started here, at once, and for good."""
        for nanny in self._local.workers.values() if self._local is not None else ():
            nanny.close_gracefully()  # it starts no other worker then
            with suppress(ProcessLookupError):
                os.kill(nanny.pid, signal.SIGKILL) if nanny.pid else None

    def _all(self, client: Client, tasks: Iterator[T]) -> Iterator[tuple[T, O | Refusal]]:
        """All tasks, a few ahead for each worker, then the suspects one by one."""
        suspects: list[T] = []
        ahead = AHEAD * max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
        for task, outcome in self._completed(client, tasks, ahead):
            if isinstance(outcome, Refusal) and outcome.retry:
                suspects.append(task)
            else:
                yield task, outcome
        for task in suspects:
            yield task, do_alone(lambda task: next(self._completed(client, iter([task]), 1))[1], task)

    def _completed(self, client: Client, tasks: Iterator[T], ahead: int) -> Iterator[tuple[T, O | Refusal]]:
        """The tasks with their outcomes, so many on their way at once."""
        sent: dict[Any, T] = {}
        completed = as_completed(loop=client.loop)

        def send(task: T) -> None:
            future = client.submit(do_in_worker, self._run, task, pure=False)
            sent[future] = task
            completed.add(future)

        try:
            for task in islice(tasks, ahead):
                send(task)
            for future in completed:
                task = sent.pop(future)
                outcome = self._outcome(client, future)
                if outcome is None:
                    send(task)
                    continue
                yield task, outcome
                for following in islice(tasks, 1):
                    send(following)
        finally:  # where somebody stops the run, its workers begin nothing more
            if sent:
                client.cancel(list(sent))

    def _outcome(self, client: Client, future: Any) -> O | Refusal | None:
        """What a task gave; None where it must go to another worker, as this one was refused."""
        status = future.status
        if status == "lost":
            return Refusal("its worker ended before its outcome was fetched", retry=True)
        if status not in ("finished", "error"):
            raise self._unanswered(ConnectionError(status))
        try:
            return cast("O | Refusal", future.result())
        except CancelledError as error:
            raise self._unanswered(error) from None
        except HeinitError:
            raise
        except (StrangerError, ImportError, AttributeError, KeyError):
            self._refuse_strangers(client)
            return None
        except Exception as error:
            return Refusal(f"{type(error).__name__}: {error}", retry=True)

    def _refuse_strangers(self, client: Client) -> None:
        """Send away the workers whose environment is not ours."""
        environments = client.run(self._job.environment, on_error="return")
        strangers = [address for address, hash in environments.items() if hash != self._environment]
        if strangers:
            logging.getLogger("heinit").warning(
                "%s was refused: its environment is not the one here.", ", ".join(sorted(strangers))
            )
            client.retire_workers(strangers, close_workers=True)
        if len(strangers) == len(environments):
            raise HeinitError(
                "no worker has the environment that is here. Install the same version of heinit, Python and "
                "packages (requirements.lock) on the workers' machines."
            )

    def _leave(self, client: Client) -> None:
        with suppress(OSError, TimeoutError, ValueError, KeyError):  # the last where a worker is new
            client.unregister_worker_plugin(self._run)

    def _settle(self, client: Client) -> None:
        """Wait until a worker that ended is there again: Dask cannot close one that is just starting."""
        with suppress(OSError, TimeoutError, ValueError):
            client.wait_for_workers(self._workers, timeout=SETTLE)

    def _unanswered(self, error: BaseException) -> HeinitError:
        where = self._scheduler or "this machine"
        return HeinitError(
            f"the scheduler or its workers on {where} do not answer ({error}). What is done is kept. "
            "Start them, and run the same command again."
        )


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold an interrupt back until the block is over: Dask can close nothing that is half started or closed.

    Workers that the block starts get no interrupt: an interrupt of the terminal is for the caller alone.
    """
    if threading.current_thread() is not threading.main_thread() or sys.platform == "win32":
        yield
        return
    held: list[int] = []
    former = signal.signal(signal.SIGINT, lambda number, _: held.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, former)
    if held:
        raise KeyboardInterrupt


@contextmanager
def _safe_path() -> Iterator[None]:
    """Start processes that import nothing from the directory in which the run was started."""
    former = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if former is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = former


def check_address(address: str) -> None:
    """Raise UsageError where this is no address of a scheduler, or where a stranger might answer there."""
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
