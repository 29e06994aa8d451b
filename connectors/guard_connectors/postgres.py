"""PostgreSQL through psycopg 3: catalogue queries as data, TABLESAMPLE, server-side cursors."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guard.sdk import Budget, Problem, SourceSpec, Unreadable
from guard.sdk.sql import (
    Address,
    Dialect,
    Fetch,
    Reading,
    Rows,
    Session,
    SqlConnector,
    Table,
    load_dialect,
    parse_address,
)
from guard.sdk.sql.table import Listing

if TYPE_CHECKING:
    import psycopg

PARAMETERS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "host")
CONNECT_SECONDS = 5
# A table up to this many pages (2 MB) is ordered at random as a whole: cheap, exact, unbiased.
SMALL_PAGES = 256
# Fewer pages would put the whole sample into a few neighbourhoods.
FEWEST_PAGES = 64
# Rows a page is assumed to hold where the server has no statistics: few, so that pages suffice.
SPARSE_PAGE = 20.0
# A view whose first rows cost the planner more than this is not run (a page read costs 1).
COSTLY_VIEW = 20_000_000
FORMS = {"r": "table", "p": "partitioned", "v": "view", "m": "table", "f": "foreign"}


class PostgresConnector(SqlConnector):
    """Reads one PostgreSQL database: ``postgresql://user@host:port/database``."""

    def __init__(self, spec: SourceSpec) -> None:
        super().__init__(spec)
        self.address = parse_address(spec.url, port=5432, parameters=PARAMETERS)

    @cached_property
    def dialect(self) -> Dialect:
        """PostgreSQL's dialect."""
        return load_dialect("guard_connectors.sql", "postgres.yaml")

    def connect(self) -> Session:
        """Open a connection. Raises Unreadable: auth-failed, unreachable, no-database, tls-failed, busy."""
        import psycopg

        try:
            connection = self._open()
        except (psycopg.Error, OSError, ValueError) as error:
            problem = self._refused(error)
        else:
            return _Session(connection, self._open, self.dialect, self.spec.limits.lock_seconds)
        raise Unreadable(problem)

    def _open(self) -> psycopg.Connection[Any]:
        import psycopg

        return psycopg.connect(autocommit=True, **_arguments(self.address, self.spec))

    def _refused(self, error: Exception) -> Problem:
        where: dict[str, str | int | float] = {"host": self.address.host, "port": self.address.port}
        state = getattr(error, "sqlstate", None)
        link = getattr(error, "pgconn", None)
        if state:
            return Problem(code=self.dialect.code(state), params={**where, "sqlstate": state})
        code = self.dialect.code_of_text(str(error))
        if code is None and link is not None and (link.used_password or link.needs_password):
            code = "auth-failed"
        return Problem(code=code or "unreachable", params=where)

    def tables(self, session: Session, path: tuple[str, ...] | None) -> Iterator[Table]:
        """Tables, views, materialised views, foreign tables; partitions stay inside their parent."""
        schema, name = path if path else (None, None)
        wanted = {"schema": schema, "table": name}
        sql = self.dialect.sql
        listing = Listing(
            tables=[_facts(row) for row in session.rows(sql["list_tables"], wanted)],
            columns=session.rows(sql["list_columns"], wanted),
            keys=session.rows(sql["list_keys"], wanted),
        )
        return listing.read()

    def rows(self, session: Session, table: Table, parts: dict[str, object], reading: Reading) -> Rows:
        """A random sample by pages, a whole small table shuffled, or the first rows of a view."""
        wanted = reading.budget.rows
        statement = self._statement(session, table, parts, reading.budget)
        if table.form == "view":
            self._refuse_costly(session, table, statement)
        if "TABLESAMPLE" not in statement:
            return (yield from reading.drain(session.stream(statement), wanted))
        found = False
        for rows in reading.drain(session.stream(statement), wanted):
            found = True
            yield rows
        if not found:
            # No page chosen held a row: a bloated table. Its first rows are better than none.
            fallback = self.dialect.statement("first", **self._fill(table, parts, reading.budget))
            return (yield from reading.drain(session.stream(fallback), wanted))
        return False

    def preview(
        self, session: Session, table: Table, parts: dict[str, object], budget: Budget
    ) -> Iterator[str]:
        """The statement that reads ``table``, after a comment with the planner's estimate."""
        statement = self._statement(session, table, parts, budget)
        plan = session.rows(self.dialect.statement("explain", statement=statement))[0][0][0]["Plan"]
        yield f"-- cost {plan['Total Cost']:.0f}, rows {plan['Plan Rows']}\n{statement}"

    def grant(self, table: Table) -> tuple[str, ...]:
        """CONNECT, USAGE and SELECT, for exactly what is read."""
        dialect = self.dialect
        account = dialect.name(self.address.user or "postgres")
        parts = {
            "account": account,
            "database": dialect.name(self.address.database or self.address.user or "postgres"),
            "schema": dialect.name(table.path[0]),
            "table": dialect.name(*table.path),
        }
        keys = [f"grant_{part}" for part in table.lacks] or ["grant_connect", "grant_schema", "grant_table"]
        return tuple(dialect.statement(key, **parts) for key in keys)

    def _fill(self, table: Table, parts: dict[str, object], budget: Budget) -> dict[str, object]:
        limit = None if budget.rows is None else budget.rows + 1
        only = "ONLY" if table.form == "table" else ""
        parts = {**parts, "only": only, "limit": limit, "seed": budget.seed % 2_147_483_647}
        order = self.dialect.statement("by_chance" if table.denied else "by_address", **parts)
        return {**parts, "order": order}

    def _statement(self, session: Session, table: Table, parts: dict[str, object], budget: Budget) -> str:
        parts = self._fill(table, parts, budget)
        if budget.rows is None:
            return self.dialect.statement("all", **parts)
        if table.form in ("view", "foreign"):
            return self.dialect.statement("first", **parts)
        found, pages, tuples, counted, foreign = session.rows(self.dialect.statement("size", id=table.id))[0]
        if not found or foreign:
            # TABLESAMPLE does not reach a partition on another server.
            return self.dialect.statement("first", **parts)
        density = tuples / counted if tuples and counted else SPARSE_PAGE
        wanted = max(FEWEST_PAGES, 1.5 * budget.rows / density)
        if pages <= SMALL_PAGES or wanted >= pages:
            return self.dialect.statement("shuffled", **parts)
        return self.dialect.statement("pages", **parts, percent=f"{100 * wanted / pages:.6f}")

    def _refuse_costly(self, session: Session, table: Table, statement: str) -> None:
        plan = session.rows(self.dialect.statement("explain", statement=statement))[0][0][0]["Plan"]
        if plan["Total Cost"] > COSTLY_VIEW:
            raise Unreadable(
                Problem(code="too-costly", path=table.path, params={"cost": round(plan["Total Cost"])})
            )


