"""What is stored of a run, worked on by several processes: each reads and judges its own share of the assets.

Processes are forked, so they know the policy without its being handed on; where a system cannot fork, or
the run is small, one process does it all. What comes back is in the order of the assets either way.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from guard.catalog.facts import CatalogFacts, MemoryFacts
from guard.model import AssetResult, GuardError

Share = TypeVar("Share")
Work = Callable[[Iterable[AssetResult]], Share]

_WORTH = 5_000  # columns; forking pays from there on
_MOST = 8
_AHEAD = 2  # shares a process that may wait for whoever asked
_job: tuple[CatalogFacts, Work[Any]]


@contextmanager
def shared(facts: CatalogFacts | MemoryFacts, work: Work[Share]) -> Iterator[Iterator[Share]]:
    """What ``work`` makes of the results of a run, share by share, in their order.

    Every result is given to ``work`` once. What it returns must be small, picklable and without a value.
    Memory is bounded by a few shares. An error of ``work`` is raised here; GuardError ``process-lost``
    where the system ended a process. No process outlives the context.
    """
    if isinstance(facts, MemoryFacts):
        yield iter((work(facts.results()),))
    elif (many := cores()) < 2 or facts.size < _WORTH:
        yield (work(facts.page(ids)) for ids in facts.pages())
    else:
        facts.store.engine.dispose()  # a connection must not be known to two processes
        pool = ProcessPoolExecutor(many, multiprocessing.get_context("fork"), _begin, (facts, work))
        try:
            pool.submit(os.getpid).result()  # forks now, before anybody opens a transaction
            yield _in_order(pool, facts.pages(), _AHEAD * many)
        except BrokenProcessPool:
            raise GuardError("process-lost") from None
        finally:
            pool.shutdown(cancel_futures=True)


def cores() -> int:
    """How many processes may work at once: one where the system cannot safely fork."""
    return min(len(os.sched_getaffinity(0)), _MOST) if sys.platform == "linux" else 1


def _in_order(pool: ProcessPoolExecutor, pages: Iterator[tuple[int, ...]], ahead: int) -> Iterator[Any]:
    waiting = deque(pool.submit(_share, ids) for ids in islice(pages, ahead))
    while waiting:
        done = waiting.popleft().result()
        waiting.extend(pool.submit(_share, ids) for ids in islice(pages, 1))
        yield done


def _begin(facts: CatalogFacts, work: Work[Any]) -> None:
    global _job  # noqa: PLW0603 - what this process was made for
    _job = facts, work
    facts.store.engine.dispose(close=False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is answered by whoever started this process
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    """End with the process that started this one, however that ended."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _share(ids: tuple[int, ...]) -> Any:
    facts, work = _job
    return work(facts.page(ids))
