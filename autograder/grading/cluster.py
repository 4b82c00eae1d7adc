"""Do tasks on many cores or machines, by Dask's `distributed`.

How it works. Without an address, a scheduler and a worker for each core are started on this
machine, and know each other by certificates that are made for this run: whoever may speak to a
scheduler may run code as the user who started it, and on a loopback address that would be
everyone who is logged in. With an address, a scheduler and workers that somebody started, by
`dask scheduler` and `dask worker`, do the same work. From another machine that is taken over
TLS alone, with the certificates that Dask's own settings name.

The order reaches each worker once, in its plugin; what comes back is bytes. A worker whose
environment differs is refused: it would give other outcomes. When a worker dies, the tasks that
it had are suspects, and only those; each is tried again with nothing else running, and who ends
its worker then as well has failed, with that reason.
"""

from __future__ import annotations

import ipaddress
import logging
import uuid
from asyncio import CancelledError
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from typing import Any, Generic, cast
from urllib.parse import urlsplit

import dask
from distributed import Client, LocalCluster, WorkerPlugin, as_completed, get_worker
from distributed.security import Security

from autograder.errors import HeinitError, UsageError
from autograder.grading.pool import Craft, O, Order, T, again

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


class Run(WorkerPlugin, Generic[T, O]):
    """The order of a run and what it takes to do it, on each worker, as long as the run lasts."""

    def __init__(self, order: Order[T, O], environment: str) -> None:
        self.order, self.environment = order, environment
        self.craft: Craft[T, O] | None = None

    def teardown(self, worker: Any) -> None:
        """The run is over."""
        if self.craft is not None:
            self.craft.close()

    def do(self, task: T) -> bytes:
        """Do one task, if this worker does as all the others do."""
        if self.order.environment() != self.environment:
            raise StrangerError(get_worker().address)
        if self.craft is None:
            self.craft = self.order.craft()
        return self.craft.do(task).to_bytes()


def do(run: str, task: Any) -> bytes:
    """What is sent to a worker: do this task of that run."""
    return cast(Run[Any, Any], get_worker().plugins[run]).do(task)


class Cluster(Generic[T, O]):
    """Workers on this machine, or those of the scheduler at an address.

    workers: how many to start here. scheduler: the address of one that runs already.
    Raises UsageError where the address is not safe to use, HeinitError where nobody answers there,
    no worker's environment is ours, or a worker cannot work.
    """

    def __init__(self, order: Order[T, O], workers: int = 1, scheduler: str | None = None) -> None:
        self._order, self._workers, self._scheduler = order, workers, scheduler
        self._environment = order.environment()
        self._run = f"heinit-{uuid.uuid4().hex}"
        if scheduler is not None:
            check_address(scheduler)

    def run(self, tasks: Iterable[T]) -> Iterator[tuple[T, O]]:
        """Each task with its outcome, as they come."""
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        with ExitStack() as stack:
            stack.enter_context(dask.config.set(DASK))
            try:
                client = stack.enter_context(self._connect(stack))
                client.wait_for_workers(1, timeout=WAIT)
                client.register_plugin(Run(self._order, self._environment), name=self._run)
            except (OSError, TimeoutError, ValueError) as error:
                raise HeinitError(self._nobody(error)) from None
            if self._scheduler is None:
                stack.callback(self._settle, client)
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

    def _all(self, client: Client, tasks: Iterator[T]) -> Iterator[tuple[T, O]]:
        """All tasks, a few ahead for each worker, then the suspects one by one."""
        suspects: list[T] = []
        sent: dict[Any, T] = {}
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
                suspects.append(task)
            else:
                yield task, outcome
            for following in tasks:
                self._send(client, following, sent, coming)
                break
        for task in suspects:
            yield task, again(lambda task: self._alone(client, task), task, self._order)

    def _send(self, client: Client, task: T, sent: dict[Any, T], coming: Any) -> None:
        future = client.submit(do, self._run, task, pure=False)
        sent[future] = task
        coming.add(future)

    def _alone(self, client: Client, task: T) -> O:
        sent: dict[Any, T] = {}
        while True:
            coming = as_completed(loop=client.loop)
            self._send(client, task, sent, coming)
            (future,) = sent
            for _ in coming:
                outcome = self._outcome(client, future)
            sent.clear()
            if outcome is not None:
                return outcome

    def _outcome(self, client: Client, future: Any) -> O | None:
        """What a task gave; None where it must go to another worker, as this one was refused."""
        status = future.status
        if status == "lost":
            return self._order.failed("its worker ended before its outcome was fetched", retry=True)
        if status not in ("finished", "error"):
            raise HeinitError(self._nobody(ConnectionError(status)))
        try:
            return self._order.outcome(future.result())
        except Exception as raised:
            error = raised
        except CancelledError as gone:
            raise HeinitError(self._nobody(gone)) from None
        if isinstance(error, HeinitError):
            raise error
        if isinstance(error, (StrangerError, ImportError, AttributeError, KeyError)):
            self._refuse_strangers(client)
            return None
        return self._order.failed(f"{type(error).__name__}: {error}", retry=True)

    def _refuse_strangers(self, client: Client) -> None:
        """Send away the workers whose environment is not ours."""
        told = client.run(self._order.environment, on_error="return")
        strangers = [address for address, found in told.items() if found != self._environment]
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

    def _settle(self, client: Client) -> None:
        """Wait until a worker that ended is there again: Dask cannot close one that is just starting."""
        with suppress(OSError, TimeoutError, ValueError):
            client.wait_for_workers(self._workers, timeout=SETTLE)

    def _nobody(self, error: BaseException) -> str:
        where = self._scheduler or "this machine"
        return (
            f"the scheduler or its workers on {where} do not answer ({error}). What is done is kept. "
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
