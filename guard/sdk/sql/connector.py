"""What every SQL connector does: list, sample, explain, and keep the rules of a guest."""

from __future__ import annotations

import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from typing import TypeVar

from guard.model import Asset, Column, Problem
from guard.sdk.connector import Budget, Capabilities, SourceSpec, Unreadable
from guard.sdk.sample import Sample
from guard.sdk.scope import in_scope
from guard.sdk.sql.cells import batch
from guard.sdk.sql.dialect import Dialect, cell_characters
from guard.sdk.sql.own import own_tables
from guard.sdk.sql.pace import Pace, Watch
from guard.sdk.sql.reading import Reading, Rows
from guard.sdk.sql.session import Session
from guard.sdk.sql.table import Table

_T = TypeVar("_T")

# What a refused connection is called. Met while an object is read, it is the object's own trouble:
# its definer is gone, or another server that it reads from refused.
_REFUSALS = frozenset({"auth-failed", "no-database", "tls-failed"})


class SqlConnector(ABC):
    """A database as a source. A dialect supplies sessions, the listing and how rows are chosen.

    Safe to use from several threads: each asset is read in its own read-only transaction on
    a connection lent from a pool of at most ``limits.connections``.
    """

    capabilities = Capabilities(family="sql", comments=True, estimates=True)
    # False where nobody else waits on the other side: a file of our own machine.
    paced = True

    def __init__(self, spec: SourceSpec) -> None:
        self.spec = spec
        self._pace = Pace(spec.limits.per_second if self.paced else 0)
        self._slots = threading.BoundedSemaphore(max(1, spec.limits.connections))
        self._idle: list[Session] = []
        self._known: dict[tuple[str, ...], Table] = {}
        self._lock = threading.Lock()

    # -- what a dialect supplies

    @property
    @abstractmethod
    def dialect(self) -> Dialect:
        """The dialect's data."""

    @abstractmethod
    def connect(self) -> Session:
        """Open a connection. Raises Unreadable, never a driver's exception."""

    @abstractmethod
    def tables(self, session: Session, path: tuple[str, ...] | None) -> Iterator[Table]:
        """Every table of the source, or the one at ``path``; system schemas left out."""

    @abstractmethod
    def rows(self, session: Session, table: Table, parts: dict[str, object], reading: Reading) -> Rows:
        """Rows of ``table``; ``parts`` fills ``{table}`` and ``{columns}`` of the dialect's statements."""

    @abstractmethod
    def preview(
        self, session: Session, table: Table, parts: dict[str, object], budget: Budget
    ) -> Iterator[str]:
        """The statements that ``rows`` would send, with the estimate of their cost where it is cheap."""

    @abstractmethod
    def grant(self, table: Table) -> tuple[str, ...]:
        """The statements that let this account read ``table``, and nothing else."""

    def where(self) -> dict[str, str | int | float]:
        """The server's ``host`` and ``port``, for problems that name them; empty for a file."""
        return {}

    def session_statements(self, budget: Budget) -> Iterator[str]:  # noqa: ARG002
        """What is sent around the queries: once a connection, and before and after each object."""
        return iter(())

    # -- the face of a connector

    def assets(self) -> Iterator[Asset | Problem]:
        """Every table and view in scope; a denied one is a Problem with the GRANT to run."""
        for table in self._listed():
            problem = self._unreadable(table)
            yield problem or table.asset(self.spec)

    def sample(self, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
        """Random rows of ``asset`` within ``budget``, in one read-only transaction."""
        if not asset.columns:
            yield Sample(asset, batch((), ()), complete=True)
            return
        self._pace.wait()
        seconds = min(budget.seconds, self.spec.limits.wall_seconds)
        budget = replace(budget, seconds=seconds)
        begun = False
        with self._lent() as session, Watch(seconds, session.cancel, session.cut) as watch:
            try:
                with closing(self._samples(session, asset, budget)) as samples:
                    for item in samples:
                        begun = True
                        yield item
            except Unreadable as stop:
                problem = stop.problem
            except Exception as error:
                problem = session.problem(error, asset.path)
            else:
                return
        problem = self._explained(problem, asset.path, seconds, watch.fired)
        if not begun:
            raise Unreadable(problem)
        yield problem

    def close(self) -> None:
        """Close every idle connection. May be called twice."""
        with self._lock:
            idle, self._idle = self._idle, []
        for session in idle:
            session.close()

    def statements(self, budget: Budget) -> Iterator[str]:
        """Every statement of a scan, in order. Runs the catalogue queries, and reads no row.

        A statement may follow comment lines: ``-- one of:`` and ``-- or:`` where the answers
        decide which one runs; a ``:name`` stands for what is known only then.
        """
        yield from self.session_statements(budget)
        yield from self.listing_statements()
        for table in self._listed():
            if self._unreadable(table) or not table.columns:
                continue
            yield from self._guarded(table.path, partial(self._preview, table, budget))

    def listing_statements(self) -> Iterator[str]:
        """The catalogue queries as they are sent."""
        for key, statement in self.dialect.sql.items():
            if key.startswith("list_"):
                yield re.sub(r"%\(\w+\)s|(?<!:):[a-z]+\b", "NULL", statement.strip())

    def grants(self) -> Iterator[str]:
        """The exact statements a DBA runs so that this account can read what is in scope."""
        seen: set[str] = set()
        for table in self._listed():
            for statement in () if table.trouble == "own-catalog" else self.grant(table):
                if statement not in seen:
                    seen.add(statement)
                    yield f"{statement};"

    # -- inside

    def _listed(self) -> list[Table]:
        def work(session: Session) -> list[Table]:
            found = list(self.tables(session, None))
            own = own_tables(table.path for table in found)
            if any(len(path) == 1 for path in own):
                raise Unreadable(Problem(code="own-catalog"))
            return [
                replace(table, trouble="own-catalog") if table.path in own else table
                for table in found
                if in_scope(self.spec, table.path)
            ]

        found = self._guarded((), work)
        self._known = {table.path: table for table in found}
        return found

    def _explained(self, problem: Problem, path: tuple[str, ...], seconds: float, fired: bool) -> Problem:
        """The problem with what its text needs: the seconds that were over, the GRANT to run."""
        if (fired and problem.code != "vanished") or problem.code == "timeout":
            return Problem(code="timeout", path=path, params={"seconds": round(seconds, 1)})
        table = self._known.get(path) or Table(path=path, columns=())
        if problem.code in _REFUSALS and path:
            plain = table.form in ("table", "partitioned")
            problem = replace(problem, code="denied" if plain else "view-broken")
        elif problem.code in _REFUSALS:
            return replace(problem, params={**self.where(), **problem.params})
        if problem.code == "denied" and path and "grant" not in problem.params:
            return self._denied(table)
        return problem

    def _unreadable(self, table: Table) -> Problem | None:
        if table.trouble:
            return Problem(code=table.trouble, path=table.path)
        return self._denied(table) if table.lacks else None

    def _denied(self, table: Table) -> Problem:
        grant = " ".join(f"{statement};" for statement in self.grant(table))
        return Problem(code="denied", path=table.path, params={"grant": grant})

    def _preview(self, table: Table, budget: Budget, session: Session) -> list[str]:
        parts = self._parts(table, table.columns, budget)
        return list(self.preview(session, table, parts, budget))

    def _table(self, session: Session, path: tuple[str, ...]) -> Table:
        known = self._known.get(path)
        found = known or next(self.tables(session, path), None)
        if found is None:
            raise Unreadable(Problem(code="vanished", path=path))
        problem = self._unreadable(found)
        if problem:
            raise Unreadable(problem)
        return found

    def _samples(self, session: Session, asset: Asset, budget: Budget) -> Generator[Sample, None, None]:
        seconds = self._statement_seconds(budget)
        session.begin(seconds)
        table = self._table(session, asset.path)
        reading = Reading(budget=budget, statement_seconds=seconds)
        kinds = [
            "none" if column.name in table.denied else self.dialect.cell(column).kind
            for column in asset.columns
        ]
        rows = self.rows(session, table, self._parts(table, asset.columns, budget), reading)
        yield from reading.samples(asset, kinds, rows, table.notes())

    def _statement_seconds(self, budget: Budget) -> float:
        limits = self.spec.limits
        # A full read is one long statement; its bound is the asset's.
        return budget.seconds if budget.rows is None else min(budget.seconds, limits.statement_seconds)

    def _parts(self, table: Table, columns: tuple[Column, ...], budget: Budget) -> dict[str, object]:
        dialect = self.dialect
        characters = cell_characters(len(columns), budget.bytes)
        readable = [column for column in columns if column.name not in table.denied]
        read = [
            "NULL" if column.name in table.denied else dialect.expressions((column,), characters)
            for column in columns
        ]
        inner = ", ".join("t." + dialect.name(column.name) for column in readable)
        return {"table": dialect.name(*table.path), "columns": ", ".join(read), "inner": inner or "NULL"}

    def _guarded(self, path: tuple[str, ...], work: Callable[[Session], _T]) -> _T:
        """Do ``work`` in a read-only transaction under the wall clock. Raises only Unreadable."""
        limits = self.spec.limits
        with self._lent() as session, Watch(limits.wall_seconds, session.cancel, session.cut) as watch:
            try:
                session.begin(limits.statement_seconds)
                return work(session)
            except Unreadable as stop:
                problem = stop.problem
            except Exception as error:
                problem = session.problem(error, path)
        # Raised out here, so that no driver's exception hangs on it as context.
        raise Unreadable(self._explained(problem, path, limits.wall_seconds, watch.fired))

    @contextmanager
    def _lent(self) -> Iterator[Session]:
        self._slots.acquire()
        session: Session | None = None
        try:
            with self._lock:
                session = self._idle.pop() if self._idle else None
            session = session or self.connect()
            yield session
        finally:
            try:
                if session is not None:
                    self._give_back(session)
            finally:
                self._slots.release()

    def _give_back(self, session: Session) -> None:
        session.end()
        if session.broken:
            session.close()
            return
        with self._lock:
            self._idle.append(session)
