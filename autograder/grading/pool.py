"""Do many independent tasks: in this process, or in workers on one machine or on many.

How it works. A `Job` is what all tasks of a run share, and knows how to do one task. Where the
tasks are done by workers, each worker gets a copy of the job once, keeps it warm, and does one
task after the other. Workers share no files with the process that started the run, and never
open the gradebook: a task carries all that it needs, and its outcome carries all that came of it.

A task without an outcome gets a `Refusal`. Where its worker failed, the cause may be this task,
another task, or bad luck. So the task is tried again with nothing else running beside it, and is
refused for good only when that has failed twice.
"""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed

from autograder.grading.job import Job, O, Refusal, T, do_alone


def do_all(
    job: Job[T, O],
    tasks: Iterable[T],
    count: int,
    workers: int | None = 1,
    scheduler: str | None = None,
    threads: bool = False,
) -> Iterator[tuple[T, O | Refusal]]:
    """Each task with its outcome, as they come. The tasks are drawn as they are needed.

    count: how many there are. workers: as in `workers_for`. scheduler: the address of one whose workers do
    the tasks. threads: whether the workers are threads of this process.
    Raises HeinitError where no task can be done, UsageError where the address is not safe to use.
    """
    if threads:
        return in_threads(job, tasks, workers or cores())
    workers = workers_for(job, count, workers)
    if workers <= 1 and scheduler is None:
        return here(job, tasks)
    from autograder.grading.cluster import Cluster  # Dask takes a second to import

    return Cluster(job, workers, scheduler).run(tasks)


def here(job: Job[T, O], tasks: Iterable[T]) -> Iterator[tuple[T, O | Refusal]]:
    """Do the tasks in this process, in their order."""
    job.start()
    for task in tasks:
        outcome = job.do(task)
        retry = isinstance(outcome, Refusal) and outcome.retry
        yield task, do_alone(job.do, task) if retry else outcome


def in_threads(job: Job[T, O], tasks: Iterable[T], count: int) -> Iterator[tuple[T, O | Refusal]]:
    """Do a few tasks in threads of this process, as they come: other processes do nearly all of the work."""

    def do(task: T) -> O | Refusal:
        job.start()
        return job.do(task)

    again = []
    threads = ThreadPoolExecutor(count, thread_name_prefix="worker")
    try:
        futures = {threads.submit(do, task): task for task in tasks}
        for future in as_completed(futures):
            outcome = future.result()
            if isinstance(outcome, Refusal) and outcome.retry:
                again.append(futures[future])
            else:
                yield futures[future], outcome
    except BaseException:
        threads.shutdown(wait=False, cancel_futures=True)
        job.close()  # a thread that waits for an answer would not end before that
        raise
    threads.shutdown()
    for task in again:
        yield task, do_alone(do, task)


def workers_for(job: Job[T, O], count: int, workers: int | None = 1) -> int:
    """How many workers do so many tasks; at most 1 means this process.

    workers: how many there may be; None for one on each core, where there is enough to do.
    """
    return min(count, min(cores(), count // job.tasks_per_start) if workers is None else workers)


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
