"""Workers for blocks of draws, processes of this machine or a dask cluster that already runs, and how far they are."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from refugee_model.errors import CacheWarning, Problem, RequestError, nearest
from refugee_model.wording import phrase

if TYPE_CHECKING:
    from multiprocessing.synchronize import Semaphore


ANSWER_SECONDS = 4.0
"""A scheduler that does not answer by then is given up."""
WORKER_SECONDS = 20.0
"""Workers that start at the same time as the batch have so long to come."""
INSTALL = "pip install 'refugee-model[cluster]'"
SCHEMES = ("tcp", "tls", "ws", "wss")
EXAMPLE = "expected an address such as tcp://10.0.0.5:8786"
CERTIFICATES = ("distributed.comm.tls.ca-file", "distributed.comm.tls.client.cert", "distributed.comm.tls.client.key")
_NOISY = ("distributed", "asyncio", "tornado")


def check_address(address: str) -> None:
    """Refuse an address at which no scheduler can be, and any where dask is not installed."""
    if find_spec("distributed") is None:
        raise _refused(address, f"dask is not installed; {INSTALL}")
    wrong = _wrong(address)
    if wrong:
        raise _refused(address, wrong)


def join_cluster(address: str) -> Any:
    """A client of a scheduler that answers and has workers; the address has been checked."""
    import distributed

    begun: list[Any] = []

    class Client(distributed.Client):
        """A client that can be laid to rest even where it could not be made."""

        def __init__(self) -> None:
            begun.append(self)
            super().__init__(address, timeout=ANSWER_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]

    with _silence():
        try:
            client = _in_time(Client)
        except Exception as error:
            for one in begun:
                _lay_to_rest(one)
            silent = (
                f"no dask scheduler answers there within {ANSWER_SECONDS + 1:g} s; is it running, and is the "
                "address right?"
            )
            reason = (
                silent if isinstance(error, OSError | TimeoutError) else f"{error or type(error).__name__}; {EXAMPLE}"
            )
            raise _refused(address, reason) from None
        try:
            client.wait_for_workers(1, timeout=WORKER_SECONDS)
        except Exception:
            leave_cluster(client)
            raise _refused(
                address, f"its scheduler answers, but has no workers; start some: dask worker {address}"
            ) from None
    return client


def leave_cluster(client: Any) -> None:
    """Leave a cluster, whether or not it still answers."""
    with _silence(), suppress(Exception):
        client.close(timeout=ANSWER_SECONDS)
    _lay_to_rest(client)


def _refused(address: str, reason: str) -> RequestError:
    return RequestError(f"the cluster at {address[:200]} cannot be used", [Problem("cluster", reason)])


def _wrong(address: str) -> str:
    """What is wrong with an address; empty if nothing."""
    if not isinstance(address, str) or not address.strip():
        return f"found an empty address; {EXAMPLE}"
    scheme, apart, rest = address.partition("://")
    if not apart:
        scheme, rest = "tcp", address
    if scheme not in SCHEMES:
        return f"found {scheme!r} before '://'; {nearest(scheme, SCHEMES)}; {EXAMPLE}"
    try:
        parts = urlsplit(f"tcp://{rest}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        return f"{error}; {EXAMPLE}"
    if not host or not port or parts.path not in ("", "/"):
        return f"a host and a port from 1 to 65535 must be given; {EXAMPLE}"
    if scheme in ("tls", "wss"):
        return _without_certificates()
    return ""


def _without_certificates() -> str:
    import dask.config

    missing = [name for name in CERTIFICATES if not dask.config.get(name, default=None)]
    if not missing:
        return ""
    said = f"DASK_{missing[0].replace('.', '__').replace('-', '_').upper()}"
    return (
        f"TLS needs certificates, and dask knows no {', '.join(missing)}; set them in its configuration or as "
        f"{said} and so on"
    )


def _lay_to_rest(client: Any) -> None:
    """Keep a client that failed from trying again, and from complaining, when Python ends."""
    with suppress(Exception):
        client._loop_runner.stop()
    with suppress(Exception):
        client.status = "closed"


@contextmanager
def _silence() -> Iterator[None]:
    """Keep what libraries write beside their errors off the shell."""
    loggers = [logging.getLogger(name) for name in _NOISY]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _in_time(connect: Callable[[], Any]) -> Any:
    """What connecting gives; something that takes the call and then says nothing would hold dask up for ever."""
    answer: Future[Any] = Future()

    def ask() -> None:
        try:
            answer.set_result(connect())
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    return answer.result(timeout=ANSWER_SECONDS + 1.0)


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
    """Let processes that this thread starts not hear Ctrl-C, from their first line on; for the main thread."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def begin_worker(speaker: Semaphore) -> None:
    """Leave Ctrl-C to the process that started this one, and end with it, even if killed; one worker speaks for all."""
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


Progress = Callable[[int, int], None]


@contextmanager
def told(progress: bool | Progress, draws: int) -> Iterator[Progress]:
    """What to call with draws done and draws in all, for as long as the work takes."""
    if not progress or callable(progress):
        yield progress if callable(progress) else lambda done, draws: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns: list[Any] = [
        TextColumn(phrase("draws")),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(phrase("time left")),
        TimeRemainingColumn(),
    ]
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("draws", total=max(draws, 1))
        yield lambda done, draws: bars.update(task, completed=done)