class _Session(Session):
    """One psycopg connection in autocommit mode: transactions are begun and ended by hand."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        opener: Callable[[], psycopg.Connection[Any]],
        dialect: Dialect,
        lock_seconds: float,
    ) -> None:
        self._connection = connection
        self._opener = opener
        self._dialect = dialect
        self._cursors = 0
        self._lock_ms = max(1, round(lock_seconds * 1000))
        self._raw = connection.info.parameter_status("server_encoding") == "SQL_ASCII"
        if self._raw:
            # Such a server never checked its text: take the bytes and decode them ourselves.
            connection.execute("SET client_encoding = 'SQL_ASCII'")

    def begin(self, seconds: float) -> None:
        limit = max(1, round(seconds * 1000))
        self._connection.execute(
            self._dialect.statement(
                "begin", statement_ms=limit, lock_ms=self._lock_ms, idle_ms=max(60_000, limit)
            ).encode()
        )

    def end(self) -> None:
        import psycopg

        if self._connection.closed or self._connection.broken:
            self.broken = True
            return
        try:
            self._connection.execute(self._dialect.sql["end"].encode())
        except (psycopg.Error, OSError):
            self.broken = True

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        found = self._connection.execute(sql.encode(), parameters).fetchall()
        if not self._raw:
            return found
        return [tuple(_decoded(value) for value in row) for row in found]

    def stream(self, sql: str) -> Fetch:
        self._cursors += 1
        cursor = f"govguard_{self._cursors}"
        self._connection.execute(self._dialect.statement("declare", cursor=cursor, statement=sql).encode())

        def fetch(rows: int) -> list[tuple[Any, ...]]:
            statement = self._dialect.statement("fetch", cursor=cursor, rows=rows).encode()
            return self._connection.execute(statement).fetchall()

        return fetch

    def problem(self, error: Exception, path: tuple[str, ...] = ()) -> Problem:
        state = getattr(error, "sqlstate", None)
        if state:
            return Problem(code=self._dialect.code(state), path=path, params={"sqlstate": state})
        if self._connection.closed or self._connection.broken:
            self.broken = True
            return Problem(code="disconnected", path=path)
        return Problem(code="driver-error", path=path, params={"sqlstate": type(error).__name__})

    def cancel(self) -> None:
        self._connection.cancel_safe(timeout=2)

    def cut(self) -> None:
        # A function that swallows the cancel outlives its client too: end the backend, then the line.
        with suppress(Exception), self._opener() as second:
            second.execute(
                self._dialect.statement("terminate", pid=self._connection.info.backend_pid).encode()
            )
        with socket.socket(fileno=os.dup(self._connection.fileno())) as wire:
            wire.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._connection.close()


def _facts(row: tuple[Any, ...]) -> dict[str, Any]:
    schema, name, kind, oid, comment, tuples, pages, usage, select, hides = row
    known = kind in ("r", "p", "m") and (tuples > 0 or (tuples == 0 and pages > 0))
    lacks = [part for part, held in (("schema", usage), ("table", select)) if not held]
    return {
        "path": (schema, name),
        "form": FORMS[kind],
        "comment": comment or "",
        "id": oid,
        "rows": round(tuples) if known else None,
        "bytes": pages * 8192 if pages else None,
        "hides": bool(hides),
        "lacks": tuple(lacks),
    }


def _decoded(value: object) -> object:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _arguments(address: Address, spec: SourceSpec) -> dict[str, Any]:
    """What libpq is told; the environment and files that could tell it more are overridden."""
    import psycopg

    arguments: dict[str, Any] = {
        "host": address.host,
        "port": address.port,
        "user": address.user or "postgres",
        "dbname": address.database or address.user or "postgres",
        "password": spec.password.reveal() if spec.password else None,
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "govguard",
        "client_encoding": "UTF8",
        "passfile": str(Path(os.sep, "nonexistent")),
        "options": "",
        "gssencmode": "disable",
        "target_session_attrs": "any",
        "sslmode": address.ssl_mode,
        "keepalives_idle": 30,
        "prepare_threshold": None,
    }
    arguments |= {name: value for name, value in address.parameters.items() if name.startswith("ssl")}
    if address.ssl_mode == "verify-full" and "sslrootcert" not in arguments:
        arguments["sslrootcert"] = "system"
    elif not address.local and psycopg.pq.version() >= 160000 and not address.ssl_mode.startswith("verify"):
        # An unverified peer could ask for the password in clear.
        arguments["require_auth"] = "!password"
    return arguments
