"""Where blocks of draws are moved: processes of this machine, or a cluster that already runs."""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from refugee_model.errors import CacheWarning, Problem, RequestError
from refugee_model.studies.cluster import check_address, join_cluster, leave_cluster

if TYPE_CHECKING:
    from multiprocessing.synchronize import Semaphore

MOST_WORKERS = 512
WRONG = "these workers cannot be used"


@contextmanager
def open_workers(workers: int | None = None, *, cluster: str | None = None) -> Iterator[Executor]:
    """Workers for as long as they are needed."""
    check_workers(workers, cluster)
    if cluster is not None:
        client = join_cluster(cluster)
        try:
            yield client.get_executor()
        finally:
            leave_cluster(client)
        return
    pool = ThreadPoolExecutor(os.cpu_count() or 1) if workers is None else _processes(workers)
    try:
        yield pool
    except KeyboardInterrupt:
        give_up(pool)
        raise
    finally:
        pool.shutdown(cancel_futures=True)


class _Processes(ProcessPoolExecutor):
    """Processes of this machine, which belong to one batch."""

    ended = False

    def submit(self, *work: Any, **more: Any) -> Future[Any]:
        """Give them some work; one of them may start just now, and must end too where the work is given up."""
        future = super().submit(*work, **more)
        if self.ended:
            self.end()
        return future

    def end(self) -> None:
        """End them where they are: they hold nothing that is not told."""
        self.ended = True
        for process in list((self._processes or {}).values()):
            process.terminate()


def give_up(executor: Executor) -> None:
    """Wait no longer for what workers do, where they are ours."""
    if isinstance(executor, _Processes):
        executor.end()


def worker_count(executor: Executor) -> int:
    """How many blocks an executor moves at a time; the cores of this machine where it does not say."""
    client = getattr(executor, "_client", None)
    if client is not None:
        return max(sum(map(int, client.nthreads().values())), 1)
    known = getattr(executor, "_max_workers", None)
    return known if isinstance(known, int) and known > 0 else os.cpu_count() or 1


def check_workers(workers: int | None, cluster: str | None) -> None:
    """Refuse workers, or an address of a cluster, that cannot be, before any work."""
    if workers is not None and cluster is not None:
        raise RequestError(WRONG, [Problem("", "give a number of workers or a cluster, not both")])
    if cluster is not None:
        check_address(cluster)
    elif workers is not None and (type(workers) is not int or not 1 <= workers <= MOST_WORKERS):
        expected = f"found {workers!r}, expected a whole number from 1 to {MOST_WORKERS}"
        raise RequestError(WRONG, [Problem("workers", expected)])


def _processes(workers: int) -> ProcessPoolExecutor:
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    return _Processes(workers, mp_context=context, initializer=begin_worker, initargs=(context.Semaphore(1),))


def deaf() -> None:
    """Let processes that this thread starts not hear Ctrl-C, from their first line on.

    It is meant for the main thread.
    """
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def begin_worker(speaker: Semaphore) -> None:
    """Leave Ctrl-C to the process that started this one, and end with it, also where it is killed.

    One worker speaks for all.
    """
    from multiprocessing import parent_process

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    usual = warnings.showwarning

    def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
        if not issubclass(category, CacheWarning):
            usual(message, category, *where, **more)
        elif speaker.acquire(block=False):
            print(f"note: {message}", file=sys.stderr)

    warnings.showwarning = show
    parent = parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
