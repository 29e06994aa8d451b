"""Runs a scan: sources side by side, each asset recorded in one step, stoppable at any time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Protocol

from guard.model import Asset, AssetResult, GuardError, Problem
from guard.scan.judge import Judge
from guard.scan.scope import SourcePlan
from guard.scan.unit import read, skipped
from guard.sdk.connector import Connector, Unreadable

LOG = logging.getLogger("guard.scan")


class Sink(Protocol):
    """Where results go; one call is one transaction."""

    def __call__(self, unit: str, results: Sequence[AssetResult]) -> None:
        """Record all results of one unit, replacing any earlier ones of the same run."""
        ...


class Listener(Protocol):
    """Told of what happens, for progress. Called from several threads."""

    def listed(self, source: str, assets: int) -> None:
        """``assets`` have been listed so far in ``source``."""
        ...

    def recorded(self, source: str, results: Sequence[AssetResult]) -> None:
        """A unit of ``source`` has been recorded."""
        ...

    def finished(self, source: str) -> None:
        """Nothing of ``source`` is left."""
        ...


class Scan:
    """One scan over several sources.

    ``run()`` returns when every source is finished or ``stop()`` was called; a stopped scan
    finishes the asset in hand, and can be resumed from what was recorded. A failure of the
    sink (disk full) stops all sources and is raised.
    """

    def __init__(self, plans: Sequence[SourcePlan], judge: Judge, sink: Sink, listener: Listener) -> None:
        self._plans = plans
        self._judge = judge
        self._sink = sink
        self._listener = listener
        self._stop = threading.Event()
        self._cut = threading.Event()
        self._failure: GuardError | None = None
        self.deadline: float | None = None

    def stop(self) -> None:
        """Finish the assets in hand, then return."""
        self._stop.set()

    @property
    def cut(self) -> bool:
        """Whether something in scope was left undone; a stop that comes after the last asset cuts nothing."""
        return self._cut.is_set()

    def _ends(self) -> bool:
        """Whether to leave what is still to do, because a person or the deadline says so."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            self._stop.set()
        if self._stop.is_set():
            self._cut.set()
        return self._stop.is_set()

    def run(self, jobs: int) -> None:
        """Scan every source, at most ``jobs`` at a time. Raises the sink's GuardError."""
        with ThreadPoolExecutor(max_workers=max(1, jobs), thread_name_prefix="scan") as pool:
            futures = [pool.submit(self._source, plan) for plan in self._plans]
            for future in futures:
                future.result()
        if self._failure is not None:
            raise self._failure

    def _source(self, plan: SourcePlan) -> None:
        if self._ends():
            return
        try:
            with closing(plan.open(plan.spec)) as connector:
                self._assets(plan, connector)
        except Unreadable as stop:
            self._record(plan, [skipped(self._judge, plan, stop.problem)])
        except GuardError as error:
            self._failure = self._failure or error
            self._stop.set()
        except Exception as error:
            LOG.error("source failed: %s", type(error).__name__)
            problem = Problem(code="internal", params={"error": type(error).__name__})
            self._record(plan, [skipped(self._judge, plan, problem)])
        finally:
            self._listener.finished(plan.spec.name)

    def _assets(self, plan: SourcePlan, connector: Connector) -> None:
        count = 0
        for count, item in enumerate(connector.assets(), start=1):
            if self._ends():
                return
            self._listener.listed(plan.spec.name, count)
            if isinstance(item, Problem):
                self._record(plan, [skipped(self._judge, plan, item)])
            elif self._judge.unit(item) not in plan.done:
                self._asset(plan, connector, item)
        if not count:
            # A scope that selects nothing is no clean scope.
            self._record(plan, [skipped(self._judge, plan, Problem(code="nothing-in-scope"))])

    def _asset(self, plan: SourcePlan, connector: Connector, asset: Asset) -> None:
        started = time.monotonic()
        results = read(plan, connector, asset, self._judge)
        self._record(plan, results)
        LOG.debug("unit %s: %d results in %.3f s", results[0].unit, len(results), time.monotonic() - started)

    def _record(self, plan: SourcePlan, results: Sequence[AssetResult]) -> None:
        self._sink(results[0].unit, results)
        self._listener.recorded(plan.spec.name, results)
